"""People of the bench: numbers, logins that wait for their code, and a way back to that state."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import redis
import requests

from bench.site import Site
from otp_service.adapters.redis_keys import NumberKeys
from otp_service.bootstrap import build_services

# Valid numbers, none of them one of the simulator's magic ones (555).
_AREAS = {"waiting": 239, "fresh": 305, "locked": 407, "unknown": 813}
_IN_AN_AREA = 3_000_000
_ASKING_AT_ONCE = 8
_BATCH = 1_000
_Item = TypeVar("_Item")


def numbers(kind: str, count: int, first: int = 0) -> list[str]:
    """E.164, `count` of them from the `first`. Raise ValueError when there are not so many."""
    if first + count > _IN_AN_AREA:
        raise ValueError(f"there are only {_IN_AN_AREA} numbers of a kind")
    return [f"+1{_AREAS[kind]}{2_000_000 + index}" for index in range(first, first + count)]


@dataclass(frozen=True, slots=True)
class WaitingLogin:
    """A passcode that was sent. `label`: what Meta sends back with each report on `wamid`."""

    phone: str
    passcode: str
    request_id: str
    wamid: str
    label: str


def waiting_logins(site: Site, count: int) -> list[WaitingLogin]:
    """Ask for codes and read them in Meta's inbox. Raise HTTPError when a send is refused."""
    phones = numbers("waiting", count)
    requests.delete(f"{site.meta_url}/inbox/messages", timeout=5).raise_for_status()
    with requests.Session() as caller, ThreadPoolExecutor(_ASKING_AT_ONCE) as asking:
        caller.headers.update(site.headers)

        def request_id_of(phone: str) -> str:
            answer = caller.post(
                f"{site.service_url}/v1/otp/send", json={"phoneNumber": phone}, timeout=30
            )
            answer.raise_for_status()
            return str(answer.json()["requestId"])

        request_ids = dict(zip(phones, asking.map(request_id_of, phones), strict=True))
    found = requests.get(f"{site.meta_url}/inbox/messages?limit={count}", timeout=60).json()
    return [
        WaitingLogin(
            phone=message["to"],
            passcode=message["code"],
            request_id=request_ids[message["to"]],
            wamid=message["wamid"],
            label=message["callback_data"],
        )
        for message in found
    ]


class NumberKeyring:
    """The Redis keys of a number, known as the service knows it."""

    def __init__(self, site: Site) -> None:
        logins = build_services(site.settings).logins
        self._numbers, self._pseudonyms = logins.numbers, logins.pseudonyms

    def of(self, phone: str) -> NumberKeys:
        return NumberKeys(self._pseudonyms.subject_of(self._numbers.read(phone)).phone_id)


class Snapshot:
    """What Redis holds of some numbers now, to come back to before each round."""

    def __init__(self, client: redis.Redis, keyring: NumberKeyring, phones: Iterable[str]) -> None:
        self._client = client
        self._keys = [
            key
            for phone in phones
            for kind, key in keyring.of(phone).own.items()
            # Events stay in the stream: a list of fewer of them would be wrong.
            if kind != "history"
        ]
        self._held = list(self._read())

    def restore(self) -> None:
        for batch in _batches(self._held):
            with self._client.pipeline(transaction=False) as pipeline:
                for key, dump, left_ms in batch:
                    pipeline.delete(key)
                    if dump is not None:
                        # 0 is Redis' word for "never ends", as -1 is where it is asked.
                        pipeline.restore(key, max(left_ms, 0), dump)
                pipeline.execute()

    def _read(self) -> Iterator[tuple[str, bytes | None, int]]:
        for batch in _batches(self._keys):
            with self._client.pipeline(transaction=False) as pipeline:
                for key in batch:
                    pipeline.dump(key)
                    pipeline.pttl(key)
                replies = pipeline.execute()
            yield from zip(batch, replies[::2], replies[1::2], strict=True)


def lock(client: redis.Redis, keyring: NumberKeyring, phones: Sequence[str]) -> None:
    """As ten wrong guesses leave a number, for an hour."""
    for phone in phones:
        keys = keyring.of(phone)
        client.set(keys.failures, 10)
        client.set(keys.lock, "1", ex=3600)


def _batches(items: Sequence[_Item]) -> Iterator[list[_Item]]:
    whole = iter(items)
    while batch := list(islice(whole, _BATCH)):
        yield batch
