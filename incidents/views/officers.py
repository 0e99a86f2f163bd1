"""The officers complained about on a case: adding one, saying who one is, ruling people out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from bwcportal.errors import DomainError, NotFound, NotPermitted
from incidents.forms.officers import AddOfficerForm, DescribeForm, IdentifyForm, RuleOutForm
from incidents.permissions import check_may
from incidents.selectors.casebar import build_casebar
from incidents.selectors.subjects import former_namings_of, matches_of, subject_in
from incidents.services import matching, subjects
from incidents.views.acting import Act, load, run, version_sent


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Add an officer complained about, by name or by description."""
    case = load(request, case_id)
    check_may(request.user, Permission.MANAGE_CASE)
    form = AddOfficerForm(request.POST or None, case=case)

    def perform(cleaned: dict[str, Any]) -> object:
        return subjects.add_subject(
            actor=request.user,
            case_id=case_id,
            version=version_sent(request),
            person=cleaned["person"],
            description=cleaned["description"],
            allegation_ids=[UUID(each) for each in cleaned["allegations"]],
            now=timezone.now(),
        )

    act = Act(
        "Add an officer complained about",
        "Add the officer",
        "An officer who is named is kept out of the case at once, by whichever account, and is told "
        "nothing. If the case was given to them, it needs somebody new.",
    )
    return run(request, case=case, act=act, form=form, perform=perform, done="The officer is added")


@require_http_methods(["GET", "POST"])
def identify(request: HttpRequest, case_id: UUID, subject_id: UUID) -> HttpResponse:
    """Say who an officer is, rule people out, or change the description: three forms, one page."""
    case = load(request, case_id)
    check_may(request.user, Permission.MANAGE_CASE)
    subject = subject_in(case, subject_id)
    if subject is None:
        raise NotFound
    found = matches_of(subject)
    what = request.POST.get("what", "")
    forms: dict[str, Any] = {
        "identify": IdentifyForm(request.POST if what == "identify" else None, matches=found),
        "rule_out": RuleOutForm(request.POST if what == "rule_out" else None, matches=found),
        "describe": DescribeForm(
            request.POST if what == "describe" else None,
            initial={"description": subject.description},
        ),
    }
    status = 200
    if request.method == "POST":
        form = forms.get(what)
        if form is None:
            raise NotFound
        done, status = _act(request, what, form, subject_id)
        if done:
            messages.success(request, done)
            return redirect("incidents:case", case_id=case_id)
    context = {
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current="overview"),
        "subject": subject,
        "matches": found,
        "named_before": former_namings_of(subject),
        "undecided": [each for each in found if each.state == "PROPOSED"],
        "forms": forms,
        "sent": forms.get(what),
    }
    return render(request, "incidents/officer.html", context, status=status)


def _act(request: HttpRequest, what: str, form: Any, subject_id: UUID) -> tuple[str, int]:
    """Do what one form asks; give what to say, or '' with the status of the answer."""
    if not form.is_valid():
        return "", 400
    cleaned = form.cleaned_data
    shared: dict[str, Any] = {
        "actor": request.user,
        "subject_id": subject_id,
        "now": timezone.now(),
    }
    try:
        if what == "identify":
            subjects.identify_subject(
                version=version_sent(request),
                person=cleaned["person"],
                reason=cleaned["reason"],
                **shared,
            )
            return f"{cleaned['person'].title} is named, and kept out from now on", 302
        if what == "rule_out":
            matching.reject_matches(
                person_ids=[UUID(each) for each in cleaned["people"]],
                reason=cleaned["not_reason"],
                **shared,
            )
            return "Ruled out. They are kept out no more, unless something else does", 302
        subjects.describe_subject(
            version=version_sent(request), description=cleaned["description"], **shared
        )
    except (NotFound, NotPermitted):
        raise
    except DomainError as error:
        name = "not_reason" if what == "rule_out" and error.field == "reason" else error.field
        form.add_error(name if name in form.fields else None, error.message)
        return "", error.status
    return "The description is changed", 302
