"""The contract, the routes, the auth hooks and the status table say the same thing."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.routing import Rule

from otp_service import __version__
from otp_service.app import PAGES, PUBLIC, SIGNED, create_app
from otp_service.domain.errors import DeliveryError, OtpError
from otp_service.http_api.authentication import authenticator
from otp_service.http_api.errors import STATUS_OF
from otp_service.http_api.webhooks import webhook_guard
from tests.environment import environment, settings_of
from tests.http_api.contract_document import (
    DOCUMENT,
    METHODS,
    Node,
    operations,
    resolved,
    schema_faults,
)

# Parts of the page at /docs: no caller asks for them.
PARTS_OF_A_PAGE = {"/docs/start.js", "/docs/assets/{name}"}
# Flask gives them to every route: HEAD is GET without its body, OPTIONS the CORS preflight.
METHODS_OF_FLASK = {"HEAD", "OPTIONS"}
ABSTRACT = {OtpError, DeliveryError}
# Who is refused with one of these never reached the login flow, so `POST /` has a status too.
BEFORE_THE_FLOW = {"unauthorized", "forbidden", "store_unavailable"}
ORIGIN = "https://www.example.com"


@pytest.fixture(scope="module")
def app() -> Flask:
    # Neither is there: nothing here gets as far as Redis or Meta.
    variables = environment("unix:///nowhere/redis.sock", "http://127.0.0.1:9")
    return create_app(settings_of({**variables, "CORS_ORIGINS": ORIGIN}))


def template_of(rule: Rule) -> str:
    """`/v1/roles/<phone_number>` in the document's words: `/v1/roles/{phoneNumber}`."""

    def parameter(match: re.Match[str]) -> str:
        first, *others = match["name"].split("_")
        return "{" + first + "".join(word.title() for word in others) + "}"

    return re.sub(r"<(?:[^:>]+:)?(?P<name>\w+)>", parameter, rule.rule)


def blueprint_of(rule: Rule) -> str:
    return str(rule.endpoint).split(".")[0]


def routes_of(app: Flask) -> dict[tuple[str, str], str]:
    """Method and path template of each route for programs, and the blueprint that answers it."""
    return {
        (method, template_of(rule)): blueprint_of(rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - METHODS_OF_FLASK
        if template_of(rule) not in PARTS_OF_A_PAGE and blueprint_of(rule) not in PAGES
    }


def protected_routes(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if blueprint_of(rule) not in PUBLIC | SIGNED | PAGES:
            for method in (rule.methods or set()) - METHODS_OF_FLASK:
                yield method, re.sub(r"<[^>]+>", "+12395550100", rule.rule)


def concrete_errors(root: type[OtpError] = OtpError) -> set[type[OtpError]]:
    below = {error for child in root.__subclasses__() for error in concrete_errors(child)}
    return (below | {root}) - ABSTRACT


def media_types(node: object) -> Iterator[Node]:
    """Every object at any depth that has a schema and examples of it."""
    if isinstance(node, dict):
        if "schema" in node and ("examples" in node or "example" in node):
            yield node
        for child in node.values():
            yield from media_types(child)


def example_values(media_type: Node) -> list[object]:
    if "example" in media_type:
        return [media_type["example"]]
    return [resolved(example)["value"] for example in media_type["examples"].values()]


def example_codes(operation: Node, status: str) -> set[str]:
    """The codes of the refusals that illustrate one status of an operation."""
    content = resolved(operation["responses"][status])["content"]
    values = [value for media_type in media_types(content) for value in example_values(media_type)]
    return {value["code"] for value in values if isinstance(value, dict) and "code" in value}


def test_every_route_is_in_the_contract_and_the_contract_has_no_other(app: Flask) -> None:
    assert set(routes_of(app)) == set(operations())


def test_every_blueprint_asks_for_an_api_key_or_is_public(app: Flask) -> None:
    hook = authenticator.__code__.co_consts  # the hook's own code is a constant of its factory
    unprotected = {
        name
        for name in app.blueprints
        if not any(f.__code__ in hook for f in app.before_request_funcs.get(name, []))
    }
    assert unprotected == PUBLIC | SIGNED | PAGES


def test_the_blueprints_of_meta_ask_for_its_signature(app: Flask) -> None:
    hook = webhook_guard.__code__.co_consts
    for name in SIGNED:
        assert any(f.__code__ in hook for f in app.before_request_funcs[name])


def test_every_route_belongs_to_a_blueprint(app: Flask) -> None:
    assert all("." in rule.endpoint for rule in app.url_map.iter_rules())


def test_no_protected_route_answers_without_a_key(app: Flask) -> None:
    for method, path in protected_routes(app):
        answer = app.test_client().open(path, method=method, json={"action": "health"})
        assert answer.get_json().get("code") == "unauthorized", (method, path)
        assert answer.status_code == 401, (method, path)


def test_a_preflight_needs_no_key_and_tells_nothing(app: Flask) -> None:
    for method, path in protected_routes(app):
        asked = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
        answer = app.test_client().options(path, headers=asked)
        assert (answer.status_code, answer.data) == (200, b""), path


def test_the_contract_asks_for_a_key_exactly_where_the_service_does(app: Flask) -> None:
    keyless = {key for key, operation in operations().items() if operation.get("security") == []}
    public = {route for route, blueprint in routes_of(app).items() if blueprint in PUBLIC | SIGNED}
    assert keyless == public


def test_every_refusal_has_a_status_and_every_status_a_refusal() -> None:
    assert set(STATUS_OF) == concrete_errors()


def test_a_code_means_one_status() -> None:
    statuses: dict[str, set[int]] = {}
    for error, status in STATUS_OF.items():
        statuses.setdefault(error.code, set()).add(status)
    assert {code for code, several in statuses.items() if len(several) > 1} == set()


def test_every_code_is_in_the_contracts_closed_list() -> None:
    listed = set(DOCUMENT["components"]["schemas"]["Code"]["enum"])
    of_http = {"not_found", "method_not_allowed", "payload_too_large", "internal_error"}
    assert listed == {error.code for error in concrete_errors()} | of_http


def test_every_code_has_an_example_at_its_status() -> None:
    rest = [operation for (_, path), operation in operations().items() if path != "/"]
    shown = {
        (code, int(status))
        for operation in rest
        for status in operation["responses"]
        for code in example_codes(operation, status)
    }
    expected = {(error.code, status) for error, status in STATUS_OF.items()}
    assert shown == expected | {("not_found", 404), ("payload_too_large", 413)}


def test_the_action_endpoint_shows_every_refusal_of_the_flow_as_http_200() -> None:
    action = operations()["POST", "/"]
    flow = {error.code for error in concrete_errors()} - BEFORE_THE_FLOW
    assert example_codes(action, "200") == flow
    assert example_codes(action, "401") == {"unauthorized"}
    assert example_codes(action, "403") == {"forbidden"}
    assert example_codes(action, "503") == {"store_unavailable"}


def test_the_document_is_valid_openapi_3_1() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_every_example_obeys_its_schema() -> None:
    checked = 0
    for media_type in media_types(DOCUMENT):
        for value in example_values(media_type):
            assert schema_faults(value, media_type["schema"]) == [], value
            checked += 1
    # Guards the walk itself: an empty one would find no fault either.
    assert checked > 100


def test_every_schema_example_obeys_the_schema() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for value in schema.get("examples", []):
            assert schema_faults(value, schema) == [], name


def test_every_shared_example_is_shown_somewhere() -> None:
    kept = set(DOCUMENT["components"]["examples"])
    shown = set(re.findall(r"#/components/examples/(\w+)", str(DOCUMENT)))
    assert kept == shown


def test_every_operation_has_its_name_its_tag_and_its_scope() -> None:
    names = [operation["operationId"] for operation in operations().values()]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    for operation in operations().values():
        assert set(operation["tags"]) <= tags
        public = operation.get("security") == []
        assert public or re.search(
            r"Scope: `(otp|sessions|roles|audit|metrics)`", operation["description"]
        )


def test_the_document_has_the_services_version() -> None:
    assert DOCUMENT["info"]["version"] == __version__


def test_the_walk_knows_every_method_of_the_document() -> None:
    items = [set(item) - {"parameters"} for item in DOCUMENT["paths"].values()]
    assert all(item <= METHODS for item in items)
