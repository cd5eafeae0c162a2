"""openapi.yaml as the tests read it, and a judge of real answers by it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.wrappers import Response

Node = dict[str, Any]

DOCUMENT_PATH = Path(__file__).parents[2] / "openapi.yaml"
DOCUMENT: Node = yaml.safe_load(DOCUMENT_PATH.read_text(encoding="utf-8"))
METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_URI = "urn:otp-service:contract"
_REGISTRY: Registry[Any] = Registry().with_resource(
    _URI, Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
)


def operations() -> dict[tuple[str, str], Node]:
    """By method in capitals and path template."""
    return {
        (method.upper(), path): operation
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def resolved(node: Node) -> Node:
    """The node, or what its `$ref` points at, however many steps away."""
    while "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def schema_faults(value: object, schema: Node) -> list[str]:
    """What of `value` the schema, a part of the document, does not allow."""
    # Cut out of the document, its `#/components/...` have to say of which document.
    linked = json.loads(json.dumps(schema).replace('"#/', f'"{_URI}#/'))
    validator = OAS31Validator(linked, registry=_REGISTRY, format_checker=oas31_format_checker)
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(value)]


def answer_faults(operation: Node, answer: Response) -> Iterator[str]:
    """Everything about one answer that the operation does not promise."""
    if str(answer.status_code) not in operation["responses"]:
        yield f"status {answer.status_code} is not documented"
        return
    promised = resolved(operation["responses"][str(answer.status_code)])
    for name, reference in promised["headers"].items():
        header, value = resolved(reference), answer.headers.get(name)
        if value is not None:
            numeric = header["schema"]["type"] == "integer"
            yield from schema_faults(int(value) if numeric else value, header["schema"])
        elif header.get("required"):
            yield f"header {name} is missing"
    if answer.mimetype not in promised["content"]:
        yield f"media type {answer.mimetype} is not documented"
    elif schema := promised["content"][answer.mimetype].get("schema"):
        body = answer.get_json() if answer.is_json else answer.get_data(as_text=True)
        yield from schema_faults(body, schema)


def operation_at(method: str, path: str) -> Node:
    """The operation that answers a real path."""
    for (candidate, template), operation in operations().items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if candidate == method and re.fullmatch(pattern, path):
            return operation
    raise LookupError(f"{method} {path}")
