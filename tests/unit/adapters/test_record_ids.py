"""Record ids: a userId sealed under a key, found under every key, and the userId again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.adapters.redis_keys import NumberKeys
from otp_service.adapters.redis_record_ids import UNSEALED, RecordIds, Seal

USER_IDS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=24, max_size=24)
FIRST, SECOND = Seal("0a0a0a0a", b"1" * 32), Seal("0b0b0b0b", b"2" * 32)
USER_ID = "a2b3c4d5" * 3


def test_a_record_id_has_one_form_for_ever():
    # Written down: a change of this value would orphan every record of a changed key.
    assert RecordIds([FIRST]).id_of(USER_ID) == "0a0a0a0a-zs6dnzk7zr2y7b3ora24o7tp"


@given(USER_IDS)
def test_a_sealed_id_names_its_key_and_leads_back(user_id):
    ids = RecordIds([SECOND, FIRST])
    sealed = ids.id_of(user_id)
    assert re.fullmatch(r"0b0b0b0b-[a-z2-7]{24}", sealed)
    assert user_id not in sealed
    assert [ids.user_id_of(one) for one in ids.all_of(user_id)] == [user_id] * 3
    assert RecordIds([FIRST]).id_of(user_id) != sealed


@given(USER_IDS, USER_IDS)
def test_two_persons_never_share_a_record_id(one, other):
    ids = RecordIds([FIRST])
    assert (ids.id_of(one) == ids.id_of(other)) == (one == other)


@given(USER_IDS, st.integers(0, 119))
def test_persons_of_nearly_the_same_id_have_nothing_in_common(user_id, bit):
    """Each letter of the sealed id depends on each bit of the userId."""
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    place, in_letter = divmod(bit, 5)
    changed = alphabet[alphabet.index(user_id[place]) ^ (1 << in_letter)]
    near = user_id[:place] + changed + user_id[place + 1 :]
    sealed, other = (RecordIds([FIRST]).id_of(one)[9:] for one in (user_id, near))
    assert sum(left == right for left, right in zip(sealed, other, strict=True)) < 12


def test_without_another_key_a_person_has_one_id_which_is_the_user_id():
    assert UNSEALED.all_of(USER_ID) == (USER_ID,)
    assert UNSEALED.is_ours(USER_ID)
    assert not UNSEALED.is_ours(FIRST.close(USER_ID))


def test_a_coming_key_is_looked_for_and_not_written():
    ids = RecordIds(coming=FIRST)
    assert ids.all_of(USER_ID) == (USER_ID, FIRST.close(USER_ID))
    assert ids.is_known(FIRST.close(USER_ID))
    assert not ids.is_ours(FIRST.close(USER_ID))


def test_a_coming_key_that_has_come_is_no_second_one():
    assert RecordIds([FIRST], coming=FIRST).all_of(USER_ID) == RecordIds([FIRST]).all_of(USER_ID)


def test_an_id_of_a_key_that_is_gone_stays_as_it_is():
    sealed = FIRST.close(USER_ID)
    assert RecordIds([SECOND]).user_id_of(sealed) == sealed
    assert not RecordIds([SECOND]).is_known(sealed)
    assert RecordIds([SECOND]).all_of(sealed) == (sealed,)


def test_nobody_has_no_record_id():
    assert RecordIds([FIRST]).all_of("") == ("",)
    assert RecordIds([FIRST]).user_id_of("") == ""


def test_a_number_keeps_its_slot_whatever_its_keys_are_called():
    plain, sealed = NumberKeys(USER_ID), RecordIds([FIRST]).keys_of(USER_ID)
    assert (sealed.audit, sealed.roles) == (plain.audit, plain.roles)
    assert sealed.own.keys() == plain.own.keys()
    for kind, key in sealed.own.items():
        assert key == plain.own[kind].replace(USER_ID, FIRST.close(USER_ID))


@pytest.mark.parametrize("client_id", ["gas", "meta", f"admin:{USER_ID}", f"admin:{USER_ID}-2"])
def test_a_client_is_kept_without_a_plain_user_id_and_read_as_it_was(client_id):
    ids = RecordIds([FIRST])
    kept = ids.client_as_kept(client_id)
    assert USER_ID not in kept
    assert ids.client_of(kept) == client_id
    assert set(ids.clients_as_kept(client_id)) == {kept, client_id}


def test_the_key_is_in_no_text():
    assert repr(FIRST) == "Seal(0a0a0a0a)"
