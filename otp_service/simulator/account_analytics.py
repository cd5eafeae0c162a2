"""Figures over the kept messages: messages, conversations, prices, and by template.

Meta, "Analytics". A day is a UTC day; a price is the simulator's own round figure.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from otp_service.simulator.endpoint import Endpoint, Endpoints
from otp_service.simulator.graph_call import GraphCall
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.graph_fields import Field
from otp_service.simulator.graph_pages import PARAMETERS, page_of
from otp_service.simulator.inbox_message import InboxMessage
from otp_service.simulator.management_errors import insights_not_enabled
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState

_DAY_S = 86_400
_PERIOD_S = {
    "HALF_HOUR": 1800,
    "DAY": _DAY_S,
    "DAILY": _DAY_S,
    "MONTH": 30 * _DAY_S,
    "MONTHLY": 30 * _DAY_S,
}
#: Meta's pages show list arguments with quotes around the names and without.
_LIST = re.compile(r"|\[(\"?[\w+]+\"?(, ?\"?[\w+]+\"?)*)?\]")
_COST_PER_MESSAGE = 0.0135
_MOST_TEMPLATES = 10
_TEMPLATE_DAYS = 90
_METRICS = ("SENT", "DELIVERED", "READ", "CLICKED", "COST")
_CONVERSATION_ARGUMENTS = (
    "start",
    "end",
    "granularity",
    "phone_numbers",
    "metric_types",
    "conversation_categories",
    "conversation_types",
    "dimensions",
)
_PRICING_ARGUMENTS = (
    "start",
    "end",
    "granularity",
    "phone_numbers",
    "country_codes",
    "metric_types",
    "pricing_types",
    "pricing_categories",
    "dimensions",
)


class AccountAnalytics:
    def __init__(self, settings: SimulatorSettings, state: SimulatorState) -> None:
        self._settings = settings
        self._state = state

    def endpoints(self) -> Endpoints:
        parameters = ("start", "end", "granularity", "template_ids", "metric_types", *PARAMETERS)
        path = f"/{self._settings.business_account_id}/template_analytics"
        return {path: {"GET": Endpoint(self._templates, parameters)}}

    def messages(self, field: Field) -> Mapping[str, Any]:
        arguments = ("start", "end", "granularity", "phone_numbers", "country_codes")
        start, end, period_s = _read_period(field, arguments, ("HALF_HOUR", "DAY", "MONTH"))
        points = [
            {
                "start": at,
                "end": at + period_s,
                "sent": sent["sent"],
                "delivered": sent["delivered"],
            }
            for at, sent in self._counted(start, end, period_s, self._state.messages())
        ]
        number = self._settings.business_number.removeprefix("+")
        granularity = field.arguments["granularity"]
        return {"phone_numbers": [number], "granularity": granularity, "data_points": points}

    def conversations(self, field: Field) -> Mapping[str, Any]:
        period = _read_period(field, _CONVERSATION_ARGUMENTS, ("HALF_HOUR", "DAILY", "MONTHLY"))
        common = {
            "conversation_type": "REGULAR",
            "conversation_direction": "BUSINESS_INITIATED",
            "conversation_category": "AUTHENTICATION",
        }
        points = [
            point | common | {"conversation": count, "cost": count * _COST_PER_MESSAGE}
            for point, count in self._delivered(*period)
        ]
        return {"data": [{"data_points": points}]}

    def pricing(self, field: Field) -> Mapping[str, Any]:
        period = _read_period(field, _PRICING_ARGUMENTS, ("HALF_HOUR", "DAILY", "MONTHLY"))
        common = {"pricing_type": "REGULAR", "pricing_category": "AUTHENTICATION"}
        points = [
            point | common | {"volume": count, "cost": count * _COST_PER_MESSAGE}
            for point, count in self._delivered(*period)
        ]
        return {"data": [{"data_points": points}]}

    def _templates(self, call: GraphCall) -> Mapping[str, Any]:
        if not self._state.account.facts.is_enabled_for_insights:
            raise insights_not_enabled()
        start, end = (call.integer(name, least=0, most=2**33) for name in ("start", "end"))
        if start is None or end is None or not 0 <= end - start <= _TEMPLATE_DAYS * _DAY_S:
            raise GraphError.parameter("Params start and end must span 90 days at most.")
        if call.required_text("granularity") != "DAILY":
            raise GraphError.parameter('Param granularity must be one of {DAILY} - got "other"')
        ids = call.names("template_ids")
        if not ids or len(ids) > _MOST_TEMPLATES:
            raise GraphError.parameter("Param template_ids must have 1 to 10 elements.")
        metrics = call.names("metric_types") or ["SENT", "DELIVERED", "READ"]
        if unknown := set(metrics) - set(_METRICS):
            raise GraphError.parameter(f"Param metric_types: unknown {sorted(unknown)}")
        points = [
            {"template_id": template_id, "start": at, "end": at + _DAY_S}
            | {name.lower(): count[name.lower()] for name in metrics if name != "COST"}
            for template_id in ids
            for at, count in self._counted(start, end, _DAY_S, self._sent_with(template_id))
        ]
        product = {"granularity": "DAILY", "product_type": "cloud_api", "data_points": points}
        return page_of(call, [product])

    def _sent_with(self, template_id: str) -> Iterable[InboxMessage]:
        """The messages of one template in its language."""
        template = self._state.templates.by_id(template_id)
        if template is None:
            return []
        named = (template.name, template.language)
        return [m for m in self._state.messages() if (m.template, m.language) == named]

    def _counted(
        self, start: int, end: int, period_s: int, messages: Iterable[InboxMessage]
    ) -> Iterable[tuple[int, Counter[str]]]:
        """Each period of [start, end) in which something was sent, and its counts."""
        counts: dict[int, Counter[str]] = {}
        for message in messages:
            for reached in ("sent", "delivered", "read"):
                instant = getattr(message, f"{reached}_at")
                if instant is not None and start <= instant < end:
                    period = int(instant // period_s) * period_s
                    counts.setdefault(period, Counter())[reached] += 1
        return sorted(counts.items())

    def _delivered(
        self, start: int, end: int, period_s: int
    ) -> Iterable[tuple[dict[str, Any], int]]:
        number = self._settings.business_number.removeprefix("+")
        billed = [message for message in self._state.messages() if message.type == "template"]
        for at, count in self._counted(start, end, period_s, billed):
            if count["delivered"]:
                point = {
                    "start": at,
                    "end": at + period_s,
                    "phone_number": number,
                    "country": "US",
                }
                yield point, count["delivered"]


def _read_period(
    field: Field, known: tuple[str, ...], granularities: tuple[str, ...]
) -> tuple[int, int, int]:
    """Start, end and the length of a period, in seconds. Raises `GraphError` 100."""
    arguments = field.arguments
    for name in arguments:
        if name not in known:
            raise GraphError.parameter(f"Unknown argument {name} of field {field.name}")
    for name in ("start", "end", "granularity"):
        if not arguments.get(name):
            raise GraphError.required(f"{field.name}.{name}")
    granularity = arguments["granularity"]
    if granularity not in granularities:
        raise GraphError.parameter(
            f"Param granularity must be one of {{{', '.join(granularities)}}} - got "
            f'"{granularity}"'
        )
    try:
        start, end = int(arguments["start"]), int(arguments["end"])
    except ValueError:
        raise GraphError.parameter(f"An argument of {field.name} cannot be read.") from None
    lists = [arguments[name] for name in arguments if name.endswith("s")]
    if start > end or not all(_LIST.fullmatch(value) for value in lists):
        raise GraphError.parameter(f"An argument of {field.name} is out of range.")
    return start, end, _PERIOD_S[granularity]
