"""The walk along the chain: whatever is done to an event is found, and the first one is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.domain.audit_chain import ChainHead, EventId
from otp_service.domain.audit_findings import Finding, FindingKind
from tests.unit.domain.audited_chain import AuditedChain, a_chain

CHAINS = st.builds(a_chain, st.lists(st.integers(1, 5), min_size=2, max_size=4), st.integers(0, 4))
HOWEVER = st.data()


def any_index(data: st.DataObject, chain: AuditedChain, minimum: int = 0) -> int:
    return data.draw(st.integers(minimum, len(chain.entries) - 1), label="index")


def present(finding: Finding | None) -> Finding:
    assert finding is not None
    return finding


@given(CHAINS)
def test_what_nobody_touched_is_intact(chain):
    walk = chain.walk()
    assert walk.end(chain.head) is None
    anchored = sum(anchor.events for anchor in chain.anchors)
    assert (walk.events, walk.tail.seen) == (len(chain.entries), len(chain.entries) - anchored)


@given(CHAINS, HOWEVER)
def test_an_altered_event_is_named(chain, data):
    index = any_index(data, chain)
    chain.alter(index)
    assert chain.finding() == Finding(FindingKind.ALTERED, 7, chain.id(index))


@given(CHAINS, HOWEVER)
def test_an_altered_link_is_named(chain, data):
    index = any_index(data, chain)
    chain.alter_chain(index)
    assert chain.finding() == Finding(FindingKind.ALTERED, 7, chain.id(index))


@given(CHAINS, HOWEVER)
def test_a_removed_event_is_missing_between_its_neighbours(chain, data):
    index = any_index(data, chain)
    del chain.entries[index]
    finding = chain.finding()
    assert finding.kind is FindingKind.MISSING
    assert finding.after == (chain.id(index - 1) if index else None)
    if index < len(chain.entries):
        assert finding.before == chain.id(index)


@given(CHAINS, HOWEVER, st.integers(2, 6))
def test_removed_events_are_missing_between_their_neighbours(chain, data, count):
    index = any_index(data, chain, 1)
    del chain.entries[index : index + count]
    finding = chain.finding()
    assert finding.kind is FindingKind.MISSING
    assert finding.after == chain.id(index - 1)


@given(CHAINS, HOWEVER, st.booleans())
def test_an_inserted_event_is_named(chain, data, fits):
    index = any_index(data, chain, 1)
    made_up = chain.insert(index, chain.link(index - 1) if fits else "f" * 40)
    assert chain.finding() == Finding(FindingKind.INSERTED, 7, made_up)


@given(CHAINS, HOWEVER)
def test_several_inserted_events_are_known_as_such(chain, data):
    index = any_index(data, chain, 1)
    first = chain.insert(index, chain.link(index - 1))
    second = (EventId(first.ms, 1), "made up too", chain.link(index))
    chain.entries.insert(index + 1, second)
    assert chain.finding() == Finding(FindingKind.INSERTED, 7, first)


@given(CHAINS, HOWEVER, st.sampled_from(["alter", "remove", "insert"]))
def test_a_change_before_the_newest_anchor_is_found_however_well_it_is_covered(chain, data, what):
    """The attacker makes every link and the head fit again; only the anchors know better."""
    anchored = sum(anchor.events for anchor in chain.anchors)
    index = data.draw(st.integers(0, anchored - 1), label="index")
    if what == "alter":
        chain.alter(index)
    elif what == "remove":
        del chain.entries[index]
    else:
        chain.insert(index, "")
        chain.entries[index] = (*chain.entries[index][:2], chain.entries[index + 1][2])
    if not chain.entries:
        return
    chain.relink(index)
    chain.head = ChainHead(chain.head.event_id, chain.head.link, len(chain.entries))
    finding = chain.finding()
    assert finding is not None
    first, last = finding.after, finding.before
    if finding.kind is FindingKind.ALTERED and not finding.event_id:
        assert first <= last
        assert any((a.first_id, a.last_id) == (first, last) for a in chain.anchors)


@given(CHAINS, HOWEVER)
def test_a_trimmed_beginning_is_no_fault(chain, data):
    index = any_index(data, chain, 1)
    kept_since_ms = chain.id(index).ms
    whole = list(chain.anchors)
    old = [anchor for anchor in whole if anchor.last_id.ms < kept_since_ms]
    live = [anchor for anchor in whole if anchor.last_id.ms >= kept_since_ms]
    after = old[-1] if old else None
    start = after.last_id if after else EventId(0, 0)
    trimmed = data.draw(st.integers(0, index), label="trimmed")
    chain.entries = [entry for entry in chain.entries[trimmed:] if entry[0] > start]
    assert chain.finding(kept_since_ms=kept_since_ms, after=after, anchors=live) is None


@given(CHAINS, HOWEVER)
def test_the_chain_in_the_tail_is_all_there_is_against_a_rewritten_tail(chain, data):
    """What verify says it cannot check: this is found by nobody, until it is anchored."""
    anchored = sum(anchor.events for anchor in chain.anchors)
    if anchored == len(chain.entries):
        return
    index = data.draw(st.integers(anchored, len(chain.entries) - 1))
    chain.alter(index)
    chain.relink(index + 1)
    assert chain.finding() is None
    assert chain.walk().tail.seen == len(chain.entries) - anchored


def test_events_that_no_anchor_nor_the_retention_explains_are_missing():
    chain = a_chain([], 6)
    del chain.entries[:2]
    assert chain.finding() == Finding(FindingKind.MISSING, 7, before=chain.id(0))
    assert chain.finding(kept_since_ms=chain.id(0).ms + 1) is None


@pytest.mark.parametrize("anchored", [True, False])
def test_a_service_that_was_away_for_longer_than_the_retention_goes_on(anchored):
    """Its last events had no anchor and are gone; those that came since are all there."""
    chain = a_chain([3], 4)
    first, later = chain.anchors[0], a_chain([5, 2]).anchors[1]
    del chain.entries[:5]
    kept_since_ms = chain.id(0).ms
    found = chain.finding(
        kept_since_ms=kept_since_ms, after=first, anchors=[later] if anchored else []
    )
    assert found is None
    younger = chain.finding(kept_since_ms=first.last_id.ms, after=first, anchors=[])
    assert present(younger).kind is FindingKind.MISSING


def test_a_head_that_counts_wrong_is_found():
    chain = a_chain([3], 2)
    head = chain.head
    chain.head = ChainHead(head.event_id, head.link, head.count + 1)
    assert present(chain.finding()).kind is FindingKind.MISSING
    chain.head = ChainHead(head.event_id, head.link, head.count - 1)
    assert present(chain.finding()).kind is FindingKind.INSERTED


@pytest.mark.parametrize("tail", [0, 2])
def test_a_head_that_is_gone_or_set_back_is_found(tail):
    chain = a_chain([3, 3], tail)
    assert present(chain.walk().end(None)).kind is FindingKind.HEAD
    early = ChainHead(chain.id(1), chain.link(1), 2)
    walk = a_chain([3, 3]).walk()
    assert present(walk.end(early)).kind is FindingKind.HEAD


def test_a_new_shard_is_intact():
    assert a_chain([]).walk().end(None) is None


def test_a_segment_that_is_gone_whole_is_missing():
    chain = a_chain([2, 3, 2])
    del chain.entries[2:5]
    assert chain.finding() == Finding(
        FindingKind.MISSING, 7, after=chain.id(1), before=chain.id(2)
    )
    assert chain.finding(anchors=[chain.anchors[0], chain.anchors[2]]) == Finding(
        FindingKind.MISSING, 7, after=chain.id(1), before=chain.id(2)
    )


def test_between_anchors_of_which_one_was_removed_the_links_and_the_count_still_hold():
    chain = a_chain([2, 3, 2])
    anchors = [chain.anchors[0], chain.anchors[2]]
    assert chain.finding(anchors=anchors) is None
    altered = chain.id(3)
    chain.alter(3)
    assert chain.finding(anchors=anchors) == Finding(FindingKind.ALTERED, 7, altered)


def test_two_processes_that_anchored_the_same_events_agree():
    chain = a_chain([2, 3])
    other = a_chain([1, 4]).anchors
    assert (
        chain.finding(anchors=sorted([*chain.anchors, *other], key=lambda a: a.first_id)) is None
    )


def test_what_the_retention_has_left_of_a_segment_still_leads_to_its_anchor():
    chain = a_chain([5, 2])
    kept_since_ms = chain.id(1).ms
    del chain.entries[:2]
    assert chain.finding(kept_since_ms=kept_since_ms) is None
    chain.alter(2)
    chain.relink(3)
    assert present(chain.finding(kept_since_ms=kept_since_ms)).kind is FindingKind.ALTERED


def test_where_the_retention_has_begun_to_eat_nobody_knows_whether_more_is_missing():
    chain = a_chain([], 6)
    del chain.entries[3]
    kept_since_ms = chain.id(0).ms + 1
    # The event before the gap is younger than the retention, the first one is not.
    assert chain.finding(kept_since_ms=kept_since_ms) == Finding(
        FindingKind.BROKEN, 7, after=chain.id(2), before=chain.id(3)
    )
