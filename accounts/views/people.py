"""The people of the force, and one of them with accounts, roles and teams."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms.administration import ChangePersonForm, PersonForm
from accounts.list_addresses import one_of, read_address
from accounts.permissions import check_may, check_not_oneself
from accounts.roles import Permission, Role
from accounts.selectors import directory
from accounts.selectors import person as one
from accounts.selectors.identities import identity_of
from accounts.selectors.interests import lines_of, standing_of
from accounts.services import people as acts
from accounts.views.administering import Act, draw, run, tabs, version_sent


@require_GET
def administration(request: HttpRequest) -> HttpResponse:
    """Go to the first part of the administration that the person may open."""
    check_may(request.user, Permission.SEE_ROLES)
    return redirect(tabs(request.user, "")[0][1])


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List the people of the force by surname."""
    check_may(request.user, Permission.MANAGE_PEOPLE)
    asked = read_address(request.GET, ("q", "unit", "account", "role", "after"))
    filters = directory.PeopleFilters(
        text=asked["q"],
        unit=asked["unit"],
        account=one_of(asked["account"], dict(directory.ACCOUNT_CHOICES), name="account"),
        role=one_of(asked["role"], Role.values, name="role"),
    )
    page = directory.list_people(filters, now=timezone.now(), after=asked["after"])
    kept = {name: value for name, value in asked.items() if value and name != "after"}
    address = reverse("accounts:people")
    context = {
        "page": page,
        "filters": filters,
        "units": directory.all_units(),
        "account_choices": directory.ACCOUNT_CHOICES,
        "roles": Role.choices,
        "is_narrowed": bool(kept),
        "resets": one.waiting_resets(now=timezone.now()),
        "following": f"{address}?{urlencode({**kept, 'after': page.next_after})}"
        if page.next_after
        else "",
        "first": f"{address}?{urlencode(kept)}" if asked["after"] else "",
    }
    return draw(request, "accounts/people.html", context, tab="people")


@require_GET
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show one person: accounts, roles and teams now and before, and keys to the API."""
    check_may(request.user, Permission.MANAGE_PEOPLE)
    now = timezone.now()
    page = one.person_page(person_id, now=now)
    acts.note_person_viewed(actor=request.user, person=page.person, now=now)
    up, down = lines_of(page.person)
    context = {
        "page": page,
        "identity": identity_of(page.person),
        "reports_to": up,
        "reported_by": down,
        "interests": standing_of(page.person),
        "is_oneself": request.user.person_id in page.person.ids,
        "now": now,
    }
    return draw(request, "accounts/person.html", context, tab="people")


@require_http_methods(["GET", "POST"])
def add_person(request: HttpRequest) -> HttpResponse:
    """Add a person to the force."""
    check_may(request.user, Permission.MANAGE_PEOPLE)
    form = PersonForm(request.POST or None)

    def perform(cleaned: dict[str, Any]) -> object:
        return acts.add_person(
            actor=request.user, details=acts.PersonDetails(**cleaned), now=timezone.now()
        )

    act = Act(
        "Add a person",
        "Add the person",
        "people",
        reverse("accounts:people"),
        "people",
        lead="One human being has one record, whatever they do and however many accounts they "
        "have. Search first: exclusions follow the record.",
    )
    return run(
        request, act=act, form=form, perform=perform, done="The person is added",
        to=lambda added: reverse("accounts:person", args=[added.pk]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def change_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Change rank, number, names or unit of a person, with the reason."""
    check_may(request.user, Permission.MANAGE_PEOPLE)
    found = directory.get_person(person_id)
    check_not_oneself(request.user, found)
    form = ChangePersonForm(request.POST or None, initial=ChangePersonForm.showing(found))

    def perform(cleaned: dict[str, Any]) -> object:
        reason = cleaned.pop("reason")
        return acts.change_person(
            actor=request.user,
            person_id=person_id,
            version=version_sent(request),
            details=acts.PersonDetails(**cleaned),
            reason=reason,
            now=timezone.now(),
        )

    address = reverse("accounts:person", args=[person_id])
    act = Act(
        f"Change the record of {found.title}",
        "Save the change",
        "people",
        address,
        found.title,
        lead="Past events keep the name and number of their day. What changes is shown from now "
        "on.",
        version=found.version,
        now=[
            ("Name", f"{found.title}, {found.given_names}"),
            ("Unit", found.unit.name),
            ("Officer", "Yes" if found.is_officer else "No"),
        ],
    )
    return run(
        request, act=act, form=form, perform=perform, done="The record is changed", to=address
    )
