"""`/openapi.yaml` and `/docs`: the contract, for generators and for people."""

from importlib.resources import files
from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, send_from_directory

_HERE = files("otp_service.http_api")
_SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"
# Swagger UI sets styles from its script; everything still comes from this origin.
_DOCS_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)


def contract_blueprint() -> Blueprint:
    blueprint = Blueprint("contract", __name__)
    document = (_HERE / "openapi.yaml").read_text(encoding="utf-8")
    page = (_HERE / "docs" / "index.html").read_text(encoding="utf-8")
    starter = (_HERE / "docs" / "start.js").read_text(encoding="utf-8")

    @blueprint.get("/openapi.yaml")
    def openapi() -> Response:
        return Response(document, mimetype="application/yaml")

    @blueprint.get("/docs")
    def docs() -> Response:
        response = Response(page, mimetype="text/html")
        response.headers["Content-Security-Policy"] = _DOCS_CSP
        return response

    @blueprint.get("/docs/start.js")
    def start() -> Response:
        return Response(starter, mimetype="text/javascript")

    @blueprint.get("/docs/assets/<path:name>")
    def assets(name: str) -> Response:
        return send_from_directory(_SWAGGER_UI, name)

    return blueprint
