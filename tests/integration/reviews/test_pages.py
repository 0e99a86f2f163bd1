"""The pages of findings, sign-off and My work: who sees them, what they do, what they refuse."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import Event
from incidents.enums import CaseState
from incidents.models import Complaint
from reviews.models import Finding, SignOff, Submission
from tests.factories.cases import handled_case, make_case
from tests.factories.decisions import (
    add_clip,
    add_recording,
    decide,
    ready_case,
    reason,
    returned_case,
    signed_case,
    submit_case,
    submitted_case,
)
from tests.factories.people import Force, make_user
from tests.factories.proofs import in_form, signing
from tests.factories.sign_in import with_app

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def names(case: Complaint, outcome: str = "ALLOWED") -> list[str]:
    found = Event.objects.filter(case_id=case.pk, outcome=outcome).order_by("id")
    return list(found.values_list("name", flat=True))


def without_token(response: Any) -> str:
    """Leave out the anti-forgery token, whose mask differs on every page."""
    return re.sub(
        r'(X-CSRFToken": "|csrfmiddlewaretoken" value=")\w+', "", response.content.decode()
    )


def decide_answers(**changes: Any) -> dict[str, Any]:
    answers = {
        "version": "0",
        "decision": "SPA",
        "no_footage_reason": "NOT_SHOWN",
        "no_footage_link": "",
        "rationale": "None of it can be seen.",
    }
    return {**answers, **changes}


def finding_url(case: Complaint, number: int = 1) -> str:
    return reverse("reviews:finding", args=[case.pk, case.allegations.get(number=number).pk])


# --- hidden pages are not there ---------------------------------------------------------------


def test_every_page_of_a_hidden_case_is_the_same_404(force: Force) -> None:
    submission = returned_case(force)
    case, point = submission.complaint, submission.points.get(number=1)
    client = as_user(force.stranger)
    before = names(case)
    pages = [
        ("get", reverse("reviews:findings", args=[case.pk])),
        ("get", finding_url(case)),
        ("post", finding_url(case)),
        ("get", reverse("reviews:sign-off", args=[case.pk])),
        ("post", reverse("reviews:sign-off", args=[case.pk])),
        ("post", reverse("reviews:submit", args=[case.pk])),
        ("post", reverse("reviews:answer-point", args=[case.pk, point.pk])),
        ("get", reverse("reviews:version", args=[case.pk, 1])),
        ("get", reverse("reviews:before-submit", args=[case.pk])),
        ("get", reverse("reviews:allegation-decisions", args=[case.pk])),
    ]
    absent = client.get(reverse("reviews:findings", args=[uuid.uuid4()]))
    for method, url in pages:
        response = getattr(client, method)(url, decide_answers())
        assert response.status_code == 404, url
        assert without_token(response) == without_token(absent), url
    assert names(case) == before


def test_a_part_of_another_case_is_not_there(force: Force) -> None:
    case, other = handled_case(force), returned_case(force)
    client = as_user(force.investigator)
    stray = other.complaint.allegations.get(number=1).pk
    assert client.get(reverse("reviews:finding", args=[case.pk, stray])).status_code == 404
    point = other.points.get(number=1)
    url = reverse("reviews:answer-point", args=[case.pk, point.pk])
    assert client.post(url, {f"point-{point.pk}-answer": "Done."}).status_code == 404
    assert client.get(reverse("reviews:version", args=[case.pk, 1])).status_code == 404


# --- findings ---------------------------------------------------------------------------------


def test_the_findings_page_shows_the_matrix_and_is_recorded(force: Force) -> None:
    case = ready_case(force)
    response = as_user(force.supervisor).get(reverse("reviews:findings", args=[case.pk]))
    assert response.status_code == 200
    page = response.content.decode()
    assert "Reasons for allegation 1." in page
    assert names(case)[-1] == "reviews.findings_viewed"


def test_deciding_saves_and_goes_to_the_next(force: Force) -> None:
    case = handled_case(force)
    response = as_user(force.investigator).post(finding_url(case), decide_answers(next="1"))
    assert response.status_code == 302
    assert response["Location"] == finding_url(case, 2)
    assert Finding.objects.get().rationale == "None of it can be seen."
    assert names(case)[-1] == "reviews.allegation_decided"


def test_a_moment_is_cited_from_either_list(force: Force) -> None:
    case = handled_case(force)
    link = add_recording(case, wearer=force.officer, by=force.investigator)
    tied = add_clip(force, link, {1: "SUPPORTS"})
    other = add_clip(force, link, {2: "SUPPORTS"}, start_ms=90_000, end_ms=95_000)
    answers = decide_answers(cited=[str(tied.pk)], more_cited=[str(other.pk)], no_footage_reason="")
    response = as_user(force.investigator).post(finding_url(case), answers)
    assert response.status_code == 302
    assert set(Finding.objects.get().cited.all()) == {tied, other}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"decision": ""}, "Choose what you find"),
        ({"rationale": ""}, "Enter your reasons"),
        ({"no_footage_reason": ""}, "Choose at least one moment you rely on"),
        ({"decision": "UTD", "no_footage_reason": ""}, "Choose the reason for"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    force: Force, changes: dict[str, str], words: str
) -> None:
    case = handled_case(force)
    answers = decide_answers(rationale="Typed with care.", actions=["APOLOGY"]) | changes
    response = as_user(force.investigator).post(finding_url(case), answers)
    assert response.status_code == 400
    page = response.content.decode()
    assert page.count(words) == 2, "once in the summary, once at the field"
    assert answers["rationale"] in page
    assert not Finding.objects.exists()


def test_a_clash_shows_both_and_saves_knowingly(force: Force) -> None:
    case = handled_case(force)
    decide(force, case, rationale="Stored first.")
    client = as_user(force.investigator)
    answers = decide_answers(rationale="Typed second.")

    response = client.post(finding_url(case), answers)

    assert response.status_code == 412
    page = response.content.decode()
    assert "Stored first." in page
    assert "Typed second." in page
    assert Finding.objects.get().rationale == "Stored first."
    again = client.post(finding_url(case), answers | {"version": "1"})
    assert again.status_code == 302
    assert Finding.objects.get().rationale == "Typed second."


def test_who_may_not_decide_reads_and_is_refused(force: Force) -> None:
    case = handled_case(force)
    client = as_user(force.supervisor)
    page = client.get(finding_url(case))
    assert page.status_code == 200
    assert "Save decision" not in page.content.decode()
    assert client.post(finding_url(case), decide_answers()).status_code == 403
    assert client.post(finding_url(case), {}).status_code == 403
    assert "reviews.allegation_decided" not in names(case)


def test_deciding_is_refused_while_the_supervisor_reads(force: Force) -> None:
    case = submitted_case(force).complaint
    client = as_user(force.investigator)
    answers = decide_answers(version="1")
    assert client.post(finding_url(case), answers).status_code == 409
    assert "with the supervisor" in client.get(finding_url(case)).content.decode()


# --- submitting, answering --------------------------------------------------------------------


def test_submitting_from_the_page(force: Force) -> None:
    case = ready_case(force)
    client = as_user(force.investigator)
    page = client.get(reverse("reviews:sign-off", args=[case.pk])).content.decode()
    assert "Submit version 1" in page
    assert force.supervisor.display_name in page
    assert force.handler.display_name not in page.split("Who is to sign it?")[1]

    answers = {"version": case.version, "supervisor": str(force.supervisor.pk)}
    response = client.post(reverse("reviews:submit", args=[case.pk]), answers)

    assert response.status_code == 302
    assert Submission.objects.get().supervisor == force.supervisor
    assert names(case)[-1] == "reviews.submitted"


def test_submitting_without_a_supervisor_or_with_a_stale_page(force: Force) -> None:
    case = ready_case(force)
    client = as_user(force.investigator)
    url = reverse("reviews:submit", args=[case.pk])
    nobody = client.post(url, {"version": case.version})
    assert nobody.status_code == 400
    assert "Choose a supervisor" in nobody.content.decode()
    stale = client.post(url, {"version": 1, "supervisor": str(force.supervisor.pk)})
    assert stale.status_code == 412
    assert "The page shows the case as it is now" in stale.content.decode()
    assert not Submission.objects.exists()


def test_submitting_what_is_not_ready_or_not_yours(force: Force) -> None:
    case = handled_case(force)
    url = reverse("reviews:submit", args=[case.pk])
    answers = {"version": case.version, "supervisor": str(force.supervisor.pk)}
    assert as_user(force.investigator).post(url, answers).status_code == 409
    assert as_user(force.supervisor).post(url, answers).status_code == 403
    assert "reviews.submitted" not in names(case)


def test_answering_a_point(force: Force) -> None:
    submission = returned_case(force)
    case, point = submission.complaint, submission.points.get(number=1)
    client = as_user(force.investigator)
    page = client.get(reverse("reviews:sign-off", args=[case.pk])).content.decode()
    assert point.text in page
    url = reverse("reviews:answer-point", args=[case.pk, point.pk])
    field = f"point-{point.pk}-answer"

    empty = client.post(url, {field: " "})
    assert empty.status_code == 400
    assert empty.content.decode().count("Enter your answer") == 2
    assert client.post(url, {field: "All of it."}).status_code == 302

    point.refresh_from_db()
    assert point.answer == "All of it."
    assert as_user(force.supervisor).post(url, {field: "No."}).status_code == 403


# --- signing ----------------------------------------------------------------------------------


def judge(submission: Submission, **answers: Any) -> dict[str, Any]:
    return {"digest": submission.digest, "rows": "2", **answers}


def test_the_supervisor_signs_from_the_page(force: Force) -> None:
    with_app(force.supervisor)
    submission = submitted_case(force)
    case = submission.complaint
    url = reverse("reviews:sign-off", args=[case.pk])
    client = as_user(force.supervisor)
    page = client.get(url).content.decode()
    assert "Sign off version 1" in page
    assert "".join(page.split()).count(submission.digest) >= 1

    without = client.post(url, judge(submission, choice="sign"))
    assert without.status_code == 400
    assert "Enter why you sign without watching M1" in without.content.decode()
    answers = judge(submission, choice="sign", unwatched_reason="Read the transcript.")
    unproven = client.post(url, answers)
    assert unproven.status_code == 400
    assert "Enter the code, or use your passkey" in unproven.content.decode()
    shown = in_form(client, force.supervisor, signing(submission))
    assert client.post(url, answers | shown).status_code == 302

    assert SignOff.objects.get().signed_by == force.supervisor
    assert names(case)[-1] == "reviews.signed"
    assert "Signed" in client.get(url).content.decode()


def test_the_supervisor_returns_from_the_page(force: Force) -> None:
    submission = submitted_case(force)
    case = submission.complaint
    url = reverse("reviews:sign-off", args=[case.pk])
    client = as_user(force.supervisor)
    nothing = client.post(url, judge(submission, choice="return"))
    assert nothing.status_code == 400
    assert "Enter at least one point to answer" in nothing.content.decode()
    second = case.allegations.get(number=2).pk
    answers = judge(
        submission,
        choice="return",
        point_1="Why not?",
        about_1=f"allegation:{second}",
        point_2="Say more.",
        about_2=f"annotation:{case.annotations.get().pk}",
    )
    assert client.post(url, answers).status_code == 302
    points = submission.points.order_by("number")
    assert [(p.text, p.allegation_id, p.annotation_id) for p in points] == [
        ("Why not?", second, None),
        ("Say more.", None, case.annotations.get().pk),
    ]


def test_another_point_keeps_what_was_typed(force: Force) -> None:
    submission = submitted_case(force)
    url = reverse("reviews:sign-off", args=[submission.complaint_id])
    answers = judge(submission, choice="return", point_2="Typed already.", add_point="1")
    page = as_user(force.supervisor).post(url, answers)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Typed already." in text
    assert 'name="point_3"' in text
    assert not submission.points.exists()


def test_a_stale_digest_is_not_signed_and_keeps_the_reason(force: Force) -> None:
    submission = submitted_case(force)
    url = reverse("reviews:sign-off", args=[submission.complaint_id])
    answers = judge(submission, digest="0" * 64, choice="sign", unwatched_reason="Typed.")
    page = as_user(force.supervisor).post(url, answers)
    assert page.status_code == 412
    assert "Typed." in page.content.decode()
    assert not SignOff.objects.exists()


def test_changed_content_is_said_before_anybody_signs(force: Force) -> None:
    submission = submitted_case(force)
    Finding.objects.filter(allegation__number=1).update(rationale="Slipped in.")
    url = reverse("reviews:sign-off", args=[submission.complaint_id])
    client = as_user(force.supervisor)
    assert "It can no longer be signed" in client.get(url).content.decode()
    answers = judge(submission, choice="sign", unwatched_reason="Typed.")
    assert client.post(url, answers).status_code == 412


def test_whoever_took_part_or_lacks_the_role_does_not_judge(force: Force) -> None:
    submission = submitted_case(force)
    url = reverse("reviews:sign-off", args=[submission.complaint_id])
    took_part = make_user(Role.SUPERVISOR, team=force.team, person=force.handler.person)
    for user in (took_part, force.investigator, force.auditor):
        client = as_user(user)
        page = client.get(url)
        assert page.status_code == 200
        assert "Your decision" not in page.content.decode()
        assert client.post(url, judge(submission, choice="sign")).status_code == 403
    assert not SignOff.objects.exists()


def test_signing_what_no_longer_waits_is_refused(force: Force) -> None:
    signature = signed_case(force)
    deputy = as_user(make_user(Role.SUPERVISOR, team=force.team))
    url = reverse("reviews:sign-off", args=[signature.submission.complaint_id])
    answers = judge(signature.submission, choice="sign", unwatched_reason="Late.")
    assert deputy.post(url, answers).status_code == 409
    unsubmitted = handled_case(force)
    empty = reverse("reviews:sign-off", args=[unsubmitted.pk])
    assert deputy.post(empty, {"choice": "sign"}).status_code == 409


def test_a_version_is_read_as_it_was(force: Force) -> None:
    first = returned_case(force)
    case = first.complaint
    for point in first.points.all():
        url = reverse("reviews:answer-point", args=[case.pk, point.pk])
        as_user(force.investigator).post(url, {f"point-{point.pk}-answer": "Done."})
    decide(force, case, 2, rationale="Now with the policy named.", no_footage_reason=reason())
    submit_case(force, case)
    client = as_user(force.supervisor)

    old = client.get(reverse("reviews:version", args=[case.pk, 1])).content.decode()
    assert "Reasons for allegation 2." in old
    assert "policy named" not in old
    page = client.get(reverse("reviews:sign-off", args=[case.pk])).content.decode()
    assert "What changed since version 1" in page
    assert "<ins>Now with the policy named.</ins>" in page or "policy" in page
    assert "Point 1" in page


def test_a_voided_signature_is_said(force: Force) -> None:
    signature = signed_case(force)
    case = signature.submission.complaint
    Complaint.objects.filter(pk=case.pk).update(state=CaseState.LOCAL_INV)
    decide(force, case, 1, rationale="New evidence.")
    page = as_user(force.supervisor).get(reverse("reviews:sign-off", args=[case.pk]))
    assert "The signature is void" in page.content.decode()


# --- fragments --------------------------------------------------------------------------------


def test_the_fragments_of_the_overview(force: Force) -> None:
    client = as_user(force.investigator)
    for case, words in (
        (make_case(force), "Nobody has decided yet"),
        (handled_case(force), "2 of 2 left"),
        (ready_case(force), "Nothing missing"),
        (submitted_case(force).complaint, "Open the sign-off"),
        (returned_case(force).complaint, "returned the case"),
        (signed_case(force).submission.complaint, "Signed by"),
    ):
        page = client.get(reverse("reviews:before-submit", args=[case.pk]))
        assert page.status_code == 200
        assert words in page.content.decode(), words
        table = client.get(reverse("reviews:allegation-decisions", args=[case.pk]))
        assert "He pushed my arm up my back." in table.content.decode()
