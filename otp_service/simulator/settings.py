"""What one simulated business account looks like from outside."""

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

    Raises `ValueError` when the proof is required and there is no secret to check it with.
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

    def __post_init__(self) -> None:
        if self.require_app_secret_proof and self.app_secret is None:
            raise ValueError("require_app_secret_proof needs an app_secret")
