"""The recorded history of who could see a case: written with the act, kept by the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AccountClosure, User
from accounts.roles import Role
from incidents.enums import GrantKind
from incidents.models import CasePlacement, Complaint, ComplaintGrant, GrantPeriod
from incidents.services.access import end_access, grant_access
from incidents.services.granting import RENEWED
from incidents.services.handling import decide_handling
from incidents.services.placing import place
from retention.services.destroying import dispose_approved
from tests.factories.cases import NOW, handled_case, make_case
from tests.factories.people import Force, make_user
from tests.factories.retention import approved_disposal

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def force() -> Force:
    return Force()


def give(case: Complaint, force: Force, user: User, **changes: object) -> None:
    values = {"reason": "Asked for", "expires_at": None, "now": NOW} | changes
    grant_access(actor=force.supervisor, case_id=case.pk, user=user, **values)


def end(case: Complaint, force: Force, user: User, **changes: object) -> None:
    values = {"reason": "Done", "now": NOW + HOUR} | changes
    end_access(actor=force.supervisor, case_id=case.pk, user=user, **values)


def test_a_case_stands_in_its_team_from_the_moment_it_is_logged(force: Force) -> None:
    case = make_case(force, is_restricted=True)

    row = case.placements.get()

    assert (row.team, row.is_restricted, row.since, row.until) == (force.team, True, NOW, None)
    assert row.moved_by == force.handler


def test_a_placement_ends_where_the_next_begins(force: Force) -> None:
    case = make_case(force)

    place(case, actor=force.supervisor, now=NOW + HOUR, reason="Moved", team=force.other_team)
    place(case, actor=force.supervisor, now=NOW, reason="Clock behind", is_restricted=True)

    first, second, third = case.placements.order_by("since", "until")
    assert first.until == second.since == second.until == third.since == NOW + HOUR
    assert (third.team, third.is_restricted, third.until) == (force.other_team, True, None)
    assert (case.team, case.is_restricted) == (force.other_team, True)


def test_a_grant_is_kept_after_it_is_ended(force: Force) -> None:
    case, guest = make_case(force), make_user()

    give(case, force, guest)
    end(case, force, guest)

    row = case.grant_periods.get()
    assert (row.kind, row.reason, row.granted_by) == ("PERSONAL", "Asked for", force.supervisor)
    assert (row.since, row.until, row.ended_at) == (NOW, None, NOW + HOUR)
    assert (row.ended_by, row.end_reason) == (force.supervisor, "Done")
    assert not ComplaintGrant.objects.filter(user=guest).exists()


def test_giving_access_anew_ends_one_period_and_begins_the_next(force: Force) -> None:
    case, guest = make_case(force), make_user()

    give(case, force, guest)
    give(case, force, guest, now=NOW + HOUR, reason="Longer", expires_at=NOW + 9 * HOUR)

    first, second = case.grant_periods.order_by("since")
    assert (first.ended_at, first.end_reason) == (NOW + HOUR, RENEWED)
    assert (second.since, second.until, second.ended_at) == (NOW + HOUR, NOW + 9 * HOUR, None)
    assert case.grants.get(user=guest).period == second


def test_an_expired_grant_keeps_the_end_it_had_when_access_is_given_again(force: Force) -> None:
    case, guest = make_case(force), make_user()

    give(case, force, guest, expires_at=NOW + HOUR)
    give(case, force, guest, now=NOW + 5 * HOUR)

    first, second = case.grant_periods.order_by("since")
    assert first.until == NOW + HOUR
    assert second.since == NOW + 5 * HOUR


def test_an_assignment_is_told_from_a_personal_grant(force: Force) -> None:
    case = make_case(force)
    outsider = make_user(Role.INVESTIGATOR)

    decide_handling(
        actor=force.handler,
        case_id=case.pk,
        version=case.version,
        handling="S3_LOCAL_NON_SPECIAL",
        investigator=outsider,
        supervisor=force.supervisor,
        now=NOW,
    )

    assert case.grant_periods.get().kind == GrantKind.ASSIGNMENT
    assert case.grant_periods.get().user == outsider


def test_no_grant_without_its_row_of_the_ledger(force: Force) -> None:
    case, guest = make_case(force), make_user()
    give(case, force, guest)
    grant = case.grants.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        ComplaintGrant.objects.filter(pk=grant.pk).update(period=None)


@pytest.mark.parametrize(
    "changes",
    [
        {"since": NOW + HOUR},
        {"since": NOW + HOUR, "until": NOW + 2 * HOUR},
        {"since": NOW - HOUR, "until": NOW + HOUR},
        {"since": NOW - HOUR, "until": NOW - 2 * HOUR},
    ],
)
def test_the_database_refuses_placements_that_overlap(
    force: Force, changes: dict[str, object]
) -> None:
    row = make_case(force).placements.get()
    values = {"complaint": row.complaint, "team": force.other_team, "is_restricted": False}

    with pytest.raises(IntegrityError), transaction.atomic():
        CasePlacement.objects.create(**values, moved_by=force.handler, reason="No", **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"since": NOW + HOUR},
        {"since": NOW - HOUR, "until": NOW + HOUR},
        {"since": NOW - 2 * HOUR, "until": NOW - HOUR, "kind": GrantKind.OVERSIGHT},
        {"since": NOW - 2 * HOUR, "ended_at": NOW - HOUR},
    ],
)
def test_the_database_refuses_periods_of_grants_that_cannot_be(
    force: Force, changes: dict[str, object]
) -> None:
    case, guest = make_case(force), make_user()
    give(case, force, guest)
    values = {"kind": GrantKind.PERSONAL, "reason": "No", "granted_by": force.handler} | changes

    with pytest.raises(IntegrityError), transaction.atomic():
        GrantPeriod.objects.create(complaint=case, user=guest, **values)


def test_an_oversight_seat_always_ends(force: Force) -> None:
    case, guest = make_case(force), make_user()

    with pytest.raises(IntegrityError, match="oversight_ends"), transaction.atomic():
        GrantPeriod.objects.create(
            complaint=case,
            user=guest,
            kind=GrantKind.OVERSIGHT,
            reason="For ever",
            granted_by=force.supervisor,
            since=NOW,
        )


def test_an_officer_is_kept_out_from_the_moment_of_being_named(force: Force) -> None:
    case = make_case(force)

    assert case.subjects.get(person=force.officer).named_at == NOW
    assert case.subjects.get(person=None).named_at is None


def test_nothing_of_the_ledger_outlives_the_case(force: Force) -> None:
    disposal = approved_disposal(force, now=timezone.now())
    case = disposal.complaint
    give(case, force, make_user(), now=timezone.now())

    (certificate,) = dispose_approved()

    assert not CasePlacement.objects.filter(complaint=case).exists()
    assert not GrantPeriod.objects.filter(complaint=case).exists()
    assert certificate.body["destroyed"]["periods of personal access"] == 1
    assert certificate.body["destroyed"]["periods in a team"] == 1


def test_every_case_that_is_not_destroyed_stands_somewhere(force: Force) -> None:
    for case in (make_case(force), handled_case(force), make_case(force, is_restricted=True)):
        row = case.placements.get(until=None)

        assert (row.team_id, row.is_restricted) == (case.team_id, case.is_restricted)


def test_the_database_remembers_when_an_account_was_closed(force: Force) -> None:
    before = timezone.now()
    account = force.investigator

    User.objects.filter(pk=account.pk).update(is_active=False)
    User.objects.filter(pk=account.pk).update(is_active=False)
    closed = AccountClosure.objects.get(user=account)
    User.objects.filter(pk=account.pk).update(is_active=True)
    opened = AccountClosure.objects.get(user=account)

    assert closed.until is None
    assert opened.until is not None
    assert before <= closed.since <= opened.until <= timezone.now()


def test_an_account_made_closed_is_remembered_as_closed() -> None:
    account = make_user()
    assert not account.closures.exists()

    other = User.objects.create(
        username="closed", person=account.person, is_active=False, password="!"
    )

    assert other.closures.get().until is None
