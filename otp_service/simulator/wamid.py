"""Message ids in the form of Meta's own (`wamid.` and Base64 over a small binary record)."""

import base64
import secrets


def new_wamid(wa_id: str) -> str:
    """A fresh id for an outbound message. `wa_id`: the recipient's digits."""
    record = (
        b"\x1c\x18"
        + bytes([len(wa_id)])
        + wa_id.encode("ascii")
        + b"\x15\x02\x00\x11\x18\x12"
        + secrets.token_hex(9).upper().encode("ascii")
        + b"\x00"
    )
    return f"wamid.{base64.b64encode(record).decode('ascii')}"
