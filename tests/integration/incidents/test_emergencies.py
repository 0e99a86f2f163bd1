"""Emergency access: what it opens, what it never opens, who is told, and who judges it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import RoleAssignment, User
from accounts.roles import Role
from audit.models import Event, EventPayload
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from incidents.enums import EmergencyOutcome
from incidents.models import CaseExclusion, Complaint, EmergencyAccess, EmergencyNotice
from incidents.selectors.emergencies import count_uses, notices_of, reviews_waiting_for
from incidents.services.access import grant_access
from incidents.services.cover import end_cover
from incidents.services.emergencies import MOST_REFUSALS, acknowledge, end_emergency
from incidents.services.emergency_reviews import review_emergency
from incidents.services.logging import NewAllegation, NewSubject
from retention.services.destroying import dispose_approved
from tests.answers import without_tokens
from tests.factories.callers import Caller
from tests.factories.cases import category, handled_case, make_case
from tests.factories.covers import acting, set_cover_for
from tests.factories.emergencies import open_in_emergency_for
from tests.factories.people import Force, make_user
from tests.factories.retention import approved_disposal

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def opener(force: Force) -> User:
    """A supervisor of the other team."""
    return make_user(Role.SUPERVISOR, team=force.other_team)


@pytest.fixture
def overseer(force: Force) -> User:
    """The appropriate authority of the team."""
    return make_user(Role.APPROPRIATE_AUTHORITY, team=force.team)


def sees(user: User, case: Complaint) -> bool:
    fresh = User.objects.select_related("person").get(pk=user.pk)
    visible = Complaint.objects.visible_to(fresh).filter(pk=case.pk).exists()
    by_branch = any(
        branch.filter(pk=case.pk).exists() for branch in Complaint.objects.branches_for(fresh)
    )
    assert visible == by_branch
    return visible


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def keep_out(case: Complaint, user: User, by: User) -> None:
    CaseExclusion.objects.create(
        complaint=case, person=user.person, reason="Related", made_by=by, made_at=timezone.now()
    )


def let_it_run_out(access: EmergencyAccess, ago: timedelta = HOUR) -> EmergencyAccess:
    over = timezone.now() - ago
    EmergencyAccess.objects.filter(pk=access.pk).update(
        opened_at=over - 4 * HOUR, expires_at=over, review_due_at=over + 3 * DAY
    )
    access.refresh_from_db()
    return access


# Opening


def test_it_opens_for_hours_and_says_why(force: Force, opener: User) -> None:
    case = handled_case(force)
    assert not sees(opener, case)

    access = open_in_emergency_for(case, opener)

    assert sees(opener, case)
    assert access.expires_at - access.opened_at == 4 * HOUR
    assert access.review_due_at - access.expires_at == 3 * DAY
    event = Event.objects.get(name="incidents.emergency_opened")
    assert event.case_id == case.pk
    payload = EventPayload.objects.get(event_uuid=event.uuid).payload
    assert payload["reason"] == access.reason
    assert access.reason not in str(event.details)


def test_it_closes_at_the_second(force: Force, opener: User) -> None:
    case = handled_case(force)
    access = open_in_emergency_for(case, opener)

    EmergencyAccess.objects.filter(pk=access.pk).update(expires_at=timezone.now())

    assert not sees(opener, case)


def lose_the_role(access: EmergencyAccess, force: Force) -> None:
    RoleAssignment.objects.filter(user=access.account).update(until=timezone.now())


def restrict(access: EmergencyAccess, force: Force) -> None:
    Complaint.objects.filter(pk=access.complaint_id).update(is_restricted=True)


def exclude(access: EmergencyAccess, force: Force) -> None:
    keep_out(access.complaint, access.account, force.supervisor)


def cut_short(access: EmergencyAccess, force: Force) -> None:
    end_emergency(actor=force.supervisor, emergency_id=access.pk, now=timezone.now())


@pytest.mark.parametrize("ends", [lose_the_role, restrict, exclude, cut_short])
def test_what_ends_it_counts_in_the_next_request(force: Force, opener: User, ends: object) -> None:
    case = handled_case(force)
    access = open_in_emergency_for(case, opener)
    client = signed_in(opener)
    page = reverse("incidents:case", args=[case.pk])
    assert client.get(page).status_code == 200

    ends(access, force)  # type: ignore[operator]

    assert client.get(page).status_code == 404
    assert not sees(opener, case)


def test_the_reference_may_be_typed_in_small_letters(force: Force, opener: User) -> None:
    case = handled_case(force)
    client = signed_in(opener)

    answer = client.post(
        reverse("incidents:break-glass"),
        {"reference": f" {case.reference.lower()} ", "reason": "Danger"},
    )

    assert answer.status_code == 302
    assert answer.url == reverse("incidents:case", args=[case.pk])


def plain(content: bytes) -> bytes:
    """The answer without its tokens and without the reference that was asked for."""
    return re.sub(rb"CM-\d\d-[A-Z0-9]{5}", b"REFERENCE", without_tokens(content))


def test_absent_restricted_kept_out_and_destroyed_are_answered_alike(
    force: Force, opener: User
) -> None:
    restricted = make_case(force, is_restricted=True)
    subject = make_case(
        force,
        subjects=[NewSubject(person=opener.person)],
        allegations=[NewAllegation(category(), "He shouted.", (0,))],
    )
    excluded = make_case(force)
    keep_out(excluded, opener, force.supervisor)
    approved_disposal(force, now=timezone.now())
    (certificate,) = dispose_approved()
    client = signed_in(opener)
    answers, statements = [], []
    hidden = [case.reference for case in (restricted, subject, excluded, certificate.complaint)]
    # The first requests of a session do more: the clock of the session, the first refusals.
    for reference in ["CM-26-YYYYY", "CM-26-XXXXX", "CM-26-ZZZZZ", *hidden]:
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(
                reverse("incidents:break-glass"), {"reference": reference, "reason": "Danger"}
            )
        answers.append((answer.status_code, plain(answer.content)))
        statements.append([query["sql"].split(" ")[0] for query in queries])

    assert answers[0][0] == 400
    assert b"No case with this reference can be opened in an emergency" in answers[0][1]
    assert len(set(answers)) == 1
    assert all(each == statements[2] for each in statements[2:])
    assert not EmergencyAccess.objects.exists()
    refused = Event.objects.filter(name="incidents.emergency_refused")
    assert refused.count() == len(answers)
    assert {event.case_id for event in refused} == {None}
    assert {str(event.details) for event in refused} == {"{}"}


def test_an_opened_case_is_not_opened_again(force: Force, opener: User) -> None:
    case = handled_case(force)
    open_in_emergency_for(case, opener)

    with pytest.raises(Invalid, match="open to you already"):
        open_in_emergency_for(case, opener)
    with pytest.raises(Invalid, match="open to you already"):
        open_in_emergency_for(case, force.supervisor)


def test_only_the_two_roles_break_glass(force: Force) -> None:
    case = handled_case(force)
    for role in Role:
        user = make_user(role, team=force.other_team)
        if role in {Role.SUPERVISOR, Role.APPROPRIATE_AUTHORITY}:
            open_in_emergency_for(case, user)
        else:
            with pytest.raises(NotPermitted):
                open_in_emergency_for(case, user)


def test_nobody_breaks_glass_in_somebody_s_place(force: Force, opener: User) -> None:
    case = make_case(force, actor=force.stranger, team=force.other_team)
    user = acting(set_cover_for(force.supervisor, make_user(Role.SUPERVISOR)))

    with pytest.raises(NotNow, match="Stop that first"):
        open_in_emergency_for(case, user)


def test_an_open_emergency_is_not_at_hand_while_acting(force: Force, opener: User) -> None:
    case = make_case(force, actor=force.stranger, team=force.other_team)
    deputy = make_user(Role.SUPERVISOR)
    open_in_emergency_for(case, deputy)
    cover = set_cover_for(force.supervisor, deputy)

    user = acting(cover)

    assert sees(deputy, case)
    assert not Complaint.objects.visible_to(user).filter(pk=case.pk).exists()


def test_guessing_is_stopped(force: Force, opener: User) -> None:
    case = handled_case(force)
    client = signed_in(opener)
    address = reverse("incidents:break-glass")
    for number in range(MOST_REFUSALS):
        client.post(address, {"reference": f"CM-26-ZZZ{number:02}", "reason": "Danger"})

    answer = client.post(address, {"reference": case.reference, "reason": "Danger"})

    assert answer.status_code == 409
    assert "Wait an hour" in answer.content.decode()
    assert not EmergencyAccess.objects.exists()


def test_the_reason_is_needed_and_what_was_typed_stays(force: Force, opener: User) -> None:
    answer = signed_in(opener).post(
        reverse("incidents:break-glass"), {"reference": "CM-26-ABCDE", "reason": " "}
    )

    text = answer.content.decode()
    assert answer.status_code == 400
    assert "Enter the reason" in text
    assert "CM-26-ABCDE" in text


def test_it_gives_no_lasting_access(force: Force, opener: User) -> None:
    case = handled_case(force)
    open_in_emergency_for(case, opener)

    with pytest.raises(NotPermitted, match="Access that lasts"):
        grant_access(
            actor=opener, case_id=case.pk, user=opener, reason="Mine", expires_at=None,
            now=timezone.now(),
        )  # fmt: skip


def test_a_deputy_gives_no_lasting_access_to_themselves(force: Force) -> None:
    case = handled_case(force)
    deputy = make_user(Role.SUPERVISOR)
    user = acting(set_cover_for(force.supervisor, deputy))

    with pytest.raises(NotPermitted, match="Access that lasts"):
        grant_access(
            actor=user, case_id=case.pk, user=deputy, reason="Mine", expires_at=None,
            now=timezone.now(),
        )  # fmt: skip


# Who is told


def told(access: EmergencyAccess) -> dict[User, str]:
    return {notice.account: notice.told_as for notice in access.notices.select_related("account")}


def test_the_investigator_and_the_overseers_are_told(
    force: Force, opener: User, overseer: User
) -> None:
    case = handled_case(force)

    access = open_in_emergency_for(case, opener)

    assert told(access) == {
        force.investigator: "OWNER", overseer: "OVERSEER", force.auditor: "OVERSEER",
    }  # fmt: skip


def test_without_an_investigator_the_supervisors_of_the_team_are_told(
    force: Force, opener: User
) -> None:
    access = open_in_emergency_for(make_case(force), opener)

    assert told(access) == {force.supervisor: "OWNER", force.auditor: "OVERSEER"}


def test_who_is_kept_out_is_not_told(force: Force, opener: User, overseer: User) -> None:
    case = handled_case(force)
    for user in (force.investigator, overseer):
        keep_out(case, user, force.supervisor)

    access = open_in_emergency_for(case, opener)

    assert set(told(access)) == {force.supervisor, force.auditor}


def test_a_second_account_of_the_opener_is_not_told(force: Force, opener: User) -> None:
    case = handled_case(force)
    second = make_user(Role.AUDITOR, team=force.team, person=opener.person)

    assert second not in told(open_in_emergency_for(case, opener))


def test_a_notice_is_read_with_the_rights_of_that_moment(
    force: Force, opener: User, overseer: User
) -> None:
    """T32: a notice to somebody who may no longer know of the case is not there."""
    case = handled_case(force)
    access = open_in_emergency_for(case, opener)
    notice = access.notices.get(account=force.investigator)
    my_work = reverse("reviews:my-work")
    client = signed_in(force.investigator)
    assert "opened this case in an emergency" in client.get(my_work).content.decode()

    keep_out(case, force.investigator, force.supervisor)

    text = client.get(my_work).content.decode()
    assert "emergency" not in text
    assert case.reference not in text
    assert notices_of(force.investigator) == []
    with pytest.raises(NotFound):
        acknowledge(actor=force.investigator, notice_id=notice.pk, now=timezone.now())
    assert client.get(reverse("incidents:emergency", args=[access.pk])).status_code == 404


def test_taking_note_is_recorded_once(force: Force, opener: User, overseer: User) -> None:
    access = open_in_emergency_for(handled_case(force), opener)
    notice = access.notices.get(account=overseer)
    client = signed_in(overseer)

    for _ in range(2):
        client.post(reverse("incidents:acknowledge-emergency", args=[notice.pk]))

    notice.refresh_from_db()
    assert notice.acknowledged_by == overseer
    assert Event.objects.filter(name="incidents.emergency_acknowledged").count() == 1
    assert notices_of(overseer) == []


def test_a_notice_belongs_to_one_person(force: Force, opener: User, overseer: User) -> None:
    access = open_in_emergency_for(handled_case(force), opener)
    notice = access.notices.get(account=overseer)

    with pytest.raises(NotFound):
        acknowledge(actor=force.auditor, notice_id=notice.pk, now=timezone.now())


def test_a_deputy_takes_note_for_the_absent_but_not_of_their_own_act(force: Force) -> None:
    case = handled_case(force)
    deputy = make_user(Role.INVESTIGATOR, Role.SUPERVISOR)
    access = open_in_emergency_for(case, deputy)
    user = acting(set_cover_for(force.investigator, deputy))
    other = acting(set_cover_for(force.investigator, make_user(Role.INVESTIGATOR)))

    assert notices_of(user) == []
    (notice,) = notices_of(other)
    acknowledge(actor=other, notice_id=notice.pk, now=timezone.now())
    notice.refresh_from_db()
    assert notice.account == force.investigator
    assert notice.acknowledged_by == other
    assert EmergencyNotice.objects.filter(emergency=access).exists()


# Ending


def test_the_opener_and_who_gives_access_end_it(force: Force, opener: User) -> None:
    first = open_in_emergency_for(handled_case(force), opener)
    client = signed_in(opener)

    answer = client.post(reverse("incidents:end-emergency", args=[first.pk]), follow=True)

    assert "has ended" in answer.content.decode()
    first.refresh_from_db()
    assert first.ended_by == opener
    assert first.review_due_at == first.ended_at + 3 * DAY
    second = open_in_emergency_for(handled_case(force), opener)
    with pytest.raises(NotPermitted):
        end_emergency(actor=force.investigator, emergency_id=second.pk, now=timezone.now())
    end_emergency(actor=force.supervisor, emergency_id=second.pk, now=timezone.now())
    with pytest.raises(NotNow, match="over already"):
        end_emergency(actor=force.supervisor, emergency_id=second.pk, now=timezone.now())


# Reviewing


def review(actor: User, access: EmergencyAccess, **changes: str) -> EmergencyAccess:
    values = {"outcome": EmergencyOutcome.JUSTIFIED, "note": "The address was needed", **changes}
    return review_emergency(actor=actor, emergency_id=access.pk, now=timezone.now(), **values)


def test_a_review_says_whether_it_was_justified(force: Force, opener: User, overseer: User) -> None:
    access = open_in_emergency_for(handled_case(force), opener)
    with pytest.raises(NotNow, match="when it is over"):
        review(overseer, access)
    let_it_run_out(access)

    reviewed = review(overseer, access)

    assert (reviewed.outcome, reviewed.reviewed_by) == ("JUSTIFIED", overseer)
    assert not reviewed.is_late(timezone.now())
    with pytest.raises(NotNow, match="reviewed already"):
        review(force.auditor, access)
    event = Event.objects.get(name="incidents.emergency_reviewed")
    assert event.details["late"] is False
    assert "address" not in str(event.details)


def test_a_late_review_is_taken_and_counted(force: Force, opener: User, overseer: User) -> None:
    access = let_it_run_out(open_in_emergency_for(handled_case(force), opener), ago=4 * DAY)
    assert count_uses(overseer, now=timezone.now()).late == 1

    review(overseer, access, outcome=EmergencyOutcome.NOT_JUSTIFIED)

    counts = count_uses(overseer, now=timezone.now())
    assert (counts.late, counts.not_justified, counts.to_review) == (1, 1, 0)
    assert Event.objects.get(name="incidents.emergency_reviewed").details["late"] is True


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"outcome": "MAYBE"}, "outcome"), ({"note": "  "}, "note"), ({"note": "x" * 501}, "note")],
)
def test_a_review_needs_an_outcome_and_a_note(
    force: Force, opener: User, overseer: User, changes: dict[str, str], field: str
) -> None:
    access = let_it_run_out(open_in_emergency_for(handled_case(force), opener))

    with pytest.raises(Invalid) as refused:
        review(overseer, access, **changes)
    assert refused.value.field == field


def test_nobody_reviews_what_they_opened_by_any_account(force: Force) -> None:
    opener = make_user(Role.APPROPRIATE_AUTHORITY)
    access = let_it_run_out(open_in_emergency_for(handled_case(force), opener))
    second = make_user(Role.AUDITOR, team=force.team, person=opener.person)

    with pytest.raises(NotPermitted, match="opened the case yourself"):
        review(second, access)
    assert reviews_waiting_for(second, now=timezone.now()) == []


@pytest.mark.parametrize("way", ["deputy of opener", "opener is deputy"])
@pytest.mark.parametrize("still", [True, False])
def test_who_covers_for_the_opener_does_not_review(force: Force, way: str, *, still: bool) -> None:
    opener = make_user(Role.APPROPRIATE_AUTHORITY, team=force.other_team)
    judge = make_user(Role.APPROPRIATE_AUTHORITY, team=force.team)
    access = open_in_emergency_for(handled_case(force), opener)
    absent, deputy = (opener, judge) if way == "deputy of opener" else (judge, opener)
    cover = set_cover_for(absent, deputy)
    if not still:
        end_cover(actor=absent, delegation_id=cover.pk, now=timezone.now())
    end_emergency(actor=opener, emergency_id=access.pk, now=timezone.now())

    with pytest.raises(NotPermitted, match="cover for each other"):
        review(judge, access)


def test_nobody_reviews_in_somebody_s_place(force: Force, opener: User, overseer: User) -> None:
    access = let_it_run_out(open_in_emergency_for(handled_case(force), opener))
    user = acting(set_cover_for(overseer, make_user(Role.APPROPRIATE_AUTHORITY)))

    with pytest.raises(NotNow, match="Stop that first"):
        review(user, access)


def test_the_page_of_a_use_shows_what_was_done(force: Force, opener: User, overseer: User) -> None:
    case = handled_case(force)
    access = open_in_emergency_for(case, opener)
    signed_in(opener).get(reverse("incidents:footage", args=[case.pk]))
    client = signed_in(overseer)

    text = client.get(reverse("incidents:emergency", args=[access.pk])).content.decode()
    assert "Looked at the list of recordings" in text
    assert access.reason in text
    assert "It is reviewed when it is over" in text

    end_emergency(actor=overseer, emergency_id=access.pk, now=timezone.now())
    address = reverse("incidents:review-emergency", args=[access.pk])
    kept = client.post(address, {"outcome": "", "note": "I looked at everything"})
    assert kept.status_code == 400
    assert "I looked at everything" in kept.content.decode()
    done = client.post(address, {"outcome": "JUSTIFIED", "note": "Danger was real"}, follow=True)
    assert "Danger was real" in done.content.decode()


# Counting


def test_the_counts_hold_only_cases_that_the_reader_may_see(
    force: Force, opener: User, overseer: User
) -> None:
    """T22: uses on hidden cases change no number."""
    open_in_emergency_for(handled_case(force), opener)
    address = reverse("incidents:emergencies")
    client = signed_in(overseer)
    before = count_uses(overseer, now=timezone.now())
    page = plain(client.get(address).content)
    hidden = make_case(force, actor=force.stranger, team=force.other_team)
    open_in_emergency_for(hidden, make_user(Role.SUPERVISOR))
    kept_from_them = handled_case(force)
    keep_out(kept_from_them, overseer, force.supervisor)
    open_in_emergency_for(kept_from_them, opener)

    after = count_uses(overseer, now=timezone.now())

    assert after == before
    assert after.total == after.open_now == 1
    assert plain(client.get(address).content) == page


def test_people_and_months_are_counted(force: Force, overseer: User) -> None:
    first, second = make_user(Role.SUPERVISOR), make_user(Role.SUPERVISOR)
    for opener, count in ((first, 3), (second, 1)):
        for _ in range(count):
            let_it_run_out(open_in_emergency_for(make_case(force), opener))

    counts = count_uses(overseer, now=timezone.now())

    assert counts.by_person == [(first.display_name, 3, 0), (second.display_name, 1, 0)]
    assert sum(count for _, count, _ in counts.by_month) == 4
    assert counts.to_review == 4


def test_the_list_of_uses_asks_a_fixed_number_of_queries(
    force: Force, opener: User, overseer: User
) -> None:
    client = signed_in(overseer)
    address = reverse("incidents:emergencies")
    open_in_emergency_for(make_case(force), opener)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _ in range(5):
        let_it_run_out(open_in_emergency_for(make_case(force), make_user(Role.SUPERVISOR)))
    client.get(address)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(one) == len(many)


# On the case


def test_the_case_counts_down_to_who_opened_it_and_to_nobody_else(
    force: Force, opener: User
) -> None:
    case = handled_case(force)
    open_in_emergency_for(case, opener)
    page = reverse("incidents:case", args=[case.pk])

    assert "data-countdown" in signed_in(opener).get(page).content.decode()
    assert "data-countdown" not in signed_in(force.supervisor).get(page).content.decode()


# API


def test_the_whole_of_it_by_the_api(force: Force, opener: User, overseer: User) -> None:
    case = handled_case(force)
    caller, judge = Caller(opener), Caller(overseer)
    sent = {"reference": case.reference, "reason": "Danger"}

    made = caller.post("/emergencies", sent, key="k")
    again = caller.post("/emergencies", sent, key="k")

    assert (made.status, again.json["id"]) == (201, made.json["id"])
    path = made.headers["location"]
    assert caller.get(f"/complaints/{case.pk}").status == 200
    (notice,) = judge.get("/emergencies/notices").json["items"]
    assert notice["emergency"]["id"] == made.json["id"]
    assert judge.post(f"/emergencies/notices/{notice['id']}/acknowledge").status == 204
    assert judge.get("/emergencies/notices").json["items"] == []
    assert caller.post(f"{path}/end").status == 204
    assert caller.get(path).status == 404
    answer = judge.post(f"{path}/review", {"outcome": "JUSTIFIED", "note": "Seen"})
    assert answer.json["outcome"] == "JUSTIFIED"
    assert [row["id"] for row in judge.get("/emergencies").json["items"]] == [made.json["id"]]


def test_the_api_answers_hidden_and_absent_alike(force: Force, opener: User) -> None:
    caller = Caller(opener)
    hidden = make_case(force, is_restricted=True)

    answers = [
        caller.post("/emergencies", {"reference": reference, "reason": "Danger"})
        for reference in (hidden.reference, "CM-26-ZZZZZ")
    ]

    assert answers[0].content == answers[1].content
    assert [answer.status for answer in answers] == [400, 400]
