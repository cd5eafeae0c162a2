"""Client of Meta's WhatsApp Cloud API: the messages that one business number sends."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from otp_service.whatsapp.environment import read_environment
from otp_service.whatsapp.errors import UnknownOutcomeError
from otp_service.whatsapp.graph_changes import check_success
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.graph_ids import checked_id
from otp_service.whatsapp.messages.authentication import authentication_message
from otp_service.whatsapp.messages.media import audio_message, image_message
from otp_service.whatsapp.messages.payload import message_payload, read_receipt_payload
from otp_service.whatsapp.messages.sent_message import SentMessage, sent_message
from otp_service.whatsapp.messages.template import template_message
from otp_service.whatsapp.messages.text import text_message
from otp_service.whatsapp.recipient import checked_region, e164
from otp_service.whatsapp.retry import DEFAULT_RETRY, SingleRetry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from otp_service.whatsapp.messages.content import MessageContent


class WhatsAppCloudAPI:
    """Sends messages from one business number. Thread-safe; close it, or use it in a `with`.

    Every `to` is a phone number in any spelling; one without "+" is of `default_region`.
    `app_secret` adds the `appsecret_proof` that apps with "Require App Secret" need.
    `template_name` and `template_language`: the authentication template of passcodes.
    `connect_timeout_s` and `read_timeout_s` apply to an attempt; `retry` bounds the whole call.
    Proxy and CA settings of the environment are ignored.
    Raises ValueError on a malformed argument or a `base_url` neither https nor loopback.

    Every method raises InvalidArgumentError before anything is sent, RecipientError,
    OperatorError (WindowClosedError for one person) or PlatformError when Meta did not take the
    message, and UnknownOutcomeError when it may have.
    """

    def __init__(  # noqa: PLR0913  # each is a setting an operator may need
        self,
        *,
        access_token: str,
        phone_number_id: str,
        app_secret: str | None = None,
        api_version: str = "v23.0",
        base_url: str = "https://graph.facebook.com",
        default_region: str = "US",
        template_name: str = "shamrock_auth",
        template_language: str = "en_US",
        connect_timeout_s: float = 3.05,
        read_timeout_s: float = 10.0,
        pool_size: int = 32,
        user_agent: str = "otp-service",
        retry: SingleRetry = DEFAULT_RETRY,
    ) -> None:
        self._path = f"{checked_id(phone_number_id, 'phone_number_id')}/messages"
        self._default_region = checked_region(default_region)
        self._template_name = template_name
        self._template_language = template_language
        self._graph = GraphClient(
            access_token=access_token,
            app_secret=app_secret,
            api_version=api_version,
            base_url=base_url,
            connect_timeout_s=connect_timeout_s,
            read_timeout_s=read_timeout_s,
            pool_size=pool_size,
            user_agent=user_agent,
            retry=retry,
        )

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """Build a client from WHATSAPP_ACCESS_TOKEN, WHATSAPP_PHONE_NUMBER_ID and the like.

        Raises InvalidArgumentError naming each variable that is missing.
        """
        found = read_environment(variables, for_messages=True)
        return cls(
            access_token=found.access_token,
            phone_number_id=found.phone_number_id,
            app_secret=found.app_secret,
            api_version=found.api_version,
            base_url=found.base_url,
            template_name=found.template_name,
            template_language=found.template_language,
        )

    def send_text(
        self,
        to: str,
        text: str,
        preview_url: bool = False,  # noqa: FBT001, FBT002  # the seed's third argument
        *,
        reply_to: str | None = None,
        callback_data: str | None = None,
    ) -> SentMessage:
        """Send 1 to 4096 characters; `preview_url` shows a card of the first link in them.

        Like a picture or sound, only to people who wrote in the last 24 hours.
        `reply_to`: wamid of the message this answers. `callback_data`: up to 512 characters that
        come back in every status webhook of the message.
        """
        content = text_message(text, preview_url=preview_url)
        return self._send(to, content, reply_to, callback_data)

    def send_image(
        self,
        to: str,
        image_url: str,
        caption: str | None = None,
        *,
        reply_to: str | None = None,
        callback_data: str | None = None,
    ) -> SentMessage:
        """Send the JPEG or PNG (5 MB) at an https `image_url`, with at most 1024 characters."""
        content = image_message(image_url, caption)
        return self._send(to, content, reply_to, callback_data)

    def send_audio(
        self,
        to: str,
        audio_url: str,
        *,
        reply_to: str | None = None,
        callback_data: str | None = None,
    ) -> SentMessage:
        """Send the sound (AAC, AMR, MP3, M4A, OGG with Opus; 16 MB) at an https `audio_url`."""
        return self._send(to, audio_message(audio_url), reply_to, callback_data)

    def send_authentication_otp(
        self,
        to: str,
        otp_code: str,
        *,
        template: str | None = None,
        language: str | None = None,
        callback_data: str | None = None,
        identity_key_hash: str | None = None,
    ) -> SentMessage:
        """Send a passcode of 1 to 15 characters with an approved authentication template.

        `template` and `language` replace the client's own. `identity_key_hash`: the recipient's,
        from a status webhook; with the number's identity check on, nobody else gets the message.
        """
        content = authentication_message(
            otp_code, template or self._template_name, language or self._template_language
        )
        return self._send(to, content, None, callback_data, identity_key_hash)

    def send_template(
        self,
        to: str,
        name: str,
        *,
        language: str | None = None,
        components: Sequence[Mapping[str, object]] = (),
        reply_to: str | None = None,
        callback_data: str | None = None,
    ) -> SentMessage:
        """Send any approved template; `components` are Meta's, with the variables' values."""
        content = template_message(name, language or self._template_language, components)
        return self._send(to, content, reply_to, callback_data)

    def mark_as_read(
        self,
        message_id: str,
        typing_indicator: bool = False,  # noqa: FBT001, FBT002  # as send_text's preview_url
    ) -> None:
        """Tick an inbound message, and those before it, as read: `message_id` is its wamid.

        `typing_indicator` shows "typing…" until a message follows, 25 s at most.
        """
        payload = read_receipt_payload(message_id, typing_indicator=typing_indicator)
        check_success(self._graph.post(self._path, payload))

    def close(self) -> None:
        """Close the pooled connections."""
        self._graph.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()

    def _send(
        self,
        to: str,
        content: MessageContent,
        reply_to: str | None,
        callback_data: str | None,
        identity_key_hash: str | None = None,
    ) -> SentMessage:
        number = e164(to, self._default_region)
        payload = message_payload(
            number,
            content,
            reply_to=reply_to,
            callback_data=callback_data,
            identity_key_hash=identity_key_hash,
        )
        ours = (to, number, number.removeprefix("+"), reply_to or "", identity_key_hash or "")
        private = (*content.private, *ours)
        message = sent_message(self._graph.post(self._path, payload, private=private))
        if message is None:
            raise UnknownOutcomeError("Meta's answer holds no message id")
        return message
