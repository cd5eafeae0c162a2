"""`health_status`: whether each entity on the way of a message can send, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otp_service.whatsapp.graph_values import integer, member, members, text, texts

if TYPE_CHECKING:
    from otp_service.whatsapp.graph_values import JsonObject


@dataclass(frozen=True)
class HealthError:
    """Why an entity is BLOCKED, and Meta's advice."""

    code: int | None
    description: str | None
    possible_solution: str | None


@dataclass(frozen=True)
class EntityHealth:
    """`entity_type`: PHONE_NUMBER, MESSAGE_TEMPLATE, WABA, BUSINESS, APP.

    `can_send_message`: AVAILABLE, LIMITED (`additional_info` says why) or BLOCKED (`errors` do).
    """

    entity_type: str | None
    id: str | None
    can_send_message: str | None
    additional_info: tuple[str, ...]
    errors: tuple[HealthError, ...]


@dataclass(frozen=True)
class HealthStatus:
    """`can_send_message` is the worst of the entities'. Source: "Health status", Cloud API."""

    can_send_message: str | None
    entities: tuple[EntityHealth, ...]


def read_health_status(node: JsonObject) -> HealthStatus | None:
    """The `health_status` of a number, account or template; None when it was not asked for."""
    status = member(node, "health_status")
    if not status:
        return None
    return HealthStatus(
        can_send_message=text(status, "can_send_message"),
        entities=tuple(_read_entity(entity) for entity in members(status, "entities")),
    )


def _read_entity(entity: JsonObject) -> EntityHealth:
    return EntityHealth(
        entity_type=text(entity, "entity_type"),
        id=text(entity, "id"),
        can_send_message=text(entity, "can_send_message"),
        additional_info=texts(entity, "additional_info"),
        errors=tuple(
            HealthError(
                code=integer(error, "error_code"),
                description=text(error, "error_description"),
                possible_solution=text(error, "possible_solution"),
            )
            for error in members(entity, "errors")
        ),
    )
