"""`/admin/numbers`: one number's state, and what an administrator can do to it."""

from dataclasses import dataclass

from flask import Response, abort, request, url_for

from otp_service.domain.administration import Administration
from otp_service.domain.audit import AuditRecord
from otp_service.domain.audit_query import EventFilter, read_phone_id
from otp_service.domain.audit_service import AuditService
from otp_service.domain.errors import InvalidPhoneError, InvalidRequestError
from otp_service.domain.identity import Owner
from otp_service.domain.roles import DEFAULT_ROLE, Role, read_role
from otp_service.domain.subject import Subject
from otp_service.web.console import event_words
from otp_service.web.console.access import officer
from otp_service.web.console.event_pages import note_read
from otp_service.web.console.number_actions import Action, confirmation, done_sentence
from otp_service.web.console.number_links import NumberLinks
from otp_service.web.console.number_words import state_lines
from otp_service.web.console.screen import Screen, moved

_RECENT_EVENTS = 20
_OWNERS = {Action.SAME_OWNER: Owner.SAME, Action.NEW_OWNER: Owner.NEW}


@dataclass(frozen=True, slots=True)
class NumberPages:
    administration: Administration
    audit: AuditService
    links: NumberLinks
    screen: Screen

    def numbers(self) -> Response:
        """The look-up, and who has a role of their own."""
        return self._looking_up("")

    def look_up(self) -> Response:
        """Takes a number in any spelling in the form's body, and leads to its userId."""
        entered = request.form.get("number", "")
        try:
            subject = self.administration.subject_of(entered)
        except InvalidPhoneError as refusal:
            return self._looking_up(entered, refusal)
        place = url_for("console.number", user_id=subject.phone_id, who=self.links.seal(subject))
        return moved(place)

    def number(self, user_id: str) -> Response:
        subject, events = self._found(user_id)
        state = self.administration.state_of(subject)
        note_read("number", user_id=subject.phone_id)
        return self.screen.page(
            "number",
            subject=subject,
            state=state,
            lines=state_lines(state, self.screen.times),
            events=events,
            who=request.args.get("who", ""),
            done=done_sentence(request.args.get("done", "")),
            roles=tuple(Role),
            words=event_words,
        )

    def confirm(self, user_id: str, action: str) -> Response:
        """Says what will happen, and asks."""
        subject, _events = self._found(user_id)
        wanted = Action(action)
        role = self._wanted_role(wanted, request.args.get("role", ""))
        question = confirmation(
            wanted,
            shown(subject),
            self.administration.state_of(subject),
            role,
            own=subject.phone_id == officer().phone_id,
        )
        return self.screen.page(
            "confirm",
            subject=subject,
            question=question,
            action=wanted,
            role=role,
            who=request.args.get("who", ""),
        )

    def act(self, user_id: str, action: str) -> Response:
        """Does it, on record under the administrator's userId."""
        subject, _events = self._found(user_id)
        if not subject.masked_phone:
            raise InvalidRequestError(
                "Nothing is known of this number yet: look it up, and act from there."
            )
        origin, wanted = officer().origin(), Action(action)
        if wanted is Action.UNLOCK:
            self.administration.clear_lockout(subject, origin)
        elif wanted is Action.END_SESSIONS:
            self.administration.end_sessions(subject, origin)
        elif wanted in _OWNERS:
            self.administration.accept_owner(subject, _OWNERS[wanted], origin)
        elif wanted is Action.SET_ROLE:
            role = self._wanted_role(wanted, request.form.get("role", ""))
            self.administration.set_role(subject, role, origin)
        else:
            self.administration.remove_role(subject, origin)
        who = request.args.get("who") or None
        place = url_for("console.number", user_id=subject.phone_id, who=who, done=wanted)
        return moved(place)

    def _looking_up(self, entered: str, refusal: InvalidPhoneError | None = None) -> Response:
        rows = sorted(self.administration.list_roles(), key=lambda row: -row.changed_at)
        return self.screen.page(
            "numbers",
            status=400 if refusal else 200,
            entered=entered,
            refusal=refusal,
            rows=rows,
        )

    def _wanted_role(self, action: Action, text: str) -> Role:
        """Raise InvalidRequestError."""
        return read_role(text) if action is Action.SET_ROLE else DEFAULT_ROLE

    def _found(self, user_id: str) -> tuple[Subject, tuple[AuditRecord, ...]]:
        """Whose userId it is, as far as anybody knows, and what happened to them last."""
        try:
            phone_id = read_phone_id(user_id) or ""
        except InvalidRequestError:
            abort(404)
        events = self.audit.page(EventFilter(phone_id=phone_id), _RECENT_EVENTS).events
        named = next((record for record in events if record.masked_phone), None)
        if named:
            return Subject(phone_id, named.masked_phone, named.country), events
        sealed = self.links.open(phone_id, request.args.get("who", ""))
        return sealed or self._with_role(phone_id), events

    def _with_role(self, phone_id: str) -> Subject:
        """A role outlives the audit."""
        assignment = self.administration.state_of(Subject(phone_id)).assignment
        return Subject(phone_id, assignment.masked_phone if assignment else "")


def shown(subject: Subject) -> str:
    """For people: `+1••••••0100`."""
    return subject.masked_phone.replace("*", "•") or subject.phone_id
