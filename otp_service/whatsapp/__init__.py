"""A client of Meta's WhatsApp Cloud API, usable on its own."""

from otp_service.whatsapp.cloud_api import WhatsAppCloudAPI
from otp_service.whatsapp.errors import (
    InvalidArgumentError,
    OperatorError,
    PlatformError,
    RecipientError,
    UnknownOutcomeError,
    WhatsAppError,
    WindowClosedError,
)
from otp_service.whatsapp.graph_error import GraphError
from otp_service.whatsapp.messages.sent_message import SentMessage
from otp_service.whatsapp.one_liners import (
    send_whatsapp_audio,
    send_whatsapp_message,
    send_whatsapp_otp,
)
from otp_service.whatsapp.retry import SingleRetry

__all__ = [
    "GraphError",
    "InvalidArgumentError",
    "OperatorError",
    "PlatformError",
    "RecipientError",
    "SentMessage",
    "SingleRetry",
    "UnknownOutcomeError",
    "WhatsAppCloudAPI",
    "WhatsAppError",
    "WindowClosedError",
    "send_whatsapp_audio",
    "send_whatsapp_message",
    "send_whatsapp_otp",
]
