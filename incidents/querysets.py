"""Which rows a person may know of. Everything else is, for that person, not there.

A case opens by its team (unless restricted), by a personal grant in force, or for hours by an
emergency access of who may break glass (never a restricted one). An exclusion beats all of them and
follows the human being over all their records and accounts: the officers complained about, and
anybody declared excluded.

Whoever acts for somebody absent knows of what opens to the absent person instead, restricted cases
apart: those open to a person by name and to nobody in their place. Exclusions of both count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.conditions import Condition
from accounts.grants import granted_to, in_force
from accounts.roles import Permission
from incidents.enums import CaseState
from incidents.kept_apart import digests_of

if TYPE_CHECKING:
    from accounts.models import User


# The cases that are kept from somebody, each found by an index: those about the person, those from
# which they are excluded, and what is left of cases that were kept from them while they were there.
_SUBJECT_OF = "SELECT complaint_id FROM incidents_complaintsubject WHERE person_id = ANY (%s)"
_EXCLUDED_FROM = "SELECT complaint_id FROM incidents_caseexclusion WHERE person_id = ANY (%s) AND ended_at IS NULL"
_KEPT_APART_FROM = (
    "SELECT id FROM incidents_complaint WHERE state = %s AND kept_apart && %s::varchar[]"
)
_OPENED_IN_EMERGENCY = (
    "{column} IN (SELECT complaint_id FROM incidents_emergencyaccess"
    " WHERE account_id = %s AND ended_at IS NULL AND opened_at <= %s AND expires_at > %s)"
)


@dataclass(frozen=True)
class Columns:
    """Where the columns by which a case opens stand: on the case itself, or copied beside it.

    Copies are kept by triggers in the database, so that they cannot differ from the case.
    """

    case: str
    team: str
    is_restricted: str
    state: str


OF_THE_CASE = Columns("pk", "team_id", "is_restricted", "state")
COPIED = Columns("complaint_id", "case_team", "case_is_restricted", "case_state")
ON_A_GRANT = Columns("content_object_id", "case_team", "case_is_restricted", "case_state")


class ComplaintQuerySet(models.QuerySet[Any]):
    """Cases, narrowed to what a person may know of."""

    def visible_to(self, user: User) -> Self:
        """Keep the cases that this person may know of, at this moment.

        To open one case. For a list or a count take `branches_for` through `accounts.branched_lists`.
        """
        if _is_nobody(user):
            return self.none()
        opened = reduce(or_, _openings(self.model, user, OF_THE_CASE))
        return self.filter(_not_kept_from(user, OF_THE_CASE) & opened)

    def branches_for(self, user: User) -> list[Self]:
        """Give the rows of `visible_to` in parts that may overlap, one for each way a case opens.

        A list takes the first rows of each part and then of them all, which stays fast with any
        number of cases; the OR of `visible_to` does not. See `accounts.branched_lists`.
        """
        return [self.filter(way) for way in _ways(self.model, user, OF_THE_CASE)]

    def branches_besides_grants(self, user: User) -> list[Self]:
        """Give those of `branches_for` that need no grant; `grants_to` are the rest, for a list of cases."""
        if _is_nobody(user):
            return []
        kept = _not_kept_from(user, OF_THE_CASE)
        return [self.filter(kept & way) for way in _openings_besides_grants(user, OF_THE_CASE)]

    def grants_to(self, user: User) -> models.QuerySet[Any]:
        """Give the grants by which a case opens to a person, each with its copies of the case."""
        grants: Any = self.model._meta.get_field("grants").related_model
        if _is_nobody(user):
            return grants.objects.none()  # type: ignore[no-any-return]
        rows = in_force(grants, now=timezone.now()).filter(user_id=user.principal.pk)
        if user.acting_for is not None:
            rows = rows.filter(case_is_restricted=False)
        return rows.filter(_not_kept_from(user, ON_A_GRANT))

    def openable_in_emergency(self, user: User) -> Self:
        """Keep the cases that this person could open by an emergency access, seen already or not."""
        rest = self.filter(_not_kept_from(user, OF_THE_CASE), is_restricted=False)
        return rest.exclude(state=CaseState.DESTROYED)


def _is_nobody(user: User) -> bool:
    return not (user.is_authenticated and user.is_active)


def _ways(case_model: Any, user: User, at: Columns) -> list[Q]:
    """Give a condition for each way in which a case opens to a person; none for nobody."""
    if _is_nobody(user):
        return []
    kept = _not_kept_from(user, at)
    return [kept & opening for opening in _openings(case_model, user, at)]


def _openings(case_model: Any, user: User, at: Columns) -> list[Q]:
    grants = case_model._meta.get_field("grants").related_model
    by_grant = Q(granted_to(grants, at.case, user_id=user.principal.pk, now=timezone.now()))
    if user.acting_for is not None:
        by_grant &= Q(**{at.is_restricted: False})
    return [*_openings_besides_grants(user, at), by_grant]


def _openings_besides_grants(user: User, at: Columns) -> list[Q]:
    now = timezone.now()
    unrestricted = Q(**{at.is_restricted: False})
    openings = []
    if user.team_ids:
        openings.append(Q(**{f"{at.team}__in": user.team_ids}) & unrestricted)
    if user.acting_for is None and user.has_role_permission(Permission.BREAK_GLASS):
        openings.append(
            Q(Condition(at.case, _OPENED_IN_EMERGENCY, [user.pk, now, now])) & unrestricted
        )
    return openings


def _not_kept_from(user: User, at: Columns) -> Q:
    # Few cases are kept from one person: their ids are read once, by an index, as an array.
    # Asking of each case whether it is kept from them would cost three pages of an index for
    # every row; `NOT IN` would be as quick, but the planner takes half of all rows for kept
    # out and chooses its way by that.
    ids = user.person_ids
    kept = f"{_SUBJECT_OF} UNION ALL {_EXCLUDED_FROM}"
    if not user.has_role_permission(Permission.SEE_DISPOSALS):
        # A tombstone says that there was a case; only those who dispose of records need it.
        outside = Condition(at.case, f"{{column}} <> ALL (ARRAY({kept}))", [ids, ids])
        return Q(outside) & ~Q(**{at.state: CaseState.DESTROYED})
    kept += f" UNION ALL {_KEPT_APART_FROM}"
    values = [ids, ids, CaseState.DESTROYED.value, digests_of(ids)]
    return Q(Condition(at.case, f"{{column}} <> ALL (ARRAY({kept}))", values))


class EndableQuerySet(models.QuerySet[Any]):
    """Rows that somebody ends, and that stay as what was: exclusions, links between cases."""

    def in_force(self) -> Self:
        """Keep those that nobody has ended."""
        return self.filter(ended_at__isnull=True)


class OfCaseQuerySet(models.QuerySet[Any]):
    """Rows that belong to a case and are seen by exactly those who may see the case."""

    case_path = "complaint"
    has_copies = False

    @classmethod
    def through(cls, path: str) -> type[OfCaseQuerySet]:
        """Make the same query set for a model that reaches its case by a longer path."""
        return type(cls.__name__, (cls,), {"case_path": path})

    @classmethod
    def with_copies(cls) -> type[OfCaseQuerySet]:
        """Make the same query set for a model that holds copies of the case's columns (`COPIED`)."""
        return type(cls.__name__, (cls,), {"has_copies": True})

    def visible_to(self, user: User) -> Self:
        """Keep the rows of the cases that this person may know of: those of a case that is open."""
        return self.filter(**{f"{self.case_path}__in": self._cases().visible_to(user)})

    def branches_for(self, user: User) -> list[Self]:
        """Give the rows of `visible_to` in parts that may overlap, for lists over many cases."""
        cases = self._cases()
        if self.has_copies:
            return [self.filter(way) for way in _ways(cases.model, user, COPIED)]
        return [
            self.filter(**{f"{self.case_path}__in": branch.values("pk")})
            for branch in cases.branches_for(user)
        ]

    def _cases(self) -> ComplaintQuerySet:
        model: Any = self.model
        for part in self.case_path.split("__"):
            model = model._meta.get_field(part).related_model
        cases: ComplaintQuerySet = model.objects.all()
        return cases
