"""What `doctor` says of recycled numbers: whether Meta's reports tell whom a code came to."""

from collections.abc import Iterator

from otp_service.domain.health import Finding, Gravity

_CHECK = "webhook_identity"
_UNNOTICED = "A number that the carrier gave to somebody else is not noticed."


def identity_findings(*, wanted: bool, told: bool | None) -> Iterator[Finding]:
    """No page of Meta's shows its setting, so its last reports have to.

    `wanted` is WHATSAPP_IDENTITY_CHECK; `told` whether those reports have the identity, None when
    there was none.
    """
    if wanted and told is False:
        what = "Meta's reports do not say whom a code came to."
        mend = "`otp-service whatsapp identity-check on`"
        yield Finding(_CHECK, Gravity.WARNING, what, _UNNOTICED, mend)
    elif wanted:
        known = "Meta says whom each code came to." if told else "No report has come yet."
        yield Finding(_CHECK, Gravity.GOOD, known)
    elif told:
        what = "Meta says whom each code came to, and nobody looks."
        mend = "Set WHATSAPP_IDENTITY_CHECK=true, or `otp-service whatsapp identity-check off`."
        yield Finding(_CHECK, Gravity.WARNING, what, _UNNOTICED, mend)
