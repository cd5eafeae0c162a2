"""What one simulated business account looks like from outside."""

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SimulatorSettings:
    """One WhatsApp business account with one number and one AUTHENTICATION template.

    `app_secret`: when set, an `appsecret_proof` that is sent must be right; with
    `require_app_secret_proof` (the app dashboard's "Require App Secret") it must also be sent.
    `template_languages`: the languages in which the template is APPROVED.
    `latency_s`: seconds before each answer to a send; can be changed while running.
    `page_size`: messages in one answer of `GET /inbox/messages`, and chats on the inbox page.
    `message_capacity`: messages kept; the oldest goes first.
    `management_calls_per_hour`: of all calls that read or change the account, taken together.
    `webhook_url`: where webhooks go, signed with the app secret; without it there are none.
    `webhook_verify_token`: of the handshake. `webhook_speed`: how many times faster than in life
    a message is sent, delivered and read. `webhook_retry_after_s`: seconds before each repetition
    of a webhook that was not answered with 2xx; after the last one it is given up.
    `throughput_per_s`: sends a second before 130429; None: no limit. `pair_limit`: whether one
    recipient can get too many (131056).
    `template_review_s`: seconds a created or edited template is PENDING. `template_limit`: how
    many there can be. `error_flavour`: "live" for errors as graph.facebook.com answers them,
    "published" for those of Meta's reference pages.

    Raises `ValueError` for a proof or a webhook without a secret, a speed of 0, and an unknown
    flavour.
    """

    access_token: str = field(repr=False)
    phone_number_id: str
    business_account_id: str
    app_secret: str | None = field(default=None, repr=False)
    require_app_secret_proof: bool = False
    template_name: str = "shamrock_auth"
    template_languages: tuple[str, ...] = ("en_US",)
    code_expiration_minutes: int = 10
    latency_s: float = 0.0
    business_number: str = "+15550783881"
    display_name: str = "Shamrock Bail Bonds"
    page_size: int = 50
    message_capacity: int = 10_000
    business_id: str = "506914307656634"
    app_id: str = "634974688087057"
    management_calls_per_hour: int = 5_000
    webhook_url: str | None = None
    webhook_verify_token: str = field(default="", repr=False)
    webhook_speed: float = 1.0
    webhook_retry_after_s: tuple[float, ...] = (1.0, 4.0, 16.0, 64.0)
    throughput_per_s: int | None = None
    pair_limit: bool = False
    template_review_s: float = 3.0
    template_limit: int = 250
    error_flavour: str = "live"

    def __post_init__(self) -> None:
        if self.require_app_secret_proof and self.app_secret is None:
            raise ValueError("require_app_secret_proof needs an app_secret")
        if self.webhook_url is not None and self.app_secret is None:
            raise ValueError("webhook_url needs an app_secret, which signs what is sent")
        if self.error_flavour not in ("live", "published"):
            raise ValueError('error_flavour must be "live" or "published"')
        if self.webhook_speed <= 0:
            raise ValueError("webhook_speed must be more than 0")

    @property
    def app_access_token(self) -> str:
        """The token of the app itself, which `client_credentials` gives for its secret."""
        key = hashlib.sha256((self.app_secret or "").encode()).hexdigest()
        return f"{self.app_id}|{key[:27]}"
