"""Answers the questions of `bench/access.py` inside one database: a line of JSON in, a line out.

Two of these run at once, one for each size, so that every call of one stands beside the same call of
the other and the moods of the machine fall on both.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 - the models need Django
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import Person, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from bench import _access_forms as forms  # noqa: E402
from bench import _guardian as guardian  # noqa: E402
from incidents.models import Complaint, ComplaintSubject  # noqa: E402
from incidents.selectors.cases import NEWEST, CaseFilters, list_cases  # noqa: E402

_USERS: dict[str, User] = {}
_BEST: dict[tuple[str, str], str] = {}


def prepare() -> dict[str, Any]:
    """Make ready what is measured against; say what the database holds."""
    rows = guardian.prepare()
    for role in (*forms.ROLES, "retention", "handler"):
        _USERS[role] = forms.account(role)
    _USERS["administrator"] = forms.administrator()
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0]
        # Nothing vacuums by itself here, and what was written meanwhile must be seen by the planner.
        cursor.execute("VACUUM ANALYZE")
    return {
        "complaints": Complaint.objects.count(),
        "users": User.objects.count(),
        "group rows": rows,
        "gigabytes": round(size / 2**30, 1),
        "server": version,
    }


def same_ids(role: str, cell: str) -> dict[str, Any]:
    """Compare the ids of the first page by every form; choose the fastest one written by hand."""
    user = forms.again(_USERS[role])
    wanted = [row.pk for row in forms.product_page(user, cell)]
    by_guardian = _guardian_page(user, cell)
    given = forms.values(user)
    times: dict[str, float] = {}
    for name, statement in forms.raw_forms(cell).items():
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            ids = [row[0] for row in cursor.fetchall()][: forms.LIMIT]
        if ids != wanted:
            return {"same": False, "form": name}
        text = forms.in_words(statement, given)
        times[name] = min(_explained(text)["ms"] for _ in range(3))
    best = min(times, key=lambda name: times[name])
    _BEST[role, cell] = best
    same = [row.pk for row in by_guardian] == wanted
    return {"same": same, "form": best if same else "guardian", "rows": len(wanted)}


def inside(role: str, cell: str, what: str) -> dict[str, float]:
    """Time a question inside PostgreSQL, and count the buffers it touches."""
    user = forms.again(_USERS[role])
    if what == "raw":
        statement = forms.raw_forms(cell)[_BEST[role, cell]]
        return _explained(forms.in_words(statement, forms.values(user)))
    ask: dict[str, Callable[[], Any]] = {
        "portal": lambda: forms.product_page(user, cell),
        "guardian": lambda: _guardian_page(user, cell),
        "counted": lambda: forms.product_count(user, cell),
    }
    assert user.team_ids is not None  # read before, as in a request
    assert user.role_set is not None
    with CaptureQueriesContext(connection) as queries:
        ask[what]()
    # The statement that finds the rows; reading 25 of them by key comes after it.
    found = max((_explained(query["sql"]) for query in queries.captured_queries[:1]), key=_ms)
    return found


def wall(role: str, cell: str, what: str) -> dict[str, float]:
    """Time a question as the process sees it, from a fresh account to the last row."""
    user = forms.again(_USERS[role])
    cases = _cases_to_check(role) if what.startswith(("checks", "loop")) else []
    statement = forms.raw_forms(cell)[_BEST[role, cell]] if what == "raw" else ""
    ask: dict[str, Callable[[], Any]] = {
        "portal": lambda: forms.product_page(user, cell),
        "raw": lambda: forms.raw_page(user, statement),
        "guardian": lambda: _guardian_page(user, cell),
        "count": lambda: forms.product_count(user, cell),
        "page": lambda: list_cases(user, CaseFilters(state=forms.CELLS[cell])),
        "checks": lambda: forms.product_checks(user, cases),
        "loop": lambda: forms.product_loop(user, cases),
        "loop guardian": lambda: guardian.check_each(user, cases),
        "who": lambda: forms.product_who(_case_to_see()),
        "who guardian": lambda: guardian.who_can_see(_case_to_see()),
    }
    begun = time.perf_counter()
    ask[what]()
    return {"ms": (time.perf_counter() - begun) * 1000}


def checks(role: str) -> dict[str, Any]:
    """Compare the answers to 25 checks and to who can see a case; count the queries."""
    user = forms.again(_USERS[role])
    cases = _cases_to_check(role)
    assert user.team_ids is not None
    assert user.role_set is not None
    with CaptureQueriesContext(connection) as queries:
        found = forms.product_checks(user, cases)
    one_by_one = [case.pk in found for case in cases]
    same = one_by_one == forms.product_loop(user, cases) == guardian.check_each(user, cases)
    case = _case_to_see()
    # Guardian knows of no exclusion: the case has none, and its subject no account.
    seen = sorted(forms.product_who(case)) == sorted(guardian.who_can_see(case))
    return {"same": same, "queries": len(queries), "open": sum(one_by_one), "who": seen}


def who_inside() -> dict[str, float]:
    """Time both answers to who can see a case inside PostgreSQL."""
    case = _case_to_see()
    found = {}
    asks = {"portal": forms.product_who, "guardian": guardian.who_can_see}
    for name, ask in asks.items():
        with CaptureQueriesContext(connection) as queries:
            ask(case)
        found[name] = sum(_explained(query["sql"])["ms"] for query in queries.captured_queries)
    return found


def pages(role: str) -> list[dict[str, Any]]:
    """Open every list of the portal and of its API; count queries, rows and buffers."""
    client = Client()
    client.force_login(_USERS[role])
    return [_page(client, name, path) for name, path in _lists() if _may(client, path)]


def _lists() -> list[tuple[str, str]]:
    cases = reverse("incidents:case-list")
    api = reverse("api-complaints")
    people = reverse("accounts:people")
    # The number of an officer, the last five signs of a reference and a surname, in the data.
    subject = ComplaintSubject.objects.select_related("person__unit").order_by("pk")[0]
    officer: Person = subject.person
    ending = Complaint.objects.values_list("reference", flat=True).order_by("pk")[0][-5:]
    return [
        ("cases", cases),
        ("cases, 100 rows", f"{cases}?size=100"),
        ("cases, one state", f"{cases}?state=SUPERVISOR_REVIEW"),
        ("cases, all open", f"{cases}?state=open"),
        ("cases, nobody's", f"{cases}?investigator=nobody"),
        ("cases, my own", f"{cases}?investigator=me"),
        ("cases, withdrawn", f"{cases}?state=WITHDRAWN"),
        ("cases, a number", f"{cases}?q={officer.collar_number}"),
        ("cases, end of a reference", f"{cases}?q={ending}"),
        ("cases, a surname", f"{cases}?q={officer.surname}"),
        ("my work", reverse("reviews:my-work")),
        ("disposals", reverse("retention:disposal-list")),
        ("disposals waiting", reverse("retention:waiting")),
        ("API complaints", api),
        ("API complaints, 100 rows", f"{api}?limit=100"),
        ("API complaints, one state", f"{api}?state=SUPERVISOR_REVIEW"),
        ("API incidents", reverse("api-incidents")),
        ("API reviews", reverse("api-reviews")),
        ("API disposals", reverse("api-disposals")),
        ("API certificates", reverse("api-certificates")),
        ("API colleagues", reverse("api-colleagues")),
        ("API colleagues, a role", f"{reverse('api-colleagues')}?role={Role.SUPERVISOR.value}"),
        ("API units", reverse("api-units")),
        ("API officers", f"{reverse('api-officers')}?q={officer.surname[:4]}"),
        ("people", people),
        ("people, a surname", f"{people}?q={officer.surname}"),
        ("people, a unit", f"{people}?unit={officer.unit.code}"),
        ("people, a role", f"{people}?role={Role.INVESTIGATOR.value}"),
        ("people, a rare role", f"{people}?role={Role.RETENTION_OFFICER.value}"),
        ("people, with an account", f"{people}?account=open"),
        ("people, closed accounts", f"{people}?account=closed"),
        ("people, without an account", f"{people}?account=none"),
    ]


def _may(client: Client, path: str) -> bool:
    return client.get(path).status_code == 200


def _page(client: Client, name: str, path: str) -> dict[str, Any]:
    with CaptureQueriesContext(connection) as queries:
        begun = time.perf_counter()
        answer = client.get(path)
        took = (time.perf_counter() - begun) * 1000
    selects = [query["sql"] for query in queries if re.match(r"\(?SELECT", query["sql"])]
    explained = [(_explained(sql), sql) for sql in selects]
    # What finds who asks, and whether the reading was recorded lately, is not about the list.
    of_list = [sql for sql in selects if re.search(r'FROM "(incidents|retention|reviews)_', sql)]
    if path.startswith(reverse("accounts:people")):
        of_list = [sql for sql in selects if 'FROM "accounts_person"' in sql]
    body = answer.content.decode()
    is_page = answer.headers["Content-Type"].startswith("text/html")
    rows = body.count("<tr>") - 1 if is_page else len(answer.json()["items"])
    worst = max(explained, key=lambda each: each[0]["buffers"])
    return {
        "name": name,
        "rows": max(rows, 0),
        "queries": len(queries),
        "of list": len(of_list),
        "buffers": sum(found["buffers"] for found, _ in explained),
        "worst": worst[0]["buffers"],
        "statement": worst[1][:2000],
        "ms": took,
    }


def _guardian_page(user: User, cell: str) -> list[Complaint]:
    rows = guardian.visible(user)
    if forms.CELLS[cell]:
        rows = rows.filter(state=forms.CELLS[cell])
    return list(rows.order_by(*NEWEST)[: forms.LIMIT])


def _cases_to_check(role: str) -> list[Complaint]:
    """Twelve of the person's own newest cases and thirteen of anybody's."""
    if role not in _CHECKED:
        own = forms.product_page(_USERS[role], "newest")[:12]
        others = Complaint.objects.exclude(pk__in=[case.pk for case in own]).order_by("pk")
        _CHECKED[role] = [*own, *others[: forms.LIMIT - len(own)]]
    return _CHECKED[role]


def _case_to_see() -> Complaint:
    """One case that is not restricted, about an officer without an account, kept from nobody else."""
    if not _SEEN:
        cases = Complaint.objects.filter(is_restricted=False, exclusions__isnull=True)
        cases = cases.exclude(subjects__person__accounts__isnull=False)
        _SEEN.append(cases.select_related("team").order_by("pk")[0])
    return _SEEN[0]


_CHECKED: dict[str, list[Complaint]] = {}
_SEEN: list[Complaint] = []


def _ms(found: dict[str, float]) -> float:
    return found["ms"]


def _explained(statement: str) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}")
        (found,) = cursor.fetchone()[0]
    plan = found["Plan"]
    buffers = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return {"ms": found["Execution Time"], "buffers": buffers, "planning": found["Planning Time"]}


def main() -> None:
    """Answer until there are no more questions."""
    logging.disable(logging.CRITICAL)
    known = {
        "prepare": prepare, "same_ids": same_ids, "inside": inside, "wall": wall,
        "checks": checks, "who_inside": who_inside, "pages": pages,
    }  # fmt: skip
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(known[name](*arguments)), flush=True)


if __name__ == "__main__":
    main()
