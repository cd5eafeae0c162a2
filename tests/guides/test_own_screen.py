"""docs/samples/own_screen.py, a web app in front of the running service, as browsers reach it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from otp_service.simulator import RunningSimulator
from tests.conftest import GAS_KEY
from tests.e2e.conftest import Service, free_port
from tests.guides.conftest import Phone
from tests.guides.own_app import Visitor, running_own_app

# Of the simulator: it takes the message, and drops the connection instead of answering.
UNCONFIRMED = "+12395550153"


@pytest.fixture(scope="module")
def own_app(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("own_app") / "app.log"
    with running_own_app(service.url, log) as url:
        yield url
    assert GAS_KEY not in log.read_text(encoding="utf-8")


@pytest.fixture
def visitor(own_app: str) -> Visitor:
    return Visitor(own_app)


def test_a_visitor_logs_in_and_out(visitor: Visitor, phone: Phone):
    sent = visitor.post("/login/send", phoneNumber=phone.number)
    assert sent.json() == {
        "success": True,
        "message": "OTP sent",
        "expiresIn": pytest.approx(595, abs=5),
        "awaitsCode": True,
    }
    won = visitor.post("/login/code", otpCode=phone.newest_code())
    assert won.json() == {"valid": True}
    login = won.headers["Set-Cookie"]
    assert "__Host-login=" in login
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in login
    assert visitor.account().json() == {"role": "indemnitor"}
    assert visitor.post("/logout").status_code == 200
    assert visitor.account().headers["Location"] == "/"


def test_a_logged_out_session_is_dead_though_somebody_kept_the_cookie(
    own_app: str, visitor: Visitor, phone: Phone
):
    visitor.post("/login/send", phoneNumber=phone.number)
    visitor.post("/login/code", otpCode=phone.newest_code())
    thief = Visitor(own_app)
    thief.cookies.update(visitor.cookies)
    assert thief.account().status_code == 200
    visitor.post("/logout")
    assert thief.account().status_code == 302


def test_a_wrong_code_is_refused_in_the_services_words(visitor: Visitor, phone: Phone):
    visitor.post("/login/send", phoneNumber=phone.number)
    refused = visitor.post("/login/code", otpCode=phone.wrong_code()).json()
    assert refused["code"] == "invalid_code"
    assert refused["attemptsRemaining"] == 4
    assert visitor.account().status_code == 302


def test_the_status_is_told_when_there_is_news(visitor: Visitor, phone: Phone):
    visitor.post("/login/send", phoneNumber=phone.number)
    news = visitor.post("/login/status", after="sending").json()
    assert news["status"] in {"accepted", "sent", "delivered", "read"}


def test_a_new_code_replaces_the_first(visitor: Visitor, phone: Phone):
    visitor.post("/login/send", phoneNumber=phone.number)
    first = phone.newest_code()
    assert visitor.post("/login/resend").json()["awaitsCode"] is True
    assert visitor.post("/login/code", otpCode=first).json()["valid"] is False
    assert visitor.post("/login/code", otpCode=phone.newest_code()).json()["valid"] is True


def test_a_code_for_another_visitor_does_not_work_here(
    own_app: str, visitor: Visitor, phone: Phone
):
    visitor.post("/login/send", phoneNumber=phone.number)
    other = Visitor(own_app)
    assert other.post("/login/code", otpCode=phone.newest_code()).status_code == 400
    other.post("/login/send", phoneNumber="+12395550144")
    stolen = other.post("/login/code", otpCode=phone.newest_code()).json()
    assert stolen["valid"] is False


def test_a_send_that_whatsapp_did_not_confirm_still_waits_for_its_code(
    visitor: Visitor, simulator: RunningSimulator
):
    unsure = visitor.post("/login/send", phoneNumber=UNCONFIRMED)
    assert unsure.status_code == 503
    assert unsure.json()["awaitsCode"] is True
    arrived = simulator.inbox(UNCONFIRMED)[-1].code
    assert visitor.post("/login/code", otpCode=arrived).json()["valid"] is True


def test_a_refusal_keeps_its_status_and_sentence(visitor: Visitor):
    refused = visitor.post("/login/send", phoneNumber="12")
    assert refused.status_code == 400
    assert refused.json()["code"] == "invalid_phone"
    assert refused.json()["awaitsCode"] is False


@pytest.mark.parametrize("path", ["/login/send", "/login/resend", "/login/status", "/logout"])
def test_a_form_of_another_site_is_not_taken(visitor: Visitor, path: str):
    refused = visitor.post_form(path)
    assert refused.status_code == 415
    assert refused.json()["message"]


def test_without_the_service_nobody_gets_in_and_the_sentence_says_so(tmp_path: Path):
    nowhere = f"http://127.0.0.1:{free_port()}"
    with running_own_app(nowhere, tmp_path / "app.log") as url:
        visitor = Visitor(url)
        away = visitor.post("/login/send", phoneNumber="+12395550140")
        assert away.status_code == 503
        assert "do not know whether a code was sent" in away.json()["message"]
        visitor.cookies.set("__Host-login", "a.token")
        assert visitor.account().status_code == 503


def test_a_wrong_key_is_no_matter_for_the_visitor(service: Service, tmp_path: Path):
    log = tmp_path / "app.log"
    with running_own_app(service.url, log, key="a-key-that-nobody-made") as url:
        refused = Visitor(url).post("/login/send", phoneNumber="+12395550140")
    assert refused.status_code == 503
    assert "API key" not in refused.text
    assert "does not take SERVICE_KEY" in log.read_text(encoding="utf-8")
