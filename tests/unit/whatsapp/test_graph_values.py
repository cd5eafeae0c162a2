"""Members of an answer that are not what Meta's pages say."""

import pytest

from otp_service.whatsapp.errors import UnknownOutcomeError
from otp_service.whatsapp.graph_changes import check_success
from otp_service.whatsapp.graph_values import (
    flag,
    integer,
    member,
    members,
    number,
    text,
    texts,
)
from otp_service.whatsapp.health_status import read_health_status


@pytest.mark.parametrize(
    ("value", "read"), [("GREEN", "GREEN"), (12, "12"), (True, None), (1.5, None), (None, None)]
)
def test_a_text_may_come_as_a_number(value: object, read: str | None):
    assert text({"a": value}, "a") == read


@pytest.mark.parametrize(
    ("value", "read"),
    [(7, 7), ("12", 12), ("-7", None), ("\u0667", None), ("", None), (True, None), (1.5, None)],
)
def test_an_integer_may_come_in_digits(value: object, read: int | None):
    assert integer({"a": value}, "a") == read


@pytest.mark.parametrize(("value", "read"), [(2, 2.0), (0.5, 0.5), (True, None), ("2", None)])
def test_a_number_is_never_a_boolean(value: object, read: float | None):
    assert number({"a": value}, "a") == read


@pytest.mark.parametrize(("value", "read"), [(True, True), (False, False), (1, None), ("x", None)])
def test_a_flag_is_only_a_boolean(value: object, read: bool | None):
    assert flag({"a": value}, "a") is read


def test_what_is_absent_or_odd_reads_as_empty():
    for odd in ({}, {"a": None}, {"a": "x"}, {"a": 1}):
        assert member(odd, "a") == {}
        assert members(odd, "a") == []
        assert texts(odd, "a") == ()
    assert members({"a": [1, {"b": 2}, None]}, "a") == [{"b": 2}]
    assert texts({"a": ["x", 1, None, "y"]}, "a") == ("x", "y")


def test_a_health_status_without_entities_is_still_one():
    assert read_health_status({}) is None
    status = read_health_status({"health_status": {"can_send_message": "AVAILABLE"}})
    assert status is not None
    assert (status.can_send_message, status.entities) == ("AVAILABLE", ())


@pytest.mark.parametrize("answer", [{}, {"success": False}, {"success": "true"}, {"id": "1"}])
def test_a_change_that_does_not_say_success_may_or_may_not_have_happened(
    answer: dict[str, object],
):
    with pytest.raises(UnknownOutcomeError):
        check_success(answer)
