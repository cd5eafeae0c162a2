"""Answers that no simulator gives: the second of two calls refused, members that are missing."""

from collections.abc import Iterator, Mapping

import pytest

from otp_service.whatsapp.access_token import inspect_access_token
from otp_service.whatsapp.business_account import read_business_account
from otp_service.whatsapp.errors import OperatorError, UnknownOutcomeError, refusal
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.graph_error import parse_graph_error
from otp_service.whatsapp.media import read_media
from otp_service.whatsapp.message_history import list_message_history
from otp_service.whatsapp.phone_numbers import read_phone_number
from otp_service.whatsapp.subscriptions import list_subscribed_apps, read_app_access_token

Answer = Mapping[str, object]


class ScriptedGraph(GraphClient):
    """Answers each reading call with the next of `answers`; an error in them is raised."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__(access_token="EAAscripted", base_url="http://127.0.0.1:9")
        self._answers = iter(answers)

    def get(self, path: str, query: Mapping[str, str]) -> Answer:
        answer = next(self._answers)
        error = parse_graph_error(400, {}, answer, secrets=())
        if error is not None:
            raise refusal(error)
        return answer

    def pages(
        self, path: str, query: Mapping[str, str], *, page_size: int = 25
    ) -> Iterator[Answer]:
        return self._answers


def _error(code: int, **members: object) -> Answer:
    return {"error": {"message": "(#x) no", "type": "OAuthException", "code": code, **members}}


@pytest.mark.parametrize("error", [_error(200), _error(100, error_subcode=33), _error(190)])
def test_only_an_unknown_field_is_forgiven_to_the_messaging_limit(error: Answer):
    with pytest.raises(OperatorError):
        read_phone_number(ScriptedGraph({"id": "1"}, error), "1")
    assert read_phone_number(ScriptedGraph({"id": "1"}, _error(100)), "1").messaging_limit is None


def test_a_number_of_which_meta_says_nothing_is_not_healthy():
    number = read_phone_number(ScriptedGraph({}, {}), "1")
    assert not number.is_connected
    assert (number.status, number.health, number.webhooks) == (None, None, None)


def test_an_account_of_which_meta_says_nothing_reads_as_nothing():
    account = read_business_account(ScriptedGraph({}), "1")
    assert (account.id, account.account_review_status, account.health) == ("", None, None)


def test_a_token_of_which_meta_says_nothing_is_not_valid():
    token = inspect_access_token(ScriptedGraph({}), "EAAx")
    assert not token.is_valid
    assert len(token.missing_scopes) == 2


def test_an_app_may_be_listed_flat():
    (app,) = list_subscribed_apps(ScriptedGraph({"id": "7", "name": "login"}), "1")
    assert (app.id, app.name) == ("7", "login")


def test_an_app_token_that_is_missing_is_no_empty_one():
    with pytest.raises(UnknownOutcomeError, match="no access token"):
        read_app_access_token(ScriptedGraph({"token_type": "bearer"}), "1", "secret")


def test_a_history_without_events_and_media_without_members_are_read():
    (record,) = list_message_history(ScriptedGraph({"id": "5"}), "1", "wamid.AAAA")
    assert (record.id, record.wamid, record.events) == ("5", None, ())
    assert read_media(ScriptedGraph({}), "8").id == "8"
