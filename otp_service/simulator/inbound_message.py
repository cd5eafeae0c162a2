"""What people write to the business, which opens the customer service window.

Meta, "Messages webhook, text, button", "Mark messages as read" and "Send messages, Customer
service windows".
"""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from otp_service.simulator.wamid import new_wamid

DID_NOT_REQUEST_CODE = "DID_NOT_REQUEST_CODE"
DID_NOT_REQUEST_TEXT = "I didn't request a code"

LONGEST_TEXT = 4096

_WINDOW_S = 24 * 3600
_READABLE_S = 30 * 24 * 3600
_LONGEST_CHAT = 100


@dataclass(frozen=True)
class InboundMessage:
    """`sender`: E.164. Instants are Unix seconds; `read_at`: when the business marked it as read.

    `context`: the wamid of the message under which a button was pressed; `payload`: the button's.
    """

    wamid: str
    sender: str
    text: str
    sent_at: float
    payload: str | None = None
    context: str | None = None
    read_at: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class InboundMessages:
    """By sender: the newest of at most `capacity` people. Safe for many threads.

    `clock` gives Unix seconds.
    """

    def __init__(self, capacity: int, clock: Callable[[], float]) -> None:
        self._capacity = capacity
        self._clock = clock
        self._lock = threading.Lock()
        self._chats: dict[str, list[InboundMessage]] = {}
        self._listeners: list[Callable[[InboundMessage], None]] = []

    def on_message(self, listener: Callable[[InboundMessage], None]) -> None:
        """Calls `listener`, in the thread that writes it, with each message."""
        with self._lock:
            self._listeners.append(listener)

    def write(self, sender: str, text: str) -> InboundMessage:
        return self._keep(InboundMessage(new_wamid(sender[1:]), sender, text, self._clock()))

    def disown(self, sender: str, context: str) -> InboundMessage:
        """The button "I didn't request a code" under the message with that wamid."""
        return self._keep(
            InboundMessage(
                wamid=new_wamid(sender[1:]),
                sender=sender,
                text=DID_NOT_REQUEST_TEXT,
                sent_at=self._clock(),
                payload=DID_NOT_REQUEST_CODE,
                context=context,
            )
        )

    def of(self, sender: str) -> list[InboundMessage]:
        """Newest last."""
        with self._lock:
            return list(self._chats.get(sender, ()))

    def window_is_open(self, recipient: str) -> bool:
        """Whether they wrote in the last 24 hours, so that free text may go to them."""
        newest = self.of(recipient)[-1:]
        return any(self._clock() - message.sent_at < _WINDOW_S for message in newest)

    def mark_read(self, wamid: str) -> bool:
        """Marks this one and all before it in its chat. False: unknown or over 30 days old."""
        now = self._clock()
        with self._lock:
            for chat in self._chats.values():
                for place, message in enumerate(chat):
                    if message.wamid == wamid and now - message.sent_at <= _READABLE_S:
                        chat[: place + 1] = [_read(each, now) for each in chat[: place + 1]]
                        return True
        return False

    def clear(self) -> None:
        with self._lock:
            self._chats.clear()

    def _keep(self, message: InboundMessage) -> InboundMessage:
        with self._lock:
            # Put back at the end, so that whoever wrote longest ago is forgotten first.
            chat = self._chats.pop(message.sender, [])
            self._chats[message.sender] = [*chat[1 - _LONGEST_CHAT :], message]
            if len(self._chats) > self._capacity:
                del self._chats[next(iter(self._chats))]
            listeners = list(self._listeners)
        for listener in listeners:
            listener(message)
        return message


def _read(message: InboundMessage, now: float) -> InboundMessage:
    return message if message.read_at is not None else replace(message, read_at=now)
