"""`/admin`: how the logins of the last day, fortnight or month went."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, request

from otp_service.domain.audit_service import AuditService
from otp_service.domain.send_ceiling import SendCeiling
from otp_service.web.console.overview import SPANS, USUAL_SPAN, charts_of, tiles_of
from otp_service.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class OverviewPage:
    audit: AuditService
    ceiling: SendCeiling
    screen: Screen
    clock: Callable[[], float] = time.time

    def overview(self) -> Response:
        wanted = request.args.get("span", "")
        name = wanted if wanted in SPANS else USUAL_SPAN
        span = SPANS[name]
        summary = self.audit.summary(span.by, span.since(self.clock()), None)
        return self.screen.page(
            "overview",
            spans=SPANS,
            chosen=name,
            tiles=tiles_of(summary.total, self.screen.times),
            ceilings=self.ceiling.uses(),
            charts=charts_of(summary, self.screen.times),
        )
