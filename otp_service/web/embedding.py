"""`/embed/otp-login.js`: the custom element that other sites put on their pages."""

from importlib.resources import files

from flask import Blueprint, Response

_KEPT_S = 300


def embedding_blueprint() -> Blueprint:
    blueprint = Blueprint("embedding", __name__)
    script = (files("otp_service.web") / "static" / "otp-login.js").read_text(encoding="utf-8")

    @blueprint.get("/embed/otp-login.js")
    def element() -> Response:
        response = Response(script, mimetype="text/javascript")
        response.headers["Cache-Control"] = f"public, max-age={_KEPT_S}"
        # The one file that pages of other origins may load.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return blueprint
