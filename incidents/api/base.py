"""Opening what an address names: the row or the one constant 404, then the role or a 403."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.idempotency import Answer
from accounts.roles import Permission
from audit.registry import EventType
from bwcportal.errors import DomainError
from incidents.permissions import check_may
from incidents.services.opening import open_case
from incidents.services.opening_parts import open_part
from incidents.services.refused_grants import note_refused_grant
from incidents.services.viewing import note_viewed

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class CaseView(ApiView):
    """An endpoint about a case or a part of one."""

    def require(self, permission: Permission | None) -> None:
        """Raise NotPermitted unless a role of the caller allows the act; None asks for nothing."""
        if permission is not None:
            check_may(self.actor, permission)

    def case(self, case_id: UUID, permission: Permission | None = None) -> Any:
        """Open a case; raise NotFound, recorded, then NotPermitted."""
        found = open_case(actor=self.actor, case_id=case_id, now=self.now)
        self.require(permission)
        return found

    def part(
        self, rows: QuerySet[Any], kind: str, part_id: UUID, permission: Permission | None = None
    ) -> Any:
        """Open a part of a case among the rows that the caller may know of."""
        found = open_part(rows, actor=self.actor, kind=kind, part_id=part_id, now=self.now)
        self.require(permission)
        return found

    def once(self, act: Callable[[], Answer], *, in_one_transaction: bool = True) -> Response:
        """Act once, as every endpoint does; access that was refused to somebody is recorded.

        Under an Idempotency-Key the act is part of another transaction, rolled back by now.
        """
        try:
            return super().once(act, in_one_transaction=in_one_transaction)
        except DomainError as refused:
            note_refused_grant(refused, actor=self.actor, now=self.now)
            raise

    def note(self, event: EventType, case: Any, details: Mapping[str, Any] = _NOTHING) -> None:
        """Record that a part of a case was read."""
        note_viewed(event, actor=self.actor, case=case, now=self.now, details=details)
