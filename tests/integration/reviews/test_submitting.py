"""Submitting, returning, answering and signing: what each needs, writes and refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.roles import Role, permissions_of
from audit.models import Event
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted, StaleVersion
from bwcportal.phrasing import london_day
from incidents.enums import CaseState, ContributionKind
from incidents.models import Complaint, Deadline, FootageItem
from incidents.services.moving import note_contribution
from incidents.transitions import BY_ACTION
from reviews.enums import AnnotationState, Bearing, SubmissionState
from reviews.models import Finding, SignOff, Submission
from reviews.policies import check_ready_to_submit, readiness
from reviews.services.submissions import NewPoint, answer_point
from tests.factories.cases import NOW, handled_case
from tests.factories.decisions import (
    HOUR,
    add_clip,
    add_recording,
    decide,
    preserve,
    ready_case,
    return_case,
    returned_case,
    sign_version,
    signed_case,
    submit_case,
    submitted_case,
    watch_all,
)
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def events(case: Complaint, *names: str) -> list[str]:
    wanted = Event.objects.filter(case_id=case.pk).order_by("id").values_list("name", flat=True)
    return [name for name in wanted if not names or name in names]


def answer_all(force: Force, submission: Submission) -> None:
    for point in submission.points.all():
        answer_point(
            actor=force.investigator, point_id=point.pk, answer="Done.", now=NOW + 4 * HOUR
        )


# --- the table: action x state x role ---------------------------------------------------------


def act(action: str, force: Force, submission: Submission, actor: object) -> object:
    if action == "submit":
        return submit_case(force, submission.complaint, actor=actor, supervisor=force.supervisor)
    if action == "return":
        return return_case(force, submission, actor=actor)
    return sign_version(submission, actor=actor, why="Away from my desk.")


def put_into(state: CaseState, action: str, submission: Submission) -> None:
    """Put a case into a state by hand, with its version waiting or not as the act would find it."""
    waiting = action != "submit"
    Submission.objects.filter(pk=submission.pk).update(
        state=SubmissionState.AWAITING if waiting else SubmissionState.RETURNED,
        closed_at=None if waiting else NOW,
    )
    Complaint.objects.filter(pk=submission.complaint_id).update(
        state=state, state_before_pause=CaseState.LOCAL_INV
    )


@pytest.mark.parametrize("action", ["submit", "return", "sign"])
@pytest.mark.parametrize("role", list(Role))
def test_who_may_do_it_is_the_table(force: Force, action: str, role: Role) -> None:
    transition = BY_ACTION[action]
    submission = submitted_case(force)
    put_into(
        CaseState.LOCAL_INV if action == "submit" else CaseState.SUPERVISOR_REVIEW,
        action,
        submission,
    )
    actor = make_user(role, team=force.team)
    if transition.permission in permissions_of({role}):
        act(action, force, submission, actor)
        case = Complaint.objects.get(pk=submission.complaint_id)
        assert case.state in transition.targets
        assert events(case)[-1] == transition.event
    else:
        with pytest.raises(NotPermitted):
            act(action, force, submission, actor)
        assert events(submission.complaint, transition.event) == (
            [] if action != "submit" else ["reviews.submitted"]
        )


@pytest.mark.parametrize("action", ["submit", "return", "sign"])
@pytest.mark.parametrize("state", [s for s in CaseState if s not in {"FINALISED", "DESTROYED"}])
def test_when_it_may_be_done_is_the_table(force: Force, action: str, state: CaseState) -> None:
    transition = BY_ACTION[action]
    submission = submitted_case(force)
    put_into(state, action, submission)
    actor = force.investigator if action == "submit" else force.supervisor
    if state in transition.sources:
        act(action, force, submission, actor)
        assert Complaint.objects.get(pk=submission.complaint_id).state in transition.targets
    else:
        with pytest.raises(NotNow) as refused:
            act(action, force, submission, actor)
        assert refused.value.code == "wrong_state"
        assert Complaint.objects.get(pk=submission.complaint_id).state == state


@pytest.mark.parametrize("action", ["submit", "return", "sign"])
def test_a_hidden_case_is_not_there(force: Force, action: str) -> None:
    submission = submitted_case(force)
    before = events(submission.complaint)
    with pytest.raises(NotFound):
        act(action, force, submission, force.stranger)
    assert events(submission.complaint) == before


# --- submitting -------------------------------------------------------------------------------


def test_submitting_freezes_the_content(force: Force) -> None:
    case = ready_case(force)
    submission = submit_case(force, case, version=case.version)

    case.refresh_from_db()
    assert case.state == CaseState.SUPERVISOR_REVIEW
    assert case.state_before_pause == CaseState.LOCAL_INV
    assert case.supervisor == force.supervisor
    assert (submission.number, submission.state) == (1, SubmissionState.AWAITING)
    assert len(submission.digest) == 64
    assert set(case.annotations.values_list("state", flat=True)) == {AnnotationState.SUBMITTED}
    assert case.contributions.filter(kind=ContributionKind.SUBMITTED).count() == 1
    assert events(case)[-1] == "reviews.submitted"


def test_a_case_with_nothing_done_lists_what_is_missing(force: Force) -> None:
    case = handled_case(force)
    missing = {item.code: item for item in check_ready_to_submit(case)}
    assert set(missing) == {"decide_allegations", "search_footage"}
    assert missing["decide_allegations"].count == "2 of 2 left"
    assert missing["decide_allegations"].detail == "Allegations 1 and 2 are not decided yet"
    with pytest.raises(NotNow) as refused:
        submit_case(force, case)
    assert refused.value.code == "not_ready"
    assert "decide every allegation" in refused.value.message
    assert not Submission.objects.exists()


def test_a_cited_recording_must_be_kept_and_a_mark_tied(force: Force) -> None:
    case = handled_case(force)
    link = add_recording(case, wearer=force.officer, by=force.investigator, preserved=False)
    mark = add_clip(force, link, {})
    decide(force, case, 1, cited_ids=[mark.pk], no_footage_reason=None)
    decide(force, case, 2)
    details = {item.code: item.detail for item in check_ready_to_submit(case)}
    assert details == {
        "tie_moments": "Moment M1 is not linked",
        "preserve_cited": "Recording F1 is not preserved yet",
    }
    preserve(link, by=force.investigator)
    assert "preserve_cited" not in {item.code for item in check_ready_to_submit(case)}


def test_a_cited_recording_that_is_lost_stops_nothing(force: Force) -> None:
    case = handled_case(force)
    link = add_recording(case, wearer=force.officer, by=force.investigator, preserved=False)
    mark = add_clip(force, link, {1: Bearing.SUPPORTS})
    decide(force, case, 1, cited_ids=[mark.pk], no_footage_reason=None)
    decide(force, case, 2)
    FootageItem.objects.update(status="LOST", lost_noticed_at=NOW)
    assert check_ready_to_submit(case) == []


def test_a_decision_that_no_longer_fits_the_handling_is_missing(force: Force) -> None:
    case = ready_case(force)
    case.handling = "OUTSIDE_S3"
    (missing,) = check_ready_to_submit(case)
    assert missing.code == "decide_allegations"
    assert missing.count == "2 of 2 left"


def test_what_is_done_stays_listed(force: Force) -> None:
    done = {item.code: item.count for item in readiness(ready_case(force))}
    assert done == {
        "decide_allegations": "2 of 2",
        "search_footage": "1 of 1",
        "tie_moments": "1 of 1",
        "preserve_cited": "1 of 1",
    }


def test_the_supervisor_must_have_taken_no_part(force: Force) -> None:
    case = ready_case(force)
    note_contribution(case, actor=force.supervisor, kind=ContributionKind.SEARCHED, now=NOW)
    with pytest.raises(Invalid) as refused:
        submit_case(force, case)
    assert refused.value.field == "supervisor"
    assert "searched for its footage" in refused.value.message


def test_the_supervisor_must_be_one_who_can_see_and_sign(force: Force) -> None:
    case = ready_case(force)
    for chosen in (None, force.auditor, force.investigator, make_user(Role.SUPERVISOR)):
        with pytest.raises(Invalid) as refused:
            submit_case(force, case, supervisor=chosen)
        assert refused.value.field == "supervisor"


def test_a_part_follows_the_person_not_the_account(force: Force) -> None:
    case = ready_case(force)
    second = make_user(Role.SUPERVISOR, team=force.team, person=force.investigator.person)
    with pytest.raises(Invalid) as refused:
        submit_case(force, case, supervisor=second)
    assert refused.value.code == "own_submission"
    with pytest.raises(Invalid) as refused:
        submit_case(
            force,
            case,
            actor=make_user(Role.INVESTIGATOR, team=force.team),
            supervisor=second,
        )
    assert refused.value.code == "took_part"


def test_a_stale_version_is_not_submitted(force: Force) -> None:
    case = ready_case(force)
    with pytest.raises(StaleVersion):
        submit_case(force, case, version=case.version - 1)


# --- returning and answering ------------------------------------------------------------------


def test_a_return_leads_back_and_opens_the_marks(force: Force) -> None:
    submission = returned_case(force)
    case = Complaint.objects.get(pk=submission.complaint_id)
    assert case.state == CaseState.LOCAL_INV
    assert submission.state == SubmissionState.RETURNED
    assert [point.number for point in submission.points.order_by("number")] == [1, 2]
    assert set(case.annotations.values_list("state", flat=True)) == {AnnotationState.DRAFT}
    clock = Deadline.objects.get(complaint=case, rule__code="ANSWER_RETURN", met_on=None)
    assert submission.answer_by == clock.due_on
    assert not case.contributions.filter(person=force.supervisor.person).exists()
    (event,) = Event.objects.filter(case_id=case.pk, name="reviews.returned")
    assert event.details["points"] == 2
    assert "policy" not in str(event.details)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points": []}, "points"),
        ({"points": [NewPoint("  ")]}, "points"),
        ({"answer_by": london_day(NOW) - timedelta(days=1)}, "answer_by"),
    ],
)
def test_a_return_that_asks_nothing_is_refused(
    force: Force, changes: dict[str, object], field: str
) -> None:
    submission = submitted_case(force)
    with pytest.raises(Invalid) as refused:
        return_case(force, submission, **changes)
    assert refused.value.field == field
    assert events(submission.complaint, "reviews.returned") == []


def test_a_point_ties_to_this_case_only(force: Force) -> None:
    submission = submitted_case(force)
    other = ready_case(force)
    for stray in (
        NewPoint("Why?", allegation_id=other.allegations.get(number=1).pk),
        NewPoint("Why?", annotation_id=other.annotations.get().pk),
    ):
        with pytest.raises(Invalid):
            return_case(force, submission, points=[stray])


def test_points_are_answered_before_the_next_version(force: Force) -> None:
    first = returned_case(force)
    case = first.complaint
    (missing,) = check_ready_to_submit(case)
    assert (missing.code, missing.count) == ("answer_points", "2 of 2 left")
    with pytest.raises(NotNow):
        submit_case(force, case, now=NOW + 5 * HOUR)

    answer_all(force, first)
    second = submit_case(force, case, now=NOW + 5 * HOUR)

    assert second.number == 2
    assert second.digest == first.digest
    clock = Deadline.objects.get(complaint=case, rule__code="ANSWER_RETURN")
    assert clock.met_on == london_day(NOW + 5 * HOUR)


def test_an_answer_is_final_once_submitted(force: Force) -> None:
    first = returned_case(force)
    answer_all(force, first)
    point = first.points.get(number=1)
    changed = answer_point(
        actor=force.investigator, point_id=point.pk, answer=" Better. ", now=NOW + 5 * HOUR
    )
    assert changed.answer == "Better."
    submit_case(force, first.complaint, now=NOW + 6 * HOUR)
    with pytest.raises(NotNow):
        answer_point(
            actor=force.investigator, point_id=point.pk, answer="Late.", now=NOW + 7 * HOUR
        )
    assert events(first.complaint, "reviews.point_answered") == ["reviews.point_answered"] * 3


def test_answers_are_refused_to_those_who_may_not(force: Force) -> None:
    point = returned_case(force).points.get(number=1)
    with pytest.raises(NotFound):
        answer_point(actor=force.stranger, point_id=point.pk, answer="No.", now=NOW)
    with pytest.raises(NotPermitted):
        answer_point(actor=force.supervisor, point_id=point.pk, answer="No.", now=NOW)
    with pytest.raises(Invalid):
        answer_point(actor=force.investigator, point_id=point.pk, answer=" ", now=NOW)


# --- signing ----------------------------------------------------------------------------------


def test_a_signature_binds_the_digest_and_starts_the_clocks(force: Force) -> None:
    signature = signed_case(force)
    case = Complaint.objects.get(pk=signature.submission.complaint_id)
    assert case.state == CaseState.AA_DECISION
    assert case.signed_at == signature.signed_at
    assert signature.digest == signature.submission.digest
    assert (signature.unwatched, signature.unwatched_reason) == ([], "")
    running = Deadline.objects.filter(complaint=case, met_on=None, cancelled_on=None)
    assert {"OUTCOME_NOTIFY", "REVIEW_RIGHT_NOTIFY"} <= set(
        running.values_list("rule__code", flat=True)
    )
    assert events(case, "reviews.signed") == ["reviews.signed"]


def test_signing_without_watching_asks_why_and_signs_the_reason(force: Force) -> None:
    submission = submitted_case(force)
    with pytest.raises(Invalid) as refused:
        sign_version(submission, actor=force.supervisor)
    assert refused.value.field == "unwatched_reason"
    assert refused.value.message == "Enter why you sign without watching M1"

    signature = sign_version(submission, actor=force.supervisor, why="I attended the incident.")

    assert signature.unwatched == ["M1"]
    assert signature.unwatched_reason == "I attended the incident."
    (event,) = Event.objects.filter(name="reviews.signed")
    assert event.details["unwatched"] == ["M1"]
    assert "attended" not in str(event.details)


def test_whoever_took_part_does_not_sign_nor_return(force: Force) -> None:
    submission = submitted_case(force)
    second = make_user(Role.SUPERVISOR, team=force.team, person=force.handler.person)
    for attempt in (
        lambda: sign_version(submission, actor=second, why="Because."),
        lambda: return_case(force, submission, actor=second),
    ):
        with pytest.raises(NotPermitted) as refused:
            attempt()
        assert refused.value.code == "took_part"
    assert not SignOff.objects.exists()


@pytest.mark.parametrize("kind", list(ContributionKind))
def test_every_kind_of_part_counts(force: Force, kind: ContributionKind) -> None:
    submission = submitted_case(force)
    note_contribution(submission.complaint, actor=force.supervisor, kind=kind, now=NOW)
    with pytest.raises(NotPermitted):
        sign_version(submission, actor=force.supervisor, why="Because.")


def test_another_supervisor_of_the_team_may_stand_in(force: Force) -> None:
    submission = submitted_case(force)
    deputy = make_user(Role.SUPERVISOR, team=force.team)
    assert sign_version(submission, actor=deputy, why="For DI Vasey.").signed_by == deputy


def test_another_digest_is_refused(force: Force) -> None:
    submission = submitted_case(force)
    submission.digest = "0" * 64
    with pytest.raises(StaleVersion):
        sign_version(submission, actor=force.supervisor, why="Because.")
    assert not SignOff.objects.exists()


def test_content_that_changed_after_submission_is_not_signed(force: Force) -> None:
    submission = submitted_case(force)
    Finding.objects.filter(allegation__number=1).update(rationale="Slipped in.")
    with pytest.raises(StaleVersion) as refused:
        sign_version(submission, actor=force.supervisor, why="Because.")
    assert refused.value.code == "content_changed"
    assert return_case(force, submission).state == SubmissionState.RETURNED


def test_a_second_press_gives_the_same_signature(force: Force) -> None:
    first = signed_case(force)
    again = sign_version(first.submission, actor=force.supervisor)
    assert again.pk == first.pk
    assert SignOff.objects.count() == 1
    assert events(first.submission.complaint, "reviews.signed") == ["reviews.signed"]


def test_a_second_supervisor_comes_too_late(force: Force) -> None:
    first = signed_case(force)
    deputy = make_user(Role.SUPERVISOR, team=force.team)
    with pytest.raises(NotNow):
        sign_version(first.submission, actor=deputy, why="Because.")
    with pytest.raises(NotNow):
        return_case(force, first.submission, actor=deputy)


# --- voiding ----------------------------------------------------------------------------------


def reopened(case: Complaint) -> Complaint:
    Complaint.objects.filter(pk=case.pk).update(state=CaseState.LOCAL_INV)
    return Complaint.objects.get(pk=case.pk)


def test_a_changed_decision_voids_the_signature_visibly(force: Force) -> None:
    signature = signed_case(force)
    case = reopened(signature.submission.complaint)
    decide(force, case, 1, rationale="New evidence.", now=NOW + 9 * HOUR)
    signature = SignOff.objects.select_related("submission").get()
    assert signature.voided_at == NOW + 9 * HOUR
    assert signature.submission.state == SubmissionState.VOIDED
    assert events(case)[-1] == "reviews.signature_voided"


def test_a_new_mark_voids_the_signature(force: Force) -> None:
    signature = signed_case(force)
    case = reopened(signature.submission.complaint)
    add_clip(force, case.footage_links.get(), {1: Bearing.UNCLEAR}, now=NOW + 9 * HOUR)
    signature.refresh_from_db()
    assert signature.voided_at == NOW + 9 * HOUR


def test_the_same_answer_again_leaves_the_signature(force: Force) -> None:
    signature = signed_case(force)
    case = reopened(signature.submission.complaint)
    mark = case.annotations.get()
    decide(force, case, 1, cited_ids=[mark.pk], no_footage_reason=None)
    signature.refresh_from_db()
    assert signature.voided_at is None


def test_a_signature_that_stands_lets_the_same_content_be_submitted_again(force: Force) -> None:
    signature = signed_case(force)
    case = reopened(signature.submission.complaint)
    second = submit_case(force, case, now=NOW + 9 * HOUR)
    watch_all(force.supervisor, case)
    again = sign_version(second, actor=force.supervisor, now=NOW + 10 * HOUR)
    assert (again.pk == signature.pk, again.digest == signature.digest) == (False, True)
