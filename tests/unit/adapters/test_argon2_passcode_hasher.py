"""The passcode hasher: bound to the challenge and the pepper, and never more at once than told."""

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from otp_service.adapters.argon2_passcode_hasher import Argon2Cost, Argon2PasscodeHasher, Pepper

CHEAP = Argon2Cost(memory_kib=8, passes=1, lanes=1)
OLD, NEW = Pepper("old", b"old-pepper"), Pepper("new", b"new-pepper")


@pytest.fixture(scope="module")
def hasher() -> Iterator[Argon2PasscodeHasher]:
    made = Argon2PasscodeHasher([OLD], CHEAP, threads=1)
    yield made
    made.close()


@pytest.fixture(scope="module")
def rotated() -> Iterator[Argon2PasscodeHasher]:
    made = Argon2PasscodeHasher([NEW, OLD], CHEAP, threads=1)
    yield made
    made.close()


@pytest.fixture(scope="module")
def stranger() -> Iterator[Argon2PasscodeHasher]:
    made = Argon2PasscodeHasher([NEW], CHEAP, threads=1)
    yield made
    made.close()


def test_the_right_passcode_of_the_challenge_matches(hasher):
    assert hasher.matches(hasher.digest("c1", "012345"), "c1", "012345")


@pytest.mark.parametrize("passcode", ["012346", "12345", "0123456", "", "543210"])
def test_another_passcode_does_not_match(hasher, passcode):
    assert not hasher.matches(hasher.digest("c1", "012345"), "c1", passcode)


def test_a_digest_is_worthless_for_another_challenge(hasher):
    assert not hasher.matches(hasher.digest("c1", "012345"), "c2", "012345")


def test_a_digest_of_an_unknown_pepper_fails_closed(hasher, stranger):
    assert not stranger.matches(hasher.digest("c1", "012345"), "c1", "012345")


def test_another_pepper_of_the_same_name_does_not_match(hasher):
    impostor = Argon2PasscodeHasher([Pepper("old", b"another")], CHEAP, threads=1)
    assert not impostor.matches(hasher.digest("c1", "012345"), "c1", "012345")
    impostor.close()


def test_after_a_rotation_old_digests_still_match_and_new_ones_take_the_new_pepper(
    hasher, rotated, stranger
):
    assert rotated.matches(hasher.digest("c1", "012345"), "c1", "012345")
    fresh = rotated.digest("c1", "012345")
    assert fresh.startswith("new:")
    assert stranger.matches(fresh, "c1", "012345")
    assert not hasher.matches(fresh, "c1", "012345")


def test_a_digest_is_salted_argon2id_at_the_cost_asked_for(hasher):
    first, second = hasher.digest("c1", "012345"), hasher.digest("c1", "012345")
    assert first != second
    assert first.startswith("old:$argon2id$v=19$m=8,t=1,p=1$")
    assert "012345" not in first


def test_the_default_cost_is_that_of_the_contract():
    assert Argon2Cost() == Argon2Cost(memory_kib=7168, passes=1, lanes=1)


def test_a_pepper_hides_its_key():
    assert "old-pepper" not in repr(OLD) + str([OLD])


@given(st.text(st.characters(max_codepoint=127)))
@example("")
@example("old")
@example("old:")
@example("old:$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA")
@example("old:$argon2id$v=19$m=8,t=1,p=1$$")
@example("old:$2b$12$abcdefghijklmnopqrstuv")
def test_a_garbled_digest_matches_nothing(hasher, garbage):
    assert hasher.matches(garbage, "c1", "012345") is False
    assert hasher.matches(f"old:{garbage}", "c1", "012345") is False


def test_a_digest_of_other_letters_matches_nothing(hasher):
    assert hasher.matches("old:é", "c1", "012345") is False


def threads_inside_argon2() -> int:
    """How many threads of this process are in the argon2 package at this moment."""
    inside = 0
    for frame in sys._current_frames().values():
        if frame.f_globals.get("__name__", "").startswith("argon2."):
            inside += 1
    return inside


def most_at_once(threads: int) -> int:
    """The most hashes seen at once while eight callers ask a hasher of so many threads."""
    hasher = Argon2PasscodeHasher([OLD], Argon2Cost(memory_kib=4096, passes=6), threads)
    seen = 0
    with ThreadPoolExecutor(8) as callers:
        ready = threading.Barrier(8)

        def call() -> None:
            ready.wait(timeout=10)
            digest = hasher.digest("c1", "012345")
            assert hasher.matches(digest, "c1", "012345")

        calls = [callers.submit(call) for _ in range(8)]
        while wait(calls, timeout=0.0005).not_done:
            seen = max(seen, threads_inside_argon2())
    for done in calls:
        done.result()
    hasher.close()
    return seen


@pytest.mark.parametrize("threads", [1, 2])
def test_no_more_hashes_run_at_once_than_there_are_threads(threads):
    assert most_at_once(threads) == threads


def test_the_count_above_can_see_more_than_two():
    assert most_at_once(6) > 2
