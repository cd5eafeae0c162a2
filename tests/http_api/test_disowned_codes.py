""" "I didn't request a code", pressed under the message: from then on its code lets nobody in."""

import pytest

from tests.http_api.conftest import OTHER_PHONE, PHONE
from tests.http_api.meta import Meta, Screen
from tests.webhook_bodies import messages, press

MEXICO, BRAZIL = "+525512345678", "+5511961234567"


@pytest.fixture
def meta(app):
    return Meta(app)


def test_the_code_under_the_button_stops_working(app, meta, simulator, received):
    screen = Screen(app).send()
    meta.press_button(simulator.inbox(PHONE)[-1])
    assert screen.status()["expiresIn"] == 0
    answer = screen.caller.validate(received())
    assert screen.caller.refused(answer, "expired_code", 200) == {}


def test_the_code_of_a_newer_message_still_works(app, meta, simulator, received):
    screen = Screen(app).send()
    older = simulator.inbox(PHONE)[-1]
    screen.send()
    meta.press_button(older)
    screen.caller.requires_valid(screen.caller.validate(received()))


@pytest.mark.parametrize(
    ("phone", "as_meta_writes_it"),
    [
        (MEXICO, {"from": MEXICO.replace("+52", "521")}),
        (BRAZIL, {"from": BRAZIL.replace("+55119", "5511")}),
        (PHONE, {"from": None, "from_user_id": "US.13491208655302741918"}),
        (PHONE, {"from": "9" * 200}),
        (PHONE, {"from": "12395550111"}),
    ],
)
def test_the_message_is_found_however_meta_writes_the_number(
    app, meta, simulator, phone, as_meta_writes_it
):
    screen = Screen(app, phone).send()
    message = simulator.inbox(phone)[-1]
    meta.press_button(message, **as_meta_writes_it)
    assert screen.caller.validate(message.code, phone).get_json()["code"] == "expired_code"


def test_all_that_one_body_tells_are_found_though_meta_names_nobody(app, meta, simulator):
    phones = [PHONE, OTHER_PHONE, MEXICO]
    for phone in phones:
        Screen(app, phone).send()
    found = [simulator.inbox(phone)[-1] for phone in phones]
    pressed = [press(message.wamid) | {"from": None} for message in found[:2]]
    meta.tell(messages(press("wamid.of-another-system"), *pressed, *pressed))
    answers = [Screen(app, m.to).caller.validate(m.code, m.to).get_json() for m in found]
    assert [answer.get("code") for answer in answers] == ["expired_code", "expired_code", None]


def test_a_press_under_a_message_of_another_system_changes_nothing(app, meta, received):
    screen = Screen(app).send()
    meta.tell(messages(press("wamid.of-another-system")))
    screen.caller.requires_valid(screen.caller.validate(received()))


def test_a_new_code_after_a_disowned_one_works(app, meta, simulator, received):
    screen = Screen(app).send()
    meta.press_button(simulator.inbox(PHONE)[-1])
    screen.send()
    screen.caller.requires_valid(screen.caller.validate(received()))
