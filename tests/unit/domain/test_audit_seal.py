"""Seals: only who has a key of the ring makes them, and only for the very thing they are on."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.domain.audit_chain import EventId, chained, netstrings
from otp_service.domain.audit_findings import Finding, FindingKind
from otp_service.domain.audit_seal import Anchor, SealRing, Tombstone, read_anchor

OLD, NEW, STRANGER = SealRing([b"o" * 32]), SealRing([b"n" * 32, b"o" * 32]), SealRing([b"s"])
ANCHOR = Anchor(
    shard=3,
    previous="",
    first_id=EventId(10, 0),
    last_id=EventId(20, 1),
    events=4,
    count=9,
    link="a" * 40,
    digest="b" * 64,
    kept_since_ms=-5,
    made_at_ms=30,
)
OTHER_VALUES: dict[str, Any] = {
    "shard": 4,
    "previous": "c" * 64,
    "first_id": EventId(11, 0),
    "last_id": EventId(20, 2),
    "events": 5,
    "count": 10,
    "link": "c" * 40,
    "digest": "c" * 64,
    "kept_since_ms": -6,
    "made_at_ms": 31,
}


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_two_sequences_never_read_the_same(one, other):
    assert (netstrings(one) == netstrings(other)) is (one == other)


def test_an_anchor_comes_back_from_its_fields():
    sealed = NEW.sealed(ANCHOR)
    assert read_anchor(sealed.fields()) == sealed
    assert read_anchor(json.loads(json.dumps(sealed.fields()))) == sealed


@pytest.mark.parametrize("name", OTHER_VALUES)
def test_a_seal_holds_for_nothing_but_what_was_sealed(name):
    sealed = OLD.sealed(ANCHOR)
    assert OLD.holds(sealed.sealed_texts(), sealed.seal)
    changed = dataclasses.replace(sealed, **{name: OTHER_VALUES[name]})
    assert not OLD.holds(changed.sealed_texts(), changed.seal)


def test_a_line_with_half_of_a_surrogate_pair_is_forged_and_stops_nobody():
    fields = json.loads(json.dumps({**OLD.sealed(ANCHOR).fields(), "previous": "\ud800"}))
    forged = read_anchor(fields)
    assert not OLD.holds(forged.sealed_texts(), forged.seal)


def test_every_key_of_the_ring_verifies_and_the_newest_seals():
    old, new = OLD.sealed(ANCHOR), NEW.sealed(ANCHOR)
    assert old.seal != new.seal
    assert NEW.holds(old.sealed_texts(), old.seal)
    assert not OLD.holds(new.sealed_texts(), new.seal)
    assert not STRANGER.holds(new.sealed_texts(), new.seal)


@pytest.mark.parametrize("seal", ["", "0" * 64, "\N{SNOWMAN}", "\ud800"])
def test_what_is_no_seal_holds_nothing(seal):
    assert not OLD.holds(ANCHOR.sealed_texts(), seal)


@pytest.mark.parametrize(
    "changes",
    [{"shard": "x"}, {"first_id": "10"}, {"last_id": "-"}, {"count": None}, {"events": "1e3"}],
)
def test_what_is_no_anchor_is_refused(changes):
    with pytest.raises(ValueError, match=r"."):
        read_anchor({**ANCHOR.fields(), **changes})
    with pytest.raises(ValueError, match="not an anchor"):
        read_anchor({})


EVENT = chained(EventId(5, 1), [b"event", b"role_set", b"chain", b"d" * 40])


def test_a_tombstone_stands_for_its_own_event_only():
    text = Tombstone(3, EVENT).encode(NEW)
    stone = Tombstone.decode(3, "5-1", text, NEW)
    assert stone.event == dataclasses.replace(EVENT, erased=True)
    for shard, event_id, seals in (
        (4, "5-1", NEW),
        (3, "5-2", NEW),
        (3, "5-1", OLD),
        (3, "x", NEW),
    ):
        with pytest.raises(ValueError, match=r"."):
            Tombstone.decode(shard, event_id, text, seals)


def test_a_tombstone_of_an_entry_without_a_link_is_none_of_one_with_an_empty_link():
    bare = chained(EventId(5, 1), [b"event", b"x"])
    assert bare.chain is None
    kept = json.loads(Tombstone(3, bare).encode(NEW))
    assert Tombstone.decode(3, "5-1", json.dumps(kept), NEW).event.chain is None
    with pytest.raises(ValueError, match="not sealed"):
        Tombstone.decode(3, "5-1", json.dumps({**kept, "chain": ""}), NEW)


@pytest.mark.parametrize("kind", FindingKind)
@pytest.mark.parametrize(
    ("event_id", "after", "before"),
    [
        (EventId(1, 2), None, None),
        (None, EventId(1, 2), EventId(3, 4)),
        (None, EventId(1, 2), None),
        (None, None, EventId(1, 2)),
        (None, None, None),
    ],
)
def test_every_finding_says_the_shard_and_what_it_knows_of_the_event(
    kind, event_id, after, before
):
    sentence = Finding(kind, 7, event_id, after, before).sentence
    assert "of shard 07" in sentence
    known = [place for place in (after, before) if place]
    assert all(str(place) in sentence for place in known)
    if kind in {FindingKind.ALTERED, FindingKind.INSERTED} and event_id:
        assert sentence.startswith("event 1-2 of shard 07 was ")
