"""The paths of message templates: the account's list, one template, many languages at once.

Meta, "Message templates API", "Message template management" and "Bulk management".
"""

from collections.abc import Mapping
from typing import Any

from otp_service.simulator.endpoint import SUCCESS, Endpoint, Endpoints
from otp_service.simulator.graph_call import GraphCall
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.graph_fields import read_fields
from otp_service.simulator.graph_pages import PARAMETERS, page_of
from otp_service.simulator.parameters import one_of
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.template import DEFAULT_SEND_TTL_S, Template
from otp_service.simulator.template_components import read_components
from otp_service.simulator.template_node import DEFAULT_FIELDS, check_fields, template_node
from otp_service.simulator.template_previews import template_previews
from otp_service.simulator.template_request import (
    check_category,
    check_languages,
    read_name,
    read_send_ttl,
)
from otp_service.simulator.template_store import TemplateStore

_FILTERS = (
    "name",
    "language",
    "status",
    "category",
    "content",
    "name_or_content",
    "quality_score",
)
_EDITABLE = ("components", "category", "message_send_ttl_seconds")
_PREVIEW = (
    "category",
    "languages",
    "language",
    "add_security_recommendation",
    "code_expiration_minutes",
    "button_types",
)


class TemplateEndpoints:
    def __init__(self, settings: SimulatorSettings, templates: TemplateStore) -> None:
        self._settings = settings
        self._templates = templates

    def endpoints(self) -> Endpoints:
        """`<node_id>` stands for the ids of templates, which come and go."""
        account = f"/{self._settings.business_account_id}"
        listed = ("fields", *_FILTERS, *PARAMETERS)
        created = ("name", "language", *_EDITABLE)
        upserted = ("name", "languages", "category", "components")
        return {
            f"{account}/message_templates": {
                "GET": Endpoint(self._list, listed, counted=True),
                "POST": Endpoint(self._create, created, counted=True),
                "DELETE": Endpoint(self._delete, ("name", "hsm_id"), counted=True),
            },
            f"{account}/upsert_message_templates": {"POST": Endpoint(self._upsert, upserted)},
            f"{account}/message_template_previews": {"GET": Endpoint(_preview, _PREVIEW)},
            "/<node_id>": {
                "GET": Endpoint(self._read, ("fields",)),
                "POST": Endpoint(self._edit, _EDITABLE),
            },
            "/<node_id>/unpause": {"POST": Endpoint(self._unpause)},
        }

    def _list(self, call: GraphCall) -> Mapping[str, Any]:
        fields = read_fields(call.text("fields"), DEFAULT_FIELDS)
        check_fields(fields)
        found = [template for template in self._templates.all() if _passes(call, template)]
        return page_of(call, [template_node(template, fields) for template in found])

    def _create(self, call: GraphCall) -> Mapping[str, Any]:
        name, language = read_name(call), call.required_text("language")
        check_languages([language], "language")
        check_category(call)
        content = read_components(call.parameters.get("components"))
        ttl_s = read_send_ttl(call) or DEFAULT_SEND_TTL_S
        [template] = self._templates.create(name, [language], content, ttl_s)
        return {"id": template.id, "status": template.status, "category": template.category}

    def _delete(self, call: GraphCall) -> Mapping[str, Any]:
        self._templates.delete(call.required_text("name"), call.text("hsm_id"))
        return SUCCESS

    def _read(self, call: GraphCall) -> Mapping[str, Any]:
        fields = read_fields(call.text("fields"), DEFAULT_FIELDS)
        return template_node(self._template(call, "GET"), fields)

    def _edit(self, call: GraphCall) -> Mapping[str, Any]:
        template = self._template(call, "POST")
        if not any(name in call.parameters for name in _EDITABLE):
            raise GraphError.required("components")
        if "category" in call.parameters:
            check_category(call)
        given = call.parameters.get("components")
        content = None if given is None else read_components(given)
        self._templates.edit(
            [template.id], content=content, message_send_ttl_s=read_send_ttl(call)
        )
        return SUCCESS

    def _unpause(self, call: GraphCall) -> Mapping[str, Any]:
        self._templates.unpause(self._template(call, "POST").id)
        return SUCCESS

    def _upsert(self, call: GraphCall) -> Mapping[str, Any]:
        name, languages = read_name(call), call.names("languages")
        if not languages:
            raise GraphError.required("languages")
        check_languages(languages, "languages")
        check_category(call)
        content = read_components(call.parameters.get("components"), with_labels=False)
        self._templates.upsert(name, list(dict.fromkeys(languages)), content)
        found = {template.language: template for template in self._templates.named(name)}
        return {
            "data": [
                {"id": found[each].id, "status": found[each].status, "language": each}
                for each in languages
            ]
        }

    def _template(self, call: GraphCall, method: str) -> Template:
        template = self._templates.by_id(call.node_id)
        if template is None:
            raise GraphError.unsupported_object(method, call.node_id)
        return template


def _passes(call: GraphCall, template: Template) -> bool:
    """Whether it passes every filter. Parts of a name and of a text are enough."""
    texts = str(template_node(template, read_fields("components", ())))
    words = {
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "quality_score": template.quality,
    }
    name, content, either = (call.text(f) or "" for f in ("name", "content", "name_or_content"))
    return (
        all(call.text(member) in (None, value) for member, value in words.items())
        and name in template.name
        and content in texts
        and (either in template.name or either in texts)
    )


def _preview(call: GraphCall) -> Mapping[str, Any]:
    check_category(call)
    languages = call.names("languages") or call.names("language") or []
    check_languages(languages, "languages")
    minutes = call.integer("code_expiration_minutes", least=1, most=90)
    recommended = call.text("add_security_recommendation") or "false"
    with_security = one_of(recommended, ("TRUE", "FALSE"), "add_security_recommendation")
    if call.text("button_types") != "OTP":
        raise GraphError.parameter("Param button_types must be one of {OTP}")
    return template_previews(languages, minutes, with_security=with_security == "true")
