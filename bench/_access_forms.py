"""The questions that are measured: the portal's form, several written by hand, guardian's."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts.branched_lists import count_up_to, take
from accounts.models import Person, RoleAssignment, User
from accounts.roles import Role
from incidents.models import Complaint
from incidents.selectors.case_filters import CaseFilters, cases_listed
from incidents.selectors.cases import NEWEST
from incidents.selectors.seers import accounts_that_see

LIMIT = 25
ROLES = ("investigator", "supervisor", "wide", "none")
CELLS = {"newest": "", "filtered": "SUPERVISOR_REVIEW"}
_ORDER = "ORDER BY logged_at DESC, id DESC"
_GRANTS = (
    "SELECT content_object_id FROM incidents_complaintgrant WHERE user_id = %(user)s"
    " AND (expires_at IS NULL OR expires_at > now())"
)
_KEPT = (
    "id <> ALL (ARRAY(SELECT complaint_id FROM incidents_complaintsubject WHERE person_id = %(person)s))"
    " AND id <> ALL (ARRAY(SELECT complaint_id FROM incidents_caseexclusion"
    " WHERE person_id = %(person)s AND ended_at IS NULL))"
)
_KEPT_EACH = (
    "NOT EXISTS (SELECT 1 FROM incidents_complaintsubject s WHERE s.person_id = %(person)s"
    " AND s.complaint_id = c.id) AND NOT EXISTS (SELECT 1 FROM incidents_caseexclusion x"
    " WHERE x.person_id = %(person)s AND x.ended_at IS NULL AND x.complaint_id = c.id)"
)


def account(role: str) -> User:
    """Read an account of a kind; of those that are compared, one from whom no case is kept."""
    found = User.objects.filter(username__startswith=f"scale-{role}-", is_active=True)
    if role not in ROLES:
        return found.select_related("person").order_by("username")[0]
    kept_from = Q(person__complained_about_in__isnull=False) | Q(
        person__excluded_from__isnull=False
    )
    return found.exclude(kept_from).select_related("person").order_by("username")[0]


def administrator() -> User:
    """Read the account of an administrator, made once on top of the seeded ones."""
    person = Person.objects.filter(accounts__isnull=True).order_by("surname", "id")
    name = "bench-administrator"
    if not User.objects.filter(username=name).exists():
        user = User.objects.create(username=name, person=person[0])
        RoleAssignment.objects.create(user=user, role=Role.ADMINISTRATOR)
    return User.objects.select_related("person").get(username=name)


def again(user: User) -> User:
    """Forget what was read of an account: a new request."""
    for name in ("team_ids", "role_set", "_standing"):
        user.__dict__.pop(name, None)
    return user


def branches(user: User, cell: str) -> list[Any]:
    """The portal's branches for a list of cases."""
    filters = CaseFilters(state=CELLS[cell])
    return cases_listed(user, filters)


def product_page(user: User, cell: str) -> list[Any]:
    """The portal's first page, rows in full."""
    full = Complaint.objects.all()
    return take(branches(user, cell), order=NEWEST, limit=LIMIT, load=full).rows


def product_count(user: User, cell: str) -> Any:
    """The portal's capped count."""
    return count_up_to(branches(user, cell), order=NEWEST)


def product_checks(user: User, cases: list[Complaint]) -> set[Any]:
    """The portal's answer to which of several cases are open to a person."""
    ids = [case.pk for case in cases]
    return set(Complaint.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def product_loop(user: User, cases: list[Complaint]) -> list[bool]:
    """The same, one case after the other."""
    return [Complaint.objects.visible_to(user).filter(pk=case.pk).exists() for case in cases]


def product_who(case: Complaint) -> list[Any]:
    """The portal's answer to who can see a case."""
    return list(accounts_that_see(case, now=timezone.now()).values_list("pk", flat=True))


def raw_forms(cell: str, *, limit: int = LIMIT + 1) -> dict[str, str]:
    """Give the forms that a person would write by hand, each selecting id and logged_at."""
    state = f" AND state = '{CELLS[cell]}'" if CELLS[cell] else ""
    more = f"state <> 'DESTROYED'{state}"
    first = f"{_ORDER} LIMIT {limit}"
    cases = "SELECT id, logged_at FROM incidents_complaint"
    granted = f"{cases} WHERE id IN ({_GRANTS}) AND {more} AND {_KEPT} {first}"
    walk = f"{cases} WHERE team_id = ANY (%(teams)s::uuid[]) AND NOT is_restricted AND {more} AND {_KEPT} {first}"
    lateral = (
        f"SELECT c.id, c.logged_at FROM unnest(%(teams)s::uuid[]) t (id) CROSS JOIN LATERAL ({cases}"
        f" WHERE team_id = t.id AND NOT is_restricted AND {more} AND {_KEPT} {first}) c"
    )
    return {
        "ids joined": f"{cases} c WHERE id IN ({_GRANTS} UNION ALL SELECT id FROM incidents_complaint"
        f" WHERE team_id = ANY (%(teams)s::uuid[]) AND NOT is_restricted) AND {more} AND {_KEPT_EACH} {first}",
        "walk and grants": f"SELECT * FROM (({walk}) UNION ({granted})) both_ways {first}",
        "each team and grants": f"SELECT * FROM (({lateral}) UNION ({granted})) both_ways {first}",
        "grants or team": f"{cases} c WHERE (id IN ({_GRANTS}) OR (team_id = ANY (%(teams)s::uuid[])"
        f" AND NOT is_restricted)) AND {more} AND {_KEPT_EACH} {first}",
    }


def values(user: User) -> dict[str, Any]:
    """What the forms written by hand are given; the teams are read once, as the portal does."""
    return {"user": user.pk, "person": user.person_id, "teams": list(user.team_ids)}


def raw_page(user: User, statement: str) -> list[Any]:
    """Read a page in full by a form written by hand."""
    full = (
        f"SELECT c.* FROM ({statement}) page JOIN incidents_complaint c USING (id, logged_at)"
        " ORDER BY c.logged_at DESC, c.id DESC"
    )
    return list(Complaint.objects.raw(full, values(user)))[:LIMIT]


def in_words(statement: str, given: dict[str, Any]) -> str:
    """Write the values into a statement, for EXPLAIN."""
    with connection.cursor() as cursor:
        return str(cursor.mogrify(statement, given))
