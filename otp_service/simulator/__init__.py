"""A strict local stand-in for Meta's WhatsApp Graph API, with an inbox that looks like a chat."""

from otp_service.simulator.app import create_simulator
from otp_service.simulator.inbox_message import DeliveryStatus, InboxMessage
from otp_service.simulator.server import RunningSimulator, running_simulator, serve
from otp_service.simulator.settings import SimulatorSettings

__all__ = [
    "DeliveryStatus",
    "InboxMessage",
    "RunningSimulator",
    "SimulatorSettings",
    "create_simulator",
    "running_simulator",
    "serve",
]
