"""Copies of a case's columns, which lists are sorted and narrowed by, cannot differ from the case.

Whatever writes a case, an incident, an officer complained about, a grant or a submitted version, by a service,
by a whole row saved again or by a statement that lies: the database itself puts the copies right.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission as ModelPermission
from django.db import close_old_connections, connection, transaction

from accounts.models import Person, User
from incidents.enums import CaseState, GrantKind
from incidents.models import (
    Complaint,
    ComplaintGrant,
    ComplaintSubject,
    GrantPeriod,
    Incident,
)
from incidents.services.access import grant_access
from reviews.models import Submission
from tests.copies import differing
from tests.factories.cases import NOW, make_case
from tests.factories.decisions import submitted_case
from tests.factories.people import Force, make_person

PATIENCE_S = 20
A_LIE = {"case_team": None, "case_is_restricted": None, "case_state": "NO_SUCH_STATE"}


@pytest.fixture
def force() -> Force:
    return Force()


def rows(force: Force) -> tuple[Complaint, ComplaintSubject, Submission]:
    submission = submitted_case(force)
    case = submission.complaint
    grant_access(
        actor=force.supervisor, case_id=case.pk, user=force.stranger, reason="Asked for",
        expires_at=None, now=NOW,
    )  # fmt: skip
    return case, ComplaintSubject.objects.filter(complaint=case)[0], submission


@pytest.mark.django_db
def test_the_services_leave_true_copies(force: Force) -> None:
    case, subject, submission = rows(force)
    assert differing() == []
    submission.refresh_from_db()
    assert subject.case_team == submission.case_team == case.team_id
    assert subject.case_logged_at == case.logged_at
    grant = ComplaintGrant.objects.filter(content_object=case)[0]
    assert (grant.case_team, grant.case_logged_at) == (case.team_id, case.logged_at)
    case.refresh_from_db()
    assert case.incident is not None
    assert case.incident_starts_at == case.incident.starts_at


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda force: {"team": force.other_team},
        lambda force: {"is_restricted": True},
        lambda force: {"state": CaseState.SUSPENDED},
        lambda force: {"investigator": None},
        lambda force: {"investigator": force.stranger},
        lambda force: {"logged_at": NOW + timedelta(days=3)},
        lambda force: {"incident_starts_at": NOW + timedelta(days=999)},
        lambda force: {"incident_starts_at": None},
    ],
)
@pytest.mark.parametrize("whole_row", [False, True])
def test_a_change_of_the_case_reaches_every_copy(
    force: Force, change: Callable[[Force], dict[str, Any]], whole_row: bool
) -> None:
    case, *_ = rows(force)
    if whole_row:
        for name, value in change(force).items():
            setattr(case, name, value)
        case.save()
    else:
        Complaint.objects.filter(pk=case.pk).update(**change(force))
    assert differing() == []


@pytest.mark.django_db
def test_an_incident_that_is_corrected_or_replaced_reaches_its_cases(force: Force) -> None:
    case, *_ = rows(force)
    other = make_case(force)
    Incident.objects.filter(pk=case.incident_id).update(starts_at=NOW - timedelta(days=400))
    assert differing() == []
    Complaint.objects.filter(pk=case.pk).update(incident=other.incident)
    assert differing() == []
    case.refresh_from_db()
    assert case.incident_starts_at == other.incident.starts_at  # type: ignore[union-attr]


@pytest.mark.django_db
def test_the_surname_of_an_account_follows_its_person(force: Force) -> None:
    user = force.investigator
    Person.objects.filter(pk=user.person_id).update(surname="Renamed")
    assert differing() == []
    other = make_person("Another")
    User.objects.filter(pk=user.pk).update(person=other)
    assert differing() == []
    User.objects.filter(pk=user.pk).update(person_surname="A lie")
    user.person_surname = "Another lie"
    user.save()
    assert differing() == []
    user.refresh_from_db()
    assert user.person_surname == "Renamed"


@pytest.mark.django_db
def test_a_copy_that_is_written_falsely_is_put_right(force: Force) -> None:
    case, subject, submission = rows(force)
    ComplaintSubject.objects.filter(pk=subject.pk).update(
        **A_LIE, case_investigator=None, case_logged_at=None
    )
    Submission.objects.filter(pk=submission.pk).update(**A_LIE)
    ComplaintGrant.objects.filter(content_object=case).update(
        **A_LIE, case_investigator=None, case_logged_at=None
    )
    assert differing() == []
    stranger = make_person("Falsely")
    ComplaintSubject.objects.create(complaint=case, person=stranger, named_at=NOW, **A_LIE)
    assert differing() == []
    moved = make_case(force, actor=force.stranger, team=force.other_team)
    ComplaintSubject.objects.filter(person=stranger).update(complaint=moved)
    assert differing() == []


@pytest.mark.django_db
def test_a_copy_that_differs_would_be_found(force: Force) -> None:
    rows(force)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, column in (
            ("incidents_complaint", "incident_starts_at"),
            ("incidents_complaintsubject", "case_team"),
            ("incidents_complaintgrant", "case_logged_at"),
            ("reviews_submission", "case_state"),
        ):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE {table} SET {column} = NULL")
    assert differing() == [
        "incidents_complaint",
        "incidents_complaintsubject",
        "incidents_complaintgrant",
        "reviews_submission",
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["case", "other"])
@pytest.mark.parametrize("what", ["officer", "grant"])
def test_two_at_once_leave_no_old_value_behind(what: str, first: str) -> None:
    force = Force()
    case = make_case(force)
    person = make_person("Meanwhile")
    view = ModelPermission.objects.get(codename="view_complaint")
    begun, failures = threading.Event(), []

    def name_officer() -> None:
        ComplaintSubject.objects.create(complaint=case, person=person, named_at=NOW)

    def give_access() -> None:
        period = GrantPeriod.objects.create(
            complaint=case, user=force.stranger, kind=GrantKind.PERSONAL, reason="Asked",
            granted_by=force.handler, since=NOW,
        )  # fmt: skip
        ComplaintGrant.objects.create(
            content_object=case, user=force.stranger, permission=view, reason="Asked",
            granted_by=force.handler, granted_at=NOW, period=period,
        )  # fmt: skip

    def move_case() -> None:
        Complaint.objects.filter(pk=case.pk).update(team=force.other_team)

    write = name_officer if what == "officer" else give_access
    one, other = (move_case, write) if first == "case" else (write, move_case)

    def meanwhile() -> None:
        try:
            begun.set()
            other()
        except Exception as error:  # noqa: BLE001 - raised again in the test
            failures.append(error)
        finally:
            close_old_connections()
            connection.close()

    thread = threading.Thread(target=meanwhile)
    with transaction.atomic():
        one()
        thread.start()
        assert begun.wait(PATIENCE_S)
        # The other waits for this one, which has not been committed yet.
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(PATIENCE_S)
    assert (failures, thread.is_alive()) == ([], False)
    assert differing() == []
    copies: list[Any] = [
        *ComplaintSubject.objects.filter(person=person),
        *ComplaintGrant.objects.filter(user=force.stranger),
    ]
    assert [each.case_team for each in copies] == [force.other_team.pk]
