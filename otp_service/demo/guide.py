"""What the demo prints: where everything is, and three lines that log someone in."""

import json
from dataclasses import dataclass

ADMINISTRATOR = "+12395550110"
_PHONE = "+12395550100"


@dataclass(frozen=True, slots=True)
class DemoAddresses:
    """`service` and `inbox` are URLs without a slash at the end, `page` with one."""

    service: str
    inbox: str
    page: str


def guide(at: DemoAddresses, api_key: str) -> str:
    send, validate, introspect = curl_lines(at.service, at.inbox, api_key)
    return f"""
otp_service is running. Ctrl-C stops everything.

  Login      {at.service}/login
  Console    {at.service}/admin  (log in as {ADMINISTRATOR})
  Inbox      {at.inbox}  (what the phones would show)
  Embedded   {at.page}  (another site with the login on it)
  API        {at.service}  (its contract: {at.service}/docs)
  API key    {api_key}

Log in by the API, one line after the other:

{send}

{validate}

{introspect}
"""


def curl_lines(service: str, inbox: str, api_key: str) -> tuple[str, str, str]:
    """Send a code, answer it with the one from the inbox, ask about the session."""
    post = f"curl -s {service}/ -H 'Content-Type: application/json' -d"
    login = {"apiKey": api_key, "phoneNumber": _PHONE}
    send = json.dumps({"action": "whatsapp_send_otp", **login})
    validate = json.dumps({"action": "whatsapp_validate_otp", **login, "otpCode": "'$CODE'"})
    newest = f"curl -s '{inbox}/messages?to=%2B{_PHONE[1:]}'"
    code = f"{newest} | grep -Eo '\"code\": ?\"[0-9]+\"' | tail -1 | grep -Eo '[0-9]+'"
    ask = f"curl -s {service}/v1/sessions/introspect -H 'X-API-Key: {api_key}'"
    from_login = """$(echo "$LOGIN" | sed -E 's/.*"sessionToken": ?"([^"]+)".*/\\1/')"""
    return (
        f"{post} '{send}'",
        f"CODE=$({code}); LOGIN=$({post} '{validate}'); echo \"$LOGIN\"",
        f"{ask} -d token={from_login}",
    )
