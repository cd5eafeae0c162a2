"""A number that changes hands, on every store; tests/integration/identity has the odd cases."""

from dataclasses import replace

import pytest

from otp_service.domain.errors import IdentityChangedError
from otp_service.domain.identity import Acceptance, IdentityNews, Owner, SystemNews
from otp_service.domain.roles import Role
from tests.integration.store.number import ORIGIN, Number

MISMATCH = "identity_changed:137000"


def test_a_number_changes_hands_and_its_new_owner_gets_in_as_somebody_else(number: Number):
    kept = replace(number, keeps_identity=True)
    kept.roles.set_role(kept.subject, Role.STAFF, ORIGIN)
    former = kept.log_in("former")
    kept.report("challenge of former", "sent", "delivered", came_to="hash one")
    assert kept.begin("pinned").identity_hash == "hash one"

    kept.report("pinned", "failed", failure=MISMATCH)
    assert not kept.sessions.is_live(former)
    with pytest.raises(IdentityChangedError):
        kept.begin("refused")
    with pytest.raises(IdentityChangedError):
        kept.count()

    done = kept.identities.accept(kept.subject, Owner.NEW, ORIGIN)
    assert (done.was_refused, done.previous_role) == (True, Role.STAFF)
    kept.client.delete(kept.keys.sending)
    assert kept.send("theirs").identity_hash == ""
    kept.report("theirs", "delivered", came_to="hash two")
    grant = kept.win(kept.count(), "theirs")
    assert (grant.role, grant.former_owners) == (Role.INDEMNITOR, 1)
    assert kept.begin("pinned again").identity_hash == "hash two"
    told = [event.event for event in kept.events()]
    assert told.count("identity_changed") == told.count("identity_accepted") == 1

    news = SystemNews(IdentityNews.CHANGED_NUMBER, "message of news", kept.now_s())
    kept.identities.distrust(kept.subject, news)
    assert not kept.sessions.is_live(kept.session("theirs", grant))


@pytest.mark.parametrize("keeps_identity", [True, False])
def test_a_new_owner_is_counted_once_until_they_have_logged_in(number: Number, keeps_identity):
    kept = replace(number, keeps_identity=keeps_identity)
    kept.roles.set_role(kept.subject, Role.STAFF, ORIGIN)
    kept.log_in("former")
    assert kept.identities.accept(kept.subject, Owner.NEW, ORIGIN).changed
    kept.client.delete(kept.keys.sending)
    kept.send("theirs")
    before = kept.events()
    for owner in (Owner.NEW, Owner.SAME):
        done = kept.identities.accept(kept.subject, owner, ORIGIN)
        assert done == Acceptance(owner, False, False, Role.INDEMNITOR, 0)
    assert kept.events() == before
    assert kept.win(kept.count(), "theirs").former_owners == 1

    kept.sessions.end_all(kept.subject, ORIGIN)
    assert kept.identities.accept(kept.subject, Owner.NEW, ORIGIN).changed
    kept.client.delete(kept.keys.sending)
    kept.send("next")
    assert kept.win(kept.count(), "next").former_owners == 2


def test_the_same_owner_is_accepted_once(number: Number):
    kept = replace(number, keeps_identity=True)
    kept.log_in("known")
    kept.report("challenge of known", "delivered", came_to="hash")
    assert kept.identities.accept(kept.subject, Owner.SAME, ORIGIN).changed
    before = kept.events()
    assert not kept.identities.accept(kept.subject, Owner.SAME, ORIGIN).changed
    assert kept.events() == before
