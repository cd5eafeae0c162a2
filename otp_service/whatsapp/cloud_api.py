"""Client of Meta's WhatsApp Cloud API: sends one-time passcodes as authentication templates."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from otp_service.whatsapp.endpoint import messages_url
from otp_service.whatsapp.errors import UnknownOutcomeError, refusal, refusal_without_code
from otp_service.whatsapp.graph_error import parse_graph_error
from otp_service.whatsapp.retry import DEFAULT_RETRY, SingleRetry
from otp_service.whatsapp.transport import Answer, Transport

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MAX_PASSCODE_LENGTH = 15


@dataclass(frozen=True)
class SentMessage:
    """A message that Meta accepted, which is not yet delivered.

    Hidden from repr: `wa_id` is the recipient's number, and `wamid` holds it in base64.
    `message_status`: `accepted`, `held_for_quality_assessment`, `paused` or absent.
    """

    wamid: str = field(repr=False)
    wa_id: str | None = field(repr=False)
    message_status: str | None


class WhatsAppCloudAPI:
    """Sends authentication templates from one business number. Thread-safe; close it after use.

    `app_secret` adds the `appsecret_proof` that apps with "Require App Secret" need.
    `connect_timeout_s` and `read_timeout_s` apply to an attempt; `retry` bounds the whole call.
    Proxy and CA settings of the environment are ignored.
    Raises ValueError on a malformed argument or a `base_url` neither https nor loopback.
    """

    def __init__(  # noqa: PLR0913  # each is a setting an operator may need
        self,
        *,
        access_token: str,
        phone_number_id: str,
        app_secret: str | None = None,
        api_version: str = "v23.0",
        base_url: str = "https://graph.facebook.com",
        connect_timeout_s: float = 3.05,
        read_timeout_s: float = 10.0,
        pool_size: int = 32,
        user_agent: str = "otp-service",
        retry: SingleRetry = DEFAULT_RETRY,
    ) -> None:
        # requests would refuse these at the first send, with the header's value in the error.
        if not re.fullmatch(r"[!-~]+", access_token) or not re.fullmatch(
            r"[!-~][ -~]*", user_agent
        ):
            raise ValueError("access_token and user_agent must be printable ASCII, not empty")
        self._url = messages_url(base_url, api_version, phone_number_id)
        self._access_token = access_token
        self._proof = _appsecret_proof(app_secret, access_token) if app_secret else None
        self._retry = retry
        self._transport = Transport(
            access_token=access_token,
            user_agent=user_agent,
            connect_timeout_s=connect_timeout_s,
            read_timeout_s=read_timeout_s,
            pool_size=pool_size,
        )

    def send_authentication_otp(
        self,
        to: str,
        otp_code: str,
        *,
        template: str = "shamrock_auth",
        language: str = "en_US",
        callback_data: str | None = None,
    ) -> SentMessage:
        """Send `otp_code` to `to` (E.164 with "+") with an approved authentication template.

        `callback_data` comes back in every status webhook of the message.
        Raises ValueError on a malformed `to` or `otp_code`, RecipientError, OperatorError or
        PlatformError when Meta did not take the message, UnknownOutcomeError when it may have.
        Source: "Authentication templates" and "Messages", WhatsApp Cloud API.
        """
        _check_recipient(to)
        _check_passcode(otp_code)
        payload = _authentication_message(to, otp_code, template, language)
        if callback_data is not None:
            payload["biz_opaque_callback_data"] = callback_data
        if self._proof is not None:
            # Meta takes it in the query as well, where access logs would keep it.
            payload["appsecret_proof"] = self._proof
        secrets = [self._access_token, self._proof or "", otp_code, to, to.removeprefix("+")]
        return self._retry.run(lambda budget_s: self._attempt(payload, secrets, budget_s))

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def _attempt(
        self, payload: dict[str, object], secrets: list[str], budget_s: float
    ) -> SentMessage:
        answer = self._transport.post(self._url, payload, budget_s=budget_s)
        graph = parse_graph_error(answer.http_status, answer.headers, answer.body, secrets=secrets)
        if graph is not None:
            raise refusal(graph, retry_after_s=answer.retry_after_s)
        if 300 <= answer.http_status < 500:
            raise refusal_without_code(answer.http_status, retry_after_s=answer.retry_after_s)
        return _sent_message(answer)


def _appsecret_proof(app_secret: str, access_token: str) -> str:
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


def _check_recipient(to: str) -> None:
    # Without "+" Meta may prepend the business number's country: the code reaches a stranger.
    if not _E164.fullmatch(to):
        raise ValueError("to must be an E.164 number with a leading +")


def _check_passcode(otp_code: str) -> None:
    if not 1 <= len(otp_code) <= _MAX_PASSCODE_LENGTH:
        raise ValueError("otp_code must be 1 to 15 characters")
    if not otp_code.isprintable() or " " * 5 in otp_code:
        raise ValueError("otp_code must hold no newline, tab or run of more than 4 spaces")


def _authentication_message(
    to: str, otp_code: str, template: str, language: str
) -> dict[str, object]:
    # The passcode goes in twice, for the text and for the button; the button is of type "url"
    # whatever it was created as.
    passcode = [{"type": "text", "text": otp_code}]
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": "template",
        "template": {
            "name": template,
            "language": {"code": language},
            "components": [
                {"type": "body", "parameters": passcode},
                {"type": "button", "sub_type": "url", "index": "0", "parameters": passcode},
            ],
        },
    }


def _sent_message(answer: Answer) -> SentMessage:
    message = _first(answer.body, "messages")
    wamid = message.get("id")
    if answer.http_status >= 300 or not isinstance(wamid, str) or not wamid:
        raise UnknownOutcomeError(
            f"HTTP {answer.http_status} with neither a message id nor a Graph error"
        )
    wa_id = _first(answer.body, "contacts").get("wa_id")
    status = message.get("message_status")
    return SentMessage(
        wamid=wamid,
        wa_id=wa_id if isinstance(wa_id, str) else None,
        message_status=status if isinstance(status, str) else None,
    )


def _first(body: object, member: str) -> dict[str, object]:
    items = body.get(member) if isinstance(body, dict) else None
    return items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
