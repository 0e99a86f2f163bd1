"""Moving a case to another team, restricting it and lifting that: who loses it is shown first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.proving import Proving
from accounts.roles import Permission
from accounts.services.step_up import ProofNeeded, StepUpAct
from bwcportal.errors import DomainError, NotFound, NotPermitted, StaleVersion
from incidents.forms.access import KeepingForm, TransferForm
from incidents.permissions import check_may, verdict
from incidents.selectors.access_preview import Preview, is_open_to, other_teams, preview_of
from incidents.selectors.casebar import build_casebar
from incidents.selectors.receiving import Receiving, receiving
from incidents.services import relocating
from incidents.views.acting import load, version_sent


@dataclass(frozen=True)
class Words:
    """What the page of one of these acts says."""

    title: str
    lead: str
    button: str
    done: str


@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Move the case to another team, once it has been shown who loses it, keeps it and gains it."""
    case = load(request, case_id)
    check_may(request.user, Permission.MANAGE_CASE)
    relocating.check_can_be_moved(case)
    now = timezone.now()
    form = TransferForm(request.POST or None, teams=other_teams(case))
    team = form.chosen()
    user: Any = request.user
    others = receiving(case, team, actor=user, now=now) if team else None
    preview = preview_of(case, now=now, team=team, said=others.said) if others else None
    if others is None or not others.needs_reason:
        del form.fields["conflict_reason"]
    words = Words(
        "Move the case to another team",
        f"It is with {case.team.name}. In the moment it moves, everybody who sees it only as a "
        "member of that team loses it.",
        f"Move the case to {team.name}" if team else "Show who loses and gains it",
        f"The case is with {team.name} now" if team else "",
    )

    def perform(keep: list[UUID]) -> object:
        return relocating.transfer_case(
            actor=request.user,
            case_id=case_id,
            version=version_sent(request),
            team=team,
            reason=form.cleaned_data["reason"],
            keep=keep,
            conflict_reason=form.cleaned_data.get("conflict_reason", ""),
            shown=form.cleaned_data["shown"],
            now=now,
        )

    return _run(request, case, form, preview, words, perform, kept=set(), others=others)


@require_http_methods(["GET", "POST"])
def restrict(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Restrict the case to named people, once it has been shown who loses it and who keeps it."""
    case = load(request, case_id)
    check_may(request.user, Permission.RESTRICT_CASE)
    relocating.check_can_be_restricted(case)
    now = timezone.now()
    proving = Proving(request, StepUpAct.RESTRICT, case.pk, case.version)
    words = Words(
        "Restrict the case",
        f"It opens from then on only to people with a grant to them by name. {case.team.name} loses "
        "it, apart from those you keep. To everybody else it looks as if there were no such case.",
        "Restrict the case",
        "The case is restricted",
    )

    def perform(keep: list[UUID]) -> object:
        return relocating.restrict_case(
            actor=request.user,
            case_id=case_id,
            version=version_sent(request),
            reason=form.cleaned_data["reason"],
            proof=proving.proof,
            keep=keep,
            shown=form.cleaned_data["shown"],
            now=now,
        )

    form = KeepingForm(request.POST or None)
    preview = preview_of(case, now=now, is_restricted=True)
    kept = {case.investigator_id, case.supervisor_id, request.user.pk}
    return _run(request, case, form, preview, words, perform, kept=kept, proving=proving)


@require_http_methods(["GET", "POST"])
def lift_restriction(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Open a restricted case to its team again, once it has been shown who gains it."""
    case = load(request, case_id)
    check_may(request.user, Permission.RESTRICT_CASE)
    relocating.check_can_be_opened(case)
    now = timezone.now()
    proving = Proving(request, StepUpAct.RESTRICT, case.pk, case.version)
    words = Words(
        "Lift the restriction",
        f"The case opens to {case.team.name} again, with everything in it, also its history. "
        "People with a grant keep it.",
        "Lift the restriction",
        f"The case is open to {case.team.name} again",
    )

    def perform(keep: list[UUID]) -> object:
        return relocating.lift_restriction(
            actor=request.user,
            case_id=case_id,
            version=version_sent(request),
            reason=form.cleaned_data["reason"],
            proof=proving.proof,
            shown=form.cleaned_data["shown"],
            now=now,
        )

    form = KeepingForm(request.POST or None)
    preview = preview_of(case, now=now, is_restricted=False)
    return _run(request, case, form, preview, words, perform, kept=set(), proving=proving)


def _run(
    request: HttpRequest,
    case: Any,
    form: KeepingForm,
    preview: Preview | None,
    words: Words,
    perform: Callable[[list[UUID]], object],
    *,
    kept: set[UUID],
    proving: Proving | None = None,
    others: Receiving | None = None,
) -> HttpResponse:
    """Show the form and who loses the case; act when the list sent back is the one that is true.

    `kept` are ticked to keep it while nobody has chosen otherwise.
    """
    if preview is not None:
        form.offer(preview, kept=kept)
    show = partial(_show, request, case, form, preview, words, proving=proving, others=others)
    if not form.is_bound:
        return show()
    # Asked for even when the rest has to be repaired, so that what was shown is not lost.
    is_shown = proving is None or proving.take(now=timezone.now())
    if not form.is_valid() or not is_shown:
        return show(status=400 if form.errors or proving is None else proving.status)
    if not form.seen():
        return show()
    try:
        perform([UUID(pk) for pk in form.cleaned_data.get("keep", [])])
    except ProofNeeded:
        if proving is None:
            raise
        proving.ask()
        return show(status=403)
    except (NotFound, NotPermitted):
        raise
    except StaleVersion as error:
        return show(stale=error, status=412)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return show(status=error.status)
    messages.success(request, words.done)
    if is_open_to(request.user, case.pk):
        return redirect(reverse("incidents:access", args=[case.pk]))
    return redirect(reverse("incidents:case-list"))


def _show(
    request: HttpRequest,
    case: Any,
    form: KeepingForm,
    preview: Preview | None,
    words: Words,
    *,
    proving: Proving | None,
    others: Receiving | None = None,
    stale: StaleVersion | None = None,
    status: int = 200,
) -> HttpResponse:
    user: Any = request.user
    context = {
        "proving": proving,
        "others": others,
        "may_keep_out": verdict(lambda: check_may(user, Permission.GRANT_ACCESS)).allowed,
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="access"),
        "form": form,
        "preview": preview,
        "words": words,
        "stale": stale,
        # What was ticked stays; before the list was seen, the parts in the case are ticked.
        "kept": form.data.getlist("keep") if form.seen() else form.initial.get("keep", []),
        "back": reverse("incidents:access", args=[case.pk]),
    }
    return render(request, "incidents/relocate.html", context, status=status)
