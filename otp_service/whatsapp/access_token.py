"""What Meta says of an access token: whose it is, what it may do, when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otp_service.whatsapp.graph_values import flag, integer, member, members, text, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otp_service.whatsapp.graph_client import GraphClient

MESSAGING = "whatsapp_business_messaging"
MANAGEMENT = "whatsapp_business_management"


@dataclass(frozen=True)
class AccessToken:
    """A token without the token. Instants are Unix seconds; `expires_at` None: never.

    `granular_scopes`: for each scope the ids it is limited to; empty means not limited.
    """

    is_valid: bool
    app_id: str | None
    application: str | None
    type: str | None
    user_id: str | None
    expires_at: int | None
    data_access_expires_at: int | None
    issued_at: int | None
    scopes: tuple[str, ...]
    granular_scopes: Mapping[str, tuple[str, ...]]

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        """Of the two permissions a login service needs, those the token does not have."""
        return tuple(scope for scope in (MESSAGING, MANAGEMENT) if scope not in self.scopes)


def inspect_access_token(graph: GraphClient, token: str) -> AccessToken:
    """Return what Meta says of `token`. Meta takes it in the query, which nobody is shown.

    Source: "Access tokens, Debugging", Graph API.
    """
    data = member(graph.get("debug_token", {"input_token": token}), "data")
    return AccessToken(
        is_valid=flag(data, "is_valid") is True,
        app_id=text(data, "app_id"),
        application=text(data, "application"),
        type=text(data, "type"),
        user_id=text(data, "user_id"),
        # Zero stands for "never".
        expires_at=integer(data, "expires_at") or None,
        data_access_expires_at=integer(data, "data_access_expires_at") or None,
        issued_at=integer(data, "issued_at"),
        scopes=texts(data, "scopes"),
        granular_scopes={
            scope: texts(entry, "target_ids")
            for entry in members(data, "granular_scopes")
            if (scope := text(entry, "scope"))
        },
    )
