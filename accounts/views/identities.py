"""What a person was called before, and which records are one human being: recorded and taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.forms.administration import ReasonForm
from accounts.forms.identities import LinkRecordsForm, RecordNameForm, RecordNumberForm
from accounts.permissions import check_may, check_not_oneself
from accounts.roles import Permission
from accounts.selectors.directory import get_person
from accounts.selectors.identities import words_of_row
from accounts.services import identities as acts
from accounts.views.administering import Act, run

_FOLLOWS = (
    "Exclusions follow the human being: what is known here keeps them out of their own cases."
)


def _person(request: HttpRequest, person_id: UUID) -> Any:
    check_may(request.user, Permission.MANAGE_PEOPLE)
    person = get_person(person_id)
    check_not_oneself(request.user, person)
    return person


def _act(person: Any, title: str, button: str, lead: str) -> Act:
    address = reverse("accounts:person", args=[person.pk])
    return Act(title, button, "people", address, person.title, lead=lead)


@require_http_methods(["GET", "POST"])
def record_number(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record a number that a person had before, or has in another force."""
    person = _person(request, person_id)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.record_number(
            actor=request.user, person_id=person_id, now=timezone.now(), **cleaned
        )

    title = f"Record another number of {person.title}"
    act = _act(person, title, "Record the number", _FOLLOWS)
    form = RecordNumberForm(request.POST or None)
    return run(
        request, act=act, form=form, perform=perform, done="The number is recorded", to=act.back
    )


@require_http_methods(["GET", "POST"])
def record_name(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record a name that a person had before, or goes by besides."""
    person = _person(request, person_id)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.record_name(
            actor=request.user, person_id=person_id, now=timezone.now(), **cleaned
        )

    title = f"Record another name of {person.title}"
    act = _act(person, title, "Record the name", _FOLLOWS)
    form = RecordNameForm(request.POST or None)
    return run(
        request, act=act, form=form, perform=perform, done="The name is recorded", to=act.back
    )


@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, person_id: UUID, part: str, row_id: UUID) -> HttpResponse:
    """Remove a number or a name that was recorded by mistake, with the reason."""
    person = _person(request, person_id)
    words = words_of_row(person, part, row_id)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.take_back(
            actor=request.user,
            person_id=person_id,
            part=part,
            row_id=row_id,
            now=timezone.now(),
            **cleaned,
        )

    act = _act(
        person,
        f"Take back the {words}",
        "Take it back",
        "For what was recorded by mistake only. Once it is gone, it keeps them out of nothing.",
    )
    form = ReasonForm(request.POST or None)
    return run(request, act=act, form=form, perform=perform, done="It is taken back", to=act.back)


@require_http_methods(["GET", "POST"])
def link_records(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record that another record is the same human being, with the reason."""
    person = _person(request, person_id)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.link_records(
            actor=request.user,
            person_id=person_id,
            other_id=cleaned["other"].pk,
            why=cleaned["why"],
            reason=cleaned["reason"],
            now=timezone.now(),
        )

    act = _act(
        person,
        f"Link another record to {person.title}",
        "Link the records",
        "From this moment both are one human being: what keeps one out keeps the other out.",
    )
    form = LinkRecordsForm(request.POST or None, person=person)
    return run(
        request, act=act, form=form, perform=perform, done="The records are linked", to=act.back,
        fields={"other": "who"},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def unlink_records(request: HttpRequest, person_id: UUID, link_id: UUID) -> HttpResponse:
    """End a link that was a mistake, with the reason."""
    person = _person(request, person_id)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.unlink_records(
            actor=request.user, person_id=person_id, link_id=link_id, now=timezone.now(), **cleaned
        )

    act = _act(
        person,
        f"End a link of {person.title}",
        "End the link",
        "The records are two human beings again, and what keeps one out no longer keeps the other "
        "out.",
    )
    form = ReasonForm(request.POST or None)
    return run(request, act=act, form=form, perform=perform, done="The link is ended", to=act.back)
