"""What Meta shows of the number, the account, the token, its users and the app's webhook.

Meta, "WhatsApp Business Account", "Phone numbers", "Access tokens" and "Subscriptions".
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class NumberState:
    """The number as Meta shows it; each member can be ordered by its name.

    `throughput` is the level. `pin` None: two-step verification was never set up.
    """

    status: str = "CONNECTED"
    quality_rating: str = "GREEN"
    whatsapp_business_manager_messaging_limit: str = "TIER_2K"
    throughput: str = "STANDARD"
    name_status: str = "APPROVED"
    code_verification_status: str = "VERIFIED"
    account_mode: str = "LIVE"
    platform_type: str = "CLOUD_API"
    verified_name: str = ""
    pin: str | None = field(default=None, repr=False)
    verification_code: str | None = field(default=None, repr=False)
    identity_key_check: bool = False
    override_callback_uri: str | None = None

    @property
    def is_registered(self) -> bool:
        """Whether Meta takes messages from it; `register` and `deregister` change it."""
        return self.status != "DISCONNECTED"


@dataclass(frozen=True)
class AccountFacts:
    """The account as Meta shows it; each member can be ordered by its name."""

    name: str
    account_review_status: str = "APPROVED"
    business_verification_status: str = "verified"
    status: str = "ACTIVE"
    is_enabled_for_insights: bool = False


@dataclass(frozen=True)
class TokenFacts:
    """What `debug_token` says of the system user's token. `expires_at`: Unix seconds, 0 never."""

    is_valid: bool = True
    expires_at: int = 0
    type: str = "SYSTEM_USER"
    scopes: tuple[str, ...] = ("whatsapp_business_management", "whatsapp_business_messaging")


@dataclass(frozen=True)
class AssignedUser:
    id: str
    name: str
    user_type: str


@dataclass(frozen=True)
class AppSubscription:
    """The app's own webhook: object `whatsapp_business_account`, its callback and fields."""

    callback_url: str
    fields: tuple[str, ...]
