"""Access refused to somebody leaves an event, for those who may read refusals of that case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.services.lines import begin_line
from audit.models import Event
from bwcportal.errors import DomainError
from bwcportal.phrasing import london_day
from incidents.enums import BulkMode
from incidents.models import Complaint
from incidents.services.access import give_seat, grant_access
from incidents.services.bulk_access import plan_bulk
from incidents.services.emergencies import open_in_emergency
from incidents.services.excluding import exclude_person
from incidents.services.linking import link_cases
from incidents.services.logging import NewAllegation, NewSubject
from incidents.services.relocating import restrict_case
from tests.factories.callers import Caller
from tests.factories.cases import category, make_case
from tests.factories.people import Force, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db

NAME = "incidents.grant_refused"


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def case(force: Force) -> Complaint:
    return make_case(force)


@pytest.fixture
def excluded(force: Force, case: Complaint) -> User:
    user = make_user(Role.DISCLOSURE_OFFICER)
    exclude_person(
        actor=force.supervisor, case_id=case.pk, person=user.person, reason="Cousin",
        now=timezone.now(),
    )  # fmt: skip
    return user


@pytest.fixture
def boss(force: Force) -> User:
    user = make_user(Role.SUPERVISOR, team=force.team)
    begin_line(
        actor=make_user(Role.ADMINISTRATOR), person_id=force.officer.pk, manager=user.person,
        since=london_day(timezone.now()), now=timezone.now(),
    )  # fmt: skip
    return user


def give(actor: User, case: Complaint, user: User) -> None:
    with pytest.raises(DomainError):
        grant_access(
            actor=actor, case_id=case.pk, user=user, reason="Asked", expires_at=None,
            now=timezone.now(),
        )  # fmt: skip


def noted(case: Complaint) -> list[tuple[str, str]]:
    rows = Event.objects.filter(name=NAME, case_id=case.pk).order_by("id")
    assert all(row.outcome == "DENIED" for row in rows)
    return [(row.details["user"], row.details["why"]) for row in rows]


def test_somebody_kept_out(force: Force, case: Complaint, excluded: User) -> None:
    give(force.supervisor, case, excluded)

    assert noted(case) == [(str(excluded.pk), "kept_out")]
    assert not case.grants.exists()


def test_a_conflict(force: Force, case: Complaint, boss: User) -> None:
    give(force.supervisor, case, boss)

    assert noted(case) == [(str(boss.pk), "conflict")]


def test_an_oversight_seat(force: Force, case: Complaint) -> None:
    reviewer = make_user(Role.OVERSIGHT)
    exclude_person(
        actor=force.supervisor, case_id=case.pk, person=reviewer.person, reason="Was there",
        now=timezone.now(),
    )  # fmt: skip

    with pytest.raises(DomainError):
        give_seat(
            actor=force.supervisor, case_id=case.pk, user=reviewer, reason="Sample",
            expires_at=timezone.now() + timedelta(days=9), now=timezone.now(),
        )  # fmt: skip

    assert noted(case) == [(str(reviewer.pk), "kept_out")]


def test_lasting_access_to_oneself_out_of_an_emergency(force: Force, case: Complaint) -> None:
    guest = make_user(Role.SUPERVISOR, team=force.other_team)
    open_in_emergency(
        actor=guest, reference=case.reference, reason="In danger tonight", now=timezone.now()
    )

    give(guest, case, guest)

    assert noted(case) == [(str(guest.pk), "own_access")]


def test_in_bulk_the_case_that_stands_in_the_way_has_it(
    force: Force, case: Complaint, excluded: User
) -> None:
    other = make_case(force)

    with pytest.raises(DomainError):
        plan_bulk(
            actor=force.supervisor, case_ids=[case.pk, other.pk], users=[excluded],
            mode=BulkMode.ADD, expires_at=None, now=timezone.now(),
        )  # fmt: skip

    assert noted(case) == [(str(excluded.pk), "kept_out")]
    assert noted(other) == []


def test_keeping_somebody_in_a_case_that_is_restricted(
    force: Force, case: Complaint, boss: User
) -> None:
    with pytest.raises(DomainError):
        restrict_case(
            actor=force.supervisor, case_id=case.pk, version=None, reason="Corruption", proof=None,
            keep=[boss.pk, force.supervisor.pk], now=timezone.now(),
        )  # fmt: skip

    assert noted(case) == [(str(boss.pk), "conflict")]
    assert not Complaint.objects.get(pk=case.pk).is_restricted


def test_what_has_to_be_repaired_in_the_form_is_no_refusal(force: Force, case: Complaint) -> None:
    closed = make_user()
    User.objects.filter(pk=closed.pk).update(is_active=False)

    give(force.supervisor, case, User.objects.get(pk=closed.pk))

    assert noted(case) == []


def test_a_restricted_case_that_is_hidden_says_who_tried_to_open_it(force: Force) -> None:
    hidden = make_case(force, is_restricted=True)
    client = Client()
    client.force_login(force.supervisor)

    answer = client.post(reverse("incidents:give-access", args=[hidden.pk]), {})

    assert answer.status_code == 404
    event = Event.objects.get(case_id=hidden.pk, outcome="DENIED")
    assert (event.name, event.actor_id) == (
        "incidents.access_refused", str(force.supervisor.pk),
    )  # fmt: skip


@pytest.mark.parametrize("key", ["", "once-only"])
def test_by_the_api_once_with_and_without_a_key(
    force: Force, case: Complaint, excluded: User, key: str
) -> None:
    body = {"account": str(excluded.pk), "reason": "Asked", "expires_at": None}

    refused = Caller(force.supervisor).post(f"/complaints/{case.pk}/access", body, key=key)

    assert (refused.status, refused.json["code"]) == (400, "kept_out")
    assert noted(case) == [(str(excluded.pk), "kept_out")]


def test_who_may_read_refusals_of_the_case_reads_it_and_nobody_else(
    force: Force, case: Complaint, excluded: User
) -> None:
    client = Client()
    client.force_login(force.supervisor)
    typed = {"who": excluded.username, "user": excluded.pk, "reason": "Asked"}
    client.post(reverse("incidents:give-access", args=[case.pk]), typed)

    def reads(user: User) -> bool:
        reader = Client()
        reader.force_login(user)
        page = reader.get(reverse("incidents:history", args=[case.pk]))
        return "Was refused to open the case to somebody" in page.content.decode()

    assert noted(case)
    assert reads(force.supervisor)
    assert reads(force.auditor)
    assert not reads(force.handler)
    assert not reads(force.stranger)


def test_a_refusal_that_comes_from_another_case_stands_in_that_one(
    force: Force, case: Complaint
) -> None:
    party = make_person("Party", unit=make_unit("SW"))
    hidden = make_case(
        force, actor=force.supervisor, is_restricted=True, subjects=[NewSubject(person=party)],
        allegations=[NewAllegation(category(), "He too.", (0,))],
    )  # fmt: skip
    now: dict[str, Any] = {"now": timezone.now()}
    link_cases(actor=force.supervisor, case_id=case.pk, other=hidden.reference, reason="One", **now)
    account = make_user(Role.DISCLOSURE_OFFICER, person=party)

    give(force.supervisor, case, account)

    assert noted(case) == []
    assert noted(hidden) == [(str(account.pk), "conflict")]
