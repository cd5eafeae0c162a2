"""`health_status` of a node: whether each entity on the way of a message can send.

Meta, "Health status".
"""

from typing import Any

from otp_service.simulator.account import AccountState

_WORST_LAST = ("AVAILABLE", "LIMITED", "BLOCKED")


def health_status(account: AccountState, narrowest: tuple[str, ...]) -> dict[str, Any]:
    """`narrowest`: entities of the node itself; the business and the app are always named.

    The overall value is the worst of those shown.
    """
    health = account.health
    shown = (*narrowest, "BUSINESS", "APP")
    return {
        "can_send_message": max((health[e] for e in shown), key=_WORST_LAST.index),
        "entities": [_entity(account, entity, health[entity]) for entity in shown],
    }


def _entity(account: AccountState, entity_type: str, can_send_message: str) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "entity_type": entity_type,
        "id": account.entity_id(entity_type),
        "can_send_message": can_send_message,
    }
    if can_send_message == "LIMITED":
        entity["additional_info"] = ["Your display name has not been approved yet."]
    if can_send_message == "BLOCKED":
        entity["errors"] = [
            {
                "error_code": 141002 if entity_type != "PHONE_NUMBER" else 141000,
                "error_description": f"The {entity_type} cannot send messages.",
                "possible_solution": "Repair it in WhatsApp Manager, or register the number.",
            }
        ]
    return entity
