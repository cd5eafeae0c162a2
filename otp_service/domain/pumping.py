"""Pumping: somebody orders messages to numbers that nobody logs in with, and earns on each.

Messages are counted in cohorts, by the minute in which they were ordered, and by whom they may be
of: the number's country, the person's network, everybody. A cohort is judged when its passcodes
are over: what was sent and not answered is unverified. How much of that is usual says the
conversion of the last two weeks, so that a rush of people who do log in passes.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from otp_service.domain.audit_figures import Figures


class PumpingGuard(StrEnum):
    """What is done about it: nothing, a note for the operator, or a refusal as well."""

    OFF = "off"
    RECORD = "record"
    DENY = "deny"


SERVICE, COUNTRY, NETWORK = "service", "country", "network"
EVERYBODY = f"{SERVICE}:all"
# How much of an hour's messages may be unverified whatever the conversion: people mistype numbers.
_FREE = {NETWORK: 10, COUNTRY: 20, SERVICE: 60}
# So much more than two weeks taught is still chance. Times what is unusual at the least conversion
# it must stay below 1: else messages that nobody answers at all would pass.
_TOLERANCE = 1.5
# Fewer messages than this teach nothing.
_ENOUGH = 50
_USUAL_CONVERSION = 0.7
# Two weeks of undetected pumping must not teach that it is usual.
_LEAST_CONVERSION, _MOST_CONVERSION = 0.5, 0.95
# Of IPv4 a /24, of IPv6 the /48 of one site: whoever orders messages has many addresses.
_NETWORK_BITS = {4: 24, 6: 48}
WINDOW_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Cohort:
    """What was ordered in one minute, and how much of it was answered by a login."""

    sent: int = 0
    verified: int = 0

    @property
    def unverified(self) -> int:
        return max(0, self.sent - self.verified)


def scopes_of(country: str, ip: str | None) -> tuple[str, ...]:
    """Whose budgets a message is counted in; `ip` is the person's address, where it is known."""
    scopes = [EVERYBODY]
    if country:
        scopes.append(f"{COUNTRY}:{country}")
    if ip:
        address = ipaddress.ip_address(ip)
        network = ipaddress.ip_network((address, _NETWORK_BITS[address.version]), strict=False)
        scopes.append(f"{NETWORK}:{network}")
    return tuple(scopes)


@dataclass(frozen=True, slots=True)
class Conversions:
    """Logins for each message: of everybody, and of each country that sent enough to say."""

    everybody: float
    countries: Mapping[str, float]

    def of(self, scope: str) -> float:
        kind, _, holder = scope.partition(":")
        return self.countries.get(holder, self.everybody) if kind == COUNTRY else self.everybody


def conversions_of(everybody: Figures, countries: Mapping[str, Figures]) -> Conversions:
    """From the audit's figures of the last two weeks."""
    known = {name: _conversion(figures) for name, figures in countries.items()}
    return Conversions(
        _conversion(everybody) or _USUAL_CONVERSION,
        {name: conversion for name, conversion in known.items() if conversion is not None},
    )


def _conversion(figures: Figures) -> float | None:
    if figures.accepted < _ENOUGH or figures.conversion is None:
        return None
    return min(max(figures.conversion, _LEAST_CONVERSION), _MOST_CONVERSION)


def minutes_over_budget(
    scope: str, cohorts: Mapping[int, Cohort], conversion: float, minute: int, life_minutes: int
) -> int:
    """Minutes until the scope is within its budget for sure; 0 when it is.

    `cohorts` by minute since the Unix epoch; `minute` is now; `life_minutes` a passcode's life.
    """
    if _within(scope, _judged(cohorts, minute - life_minutes), conversion):
        return 0
    ahead = 1
    # Those whose passcodes still live are counted as if nobody answered them any more.
    while not _within(scope, _judged(cohorts, minute + ahead - life_minutes), conversion):
        ahead += 1
    return ahead


def _judged(cohorts: Mapping[int, Cohort], end: int) -> list[Cohort]:
    return [c for minute, c in cohorts.items() if end - WINDOW_MINUTES <= minute < end]


def _within(scope: str, cohorts: Iterable[Cohort], conversion: float) -> bool:
    judged = list(cohorts)
    sent, unverified = sum(c.sent for c in judged), sum(c.unverified for c in judged)
    usual = sent * (1 - conversion)
    return unverified <= _FREE[scope.partition(":")[0]] + _TOLERANCE * usual
