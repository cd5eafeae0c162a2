"""argon2 with nothing around it: what a validate cannot be faster than."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from argon2 import PasswordHasher

from otp_service.settings import Settings

_THREADS = 2


def verifies_per_second(settings: Settings, seconds: float) -> float:
    """On two threads of a process of its own, at the cost that the settings name."""
    cost = (
        settings.otp_argon2_memory_kib,
        settings.otp_argon2_passes,
        settings.otp_argon2_lanes,
    )
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(_verify, cost, seconds).result()


def _verify(cost: tuple[int, int, int], seconds: float) -> float:
    memory_kib, passes, lanes = cost
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
