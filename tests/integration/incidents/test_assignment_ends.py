"""The access that came with a part in a case ends with the part, and the explanation tells it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import Event
from incidents.enums import GrantKind
from incidents.models import Complaint, GrantPeriod
from incidents.selectors.access import who_can_see
from incidents.selectors.access_changes import lost_before
from incidents.selectors.access_history import read_history
from incidents.services.access import grant_access
from incidents.services.conflicts import recheck_case
from incidents.services.excluding import end_exclusion, exclude_person
from incidents.services.granting import LAST_ONE
from incidents.services.handling import decide_handling
from incidents.services.subjects import add_subject
from tests.factories.callers import Caller
from tests.factories.cases import NOW, make_case
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
HANDLING = "S3_LOCAL_NON_SPECIAL"


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def outsider(force: Force) -> User:
    """An investigator of another team, to whom the case opens by the assignment alone."""
    return make_user(Role.INVESTIGATOR, team=force.other_team)


def assign(
    case: Complaint, investigator: User | None, *, by: User, hour: int = 0, **more: Any
) -> Complaint:
    return decide_handling(
        actor=by, case_id=case.pk, version=None, handling=HANDLING,
        investigator=investigator, supervisor=more.get("supervisor"), now=NOW + hour * HOUR,
    )  # fmt: skip


def sees(user: User, case: Complaint) -> bool:
    found: bool = Complaint.objects.visible_to(user).filter(pk=case.pk).exists()
    return found


def test_the_earlier_investigator_loses_the_case_in_the_same_moment(
    force: Force, outsider: User
) -> None:
    case = make_case(force)
    assign(case, outsider, by=force.handler)
    assert sees(outsider, case)

    assign(case, force.investigator, by=force.handler, hour=2)

    assert not sees(outsider, case)
    assert sees(force.investigator, case)
    period = case.grant_periods.get(user=outsider)
    assert (period.since, period.ended_at) == (NOW, NOW + 2 * HOUR)
    assert (period.ended_by, period.end_reason) == (
        force.handler, "No longer investigator of the case",
    )  # fmt: skip
    event = Event.objects.get(name="incidents.access_ended", case_id=case.pk)
    assert event.details["user"] == str(outsider.pk)


def test_the_explanation_tells_it(force: Force, outsider: User) -> None:
    case = make_case(force)
    assign(case, outsider, by=force.handler)
    assign(case, force.investigator, by=force.handler, hour=2)

    then = {seer.user: seer for seer in who_can_see(case, at=NOW + HOUR).seers}
    now = {seer.user for seer in who_can_see(case, at=NOW + 3 * HOUR).seers}
    (lost,) = lost_before(read_history(case, until=NOW + 3 * HOUR))

    assert then[outsider].way.kind == GrantKind.ASSIGNMENT
    assert outsider not in now
    assert lost.who == outsider.display_name
    assert lost.how == (
        f"Assignment from {force.handler.display_name}, until {force.handler.display_name} ended it"
    )
    assert (lost.reason, lost.ended_at) == ("No longer investigator of the case", NOW + 2 * HOUR)


def test_nobody_in_the_place_ends_it_too_and_a_supervisor_is_no_exception(
    force: Force, outsider: User
) -> None:
    case = make_case(force)
    boss = make_user(Role.SUPERVISOR, team=force.other_team)
    assign(case, outsider, by=force.handler, supervisor=boss)

    assign(case, None, by=force.handler, hour=1, supervisor=force.supervisor)

    assert not sees(outsider, case)
    assert not sees(boss, case)
    assert case.grant_periods.get(user=boss).end_reason == "No longer supervisor of the case"


def test_who_keeps_a_part_keeps_the_case(force: Force, outsider: User) -> None:
    case = make_case(force)
    assign(case, outsider, by=force.handler)

    assign(case, outsider, by=force.handler, hour=1, supervisor=force.supervisor)

    assert sees(outsider, case)
    assert case.grant_periods.get(user=outsider).ended_at is None


def test_access_by_name_is_not_taken_with_the_part(force: Force, outsider: User) -> None:
    case = make_case(force)
    give(case, outsider, force)
    assign(case, outsider, by=force.handler, hour=1)

    assign(case, force.investigator, by=force.handler, hour=2)

    assert sees(outsider, case)
    assert case.grant_periods.get(user=outsider).kind == GrantKind.PERSONAL


def test_access_by_name_until_a_day_comes_back_until_that_day(force: Force, outsider: User) -> None:
    case = make_case(force)
    until = NOW + timedelta(days=90)
    give(case, outsider, force, expires_at=until)
    assign(case, outsider, by=force.handler, hour=1)

    assign(case, force.investigator, by=force.handler, hour=2)

    rows = list(case.grant_periods.filter(user=outsider).order_by("since"))
    assert [(row.kind, row.until) for row in rows] == [
        (GrantKind.PERSONAL, until), (GrantKind.ASSIGNMENT, None), (GrantKind.PERSONAL, until),
    ]  # fmt: skip
    assert (rows[2].reason, rows[2].since) == ("Knows the place", NOW + 2 * HOUR)
    assert case.grants.get(user=outsider).expires_at == until


def give(case: Complaint, user: User, force: Force, expires_at: Any = None) -> None:
    grant_access(
        actor=force.supervisor, case_id=case.pk, user=user, reason="Knows the place",
        expires_at=expires_at, now=NOW,
    )  # fmt: skip


def test_the_last_who_can_open_a_restricted_case_keeps_it_by_name(
    force: Force, outsider: User
) -> None:
    case = make_case(force, is_restricted=True)
    assign(case, outsider, by=force.handler)
    case.grants.filter(user=force.handler).update(expires_at=timezone.now() + HOUR)

    assign(case, None, by=force.handler, hour=0)

    assert sees(outsider, case)
    period = case.grant_periods.get(user=outsider, ended_at=None)
    assert (period.kind, period.reason) == (GrantKind.PERSONAL, LAST_ONE)


def test_who_is_kept_out_finds_the_case_closed_when_they_are_let_in_again(
    force: Force, outsider: User
) -> None:
    case = make_case(force)
    assign(case, outsider, by=force.handler)
    person = outsider.person
    exclude_person(
        actor=force.supervisor, case_id=case.pk, person=person, reason="Cousin", now=NOW + HOUR
    )
    end_exclusion(
        actor=force.supervisor, case_id=case.pk, person_id=person.pk, reason="It was a namesake",
        now=NOW + 2 * HOUR,
    )  # fmt: skip

    assert not sees(outsider, case)
    period = case.grant_periods.get(user=outsider)
    assert (period.ended_at, period.end_reason) == (NOW + HOUR, "Kept out of the case")
    (lost,) = lost_before(read_history(case, until=NOW + 3 * HOUR))
    assert lost.how.endswith("until they were kept out")


def test_the_portal_s_own_check_ends_it_too(force: Force, outsider: User) -> None:
    case = make_case(force)
    assign(case, outsider, by=force.handler)
    # Named without the act that takes the case away, as a link of two records may do it.
    case.subjects.filter(person=None).update(person=outsider.person, named_at=NOW + HOUR)

    recheck_case(case.pk, now=NOW + 2 * HOUR)

    period = case.grant_periods.get(user=outsider)
    assert (period.ended_at, period.ended_by) == (NOW + 2 * HOUR, None)
    event = Event.objects.get(name="incidents.access_ended", case_id=case.pk)
    assert (event.actor_kind, event.actor_name) == ("SERVICE", "Conflict check")


def test_a_named_officer_loses_the_part_and_its_access(force: Force, outsider: User) -> None:
    case = make_case(force)
    assign(case, outsider, by=force.handler)

    add_subject(
        actor=force.handler, case_id=case.pk, version=None, person=outsider.person,
        description="", now=NOW + HOUR,
    )  # fmt: skip

    assert not GrantPeriod.objects.filter(complaint=case, ended_at=None).exists()


def test_giving_the_case_away_leads_to_the_list_and_not_to_a_page_that_is_gone(
    force: Force, outsider: User
) -> None:
    case = make_case(force)
    assign(case, outsider, by=force.handler)
    case.refresh_from_db()
    client = Client()
    client.force_login(outsider)

    answer = client.post(
        reverse("incidents:decide-handling", args=[case.pk]),
        {
            "version": case.version, "handling": HANDLING,
            "investigator": force.investigator.pk, "supervisor": "",
        },
    )  # fmt: skip

    assert (answer.status_code, answer.url) == (302, reverse("incidents:case-list"))
    assert not sees(outsider, case)


def test_the_api_says_done_when_the_case_is_given_away(force: Force, outsider: User) -> None:
    case = make_case(force)
    assign(case, outsider, by=force.handler)
    case.refresh_from_db()
    body = {
        "handling": HANDLING, "investigator": str(force.investigator.pk), "supervisor": None,
    }  # fmt: skip
    caller = Caller(outsider)

    done = caller.post(f"/complaints/{case.pk}/handling", body, version=case.version, key="away")
    again = caller.post(f"/complaints/{case.pk}/handling", body, version=case.version, key="away")

    assert (done.status, done.content) == (204, b"")
    assert again.status == 404, "the case is closed to them, also to a repeated request"
    case.refresh_from_db()
    assert case.investigator == force.investigator
