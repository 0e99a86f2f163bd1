"""Whom a person reports to, recorded and ended by an administrator."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.forms.lines import BeginLineForm, EndLineForm
from accounts.permissions import check_may, check_not_oneself
from accounts.roles import Permission
from accounts.selectors.directory import get_person
from accounts.selectors.interests import open_line_of
from accounts.services import lines
from accounts.views.administering import Act, run

_LEAD = (
    "Nobody is given a case who works, directly or indirectly, under the officer complained about. "
    "When a line changes, the cases given to people are looked at anew."
)


@require_http_methods(["GET", "POST"])
def begin_line(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record whom a person reports to."""
    person = _person(request, person_id)

    def perform(cleaned: dict[str, Any]) -> object:
        return lines.begin_line(
            actor=request.user,
            person_id=person_id,
            manager=cleaned["manager"],
            since=cleaned["since"],
            now=timezone.now(),
        )

    act = _act(person, f"Record whom {person.title} reports to", "Record the reporting line")
    form = BeginLineForm(request.POST or None, person=person)
    return run(
        request, act=act, form=form, perform=perform, done="The reporting line is recorded",
        to=act.back, fields={"manager": "who"},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def end_line(request: HttpRequest, person_id: UUID, line_id: UUID) -> HttpResponse:
    """End a reporting line."""
    person = _person(request, person_id)
    line = open_line_of(person, line_id)

    def perform(cleaned: dict[str, Any]) -> object:
        return lines.end_line(actor=request.user, line_id=line_id, now=timezone.now(), **cleaned)

    title = f"{person.title} reports to {line.manager.title} no more"
    act = _act(person, title, "End the reporting line")
    form = EndLineForm(request.POST or None)
    return run(
        request, act=act, form=form, perform=perform, done="The reporting line is ended",
        to=act.back,
    )  # fmt: skip


def _person(request: HttpRequest, person_id: UUID) -> Any:
    check_may(request.user, Permission.MANAGE_PEOPLE)
    person = get_person(person_id)
    check_not_oneself(request.user, person)
    return person


def _act(person: Any, title: str, button: str) -> Act:
    address = reverse("accounts:person", args=[person.pk])
    return Act(title, button, "people", address, person.title, lead=_LEAD)
