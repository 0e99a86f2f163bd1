"""T16: an administrator acts on access without learning of a case; a team with cases stays open."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Team, User
from accounts.roles import Role
from audit.models import Event, EventPayload
from bwcportal.errors import Invalid, NotNow
from incidents.models import Complaint, ComplaintGrant
from incidents.services.access import grant_access
from incidents.services.administering import close_team, end_all_access
from tests.factories.administration import give, make_administrator
from tests.factories.cases import NOW, make_case
from tests.factories.people import Force, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def umber() -> User:
    return make_administrator()


@pytest.fixture
def client(umber: User) -> Client:
    client = Client()
    client.force_login(umber)
    return client


def grant(force: Force, case: Complaint, user: User, **changes: Any) -> None:
    wanted = {"reason": "Asked for", "expires_at": None, "now": NOW, **changes}
    grant_access(actor=force.supervisor, case_id=case.pk, user=user, **wanted)


def page_of(client: Client, name: str, pk: Any) -> str:
    response = client.get(reverse(name, args=[pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_t16_all_personal_access_ends_and_no_case_is_named(
    force: Force, client: Client, umber: User
) -> None:
    guest = make_user(Role.DISCLOSURE_OFFICER)
    second_account = make_user(Role.DISCLOSURE_OFFICER, person=guest.person)
    cases = [make_case(force) for _ in range(3)]
    for case in cases:
        grant(force, case, guest)
    grant(force, cases[0], second_account)
    grant(force, cases[1], second_account, expires_at=NOW + timedelta(days=1))

    fragment = page_of(client, "incidents:personal-access", guest.person_id)
    assert "4 personal grants are in force" in fragment
    asked = page_of(client, "incidents:end-personal-access", guest.person_id)
    assert "Personal grants in force: 4" in asked
    response = client.post(
        reverse("incidents:end-personal-access", args=[guest.person_id]),
        {"reason": "Left the body"},
        follow=True,
    )

    text = response.content.decode() + fragment + asked
    assert "4\N{NO-BREAK SPACE}personal grants ended" in text
    for case in cases:
        assert case.reference not in text
        assert str(case.pk) not in text
        ended = Event.objects.filter(name="incidents.access_ended", case_id=case.pk)
        assert ended.exists()
        assert {event.actor_id for event in ended} == {str(umber.pk)}
    assert not Complaint.objects.visible_to(User.objects.get(pk=guest.pk)).exists()
    assert Event.objects.filter(name="incidents.access_ended").count() == 4
    (summary,) = Event.objects.filter(name="incidents.all_access_ended")
    assert summary.case_id is None
    assert summary.details == {"ended": 4, "kept": 0}
    assert EventPayload.objects.get(event_uuid=summary.uuid).payload["reason"] == "Left the body"
    assert "No personal grant is in force" in page_of(
        client, "incidents:personal-access", guest.person_id
    )


def test_t16_nothing_to_end_is_said(force: Force, client: Client) -> None:
    response = client.post(
        reverse("incidents:end-personal-access", args=[force.auditor.person_id]),
        {"reason": "Kept as typed"},
    )
    assert response.status_code == 409
    assert "has no personal access" in response.content.decode()
    assert "Kept as typed" in response.content.decode()


def test_t16_the_last_person_of_a_restricted_case_keeps_it(force: Force, umber: User) -> None:
    person = force.supervisor.person
    logged = make_case(force, actor=force.supervisor, is_restricted=True)
    other = make_case(force)
    grant(force, other, force.supervisor)

    result = end_all_access(actor=umber, person_id=person.pk, reason="x", now=timezone.now())
    assert (result.ended, result.kept) == (1, 1)
    assert list(ComplaintGrant.objects.values_list("content_object", flat=True)) == [logged.pk]

    grant(force, logged, force.investigator)
    result = end_all_access(actor=umber, person_id=person.pk, reason="x", now=timezone.now())
    assert (result.ended, result.kept) == (1, 0)
    (left,) = ComplaintGrant.objects.all()
    assert left.user_id == force.investigator.pk


def test_t16_one_may_not_end_ones_own_or_act_without_the_role(force: Force, umber: User) -> None:
    for user, person in ((umber, umber.person), (force.supervisor, force.handler.person)):
        client = Client()
        client.force_login(user)
        for name in ("incidents:end-personal-access",):
            address = reverse(name, args=[person.pk])
            assert client.get(address).status_code == 403
            assert client.post(address, {"reason": "x"}).status_code == 403


def test_t16_no_grant_opens_a_case_to_an_administrator(force: Force, umber: User) -> None:
    case = make_case(force)
    with pytest.raises(Invalid, match="opens no case") as caught:
        grant(force, case, umber)
    assert caught.value.field == "user"
    second_account = make_user(person=umber.person)
    with pytest.raises(Invalid, match="opens no case"):
        grant(force, case, second_account)


def test_t16_who_has_personal_access_is_made_no_administrator(force: Force, umber: User) -> None:
    guest = make_user()
    grant(force, make_case(force), guest)
    with pytest.raises(NotNow, match="has personal access"):
        give(umber, guest, Role.ADMINISTRATOR)


@pytest.mark.parametrize("is_restricted", [False, True])
def test_a_team_with_cases_is_not_closed_and_the_words_do_not_count_them(
    force: Force, client: Client, is_restricted: bool
) -> None:
    make_case(force, is_restricted=is_restricted)
    response = client.post(
        reverse("incidents:close-team", args=[force.team.pk]),
        {"reason": "Merged", "version": "1"},
    )
    text = response.content.decode()
    assert response.status_code == 409
    assert "This team still has cases. A supervisor must transfer them" in text
    assert "Merged" in text
    force.team.refresh_from_db()
    assert force.team.closed_at is None
    assert Membership.objects.filter(team=force.team, until__isnull=True).exists()


def test_an_empty_team_closes_its_memberships_end_and_it_opens_again(client: Client) -> None:
    team = make_team("T9")
    user = make_user(team=team)
    address = reverse("incidents:close-team", args=[team.pk])
    assert client.post(address, {"reason": "Merged", "version": "7"}).status_code == 412
    client.post(address, {"reason": "Merged", "version": "1"})

    team.refresh_from_db()
    assert team.closed_at is not None
    held = Membership.objects.get(user=user)
    assert (held.until, held.end_reason) == (team.closed_at, "Merged")
    assert User.objects.get(pk=user.pk).team_ids == []
    names = list(Event.objects.order_by("id").values_list("name", flat=True))
    assert names == ["accounts.team_left", "accounts.team_closed"]
    assert "A closed team has no members" in page_of(client, "accounts:team", team.pk)
    joined = client.post(
        reverse("accounts:add-member", args=[team.pk]), {"who": user.username, "reason": "x"}
    )
    assert joined.status_code == 409
    client.post(reverse("accounts:reopen-team", args=[team.pk]), {"reason": "Needed after all"})
    team.refresh_from_db()
    assert (team.closed_at, team.version) == (None, 3)


def test_no_case_is_put_into_a_closed_team(force: Force, umber: User) -> None:
    close_team(actor=umber, team_id=force.team.pk, version=1, reason="x", now=NOW)
    # The handler's teams were read before the team was closed.
    force.handler.team_ids = [force.team.pk]
    with pytest.raises(NotNow, match="This team is closed"):
        make_case(force)


@pytest.mark.django_db(transaction=True)
def test_a_case_logged_while_its_team_is_closed_is_in_no_closed_team() -> None:
    """Both begin before either ends: one of them is refused."""
    force, umber = Force(), make_administrator()
    assert force.handler.team_ids
    start = threading.Barrier(2)
    refused: list[str] = []

    def attempt(act: Any) -> None:
        try:
            start.wait(timeout=10)
            act()
        except NotNow as error:
            refused.append(error.code)
        finally:
            connection.close()

    acts = (
        lambda: make_case(force, team=force.team),
        lambda: close_team(actor=umber, team_id=force.team.pk, version=1, reason="x", now=NOW),
    )
    threads = [threading.Thread(target=attempt, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    close_old_connections()

    assert len(refused) == 1
    closed = Team.objects.filter(closed_at__isnull=False)
    assert not Complaint.objects.filter(team__in=closed).exists()
