"""RoleRegistry on Redis: one hash of assignments for each shard."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_keys import SHARDS, NumberKeys, ShardKeys
from otp_service.adapters.redis_scripts import Scripts, store_errors
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.roles import DEFAULT_ROLE, Role, RoleAssignment, RoleChange
from otp_service.domain.subject import Subject


@dataclass(frozen=True, slots=True)
class RedisRoleRegistry:
    scripts: Scripts
    context: AuditContext

    def role_of(self, subject: Subject) -> Role:
        with store_errors("role_of"):
            kept = self.scripts.client.hget(NumberKeys(subject.phone_id).roles, subject.phone_id)
        return assignment_of(subject.phone_id, str(kept)).role if kept else DEFAULT_ROLE

    def set_role(self, subject: Subject, role: Role, origin: RequestOrigin) -> RoleChange:
        assignment = json.dumps(
            {"role": role, "phone": subject.masked_phone, "changedBy": origin.client_id}
        )
        return self._change(subject, role, assignment, origin)

    def remove_role(self, subject: Subject, origin: RequestOrigin) -> RoleChange:
        return self._change(subject, None, "", origin)

    def list_roles(self) -> Iterator[RoleAssignment]:
        """Every assignment, a shard at a time."""
        for shard in range(SHARDS):
            with store_errors("list_roles"):
                kept = self.scripts.client.hgetall(ShardKeys(shard).roles)
            yield from (assignment_of(str(phone_id), str(text)) for phone_id, text in kept.items())

    def _change(
        self, subject: Subject, role: Role | None, assignment: str, origin: RequestOrigin
    ) -> RoleChange:
        keys = NumberKeys(subject.phone_id)
        _, previous, ended = self.scripts.run(
            "set_role",
            [keys.audit, keys.history, keys.sessions, keys.roles],
            self.context.encode(subject, origin),
            role or "",
            assignment,
            DEFAULT_ROLE,
        )
        return RoleChange(role or DEFAULT_ROLE, Role(str(previous)), int(ended))


def assignment_of(phone_id: str, text: str) -> RoleAssignment:
    """`text` is one value of a shard's hash of roles."""
    kept = json.loads(text)
    return RoleAssignment(
        phone_id=phone_id,
        masked_phone=kept["phone"],
        role=Role(kept["role"]),
        changed_at=kept["changedAt"],
        changed_by=kept["changedBy"],
    )
