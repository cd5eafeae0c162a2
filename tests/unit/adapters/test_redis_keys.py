"""Redis keys: one number's keys meet in one slot, and say nothing but its pseudonym."""

import re

from hypothesis import given
from hypothesis import strategies as st

from otp_service.adapters.redis_keys import SHARDS, NumberKeys, ShardKeys, shard_of

PHONE_IDS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=24, max_size=24)
OF_A_NUMBER = ("challenge", "pending", "sending", "failures", "lock", "sessions", "history")


@given(PHONE_IDS)
def test_all_keys_of_a_number_carry_the_tag_of_its_shard(phone_id):
    keys = NumberKeys(phone_id)
    tag = f"{{otp:{shard_of(phone_id):02d}}}:"
    assert keys.audit == f"{tag}audit"
    assert keys.roles == f"{tag}roles"
    for name in OF_A_NUMBER:
        assert getattr(keys, name) == f"{tag}{name}:{phone_id}"


@given(PHONE_IDS)
def test_a_number_is_always_in_one_of_the_shards(phone_id):
    assert 0 <= shard_of(phone_id) < SHARDS
    assert shard_of(phone_id) == shard_of(phone_id)


def test_the_shards_are_sixteen_and_their_keys_differ():
    keys = {ShardKeys(shard).audit for shard in range(SHARDS)}
    assert len(keys) == 16
    assert all(re.fullmatch(r"\{otp:[01][0-9]\}:audit", key) for key in keys)


def test_where_a_number_lives_never_changes():
    # Written down: another hash or another count of shards would lose every role and lock-out.
    assert [shard_of(phone_id) for phone_id in ("a" * 24, "abcd", "z2" * 12)] == [4, 1, 6]
