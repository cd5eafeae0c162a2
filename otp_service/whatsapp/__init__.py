"""A thin client of Meta's WhatsApp Cloud API, usable on its own."""

from otp_service.whatsapp.cloud_api import SentMessage, WhatsAppCloudAPI
from otp_service.whatsapp.errors import (
    OperatorError,
    PlatformError,
    RecipientError,
    UnknownOutcomeError,
    WhatsAppError,
)
from otp_service.whatsapp.graph_error import GraphError
from otp_service.whatsapp.retry import SingleRetry

__all__ = [
    "GraphError",
    "OperatorError",
    "PlatformError",
    "RecipientError",
    "SentMessage",
    "SingleRetry",
    "UnknownOutcomeError",
    "WhatsAppCloudAPI",
    "WhatsAppError",
]
