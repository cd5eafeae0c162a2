"""Shamrock's three global helpers: one message each, configured by the environment.

Each call opens a connection of its own. Whoever sends more keeps a `WhatsAppCloudAPI`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otp_service.whatsapp.cloud_api import WhatsAppCloudAPI

if TYPE_CHECKING:
    from otp_service.whatsapp.messages.sent_message import SentMessage


def send_whatsapp_message(to: str, text: str) -> SentMessage:
    """Send `text`; arguments and errors are those of `WhatsAppCloudAPI.send_text`."""
    with WhatsAppCloudAPI.from_environment() as api:
        return api.send_text(to, text)


def send_whatsapp_audio(to: str, audio_url: str) -> SentMessage:
    """Send the sound at `audio_url`, as `WhatsAppCloudAPI.send_audio` does."""
    with WhatsAppCloudAPI.from_environment() as api:
        return api.send_audio(to, audio_url)


def send_whatsapp_otp(to: str, otp_code: str) -> SentMessage:
    """Send a passcode, as `WhatsAppCloudAPI.send_authentication_otp` does."""
    with WhatsAppCloudAPI.from_environment() as api:
        return api.send_authentication_otp(to, otp_code)
