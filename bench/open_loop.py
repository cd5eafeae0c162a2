"""Requests at their times, whether or not the earlier ones are answered, as people come.

In a process of its own. Latency counts from the instant a request was due, so that a service that
stalls is charged for those who came meanwhile (no coordinated omission).
"""

import asyncio
import multiprocessing
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import aiohttp

_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Stream:
    """One request for each body, `per_s` a second, the first after `first_s` seconds.

    `expected`: text of an answer that is no refusal.
    """

    url: str
    headers: Mapping[str, str]
    bodies: Sequence[str]
    per_s: float
    first_s: float
    expected: str

    def due_s(self) -> list[float]:
        """Seconds after the start, one for each body."""
        return [self.first_s + index / self.per_s for index in range(len(self.bodies))]


@dataclass(frozen=True, slots=True)
class Exchange:
    """`status` 0: no answer came. `late_ms`: from due to sent, the generator's own delay."""

    status: int
    expected: bool
    latency_ms: float
    late_ms: float


def run_streams(streams: Sequence[Stream]) -> list[list[Exchange]]:
    """Of each stream its exchanges, in the order of their times."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(_run, streams).result()


def _run(streams: Sequence[Stream]) -> list[list[Exchange]]:
    return asyncio.run(_all(streams))


async def _all(streams: Sequence[Stream]) -> list[list[Exchange]]:
    patience = aiohttp.ClientTimeout(total=_PATIENCE_S)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=patience) as client:
        # A little ahead, so that the first ones are not late because all of them are made first.
        begun = time.perf_counter() + 0.2
        return await asyncio.gather(*(_stream(client, stream, begun) for stream in streams))


async def _stream(client: aiohttp.ClientSession, stream: Stream, begun: float) -> list[Exchange]:
    under_way = []
    for body, due_s in zip(stream.bodies, stream.due_s(), strict=True):
        await asyncio.sleep(max(0.0, begun + due_s - time.perf_counter()))
        under_way.append(asyncio.create_task(_exchange(client, stream, body, begun + due_s)))
    return await asyncio.gather(*under_way)


async def _exchange(
    client: aiohttp.ClientSession, stream: Stream, body: str, due: float
) -> Exchange:
    late_ms = (time.perf_counter() - due) * 1000
    try:
        async with client.post(stream.url, headers=stream.headers, data=body.encode()) as answer:
            status, expected = answer.status, stream.expected in await answer.text()
    except (aiohttp.ClientError, TimeoutError):
        status, expected = 0, False
    return Exchange(status, expected, (time.perf_counter() - due) * 1000, late_ms)
