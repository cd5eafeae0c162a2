"""OTP_PSEUDONYM_KEY: a ring of keys and, during a change, the one that is coming."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from otp_service.settings.values import strong_secret

_COMING = "next:"


@dataclass(frozen=True, slots=True)
class PseudonymKeys:
    """`ring` newest first, the maker of all userIds last.

    `coming` is the key that other instances may write with already.
    """

    ring: tuple[str, ...] = field(repr=False)
    coming: str | None = field(repr=False)


def read_pseudonym_keys(entries: Sequence[str]) -> PseudonymKeys:
    """`next:` before the first says that it is coming. Raise ValueError."""
    first, *others = entries
    is_coming = first.startswith(_COMING)
    if any(key.startswith(_COMING) for key in others):
        raise ValueError("only the first one can be the next key")
    keys = [strong_secret(key) for key in (first.removeprefix(_COMING), *others)]
    if len(set(keys)) < len(keys):
        raise ValueError("the same key twice")
    if is_coming and not others:
        raise ValueError("a next key only, and none that is in use")
    if is_coming:
        return PseudonymKeys(tuple(keys[1:]), keys[0])
    return PseudonymKeys(tuple(keys), None)
