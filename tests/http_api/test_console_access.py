"""Who gets in at the console: every route is asked, so that a new one without a guard shows."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from otp_service.app import create_app
from tests.conftest import CONSOLE_KEY
from tests.environment import environment, settings_of
from tests.http_api.console_visitor import ADMIN, FAMILY, STAFF, ConsoleVisitor, events_of
from tests.http_api.test_login_pages import policy

METHODS_OF_FLASK = {"HEAD", "OPTIONS"}
# Every other form changes something.
FORMS_FOR_STAFF = {("POST", "/admin/events"), ("POST", "/admin/numbers")}
LOG_OUT = ("POST", "/admin/logout")
SOMEBODY = "a2b3c4d5" * 3


@pytest.fixture
def app(standing_app: Flask) -> Flask:
    return standing_app


def console_routes() -> list[tuple[str, str]]:
    """Method and address of each route, every action of a number one by one."""
    nowhere = environment("unix:///nowhere/redis.sock", "http://127.0.0.1:9")
    found = []
    for rule in create_app(settings_of(nowhere)).url_map.iter_rules():
        if rule.endpoint.startswith("console.") or rule.rule.startswith("/admin"):
            path = rule.rule.replace("<request_id>", "A" * 22).replace("<user_id>", SOMEBODY)
            actions = re.findall(r"'([a-z-]+)'", path) or [""]
            for action in actions:
                address = re.sub(r"<any\(.*?\):action>", action, path)
                assert "<" not in address, address
                methods = (rule.methods or set()) - METHODS_OF_FLASK
                found += [(method, address) for method in sorted(methods)]
    return found


ROUTES = console_routes()


def changes(method: str, path: str) -> bool:
    """An action's page asks before it does: that is the beginning of a change as well."""
    is_action = path.startswith(f"/admin/numbers/{SOMEBODY}/")
    is_form = method == "POST" and (method, path) not in FORMS_FOR_STAFF | {LOG_OUT}
    return is_action or is_form


@pytest.fixture
def office(app: Flask, received) -> Callable[..., ConsoleVisitor]:
    def enter(phone: str, role: str) -> ConsoleVisitor:
        return ConsoleVisitor(app, received, phone, role)

    return enter


def test_the_walk_finds_the_routes() -> None:
    assert len(ROUTES) == len(set(ROUTES)) == 23
    assert sum(changes(*route) for route in ROUTES) == 13


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_whoever_has_no_session_is_led_to_the_login(app: Flask, method: str, path: str) -> None:
    client = app.test_client()
    for cookie in ("", "not-a-token"):
        client.set_cookie("shamrock_session", cookie)
        answer = client.open(path, method=method)
        assert answer.status_code == 303
        back = path if method == "GET" else "/admin"
        assert answer.location == f"/login?next={back}"


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_family_member_is_refused(office, method: str, path: str) -> None:
    family = office(FAMILY, "coindemnitor")
    family.get("/admin")
    answer = family.client.open(path, method=method, data={"csrf": family.csrf})
    if (method, path) == LOG_OUT:
        assert answer.location == "/login?next=/admin"
    else:
        assert answer.status_code == 403
        assert "This is for the office" in answer.text


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_staff_look_at_everything_and_change_nothing(app, office, method: str, path: str) -> None:
    staff = office(STAFF, "staff")
    staff.get("/admin")
    before = events_of(app)
    form = {"csrf": staff.csrf, "role": "admin", "number": FAMILY}
    answer = staff.client.open(path, method=method, data=form)
    if changes(method, path):
        assert answer.status_code == 403
        assert "Only administrators may do that" in answer.text
        assert events_of(app) == before
    else:
        # 404: nobody has that requestId. 400: a file of no format.
        assert answer.status_code in {200, 303, 404, 400}, answer.text


@pytest.mark.parametrize("path", ["/admin", "/admin/numbers", "/admin/health", "number"])
def test_staff_are_shown_no_form_that_changes_anything(app, office, path: str) -> None:
    staff, admin = office(STAFF, "staff"), office(ADMIN, "admin")
    path = f"/admin/numbers/{admin.user_id}" if path == "number" else path
    staff.get(path)
    assert staff.page.status_code == 200
    forms = set(re.findall(r'<form[^>]* action="([^"]+)"', staff.text))
    assert forms <= {"/admin/logout", "/admin/numbers"}
    assert not re.search(r'href="[^"]*/(unlock|set-role|remove-role|end-sessions)', staff.text)


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "POST"])
def test_a_form_that_is_not_this_sessions_does_nothing(app, office, path: str) -> None:
    admin, other = office(ADMIN, "admin"), office(STAFF, "staff")
    admin.get("/admin")
    other.get("/admin")
    before = events_of(app)
    ours = admin.csrf
    for token, headers in (
        ("", {}),
        (other.csrf, {}),
        ("ü", {}),
        (ours, {"Sec-Fetch-Site": "cross-site"}),
        (ours, {"Origin": "https://evil.example"}),
    ):
        answer = admin.client.post(path, data={"csrf": token}, headers=headers)
        assert answer.status_code == 400
        assert "Nothing was done" in answer.text
    assert events_of(app) == before


def test_the_login_leads_to_the_console(office) -> None:
    assert office(ADMIN, "admin").leads_to == "/admin"


def test_the_login_leads_back_to_the_page_that_was_asked_for(app: Flask, received) -> None:
    asked = app.test_client().get("/admin/health")
    admin = ConsoleVisitor(app, received, ADMIN, "admin", begin=asked.location)
    assert admin.leads_to == "/admin/health"


def test_a_session_that_ended_elsewhere_is_refused_at_the_next_click(office, app) -> None:
    admin = office(ADMIN, "admin")
    assert admin.get("/admin").status_code == 200
    token = admin.client.get_cookie("shamrock_session").value
    headers = {"X-API-Key": CONSOLE_KEY}
    app.test_client().post("/v1/sessions/revoke", json={"token": token}, headers=headers)
    assert admin.get("/admin/health").location == "/login?next=/admin/health"


def test_a_role_that_is_taken_away_counts_at_the_next_click(office, app) -> None:
    admin, staff = office(ADMIN, "admin"), office(STAFF, "staff")
    admin.get(f"/admin/numbers/{staff.user_id}/remove-role")
    assert admin.submit(f"/admin/numbers/{staff.user_id}/remove-role").status_code == 303
    assert staff.get("/admin").status_code == 303


def test_log_out_ends_the_session(office, app) -> None:
    admin = office(ADMIN, "admin")
    admin.get("/admin")
    token = admin.client.get_cookie("shamrock_session").value
    assert admin.submit("/admin/logout").location == "/login?next=/admin"
    assert admin.client.get_cookie("shamrock_session") is None
    admin.client.set_cookie("shamrock_session", token)
    assert admin.get("/admin").status_code == 303
    (newest, *_) = events_of(app, event="session_revoked")
    assert newest["client"] == f"admin:{admin.user_id}"


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "GET"])
def test_pages_load_their_own_files_only_and_are_kept_nowhere(office, path: str) -> None:
    admin = office(ADMIN, "admin")
    answer = admin.get(path, query_string={"role": "staff", "format": "csv"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    if answer.mimetype == "text/html":
        rules = policy(answer)
        assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
        assert rules["default-src"] == rules["frame-ancestors"] == "'none'"
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", answer.text)


def test_without_redis_the_console_says_so_in_a_page(build, office) -> None:
    token = office(ADMIN, "admin").client.get_cookie("shamrock_session").value
    client = build(REDIS_URL="unix:///nowhere/redis.sock").test_client()
    client.set_cookie("shamrock_session", token)
    answer = client.get("/admin")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "Redis does not answer" in answer.text


def test_what_fails_unforeseen_is_a_page_without_details(build, received) -> None:
    app = build()
    admin = ConsoleVisitor(app, received, ADMIN, "admin")

    def broken() -> None:
        raise RuntimeError("secret 2395550142")

    app.before_request_funcs["console"].append(broken)
    answer = admin.get("/admin")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "secret" not in answer.text
