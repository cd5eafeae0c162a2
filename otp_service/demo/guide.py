"""What the demo prints: where everything is, and three lines that log someone in."""

import json

_PHONE = "+12395550100"


def guide(service: str, inbox: str, api_key: str) -> str:
    """`service` and `inbox` are URLs without a slash at the end."""
    send, validate, introspect = curl_lines(service, inbox, api_key)
    return f"""
otp_service is running. Ctrl-C stops everything.

  API        {service}  (its contract: {service}/docs)
  Inbox      {inbox}  (what the phone would show)
  API key    {api_key}

Log in, one line after the other:

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
