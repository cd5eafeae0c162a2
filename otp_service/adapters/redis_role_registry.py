"""RoleRegistry on Redis: one hash of assignments for each shard."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_keys import SHARDS, ShardKeys
from otp_service.adapters.redis_record_ids import RecordIds
from otp_service.adapters.redis_scripts import Scripts, store_errors
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.roles import DEFAULT_ROLE, Role, RoleAssignment, RoleChange
from otp_service.domain.subject import Subject


@dataclass(frozen=True, slots=True)
class RedisRoleRegistry:
    scripts: Scripts
    context: AuditContext

    def role_of(self, subject: Subject) -> Role:
        keys, ids = self.context.keys_of(subject), self.context.ids
        with store_errors("role_of"):
            found = self.scripts.client.hmget(keys.roles, ids.all_of(subject.phone_id))
        kept = next(filter(None, found), None)
        return assignment_of(subject.phone_id, str(kept), ids).role if kept else DEFAULT_ROLE

    def set_role(self, subject: Subject, role: Role, origin: RequestOrigin) -> RoleChange:
        assignment = json.dumps(
            {
                "role": role,
                "phone": subject.masked_phone,
                "changedBy": self.context.ids.client_as_kept(origin.client_id),
            }
        )
        return self._change(subject, role, assignment, origin)

    def remove_role(self, subject: Subject, origin: RequestOrigin) -> RoleChange:
        return self._change(subject, None, "", origin)

    def list_roles(self) -> Iterator[RoleAssignment]:
        """Every assignment, a shard at a time."""
        for shard in range(SHARDS):
            with store_errors("list_roles"):
                kept = self.scripts.client.hgetall(ShardKeys(shard).roles)
            for record_id, text in kept.items():
                phone_id = self.context.ids.user_id_of(str(record_id))
                yield assignment_of(phone_id, str(text), self.context.ids)

    def _change(
        self, subject: Subject, role: Role | None, assignment: str, origin: RequestOrigin
    ) -> RoleChange:
        keys = self.context.keys_of(subject)
        _, previous, ended = self.scripts.run(
            "set_role",
            [keys.audit, keys.history, keys.sessions, keys.roles],
            self.context.encode(subject, origin),
            role or "",
            assignment,
            DEFAULT_ROLE,
        )
        return RoleChange(role or DEFAULT_ROLE, Role(str(previous)), int(ended))


def assignment_of(phone_id: str, text: str, ids: RecordIds) -> RoleAssignment:
    """`text` is one value of a shard's hash of roles."""
    kept = json.loads(text)
    return RoleAssignment(
        phone_id=phone_id,
        masked_phone=kept["phone"],
        role=Role(kept["role"]),
        changed_at=kept["changedAt"],
        changed_by=ids.client_of(kept["changedBy"]),
    )
