"""The seeder: what it loads obeys the tables, opens to whom it should, and comes out the same again."""

from __future__ import annotations

import re
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from accounts.models import User
from audit.models import Event
from bwcportal.scale.cases import Cases, reference
from bwcportal.scale.force import Size, make_force
from incidents.models import CaseExclusion, Complaint, ComplaintGrant, ComplaintSubject
from incidents.selectors.cases import CaseFilters, list_cases
from tests.copies import differing

COMPLAINTS = 2_000


def seed_scale(complaints: int = COMPLAINTS) -> str:
    out = StringIO()
    call_command("seed_scale", complaints=complaints, stdout=out)
    return out.getvalue()


def structure() -> list[Any]:
    """Every index, constraint and trigger of the database, in the database's own words.

    Without casts: it writes those of a condition differently when it reads its own words again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated"
            " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            " UNION SELECT tablename, indexname, indexdef, true FROM pg_indexes"
            " WHERE schemaname = 'public'"
            " UNION SELECT tgrelid::regclass::text, tgname, tgenabled::text, true FROM pg_trigger"
            " WHERE NOT tgisinternal ORDER BY 1, 2, 3"
        )
        return [
            (table, name, re.sub(r"::character varying|::text|[\[\]()]", "", words), valid)
            for table, name, words, valid in cursor.fetchall()
        ]


def opened_to(user: User) -> set[Any]:
    """Work out, row by row, which cases a person may know of."""
    granted = set(
        ComplaintGrant.objects.filter(user=user).values_list("content_object_id", flat=True)
    )
    kept = set(
        ComplaintSubject.objects.filter(person=user.person).values_list("complaint_id", flat=True)
    ) | set(CaseExclusion.objects.filter(person=user.person).values_list("complaint_id", flat=True))
    teams = set(user.memberships.values_list("team_id", flat=True))
    rows = Complaint.objects.values_list("pk", "team_id", "is_restricted")
    return {
        pk
        for pk, team, is_restricted in rows
        if pk not in kept and (pk in granted or (team in teams and not is_restricted))
    }


def listed(user: User) -> list[Any]:
    """Walk the list to its end."""
    ids: list[Any] = []
    after = ""
    for _ in range(COMPLAINTS):
        page = list_cases(user, CaseFilters(), after=after, size=100)
        ids += [row.case.pk for row in page.rows]
        after = page.next_after
        if not after:
            return ids
    raise AssertionError("the list has no end")


@pytest.mark.django_db(transaction=True)
def test_what_is_loaded_is_whole_and_opens_to_whom_it_should() -> None:
    before = structure()
    said = seed_scale()
    assert "rows a second while copying" in said
    assert structure() == before
    assert differing() == []
    assert Complaint.objects.count() == COMPLAINTS
    assert not Event.objects.exists()
    for kind in ("wide", "none", "supervisor", "investigator", "retention"):
        user = User.objects.filter(username__startswith=f"scale-{kind}-").order_by("username")[0]
        ids = listed(user)
        assert len(ids) == len(set(ids))
        assert set(ids) == opened_to(user), kind
    assert ids
    with pytest.raises(CommandError, match="was seeded before"):
        seed_scale()


@pytest.mark.django_db
def test_a_size_and_a_seed_give_the_same_rows() -> None:
    size = Size(2_000)

    def written(seed: int) -> str:
        random = Random(seed)  # noqa: S311 - it must come out the same
        force, people = make_force(size, random)
        cases = Cases(size, force, random)
        *_, many = cases.chunks()
        assert many == 2_000
        return "".join(table.take() for table in [*people, *cases.tables])

    assert written(1) == written(1)
    assert written(1) != written(2)


def test_no_two_references_are_alike() -> None:
    made = {reference(number, 2026) for number in range(50_000)}
    assert len(made) == 50_000


@pytest.mark.django_db
@pytest.mark.parametrize("environment", ["production", "development"])
def test_it_refuses_where_real_cases_may_be(environment: str) -> None:
    with (
        override_settings(ENVIRONMENT=environment),
        pytest.raises(CommandError, match="Set BWC_ENVIRONMENT=demo and DATABASE_URL"),
    ):
        seed_scale()
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("complaints", [0, 1_999, 10_000_001])
def test_a_size_that_makes_no_sense_is_refused(complaints: int) -> None:
    with pytest.raises(CommandError, match="must be from 2,000 to 10,000,000"):
        seed_scale(complaints)
