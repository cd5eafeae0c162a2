"""Figures of Meta's: messages, conversations, prices, and how far a template's messages came."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otp_service.whatsapp.errors import InvalidArgumentError
from otp_service.whatsapp.graph_ids import checked_id
from otp_service.whatsapp.graph_values import integer, member, members, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from otp_service.whatsapp.graph_client import GraphClient
    from otp_service.whatsapp.graph_values import JsonObject

_DAY_S = 86_400
_MOST_TEMPLATES = 10
_TEMPLATE_SPAN_S = 90 * _DAY_S
_ACCOUNT_SPAN_S = 366 * _DAY_S
_GRANULARITIES = ("HALF_HOUR", "DAILY", "MONTHLY")
# The oldest of the three fields spells them its own way.
_MESSAGE_GRANULARITIES = {"HALF_HOUR": "HALF_HOUR", "DAILY": "DAY", "MONTHLY": "MONTH"}


@dataclass(frozen=True)
class Period:
    """From `start_at` up to `end_at`, Unix seconds; a day is a UTC day.

    `granularity`: HALF_HOUR, DAILY or MONTHLY. Raises InvalidArgumentError.
    """

    start_at: int
    end_at: int
    granularity: str = "DAILY"

    def __post_init__(self) -> None:
        if not 0 <= self.start_at < self.end_at:
            raise InvalidArgumentError("start_at must be before end_at, both in Unix seconds")
        if self.end_at - self.start_at > _ACCOUNT_SPAN_S:
            raise InvalidArgumentError("Meta keeps figures for one year")
        if self.granularity not in _GRANULARITIES:
            raise InvalidArgumentError(f"granularity must be one of {', '.join(_GRANULARITIES)}")


@dataclass(frozen=True)
class TemplateFigures:
    """One template on one day. A figure Meta does not give is None, which is not zero."""

    template_id: str | None
    start_at: int | None
    end_at: int | None
    sent: int | None
    delivered: int | None
    read: int | None


@dataclass(frozen=True)
class MessageFigures:
    start_at: int | None
    end_at: int | None
    sent: int | None
    delivered: int | None


@dataclass(frozen=True)
class ConversationFigures:
    """`cost` in the account's currency. Prices per conversation ended on 1 July 2025."""

    start_at: int | None
    end_at: int | None
    conversations: int | None
    cost: float | None
    country: str | None
    category: str | None
    type: str | None


@dataclass(frozen=True)
class PricingFigures:
    """`cost` in the account's currency.

    `category`: AUTHENTICATION and AUTHENTICATION_INTERNATIONAL are ours. `type`: REGULAR,
    FREE_CUSTOMER_SERVICE, FREE_ENTRY_POINT.
    """

    start_at: int | None
    end_at: int | None
    volume: int | None
    cost: float | None
    country: str | None
    category: str | None
    type: str | None
    tier: str | None


def template_analytics(
    graph: GraphClient, business_account_id: str, template_ids: Sequence[str], period: Period
) -> Iterator[TemplateFigures]:
    """Yield each day's figures of up to ten templates; ninety days back and by the day only.

    Raises OperatorError 200007 unless `enable_insights` was called once; clicks are not counted
    for authentication templates. Source: "Analytics, Template analytics", Cloud API.
    """
    if not 1 <= len(template_ids) <= _MOST_TEMPLATES:
        raise InvalidArgumentError(f"template_ids must be 1 to {_MOST_TEMPLATES} ids")
    if period.granularity != "DAILY" or period.end_at - period.start_at > _TEMPLATE_SPAN_S:
        raise InvalidArgumentError("template figures are DAILY, and for 90 days at most")
    ids = [checked_id(template_id, "template_ids") for template_id in template_ids]
    query = {
        "start": str(period.start_at),
        "end": str(period.end_at),
        "granularity": "DAILY",
        "template_ids": f"[{','.join(ids)}]",
        "metric_types": "SENT,DELIVERED,READ",
    }
    path = f"{_account(business_account_id)}/template_analytics"
    for product in graph.pages(path, query):
        for point in members(product, "data_points"):
            yield TemplateFigures(
                template_id=text(point, "template_id"),
                start_at=integer(point, "start"),
                end_at=integer(point, "end"),
                sent=integer(point, "sent"),
                delivered=integer(point, "delivered"),
                read=integer(point, "read"),
            )


def message_analytics(
    graph: GraphClient, business_account_id: str, period: Period
) -> list[MessageFigures]:
    """Messages sent and delivered by the account's numbers. Source: "Analytics", Cloud API."""
    figures = _figures(
        graph,
        business_account_id,
        _field("analytics", period, granularity=_MESSAGE_GRANULARITIES[period.granularity]),
    )
    return [
        MessageFigures(
            start_at=integer(point, "start"),
            end_at=integer(point, "end"),
            sent=integer(point, "sent"),
            delivered=integer(point, "delivered"),
        )
        for point in members(figures, "data_points")
    ]


def conversation_analytics(
    graph: GraphClient, business_account_id: str, period: Period
) -> list[ConversationFigures]:
    """Conversations and their cost, by category, type and country.

    For what is billed since 1 July 2025 ask `pricing_analytics`.
    Source: "Analytics, Conversation analytics", Cloud API.
    """
    dimensions = ("CONVERSATION_CATEGORY", "CONVERSATION_TYPE", "COUNTRY")
    field = _field("conversation_analytics", period, dimensions=dimensions)
    return [
        ConversationFigures(
            start_at=integer(point, "start"),
            end_at=integer(point, "end"),
            conversations=integer(point, "conversation"),
            cost=number(point, "cost"),
            country=text(point, "country"),
            category=text(point, "conversation_category"),
            type=text(point, "conversation_type"),
        )
        for point in _points(_figures(graph, business_account_id, field))
    ]


def pricing_analytics(
    graph: GraphClient, business_account_id: str, period: Period
) -> list[PricingFigures]:
    """Messages delivered and what they cost, by category, type and country.

    Source: "Analytics, Pricing analytics", Cloud API.
    """
    dimensions = ("PRICING_CATEGORY", "PRICING_TYPE", "COUNTRY")
    field = _field("pricing_analytics", period, dimensions=dimensions)
    return [
        PricingFigures(
            start_at=integer(point, "start"),
            end_at=integer(point, "end"),
            volume=integer(point, "volume"),
            cost=number(point, "cost"),
            country=text(point, "country"),
            category=text(point, "pricing_category"),
            type=text(point, "pricing_type"),
            tier=text(point, "tier"),
        )
        for point in _points(_figures(graph, business_account_id, field))
    ]


def _field(
    name: str,
    period: Period,
    *,
    granularity: str | None = None,
    dimensions: Sequence[str] | None = None,
) -> str:
    field = f"{name}.start({period.start_at}).end({period.end_at})"
    field += f".granularity({granularity or period.granularity})"
    if dimensions is not None:
        field += f".dimensions({json.dumps(dimensions, separators=(',', ':'))})"
    return field


def _figures(graph: GraphClient, business_account_id: str, field: str) -> JsonObject:
    answer = graph.get(_account(business_account_id), {"fields": field})
    return member(answer, field.partition(".")[0])


def _points(figures: JsonObject) -> Iterator[JsonObject]:
    for group in members(figures, "data"):
        yield from members(group, "data_points")


def _account(business_account_id: str) -> str:
    return checked_id(business_account_id, "business_account_id")
