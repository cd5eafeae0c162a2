"""The account's message templates: their review, edits, pauses and deletion.

Meta, "Message templates, management" and "Template status".
"""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from otp_service.simulator.account import AccountChange
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.template import (
    DEFAULT_SEND_TTL_S,
    Review,
    Template,
    TemplateContent,
    TemplateStatus,
    Verdict,
)
from otp_service.simulator.template_changes import changes_between, status_change
from otp_service.simulator.template_errors import content_exists, status_not_changeable
from otp_service.simulator.template_limits import CreationLimits, check_editable

_CLOCKS_DIFFER_S = 0.02


_RESUMED = Verdict(status=TemplateStatus.APPROVED)


class TemplateStore:
    """In memory, safe for many threads. `clock` gives Unix seconds.

    `review` can be replaced while running; its end holds for reviews under way as well.
    """

    def __init__(
        self, settings: SimulatorSettings, clock: Callable[[], float] = time.time
    ) -> None:
        self.review = Review(settings.template_review_s)
        self._clock = clock
        self._lock = threading.RLock()
        self._limits = CreationLimits(settings.template_limit, clock)
        self._listeners: list[Callable[[AccountChange], None]] = []
        self._templates: dict[str, Template] = {}
        content = TemplateContent(code_expiration_minutes=settings.code_expiration_minutes)
        for language in settings.template_languages:
            template = self._new(settings.template_name, language, content, DEFAULT_SEND_TTL_S)
            self._templates[template.id] = replace(
                template, status=TemplateStatus.APPROVED, review_ends_at=None
            )

    def on_change(self, listener: Callable[[AccountChange], None]) -> None:
        """Calls `listener` with each change of status or quality that Meta would report."""
        with self._lock:
            self._listeners.append(listener)

    def all(self) -> list[Template]:
        """In the order of their creation."""
        self.settle()
        with self._lock:
            return list(self._templates.values())

    def named(self, name: str) -> list[Template]:
        """The template in each of its languages."""
        return [template for template in self.all() if template.name == name]

    def find(self, name: str, language: str) -> Template | None:
        found = (template for template in self.named(name) if template.language == language)
        return next(found, None)

    def by_id(self, template_id: str) -> Template | None:
        self.settle()
        with self._lock:
            return self._templates.get(template_id)

    def create(
        self,
        name: str,
        languages: Sequence[str],
        content: TemplateContent,
        message_send_ttl_s: int = DEFAULT_SEND_TTL_S,
    ) -> list[Template]:
        """One template for each language, or none of them.

        Raises `GraphError` 100 for a name that is taken or blocked and for one too many, 80008
        for too many in an hour.
        """
        with self._lock:
            self._check_creatable(name, languages)
            created = [
                self._new(name, language, content, message_send_ttl_s) for language in languages
            ]
            for template in created:
                self._limits.count_creation()
                self._templates[template.id] = template
        self._await_review()
        return [self._templates.get(template.id, template) for template in created]

    def edit(
        self,
        template_ids: Sequence[str],
        *,
        content: TemplateContent | None = None,
        message_send_ttl_s: int | None = None,
    ) -> None:
        """All of them or none. Raises as `check_editable` does.

        They are under review again. That an APPROVED one cannot be sent until it is over is the
        simulator's own strictness.
        """
        now = self._clock()
        with self._lock:
            edited = [self._templates[template_id] for template_id in template_ids]
            for template in edited:
                check_editable(template, now)
            changes: list[AccountChange] = []
            for template in edited:
                was_approved = template.status is TemplateStatus.APPROVED
                changed = replace(
                    template,
                    content=content or template.content,
                    message_send_ttl_s=message_send_ttl_s or template.message_send_ttl_s,
                    status=TemplateStatus.PENDING,
                    review_ends_at=now + self.review.after_s,
                    edited_at=(*template.edited_at, now) if was_approved else template.edited_at,
                )
                self._templates[template.id] = changed
                # Of a review that begins nothing is told, of its end everything.
                told = replace(changed, status=template.status)
                changes += changes_between(template, told)
        self._report(changes)
        self._await_review()

    def upsert(self, name: str, languages: Sequence[str], content: TemplateContent) -> None:
        """Creates or edits, all of them or none. Raises as `create` and `edit` do.

        What is already as declared is left alone, so that no edit is spent.
        """
        with self._lock:
            existing = {template.language: template for template in self.named(name)}
            missing = [language for language in languages if language not in existing]
            others = [existing[language] for language in languages if language in existing]
            self._check_creatable(name, missing)
            self.edit([t.id for t in others if t.content != content], content=content)
            self.create(name, missing, content)

    def unpause(self, template_id: str) -> None:
        """Raises `GraphError` 100/2388039 for a template that is not paused."""
        with self._lock:
            status = self._templates[template_id].status
            if status is not TemplateStatus.PAUSED:
                raise status_not_changeable(f"The template is {status}, not PAUSED.")
            changes = self._apply(self._templates[template_id], _RESUMED)
        self._report(changes)

    def delete(self, name: str, template_id: str | None = None) -> None:
        """All languages of the name, or one. Raises `GraphError` 100 if it cannot be done."""
        with self._lock:
            doomed = [t for t in self.named(name) if template_id in (None, t.id)]
            if not doomed:
                raise GraphError.parameter(f"Message template {name} does not exist.")
            if any(template.status is TemplateStatus.DISABLED for template in doomed):
                raise status_not_changeable("A disabled template can't be deleted.")
            self._limits.block(name, doomed[0].language if template_id else None)
            for template in doomed:
                del self._templates[template.id]
        self._report([status_change(template, "DELETED") for template in doomed])

    def decide(self, template_ids: Sequence[str], verdict: Verdict) -> None:
        """What Meta does by itself: the end of a review, a pause, a quality, a category."""
        with self._lock:
            changes = [
                change
                for template_id in template_ids
                for change in self._apply(self._templates[template_id], verdict)
            ]
        self._report(changes)

    def settle(self) -> None:
        """Ends the reviews whose time has come."""
        now = self._clock()
        with self._lock:
            due = [
                template
                for template in self._templates.values()
                if template.review_ends_at is not None and template.review_ends_at <= now
            ]
            verdict = Verdict(status=self.review.status, reason=self.review.reason)
            changes = [change for template in due for change in self._apply(template, verdict)]
        self._report(changes)

    def _apply(self, template: Template, verdict: Verdict) -> list[AccountChange]:
        changed = replace(
            template,
            content=verdict.content or template.content,
            quality=verdict.quality or template.quality,
        )
        if verdict.status is not None:
            reason = verdict.reason or "NONE"
            changed = replace(
                changed, status=verdict.status, rejected_reason=reason, review_ends_at=None
            )
        if verdict.category not in (None, template.category):
            changed = replace(
                changed, category=verdict.category, previous_category=template.category
            )
        if changed.quality is not template.quality:
            changed = replace(changed, quality_at=int(self._clock()))
        self._templates[template.id] = changed
        return changes_between(template, changed)

    def _check_creatable(self, name: str, languages: Sequence[str]) -> None:
        for language in languages:
            self._limits.check_name(name, language)
            if self.find(name, language):
                raise content_exists(language)
        self._limits.check_room(len(self._templates), len(languages))

    def _new(
        self, name: str, language: str, content: TemplateContent, message_send_ttl_s: int
    ) -> Template:
        now = self._clock()
        return Template(
            id=str(10**14 + secrets.randbelow(9 * 10**14)),
            name=name,
            language=language,
            content=content,
            message_send_ttl_s=message_send_ttl_s,
            quality_at=int(now),
            review_ends_at=now + self.review.after_s,
        )

    def _await_review(self) -> None:
        self.settle()
        # Whoever listens hears of the verdict without asking for the template first.
        timer = threading.Timer(self.review.after_s + _CLOCKS_DIFFER_S, self.settle)
        timer.daemon = True
        timer.start()

    def _report(self, changes: Sequence[AccountChange]) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for change in changes:
            for listener in listeners:
                listener(change)
