"""What `doctor` says of argon2 on this machine: its cost against the load promised."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from otp_service.domain.health import Finding, Gravity
from otp_service.domain.ports import PasscodeHasher

# Meta's default throughput for a number: as many sends, and as many validations.
_HASHES_PER_S = 160
_ROUNDS = 5
_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Argon2Health:
    """A HealthCheck: a few hashes, timed."""

    subject: ClassVar[str] = "argon2"
    hasher: PasscodeHasher

    def __call__(self) -> Iterator[Finding]:
        took = []
        for _ in range(_ROUNDS):
            begun = time.perf_counter()
            self.hasher.digest("doctor", "000000")
            took.append(time.perf_counter() - begun)
        # The quickest: the others tell how busy the machine was.
        cost_s = min(took)
        cores = os.cpu_count() or 1
        share = cost_s * _HASHES_PER_S / cores
        what = (
            f"One hash takes {cost_s * 1000:.1f} ms; 80 sends and 80 validations a second would "
            f"keep {share:.0%} of {cores} cores busy."
        )
        if share <= _SHARE:
            yield Finding("argon2_cost", Gravity.GOOD, what)
            return
        yield Finding(
            "argon2_cost",
            Gravity.WARNING,
            what,
            "At that load people wait for the hash.",
            "Lower OTP_ARGON2_MEMORY_KIB or OTP_ARGON2_PASSES, or add cores or instances.",
        )
