"""Everything a running simulator remembers: templates, messages by chat, and call counts."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from itertools import islice

from otp_service.simulator.account import AccountState
from otp_service.simulator.identities import Identities
from otp_service.simulator.inbound_message import InboundMessage, InboundMessages
from otp_service.simulator.inbox_message import (
    AcceptedMessage,
    DeliverySteps,
    InboxMessage,
    MessageContent,
)
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.template_store import TemplateStore
from otp_service.simulator.wamid import new_wamid


class SimulatorState:
    """In memory, bounded, safe for many threads.

    `clock` gives Unix seconds.
    """

    def __init__(
        self, settings: SimulatorSettings, clock: Callable[[], float] = time.time
    ) -> None:
        self.clock = clock
        self._capacity = settings.message_capacity
        self._lock = threading.Lock()
        self._messages: dict[str, AcceptedMessage] = {}
        self._chats: dict[str, deque[AcceptedMessage]] = {}
        self._disowned_at: dict[str, float] = {}
        self._refusals: Counter[str] = Counter()
        self._requests_received = 0
        self.account = AccountState(settings, clock)
        self.identities = Identities(self.account)
        self.templates = TemplateStore(settings, clock)
        self.inbound = InboundMessages(settings.message_capacity, clock)

    @property
    def requests_received(self) -> int:
        """Calls to the Graph API so far, refused and dropped ones included."""
        with self._lock:
            return self._requests_received

    def count_request(self) -> None:
        with self._lock:
            self._requests_received += 1

    def accept(
        self, content: MessageContent, *, failure: int | None, steps: DeliverySteps
    ) -> AcceptedMessage:
        """Takes a message for delivery; drops the oldest one when there is no room.

        `failure`: the code with which its delivery is going to fail.
        """
        message = AcceptedMessage(
            wamid=new_wamid(content.to.removeprefix("+")),
            content=content,
            accepted_at=self.clock(),
            failure=failure,
            steps=steps,
        )
        with self._lock:
            self._messages[message.wamid] = message
            # Kept in order of the last message: popped and put back at the end.
            chat = self._chats.pop(content.to, None) or deque()
            chat.append(message)
            self._chats[content.to] = chat
            if len(self._messages) > self._capacity:
                self._forget_oldest()
        return message

    def _forget_oldest(self) -> None:
        oldest = self._messages.pop(next(iter(self._messages)))
        self._disowned_at.pop(oldest.wamid, None)
        recipient = oldest.content.to
        chat = self._chats[recipient]
        chat.popleft()
        if not chat:
            del self._chats[recipient]

    def disown(self, wamid: str) -> InboundMessage:
        """Presses "I didn't request a code" under a message, as often as one likes.

        Raises `KeyError` for a message that is not kept or has no such button.
        """
        with self._lock:
            content = self._messages[wamid].content
            if content.type != "template":
                raise KeyError(wamid)
            self._disowned_at.setdefault(wamid, self.clock())
        return self.inbound.disown(content.to, wamid)

    def refuse_again(self, recipient: str, times: int) -> bool:
        """Whether this send is one of the `times` refused before one succeeds. Cycles."""
        with self._lock:
            if self._refusals[recipient] >= times:
                del self._refusals[recipient]
                return False
            self._refusals[recipient] += 1
            return True

    def messages(self, *, to: str | None = None, limit: int | None = None) -> list[InboxMessage]:
        """The last `limit` messages, to one recipient (E.164) or to all; newest last."""
        with self._lock:
            kept = self._messages.values() if to is None else self._chats.get(to, deque())
            newest_first = list(islice(reversed(kept), limit))
        return self._seen_now(reversed(newest_first))

    def latest_of_chats(self, limit: int) -> list[InboxMessage]:
        """The last message of each chat, newest chat first, at most `limit` chats."""
        with self._lock:
            latest = [chat[-1] for chat in islice(reversed(self._chats.values()), limit)]
        return self._seen_now(latest)

    def clear_messages(self) -> None:
        """Empties every chat and forgets how often a magic number has refused."""
        with self._lock:
            self._messages.clear()
            self._chats.clear()
            self._disowned_at.clear()
            self._refusals.clear()
        self.inbound.clear()

    def _seen_now(self, messages: Iterable[AcceptedMessage]) -> list[InboxMessage]:
        now = self.clock()
        with self._lock:
            disowned_at = dict(self._disowned_at)
        return [
            message.seen_at(now, disowned_at=disowned_at.get(message.wamid))
            for message in messages
        ]
