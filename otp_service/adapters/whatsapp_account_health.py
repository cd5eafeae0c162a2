"""What `doctor` says of the business account: whether the token sees it, and Meta's review."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from otp_service.adapters.whatsapp_refusal import account_finding
from otp_service.domain.health import Finding, Gravity
from otp_service.whatsapp.business_account import BusinessAccount, read_business_account
from otp_service.whatsapp.errors import WhatsAppError
from otp_service.whatsapp.graph_client import GraphClient

_APPROVED = "APPROVED"
_REJECTED = "REJECTED"
_INACTIVE = "INACTIVE"
_VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """A HealthCheck. What the account's health says of sending is the number's as well."""

    subject: ClassVar[str] = "account"
    graph: GraphClient
    business_account_id: str

    def __call__(self) -> Iterator[Finding]:
        try:
            account = read_business_account(self.graph, self.business_account_id)
        except WhatsAppError as error:
            yield account_finding(error)
            return
        yield _review(account)
        if (account.business_verification_status or _VERIFIED).lower() != _VERIFIED:
            yield _unverified(account)


def _review(account: BusinessAccount) -> Finding:
    review, status = account.account_review_status, account.status
    if review in {None, _APPROVED} and status != _INACTIVE:
        what = "The access token sees the account, and Meta has approved it."
        return Finding("account_review", Gravity.GOOD, what)
    return Finding(
        "account_review",
        Gravity.FATAL if review == _REJECTED or status == _INACTIVE else Gravity.WARNING,
        f"The account's review is {review or 'unknown'}, its status {status or 'unknown'}.",
        "Meta refuses the messages of an account that it rejected or closed.",
        "WhatsApp Manager says why: `otp-service whatsapp account` shows what Meta says here.",
    )


def _unverified(account: BusinessAccount) -> Finding:
    return Finding(
        "account_verification",
        Gravity.WARNING,
        f"The business's verification is {account.business_verification_status}.",
        "Meta allows a business that it has not verified less, such as fewer templates.",
        "Meta Business Settings: have the business verified.",
    )
