"""A web app with login screens of its own: its backend calls the service, and keeps the key.

    SERVICE_URL=https://login.example.com SERVICE_KEY=… SECRET_KEY=… flask --app own_screen run

The browser talks to this app alone. The number and the send's `requestId` stay in the app's signed
cookie, so that a visitor answers for the number that they asked a code for, and for no other.
"""

import os
from typing import Any

import requests
from flask import Flask, Response, abort, redirect, request, send_from_directory, session
from session_check import SessionCheck, SessionServiceUnavailableError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

SERVICE_URL = os.environ["SERVICE_URL"].rstrip("/")
SERVICE_KEY = os.environ["SERVICE_KEY"]
LOGIN_COOKIE = "__Host-login"
# The service is done with a send within 15 seconds, and lets a question wait for 20.
TIMEOUT_S = 25
AWAY = "The login is not available right now. Please try again shortly."
START_AGAIN = "Please reload the page and start again."
UNSURE = "We do not know whether a code was sent. Please wait a moment, then ask for a new one."

app = Flask(__name__, static_folder=None)
app.config.update(
    SECRET_KEY=os.environ["SECRET_KEY"],
    SESSION_COOKIE_NAME="__Host-visit",
    SESSION_COOKIE_SECURE=True,
    SESSION_COOKIE_SAMESITE="Lax",
)
# Behind a proxy: app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1), or every visitor has its address.
sessions = SessionCheck(SERVICE_URL, SERVICE_KEY)


@app.get("/")
def screen() -> Response:
    return send_from_directory(".", "own_screen.html")


@app.get("/own_screen.js")
def script() -> Response:
    return send_from_directory(".", "own_screen.js")


@app.post("/login/send")
def send() -> Response:
    return sent("send", asked().get("phoneNumber"))


@app.post("/login/resend")
def resend() -> Response:
    asked()
    return sent("resend", visit()["phoneNumber"])


@app.post("/login/status")
def status() -> Response:
    """How the message stands, as soon as it is no longer `after`."""
    watch = {"after": asked().get("after"), "wait": 20}
    return shown(*call("otp/status", {**visit(), **watch}))


@app.post("/login/code")
def code() -> Response:
    answered, answer = call("otp/validate", {**visit(), "otpCode": asked().get("otpCode")})
    if not answer.get("valid"):
        return shown(answered, answer)
    session.clear()
    response = shown(200, {"valid": True})
    response.set_cookie(
        LOGIN_COOKIE,
        answer["sessionToken"],
        max_age=answer["expiresIn"],
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return response


@app.get("/account")
def account() -> AnyResponse:
    try:
        known = sessions.session(request.cookies.get(LOGIN_COOKIE, ""))
    except SessionServiceUnavailableError:
        abort(503)
    return shown(200, {"role": known.role}) if known else redirect("/")


@app.post("/logout")
def log_out() -> Response:
    asked()
    token = request.cookies.get(LOGIN_COOKIE, "")
    answered, answer = call("sessions/revoke", {"token": token}) if token else (200, {})
    if answered != 200:
        return shown(answered, answer)
    sessions.forget(token)
    response = shown(200, {})
    response.delete_cookie(LOGIN_COOKIE, secure=True, httponly=True, samesite="Lax")
    return response


def asked() -> dict[str, Any]:
    """The request's JSON, a type that another site's form cannot send: no CSRF token needed."""
    body = request.get_json()
    return body if isinstance(body, dict) else abort(400)


def visit() -> dict[str, Any]:
    """The number that waits for a code, and the send it belongs to."""
    known: dict[str, Any] | None = session.get("visit")
    return known or abort(400)


def sent(how: str, phone_number: object) -> Response:
    """Send a code, and keep what belongs to it where the browser cannot change it."""
    answered, answer = call(f"otp/{how}", {"phoneNumber": phone_number})
    request_id = answer.pop("requestId", None)
    if request_id:  # also where WhatsApp did not confirm the message: a code that arrives works
        session["visit"] = {"phoneNumber": phone_number, "requestId": request_id}
    return shown(answered, {**answer, "awaitsCode": bool(request_id)})


def call(path: str, members: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The service's status and answer. Never repeat a send here: it may have been delivered."""
    try:
        response = requests.post(
            f"{SERVICE_URL}/v1/{path}",
            json={**members, "endUserIp": request.remote_addr},
            headers={"X-API-Key": SERVICE_KEY},
            timeout=TIMEOUT_S,
            allow_redirects=False,
        )
        answer: dict[str, Any] = response.json()
    except requests.ConnectTimeout:
        return 503, {"message": AWAY}
    except (requests.RequestException, ValueError):
        return 503, {"message": UNSURE if path in ("otp/send", "otp/resend") else AWAY}
    if answer.get("code") in ("unauthorized", "forbidden"):
        app.logger.error("the login service does not take SERVICE_KEY")
        return 503, {"message": AWAY}
    return response.status_code, answer


def shown(answered: int, answer: dict[str, Any]) -> Response:
    return app.response_class(app.json.dumps(answer), answered, mimetype="application/json")


@app.errorhandler(HTTPException)
def refused(error: HTTPException) -> Response:
    return shown(error.code or 500, {"message": AWAY if error.code == 503 else START_AGAIN})


@app.after_request
def protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response
