"""Which webhooks Meta sends for what happens here, in what shape and after how long.

Meta, "Messages webhook" and "Webhooks, Delivery": reports come repeated, and in any order.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import SystemRandom
from typing import Any

from otp_service.simulator.account import AccountChange
from otp_service.simulator.inbound_message import InboundMessage
from otp_service.simulator.inbox_message import (
    AcceptedMessage,
    DeliveryStatus,
    DeliverySteps,
    delivery_steps,
)
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.webhook_body import WebhookUpdate, inbound_update, status_update
from otp_service.simulator.webhook_sender import WebhookSender


@dataclass(frozen=True)
class ReportStyle:
    """How reports are made. `speed`: as in the settings. `copies`: how often each is sent.

    `shuffle`: those of one message come in any order. `up_to`: the state that no message gets
    beyond. `bsuid`: everyone has a username, so that Meta does not tell their numbers.
    """

    speed: float
    copies: int = 1
    shuffle: bool = False
    up_to: DeliveryStatus = DeliveryStatus.READ
    bsuid: bool = False


class WebhookReports:
    """`style` can be changed with `change_style`; it is that of what happens afterwards.

    `clock` gives Unix seconds, `identity_of` what is told of whoever has a number.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        sender: WebhookSender,
        clock: Callable[[], float],
        identity_of: Callable[[str], str | None],
    ) -> None:
        self._identity_of = identity_of
        self._settings = settings
        self._sender = sender
        self._clock = clock
        self._style = ReportStyle(speed=settings.webhook_speed)
        self._random = SystemRandom()

    @property
    def style(self) -> ReportStyle:
        return self._style

    def change_style(self, **members: Any) -> None:  # noqa: ANN401  # members of ReportStyle
        self._style = replace(self._style, **members)

    def steps(self, failure: int | None) -> DeliverySteps:
        """What is going to happen to a message that is taken now."""
        style = self._style
        return delivery_steps(fails=failure is not None, speed=style.speed, up_to=style.up_to)

    def message_accepted(self, message: AcceptedMessage) -> None:
        style, last_s = self._style, max((after_s for _, after_s in message.steps), default=0.0)
        identity = self._identity_of(message.content.to)
        for status, after_s in message.steps:
            at = message.accepted_at + after_s
            update = status_update(message, status, at, bsuid=style.bsuid, identity=identity)
            for _ in range(style.copies):
                told_after_s = self._random.uniform(0, last_s) if style.shuffle else after_s
                self._sender.send(update, told_after_s, about=message.content.to)

    def message_received(self, message: InboundMessage) -> None:
        style = self._style
        update = inbound_update(
            message,
            self._settings.business_number,
            bsuid=style.bsuid,
            identity=self._identity_of(message.sender),
        )
        for _ in range(style.copies):
            self._sender.send(update, 0, about=message.sender)

    def account_changed(self, change: AccountChange, at: float | None = None) -> None:
        """Of the account, a number or a template. `at`: Unix seconds, now without it."""
        instant = self._clock() if at is None else at
        update = WebhookUpdate(change.field, change.value, time=int(instant))
        for _ in range(self._style.copies):
            self._sender.send(update, 0, about=change.field)
