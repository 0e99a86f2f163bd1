"""Two hands on one signature: real connections, real locks, one outcome."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from audit.models import Event
from bwcportal.errors import DomainError, NotNow
from incidents.enums import CaseState
from incidents.models import Complaint
from reviews.enums import SubmissionState
from reviews.models import SignOff, Submission
from tests.factories.decisions import return_case, sign_version, submitted_case
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run each act in a thread with its own connection, started together; give what each came to."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            start.wait(timeout=10)
            return act()
        except DomainError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def fresh(user: User) -> User:
    """Read the account again: role and team are cached on the object."""
    return User.objects.select_related("person").get(pk=user.pk)


def signing(submission: Submission, user: User) -> Callable[[], object]:
    return lambda: sign_version(submission, actor=fresh(user), why="Read it all.")


def test_a_double_press_signs_once() -> None:
    force = Force()
    submission = submitted_case(force)
    outcomes = at_once(*[signing(submission, force.supervisor)] * 2)
    assert {type(outcome) for outcome in outcomes} == {SignOff}
    assert len({outcome.pk for outcome in outcomes}) == 1
    assert SignOff.objects.count() == 1
    assert Event.objects.filter(name="reviews.signed").count() == 1


def test_two_supervisors_make_one_signature() -> None:
    force = Force()
    submission = submitted_case(force)
    deputy = make_user(Role.SUPERVISOR, team=force.team)
    outcomes = at_once(signing(submission, force.supervisor), signing(submission, deputy))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotNow", "SignOff"]
    assert SignOff.objects.count() == 1
    assert Event.objects.filter(name="reviews.signed").count() == 1


def test_signing_and_returning_exclude_each_other() -> None:
    force = Force()
    submission = submitted_case(force)
    deputy = make_user(Role.SUPERVISOR, team=force.team)
    outcomes = at_once(
        signing(submission, force.supervisor),
        lambda: return_case(force, submission, actor=fresh(deputy)),
    )
    assert sum(isinstance(outcome, NotNow) for outcome in outcomes) == 1
    ended = Event.objects.filter(name__in=["reviews.signed", "reviews.returned"])
    assert ended.count() == 1
    submission.refresh_from_db()
    case = Complaint.objects.get(pk=submission.complaint_id)
    assert (submission.state, case.state) in {
        (SubmissionState.SIGNED, CaseState.AA_DECISION),
        (SubmissionState.RETURNED, CaseState.LOCAL_INV),
    }
