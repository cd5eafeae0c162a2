"""argon2 with nothing around it, on two threads of a process of its own.

`python -m bench.argon2_alone KIB PASSES LANES SECONDS` prints verifies a second, of the library
that this Python has.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import click
from argon2 import PasswordHasher

from otp_service.settings import Settings

_THREADS = 2


def verifies_per_second(python: str, settings: Settings, seconds: float) -> float:
    """With the argon2 of `python`, at the cost that the settings name."""
    cost = (
        settings.otp_argon2_memory_kib,
        settings.otp_argon2_passes,
        settings.otp_argon2_lanes,
    )
    arguments = [str(argument) for argument in (*cost, seconds)]
    alone = [python, "-m", "bench.argon2_alone", *arguments]
    return float(subprocess.run(alone, check=True, capture_output=True, text=True).stdout)


def _verified(memory_kib: int, passes: int, lanes: int, seconds: float) -> float:
    hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
    encoded = hasher.hash("123456")
    begun = time.perf_counter()

    def verify_until_the_end() -> int:
        count = 0
        while time.perf_counter() - begun < seconds:
            hasher.verify(encoded, "123456")
            count += 1
        return count

    with ThreadPoolExecutor(_THREADS) as threads:
        counts = [threads.submit(verify_until_the_end) for _ in range(_THREADS)]
        verified = sum(count.result() for count in counts)
    return verified / (time.perf_counter() - begun)


if __name__ == "__main__":
    *_cost, _seconds = sys.argv[1:]
    _memory_kib, _passes, _lanes = map(int, _cost)
    click.echo(_verified(_memory_kib, _passes, _lanes, float(_seconds)))
