"""What a person can reach: told with its ways, and only of cases that the reader may see too."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import Event
from bwcportal.errors import Invalid, NotFound
from incidents.selectors.reach import account_of, reach_of
from incidents.services.access import grant_access
from incidents.services.access_export import of_person
from tests.factories.cases import NOW, make_case
from tests.factories.people import Force, make_user
from tests.factories.proofs import in_form
from tests.factories.sign_in import with_app

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def page(reader: User, user_id: Any, **query: str) -> Any:
    client = Client()
    client.force_login(reader)
    return client.get(reverse("incidents:reach", args=[user_id]), query)


def test_only_what_both_may_see_is_told(force: Force) -> None:
    shared = make_case(force)
    make_case(force, actor=force.stranger)
    mine = make_case(force, actor=force.supervisor, is_restricted=True)
    theirs = make_case(force, is_restricted=True)
    grant_access(
        actor=force.supervisor, case_id=shared.pk,
        user=force.stranger, reason="Joint case", expires_at=None, now=timezone.now(),
    )  # fmt: skip

    def told(asking: User, user: User) -> set[Any]:
        return {row.case for row in reach_of(asking, user, now=timezone.now()).rows}

    assert told(force.supervisor, force.stranger) == {shared}
    assert told(force.supervisor, force.handler) == {shared}
    assert told(force.handler, force.handler) == {shared, theirs}
    assert told(force.supervisor, force.supervisor) == {shared, mine}


def test_every_way_is_told(force: Force) -> None:
    case = make_case(force)
    grant_access(
        actor=force.supervisor, case_id=case.pk, user=force.auditor, reason="Audit",
        expires_at=timezone.now() + timedelta(days=3), now=timezone.now(),
    )  # fmt: skip

    found = reach_of(force.supervisor, force.auditor, now=timezone.now())

    assert [way.kind for way in found.rows[0].ways] == ["TEAM", "PERSONAL"]
    assert found.rows[0].ways[1].reason == "Audit"
    assert (found.role, found.teams) == ("Auditor", [force.team])


def test_a_closed_account_reaches_nothing(force: Force) -> None:
    make_case(force)
    User.objects.filter(pk=force.auditor.pk).update(is_active=False)

    found = reach_of(force.supervisor, account_of(force.auditor.pk), now=timezone.now())

    assert found.rows == []


def test_pages_follow_each_other(force: Force, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.selectors.reach.PAGE_SIZE", 2)
    cases = {make_case(force).pk for _ in range(3)}
    now = timezone.now()

    first = reach_of(force.supervisor, force.auditor, now=now)
    second = reach_of(force.supervisor, force.auditor, now=now, after=first.following)

    assert {row.case.pk for row in [*first.rows, *second.rows]} == cases
    assert second.following == ""
    with pytest.raises(Invalid):
        reach_of(force.supervisor, force.auditor, now=now, after="made-up")


def test_the_page_is_recorded_and_costs_the_same(
    force: Force, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        make_case(force)
    reader, user = User.objects.get(pk=force.supervisor.pk), User.objects.get(pk=force.auditor.pk)

    with django_assert_max_num_queries(12):
        reach_of(reader, user, now=timezone.now())
    answer = page(force.supervisor, force.auditor.pk)

    assert answer.status_code == 200
    assert "Whether there are others is not said here" in answer.content.decode()
    assert Event.objects.latest("id").name == "incidents.reach_viewed"


def test_who_may_not_and_what_is_not_there(force: Force) -> None:
    assert page(force.handler, force.auditor.pk).status_code == 403
    assert page(make_user(Role.OVERSIGHT), force.auditor.pk).status_code == 403
    assert page(force.supervisor, uuid4()).status_code == 404
    assert page(force.auditor, force.handler.pk).status_code == 200
    assert page(force.supervisor, force.auditor.pk, team="T1").status_code == 400
    with pytest.raises(NotFound):
        account_of(uuid4())


def export(reader: User, user: User, *, shown: bool) -> Any:
    client = Client()
    client.force_login(reader)
    proof = in_form(client, reader, of_person(user)) if shown else {}
    return client.post(reverse("incidents:export-reach", args=[user.pk]), proof)


def test_the_export_holds_what_both_may_see_and_asks_for_a_factor(
    force: Force, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One after the other, because those of one moment come in any order.
    seen = [make_case(force, now=NOW + timedelta(minutes=number)) for number in range(3)]
    hidden = make_case(force, is_restricted=True)

    with_app(force.supervisor)
    refused = export(force.supervisor, force.handler, shown=False)
    given = export(force.supervisor, force.handler, shown=True)

    assert refused.status_code == 403
    assert "Enter the code, or use your passkey" in refused.content.decode()
    assert hidden.reference not in given.content.decode()
    rows = list(csv.DictReader(io.StringIO(given.content.decode("utf-8-sig"), newline="")))
    assert [row["Case"] for row in rows] == [case.reference for case in reversed(seen)]
    event = Event.objects.latest("id")
    assert (event.name, event.operation) == ("incidents.reach_exported", "DISCLOSURE")

    monkeypatch.setattr("incidents.services.access_export.MOST_CASES", 2)
    cut = export(force.supervisor, force.handler, shown=True).content.decode()
    assert seen[0].reference not in cut
    assert "There are more: these are the newest 2" in cut


def test_an_export_of_nobody_and_by_who_may_not(force: Force) -> None:
    assert export(force.handler, force.auditor, shown=True).status_code == 403
    client = Client()
    client.force_login(force.supervisor)
    assert client.get(reverse("incidents:export-reach", args=[uuid4()])).status_code == 404
    address = reverse("incidents:export-reach", args=[force.auditor.pk])
    assert client.get(address).status_code == 200
    assert client.get(address, {"team": "T1"}).status_code == 400
