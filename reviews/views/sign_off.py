"""Submitting a case, answering its return, and signing it or sending it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.proving import Proving
from accounts.services.step_up import Proof, ProofNeeded, StepUpAct
from bwcportal.errors import DomainError, Invalid, NotFound, StaleVersion
from incidents.enums import HANDLING_STATES
from incidents.selectors.casebar import build_casebar
from incidents.services.opening import open_case
from incidents.services.viewing import note_viewed
from incidents.transitions import check_transition
from reviews.events import SIGN_OFF_VIEWED
from reviews.forms.findings import AnswerForm
from reviews.forms.sign_off import SIGN, JudgeForm, SubmitForm, rows_asked
from reviews.permissions import check_can_sign_off, check_can_submit
from reviews.policies import points_to_answer
from reviews.selectors.sign_off import (
    Preparation,
    SignOffPage,
    preparation,
    sign_off_page,
    task_items,
)
from reviews.selectors.versions import changes_between, in_words, versions_of
from reviews.services.submissions import answer_point, return_submission, sign, submit

PAGE = "reviews/sign_off.html"


@require_http_methods(["GET", "HEAD", "POST"])
def sign_off(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show where the case stands between investigator and supervisor; take the supervisor's decision."""
    context = _page(request, case_id)
    if request.method == "POST":
        return _judge(request, context)
    return render(request, PAGE, context)


@require_POST
def submit_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Submit the case to the supervisor chosen."""
    context = _page(request, case_id)
    check_can_submit(request.user)
    check_transition("submit", context["case"].state)
    form = SubmitForm(request.POST, supervisors=context["preparation"].supervisors)
    if not form.is_valid():
        return render(request, PAGE, context | {"submit_form": form}, status=400)
    try:
        submission = submit(
            actor=request.user,
            case_id=case_id,
            version=form.cleaned_data["version"],
            supervisor=form.chosen(),
            now=timezone.now(),
        )
    except Invalid as wrong:
        form.add_error(wrong.field or None, wrong.message)
        return render(request, PAGE, context | {"submit_form": form}, status=400)
    except StaleVersion as stale:
        return _stale(request, case_id, stale)
    name = submission.supervisor.display_name
    messages.success(request, f"Version {submission.number} submitted to {name}")
    return redirect("reviews:sign-off", case_id)


@require_POST
def answer(request: HttpRequest, case_id: UUID, point_id: UUID) -> HttpResponse:
    """Answer one point of a return."""
    context = _page(request, case_id)
    of_case = {point.pk for each in context["page"].versions for point in each.points.all()}
    if point_id not in of_case:
        raise NotFound
    form = AnswerForm(request.POST, prefix=f"point-{point_id}")
    if not form.is_valid():
        check_can_submit(request.user)
        answers = [
            (point, form if point.pk == point_id else other) for point, other in context["answers"]
        ]
        return render(request, PAGE, context | {"answers": answers, "wrong": form}, status=400)
    point = answer_point(
        actor=request.user,
        point_id=point_id,
        answer=form.cleaned_data["answer"],
        now=timezone.now(),
    )
    messages.success(request, f"Point {point.number} answered")
    return redirect("reviews:sign-off", case_id)


@require_safe
def version(request: HttpRequest, case_id: UUID, number: int) -> HttpResponse:
    """Show a submitted version exactly as it was, and what changed from the one before."""
    now = timezone.now()
    case = open_case(actor=request.user, case_id=case_id, now=now)
    versions = versions_of(case)
    submission = next((each for each in versions if each.number == number), None)
    if submission is None:
        raise NotFound
    note_viewed(
        SIGN_OFF_VIEWED,
        actor=request.user,
        case=case,
        now=now,
        details={"version": number},
    )
    before = next((each for each in versions if each.number == number - 1), None)
    context = {
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="sign-off"),
        "submission": submission,
        "words": in_words(submission),
        "before": before,
        "changes": changes_between(before.content, submission.content, list(before.points.all()))
        if before
        else [],
    }
    return render(request, "reviews/version.html", context)


def _page(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    now = timezone.now()
    case = open_case(actor=request.user, case_id=case_id, now=now)
    note_viewed(SIGN_OFF_VIEWED, actor=request.user, case=case, now=now)
    page = sign_off_page(user=request.user, case=case)
    handled = case.state in HANDLING_STATES
    left = preparation(user=request.user, case=case, now=now) if handled else None
    return {
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="sign-off"),
        "page": page,
        "preparation": left,
        "answers": [
            (point, AnswerForm(prefix=f"point-{point.pk}", initial={"answer": point.answer}))
            for point in points_to_answer(case)
        ],
        "left": task_items(case, left) if left else [],
        "submit_form": _submit_form(case, left, _suggested(case, left)) if left else None,
        "form": _judge_form(page),
        "proving": _proving(request, page),
        "now": now,
    }


def _judge(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    case, page = context["case"], context["page"]
    check_can_sign_off(request.user, case)
    if page.words is None:
        check_transition("sign", case.state)
        raise NotFound
    if "add_point" in request.POST:
        rows = rows_asked(request.POST) + 1
        form = JudgeForm(initial=_typed(request), version=page.words, rows=rows)
        return render(request, PAGE, context | {"form": form})
    form = JudgeForm(request.POST, version=page.words, rows=rows_asked(request.POST))
    if not form.is_valid():
        return render(request, PAGE, context | {"form": form}, status=400)
    proving, now = context["proving"], timezone.now()
    if form.cleaned_data["choice"] == SIGN and not proving.take(now=now):
        return render(request, PAGE, context | {"form": form}, status=proving.status)
    try:
        return _decided(request, page, form, proof=proving.proof, now=now)
    except ProofNeeded:
        proving.ask()
        return render(request, PAGE, context | {"form": form}, status=400)
    except Invalid as wrong:
        form.add_error(wrong.field if wrong.field in form.fields else "point_1", wrong.message)
        return render(request, PAGE, context | {"form": form}, status=400)
    except StaleVersion as stale:
        return _stale(request, case.pk, stale)


def _proving(request: HttpRequest, page: SignOffPage) -> Proving | None:
    """Ask for a second factor for exactly the digest that the page shows."""
    if page.words is None:
        return None
    submission = page.words.submission
    return Proving(request, StepUpAct.SIGN, submission.pk, submission.digest)


def _decided(
    request: HttpRequest,
    page: SignOffPage,
    form: JudgeForm,
    *,
    proof: Proof | None,
    now: datetime,
) -> HttpResponse:
    submission = page.words.submission
    typed = form.cleaned_data
    if typed["choice"] == SIGN:
        sign(
            actor=request.user,
            submission_id=submission.pk,
            digest=typed["digest"],
            unwatched_reason=typed["unwatched_reason"],
            proof=proof,
            now=now,
        )
        messages.success(request, f"Version {submission.number} signed")
        return redirect("reviews:sign-off", submission.complaint_id)
    if typed["digest"] != submission.digest:
        raise StaleVersion(
            "Another version was submitted after you opened this page. Read it first"
        )
    return_submission(
        actor=request.user,
        submission_id=submission.pk,
        points=form.points(),
        answer_by=typed["answer_by"],
        now=now,
    )
    messages.success(request, f"Version {submission.number} returned")
    return redirect("reviews:sign-off", submission.complaint_id)


def _stale(request: HttpRequest, case_id: UUID, stale: DomainError) -> HttpResponse:
    """Show the page as it is now, with what was typed kept and what happened said."""
    context = _page(request, case_id) | {"stale": stale}
    if context["page"].words is not None and "digest" in request.POST:
        typed = _typed(request) | {"digest": context["page"].words.submission.digest}
        context["form"] = JudgeForm(
            initial=typed, version=context["page"].words, rows=rows_asked(request.POST)
        )
    elif context["preparation"] is not None:
        chosen = request.POST.get("supervisor", "")
        context["submit_form"] = _submit_form(context["case"], context["preparation"], chosen)
    return render(request, PAGE, context, status=stale.status)


def _judge_form(page: SignOffPage) -> JudgeForm | None:
    if page.words is None or not page.is_waiting:
        return None
    return JudgeForm(initial={"digest": page.words.submission.digest}, version=page.words)


def _typed(request: HttpRequest) -> dict[str, Any]:
    day = [request.POST.get(f"answer_by_{part}", "") for part in ("day", "month", "year")]
    return {**request.POST.dict(), "answer_by": day}


def _submit_form(case: Any, left: Preparation, chosen: str) -> SubmitForm:
    initial = {"version": case.version, "supervisor": chosen}
    return SubmitForm(initial=initial, supervisors=left.supervisors)


def _suggested(case: Any, left: Preparation) -> str:
    """Offer the supervisor the case was given to, if that person still may sign."""
    wanted = {str(each.pk) for each in left.supervisors} & {str(case.supervisor_id)}
    return next(iter(wanted), "")
