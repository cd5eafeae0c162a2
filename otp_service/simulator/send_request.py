"""The top level of a send: product, recipient and type, in the order in which Meta complains.

Meta, "Cloud API, Messages" and "Mark messages as read".
"""

import re

from otp_service.simulator.graph_error import OWN_STRICTNESS, GraphError
from otp_service.simulator.parameters import (
    JsonObject,
    one_of,
    only_keys,
    required_object,
    required_text,
)
from otp_service.simulator.settings import SimulatorSettings

_TYPES = (
    "AUDIO",
    "CONTACTS",
    "DOCUMENT",
    "IMAGE",
    "INTERACTIVE",
    "LOCATION",
    "REACTION",
    "STICKER",
    "TEMPLATE",
    "TEXT",
    "VIDEO",
)
_SEPARATORS = re.compile(r"[-() ]")
_DIGITS = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)
_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)
_CALLBACK_DATA_LIMIT = 512
_READ_RECEIPT = (
    "messaging_product",
    "status",
    "message_id",
    "typing_indicator",
    "appsecret_proof",
)


def read_recipient(body: JsonObject, settings: SimulatorSettings) -> str:
    """The recipient in E.164, after every parameter beside it.

    Raises `GraphError` 100, 131009, 131021, 131062.
    """
    product = required_text(body, "messaging_product", "messaging_product")
    one_of(product, ("WHATSAPP",), "messaging_product")
    recipient_type = one_of(
        body.get("recipient_type", "individual"), ("INDIVIDUAL", "GROUP"), "recipient_type"
    )
    if recipient_type == "group":
        raise GraphError.of(100, f"authentication templates go to individuals {OWN_STRICTNESS}")
    callback_data(body)
    if body.get("context") is not None:
        context = required_object(body, "context", "context")
        required_text(context, "message_id", "context['message_id']")
    to = body.get("to")
    if to in (None, "") and body.get("recipient"):
        raise GraphError.of(131062)
    return _parse_recipient(required_text(body, "to", "to"), settings)


def _parse_recipient(to: str, settings: SimulatorSettings) -> str:
    if _BSUID.fullmatch(to):
        raise GraphError.of(131062)
    digits = _SEPARATORS.sub("", to).removeprefix("+")
    if not _DIGITS.fullmatch(digits):
        raise GraphError.of(
            131009,
            "Recipient phone number format is not valid. Please use the format: +1234567890",
        )
    if digits == settings.business_number.removeprefix("+"):
        raise GraphError.of(131021)
    return f"+{digits}"


def callback_data(body: JsonObject) -> str | None:
    """`biz_opaque_callback_data`. The limit is documented for calls, not for messages."""
    value = body.get("biz_opaque_callback_data")
    if value is None or (isinstance(value, str) and len(value) <= _CALLBACK_DATA_LIMIT):
        return value
    raise GraphError.parameter(
        "Param biz_opaque_callback_data must be a string.",
        details=f"at most {_CALLBACK_DATA_LIMIT} characters {OWN_STRICTNESS}",
    )


def identity_key_hash(body: JsonObject) -> str | None:
    """`recipient_identity_key_hash`: who alone may get the message."""
    value = body.get("recipient_identity_key_hash")
    if value is None or isinstance(value, str):
        return value
    raise GraphError.parameter("Param recipient_identity_key_hash must be a string.")


def message_type(body: JsonObject) -> str:
    """In lowercase. Without a `type` Meta takes the message for a text."""
    return one_of(body.get("type", "text"), _TYPES, "type")


def read_receipt(body: JsonObject) -> str:
    """The wamid of the inbound message that the business marks as read."""
    product = required_text(body, "messaging_product", "messaging_product")
    one_of(product, ("WHATSAPP",), "messaging_product")
    one_of(body["status"], ("READ",), "status")
    only_keys(body, _READ_RECEIPT, "read receipt")
    if body.get("typing_indicator") is not None:
        indicator = required_object(body, "typing_indicator", "typing_indicator")
        one_of(indicator.get("type"), ("TEXT",), "typing_indicator['type']")
    return required_text(body, "message_id", "message_id")
