"""Acting for somebody absent: what opens, what both may, what keeps either out, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.acting import act_by
from accounts.models import Delegation, RoleAssignment, User
from accounts.roles import Role
from audit.models import Event
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from incidents.models import CaseExclusion, Complaint, Contribution
from incidents.selectors.access import who_can_see
from incidents.selectors.seers import accounts_that_see
from incidents.services.access import grant_access
from incidents.services.cover import NewCover, end_cover, set_cover
from incidents.services.logging import NewSubject
from retention.services.destroying import dispose_approved
from reviews.permissions import check_can_sign_off
from tests.factories.callers import Caller
from tests.factories.cases import handled_case, make_case
from tests.factories.covers import acting, set_cover_for
from tests.factories.people import Force, make_person, make_user
from tests.factories.retention import approved_disposal

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def deputy(force: Force) -> User:
    """A supervisor and investigator of the other team."""
    return make_user(Role.SUPERVISOR, Role.INVESTIGATOR, team=force.other_team)


def sees(user: User, case: Complaint) -> bool:
    return Complaint.objects.visible_to(user).filter(pk=case.pk).exists()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def begin(client: Client, cover: Delegation) -> int:
    return client.post(reverse("incidents:act-for", args=[cover.pk])).status_code


def page(client: Client, case: Complaint) -> int:
    return client.get(reverse("incidents:case", args=[case.pk])).status_code


# What acting opens


def test_a_cover_opens_nothing_until_the_deputy_acts(force: Force, deputy: User) -> None:
    case = handled_case(force)
    cover = set_cover_for(force.supervisor, deputy)

    assert not sees(deputy, case)
    assert sees(acting(cover), case)


def test_while_acting_the_cases_are_those_of_the_absent_person_alone(
    force: Force, deputy: User
) -> None:
    own = make_case(force, actor=force.stranger, team=force.other_team)
    granted = make_case(force, actor=force.stranger, team=force.other_team)
    grant_access(
        actor=force.stranger, case_id=granted.pk, user=force.supervisor, reason="Asked",
        expires_at=None, now=timezone.now(),
    )  # fmt: skip

    user = acting(set_cover_for(force.supervisor, deputy))

    assert sees(deputy, own)
    assert not sees(user, own)
    assert sees(user, granted)


def test_restricted_cases_open_to_nobody_in_somebody_s_place(force: Force, deputy: User) -> None:
    case = handled_case(force, is_restricted=True)

    user = acting(set_cover_for(force.supervisor, deputy))

    assert sees(force.supervisor, case)
    assert not sees(user, case)
    assert all(case not in branch for branch in Complaint.objects.branches_for(user))


def test_roles_are_those_that_both_hold(force: Force, deputy: User) -> None:
    user = acting(set_cover_for(force.supervisor, deputy))

    assert deputy.role_set == {Role.SUPERVISOR, Role.INVESTIGATOR}
    assert user.role_set == {Role.SUPERVISOR}


@pytest.mark.parametrize("who", ["deputy", "absent"])
def test_what_keeps_either_out_keeps_the_act_out(force: Force, deputy: User, who: str) -> None:
    case = handled_case(force)
    user = acting(set_cover_for(force.supervisor, deputy))
    person = deputy.person if who == "deputy" else force.supervisor.person

    CaseExclusion.objects.create(
        complaint=case, person=person, reason="Related", made_by=force.handler,
        made_at=timezone.now(),
    )  # fmt: skip

    assert not sees(user, case)


def test_what_a_deputy_does_counts_for_both(force: Force, deputy: User) -> None:
    deputy = make_user(Role.COMPLAINT_HANDLER)
    user = acting(set_cover_for(force.handler, deputy))

    case = make_case(force, actor=user)

    people = set(Contribution.objects.filter(complaint=case).values_list("person_id", flat=True))
    assert people == {deputy.person_id, force.handler.person_id}


@pytest.mark.parametrize("who", ["deputy", "absent"])
def test_nobody_signs_for_somebody_what_either_took_part_in(
    force: Force, deputy: User, who: str
) -> None:
    case = handled_case(force)
    user = acting(set_cover_for(force.supervisor, deputy))
    check_can_sign_off(user, case)
    person = deputy.person if who == "deputy" else force.supervisor.person

    Contribution.objects.create(complaint=case, person=person, kind="SEARCHED")

    with pytest.raises(NotPermitted, match="for whom you act"):
        check_can_sign_off(user, case)


def test_a_deputy_logs_no_restricted_case_for_somebody(force: Force) -> None:
    user = acting(set_cover_for(force.handler, make_user(Role.COMPLAINT_HANDLER)))

    with pytest.raises(NotPermitted, match="Stop acting"):
        make_case(force, actor=user, is_restricted=True)


def test_a_deputy_logs_nothing_about_the_absent_person(force: Force) -> None:
    user = acting(set_cover_for(force.handler, make_user(Role.COMPLAINT_HANDLER)))

    with pytest.raises(NotPermitted, match="complained about"):
        make_case(force, actor=user, subjects=[NewSubject(person=force.handler.person)])


# Setting a cover


def test_setting_and_ending_are_recorded_with_both_names(force: Force, deputy: User) -> None:
    cover = set_cover_for(force.supervisor, deputy)
    end_cover(actor=deputy, delegation_id=cover.pk, now=timezone.now())

    set_event, end_event = Event.objects.filter(name__startswith="accounts.cover_").order_by("id")
    assert set_event.details["absent"] == str(force.supervisor.pk)
    assert set_event.details["deputy"] == str(deputy.pk)
    assert end_event.actor_id == str(deputy.pk)


def test_a_supervisor_sets_it_for_the_own_team_only(force: Force, deputy: User) -> None:
    colleague = make_user(Role.INVESTIGATOR)
    set_cover_for(force.investigator, colleague, actor=force.supervisor)

    with pytest.raises(Invalid, match="own teams"):
        set_cover_for(force.stranger, deputy, actor=force.supervisor)
    with pytest.raises(NotPermitted):
        set_cover_for(force.handler, make_user(Role.COMPLAINT_HANDLER), actor=force.investigator)


def test_a_supervisor_makes_no_deputy_of_themselves(force: Force) -> None:
    boss = make_user(Role.SUPERVISOR, Role.INVESTIGATOR, team=force.team)
    other_account = make_user(Role.INVESTIGATOR, person=boss.person)

    for account in (boss, other_account):
        with pytest.raises(NotPermitted, match="make yourself"):
            set_cover_for(force.investigator, account, actor=boss)
    assert not Delegation.objects.exists()


def test_nobody_acts_for_themselves_by_any_account(force: Force) -> None:
    second = make_user(Role.SUPERVISOR, person=force.supervisor.person)

    for account in (second, force.supervisor):
        with pytest.raises(Invalid, match="themselves"):
            set_cover_for(force.supervisor, account)


def test_a_closed_account_is_no_deputy(force: Force, deputy: User) -> None:
    User.objects.filter(pk=deputy.pk).update(is_active=False)

    with pytest.raises(Invalid, match="closed") as refused:
        set_cover_for(force.supervisor, deputy)
    assert refused.value.field == "deputy"


def test_without_a_common_role_there_is_nothing_to_act_by(force: Force) -> None:
    with pytest.raises(Invalid, match="none of the roles"):
        set_cover_for(force.supervisor, force.auditor)


def test_an_administrator_is_no_deputy(force: Force) -> None:
    admin = make_user(Role.ADMINISTRATOR, Role.SUPERVISOR)

    with pytest.raises(Invalid, match="opens no case") as refused:
        set_cover_for(force.supervisor, admin)
    assert refused.value.field == "deputy"


def test_somebody_in_conflict_is_no_deputy(force: Force, deputy: User) -> None:
    case = handled_case(force)
    CaseExclusion.objects.create(
        complaint=case, person=deputy.person, reason="Related", made_by=force.handler,
        made_at=timezone.now(),
    )  # fmt: skip

    with pytest.raises(Invalid, match="kept out") as refused:
        set_cover_for(force.supervisor, deputy)
    assert refused.value.field == "deputy"


def test_a_conflict_is_not_told_to_who_may_not_know_of_the_case(force: Force, deputy: User) -> None:
    case = handled_case(force)
    boss = make_user(Role.SUPERVISOR, team=force.team)
    for person in (deputy.person, boss.person):
        CaseExclusion.objects.create(
            complaint=case, person=person, reason="Related", made_by=force.handler,
            made_at=timezone.now(),
        )  # fmt: skip

    cover = set_cover_for(force.supervisor, deputy, actor=boss)

    assert not sees(acting(cover), case)


def test_there_are_no_chains(force: Force, deputy: User) -> None:
    third = make_user(Role.SUPERVISOR)
    now = timezone.now()
    set_cover_for(force.supervisor, deputy)

    with pytest.raises(Invalid, match="End that cover first"):
        set_cover_for(deputy, third)
    with pytest.raises(Invalid, match="is away in that time"):
        set_cover_for(third, force.supervisor)
    with pytest.raises(Invalid, match="in that time already"):
        set_cover_for(force.supervisor, deputy)
    # After the week nothing stands in the way.
    set_cover_for(deputy, third, since=now + WEEK + timedelta(minutes=1))


def test_a_second_account_of_the_deputy_makes_no_chain_either(force: Force, deputy: User) -> None:
    set_cover_for(force.supervisor, deputy)
    second = make_user(Role.SUPERVISOR, person=deputy.person)

    with pytest.raises(Invalid, match="End that cover first"):
        set_cover_for(second, make_user(Role.SUPERVISOR))


def test_who_acts_for_somebody_sets_and_ends_nothing(force: Force, deputy: User) -> None:
    cover = set_cover_for(force.supervisor, deputy)
    user = acting(cover)

    with pytest.raises(NotNow, match="Stop that first"):
        set_cover_for(force.investigator, make_user(Role.INVESTIGATOR), actor=user)
    with pytest.raises(NotNow, match="Stop that first"):
        end_cover(actor=user, delegation_id=cover.pk, now=timezone.now())


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (timedelta(0), timedelta(days=93), "92 days"),
        (timedelta(days=2), timedelta(days=1), "must not be before"),
        (timedelta(days=-2), timedelta(days=-1), "nor in the past"),
    ],
)
def test_the_period_is_short_and_ahead(
    force: Force, deputy: User, since: timedelta, until: timedelta, words: str
) -> None:
    now = timezone.now()
    data = NewCover(force.supervisor, deputy, now + since, now + until, "Leave")

    with pytest.raises(Invalid, match=words) as refused:
        set_cover(actor=force.supervisor, data=data, now=now)
    assert refused.value.field == "until"


def test_a_cover_of_others_is_not_there(force: Force, deputy: User) -> None:
    cover = set_cover_for(force.supervisor, deputy)

    with pytest.raises(NotFound):
        end_cover(actor=force.investigator, delegation_id=cover.pk, now=timezone.now())
    end_cover(actor=deputy, delegation_id=cover.pk, now=timezone.now())
    with pytest.raises(NotNow, match="over already"):
        end_cover(actor=deputy, delegation_id=cover.pk, now=timezone.now())


# In a browser: each request asks again


def test_beginning_and_stopping(force: Force, deputy: User) -> None:
    case = handled_case(force)
    cover = set_cover_for(force.supervisor, deputy)
    client = signed_in(deputy)
    assert page(client, case) == 404

    assert begin(client, cover) == 302
    assert page(client, case) == 200
    text = client.get(reverse("reviews:my-work")).content.decode()
    assert f"acting for <strong>{force.supervisor.display_name}" in text
    client.post(reverse("incidents:stop-acting"))
    assert page(client, case) == 404

    names = Event.objects.filter(name__startswith="accounts.acting_").order_by("id")
    assert [event.name for event in names] == ["accounts.acting_begun", "accounts.acting_stopped"]
    read = Event.objects.get(name="incidents.case_viewed")
    assert read.actor_name == f"{deputy.display_name}, for {force.supervisor.display_name}"
    assert read.details["on_behalf_of"] == str(force.supervisor.pk)
    assert read.actor_role == "Supervisor"


def test_the_key_of_the_session_is_another_before_and_after(force: Force, deputy: User) -> None:
    """T52: with other rights comes another key."""
    client = signed_in(deputy)
    keys = [client.session.session_key]
    begin(client, set_cover_for(force.supervisor, deputy))
    keys.append(client.session.session_key)
    client.post(reverse("incidents:stop-acting"))
    keys.append(client.session.session_key)

    assert len(set(keys)) == 3
    old = Client()
    old.cookies["session"] = str(keys[0])
    assert old.get(reverse("reviews:my-work")).status_code == 302


def end_the_cover(cover: Delegation) -> None:
    end_cover(actor=cover.absent, delegation_id=cover.pk, now=timezone.now())


def let_it_run_out(cover: Delegation) -> None:
    now = timezone.now()
    Delegation.objects.filter(pk=cover.pk).update(since=now - WEEK, until=now)


def close_the_absent_account(cover: Delegation) -> None:
    User.objects.filter(pk=cover.absent_id).update(is_active=False)


@pytest.mark.parametrize("ends", [end_the_cover, let_it_run_out, close_the_absent_account])
def test_what_ends_it_counts_in_the_very_next_request(
    force: Force, deputy: User, ends: object
) -> None:
    case = handled_case(force)
    cover = set_cover_for(force.supervisor, deputy)
    client = signed_in(deputy)
    begin(client, cover)
    assert page(client, case) == 200

    ends(cover)  # type: ignore[operator]

    answer = client.get(reverse("incidents:case", args=[case.pk]))
    assert answer.status_code == 404
    text = answer.content.decode()
    assert "the cover has ended" in text
    assert "acting for <strong>" not in text
    stopped = Event.objects.get(name="accounts.acting_stopped")
    assert stopped.purpose == "cover_over"


def test_a_form_filled_in_for_somebody_is_not_taken_from_oneself(
    force: Force, deputy: User
) -> None:
    own = make_case(force, actor=force.stranger, team=force.other_team)
    cover = set_cover_for(force.supervisor, deputy)
    client = signed_in(deputy)
    begin(client, cover)
    end_the_cover(cover)

    answer = client.post(reverse("incidents:suspend", args=[own.pk]), {"reason": "Waiting"})

    assert answer.status_code == 409
    assert "Nothing was saved" in answer.content.decode()
    own.refresh_from_db()
    assert own.version == 1


def test_a_role_that_ends_on_either_side_ends_the_act(force: Force, deputy: User) -> None:
    case = handled_case(force)
    client = signed_in(deputy)
    begin(client, set_cover_for(force.supervisor, deputy))
    give = reverse("incidents:give-access", args=[case.pk])
    assert client.get(give).status_code == 200

    RoleAssignment.objects.filter(user=force.supervisor).update(until=timezone.now())

    assert client.get(give).status_code == 403


def test_a_closed_deputy_is_signed_out(force: Force, deputy: User) -> None:
    case = handled_case(force)
    client = signed_in(deputy)
    begin(client, set_cover_for(force.supervisor, deputy))

    User.objects.filter(pk=deputy.pk).update(is_active=False)

    assert page(client, case) == 302


def test_a_cover_that_has_not_begun_lets_nobody_act(force: Force, deputy: User) -> None:
    cover = set_cover_for(force.supervisor, deputy, since=timezone.now() + timedelta(days=1))
    client = signed_in(deputy)

    assert begin(client, cover) == 404
    Delegation.objects.filter(pk=cover.pk).update(since=timezone.now())
    assert begin(client, cover) == 302


@pytest.mark.parametrize("who", ["absent", "stranger"])
def test_only_the_deputy_can_act(force: Force, deputy: User, who: str) -> None:
    cover = set_cover_for(force.supervisor, deputy)
    user = force.supervisor if who == "absent" else make_user(Role.SUPERVISOR, team=force.team)

    client = signed_in(user)

    assert begin(client, cover) == 404
    assert "acting" not in client.session


def test_a_session_says_whom_to_ask_about_and_nothing_more(force: Force, deputy: User) -> None:
    """A forged or stale session value opens nothing."""
    case = handled_case(force)
    cover = set_cover_for(force.supervisor, deputy)
    other = make_user(Role.SUPERVISOR, team=force.other_team)
    for value in (str(cover.pk), "nonsense", "", None):
        client = signed_in(other)
        session = client.session
        session["acting"] = value
        session.save()
        assert page(client, case) == 404


def test_acting_costs_nothing_to_who_does_not_act(force: Force, deputy: User) -> None:
    client = signed_in(deputy)
    address = reverse("incidents:case-list")
    client.get(address)
    with CaptureQueriesContext(connection) as before:
        client.get(address)
    set_cover_for(force.supervisor, deputy)
    with CaptureQueriesContext(connection) as after:
        client.get(address)
    assert len(before) == len(after)


def test_another_persons_cover_cannot_be_put_on(force: Force, deputy: User) -> None:
    cover = set_cover_for(force.supervisor, deputy)
    with pytest.raises(ValueError, match="another deputy"):
        act_by(force.investigator, cover)


# Pages


def test_my_work_says_whom_one_can_act_for(force: Force, deputy: User) -> None:
    text = signed_in(deputy).get(reverse("reviews:my-work")).content.decode()
    assert "You can act for" not in text
    set_cover_for(force.supervisor, deputy)
    text = signed_in(deputy).get(reverse("reviews:my-work")).content.decode()
    assert "You can act for" in text
    assert force.supervisor.display_name in text


def test_my_work_while_acting_is_the_absent_persons(force: Force, deputy: User) -> None:
    case = handled_case(force, investigator=force.investigator)
    user = make_user(Role.INVESTIGATOR)
    cover = set_cover_for(force.investigator, user)
    client = signed_in(user)
    begin(client, cover)

    text = client.get(reverse("reviews:my-work")).content.decode()

    assert f"Work of {force.investigator.display_name}" in text
    assert case.reference in text


def test_the_page_keeps_what_was_typed(force: Force) -> None:
    client = signed_in(force.supervisor)
    sent = {
        "absent": str(force.supervisor.pk), "deputy": "nobody at all", "reason": "My leave",
        "last_day_day": "40", "last_day_month": "1", "last_day_year": "2027",
    }  # fmt: skip

    answer = client.post(reverse("incidents:set-cover"), sent)

    text = answer.content.decode()
    assert answer.status_code == 400
    assert "You entered nobody at all" in text
    assert "My leave" in text


def test_a_supervisor_sets_cover_on_the_page(force: Force) -> None:
    colleague = make_user(Role.INVESTIGATOR)
    last = timezone.localdate() + timedelta(days=3)
    client = signed_in(force.supervisor)
    sent = {
        "absent": str(force.investigator.pk), "deputy": colleague.person.collar_number,
        "reason": "Course", "last_day_day": str(last.day), "last_day_month": str(last.month),
        "last_day_year": str(last.year),
    }  # fmt: skip

    answer = client.post(reverse("incidents:set-cover"), sent, follow=True)

    assert f"{colleague.display_name} can act for" in answer.content.decode()
    assert Delegation.objects.get().made_by == force.supervisor


def test_only_ones_own_are_offered_without_the_permission(force: Force) -> None:
    client = signed_in(force.investigator)
    assert b"Who is away" not in client.get(reverse("incidents:set-cover")).content
    text = signed_in(force.supervisor).get(reverse("incidents:set-cover")).content.decode()
    assert force.investigator.display_name in text
    assert force.stranger.display_name not in text


def test_covers_of_other_teams_are_not_on_the_page(force: Force, deputy: User) -> None:
    set_cover_for(force.stranger, make_user(Role.SUPERVISOR))
    set_cover_for(force.investigator, make_user(Role.INVESTIGATOR))

    text = signed_in(force.supervisor).get(reverse("incidents:cover")).content.decode()

    assert force.investigator.display_name in text
    assert force.stranger.display_name not in text


# API


def test_one_request_acts_by_its_header(force: Force, deputy: User) -> None:
    case = handled_case(force)
    cover = set_cover_for(force.supervisor, deputy)
    caller = Caller(deputy)
    path = f"/complaints/{case.pk}"

    assert caller.get(path).status == 404
    assert caller.send("GET", path, **{"Acting-For": str(cover.pk)}).status == 200
    assert caller.get(path).status == 404

    end_the_cover(cover)
    refused = caller.send("GET", path, **{"Acting-For": str(cover.pk)})
    assert (refused.status, refused.json["code"]) == (403, "not_acting")


def test_a_header_that_names_no_cover_of_ones_own_is_one_refusal(
    force: Force, deputy: User
) -> None:
    cover = set_cover_for(force.supervisor, deputy)
    other = Caller(make_user(Role.SUPERVISOR, team=force.other_team))

    answers = {
        other.send("GET", "/me", **{"Acting-For": value}).content
        for value in (str(cover.pk), str(make_person().pk), "nonsense")
    }

    assert len(answers) == 1


def test_covers_are_set_read_and_ended_by_the_api(force: Force, deputy: User) -> None:
    absent, caller = Caller(force.supervisor), Caller(deputy)
    until = (timezone.now() + WEEK).isoformat()
    sent = {
        "absent": None, "deputy": str(deputy.pk), "since": None, "until": until, "reason": "Leave",
    }  # fmt: skip

    made = absent.post("/delegations", sent, key="once")
    again = absent.post("/delegations", sent, key="once")

    assert (made.status, again.json) == (201, made.json)
    path = made.headers["location"]
    assert made.json["you_can_act"] is False
    assert caller.get(path).json["you_can_act"] is True
    assert [row["id"] for row in caller.get("/delegations").json["items"]] == [made.json["id"]]
    me = caller.send("GET", "/me", **{"Acting-For": made.json["id"]}).json
    assert me["acting_for"]["id"] == str(force.supervisor.pk)
    assert me["roles"] == ["supervisor"]
    ended = caller.post(f"{path}/end")
    assert ended.json["ended_by"]["id"] == str(deputy.pk)
    assert caller.post(f"{path}/end").status == 409


def test_an_answer_kept_for_one_is_not_given_to_the_other(force: Force) -> None:
    """The same key sent while acting is another request."""
    deputy = make_user(Role.COMPLAINT_HANDLER, team=force.team)
    cover = set_cover_for(force.handler, deputy)
    case = handled_case(force)
    caller = Caller(deputy)
    path, body = f"/complaints/{case.pk}/suspend", {"reason": "Proceedings"}
    first = caller.post(path, body, key="k", version=case.version)
    second = caller.post(path, body, key="k", version=case.version, **{"Acting-For": str(cover.pk)})
    assert (first.status, second.status) == (200, 422)


# Explained


def ways_of(case: Complaint, user: User) -> list[str]:
    picture = who_can_see(case, at=timezone.now())
    return [way.words for seer in picture.seers if seer.user == user for way in seer.ways]


def test_who_can_see_names_the_deputy_and_the_absent_person(force: Force, deputy: User) -> None:
    case = handled_case(force)
    cover = set_cover_for(force.supervisor, deputy)

    (words,) = ways_of(case, deputy)

    assert f"Can act for {force.supervisor.display_name}" in words
    (seer,) = [each for each in who_can_see(case, at=timezone.now()).seers if each.user == deputy]
    assert "Investigate" not in seer.may
    assert not accounts_that_see(case, now=timezone.now()).filter(pk=deputy.pk).exists()
    end_the_cover(cover)
    assert ways_of(case, deputy) == []


@pytest.mark.parametrize("restricted", [True, False])
def test_by_a_grant_of_the_absent_person(force: Force, deputy: User, *, restricted: bool) -> None:
    case = make_case(force, actor=force.stranger, team=force.other_team, is_restricted=restricted)
    third = make_user(Role.SUPERVISOR)
    grant_access(
        actor=force.stranger, case_id=case.pk, user=force.supervisor, reason="Asked",
        expires_at=None, now=timezone.now(),
    )  # fmt: skip
    user = acting(set_cover_for(force.supervisor, third))

    assert bool(ways_of(case, third)) == sees(user, case) == (not restricted)


def test_what_is_left_of_a_record_needs_a_role_of_both(force: Force) -> None:
    approved_disposal(force, now=timezone.now())
    (certificate,) = dispose_approved()
    case = certificate.complaint
    officer = make_user(Role.RETENTION_OFFICER, Role.SUPERVISOR)
    auditor = make_user(Role.AUDITOR, Role.SUPERVISOR)
    absent = make_user(Role.RETENTION_OFFICER, Role.SUPERVISOR, team=force.team)

    for deputy, may in ((officer, True), (auditor, False)):
        user = acting(set_cover_for(absent, deputy))
        assert sees(user, case) == may
        assert bool(ways_of(case, deputy)) == may


def test_the_absent_person_kept_out_keeps_the_deputy_off_the_list(
    force: Force, deputy: User
) -> None:
    case = handled_case(force)
    set_cover_for(force.supervisor, deputy)
    CaseExclusion.objects.create(
        complaint=case, person=force.supervisor.person, reason="Related", made_by=force.handler,
        made_at=timezone.now(),
    )  # fmt: skip

    assert ways_of(case, deputy) == []
