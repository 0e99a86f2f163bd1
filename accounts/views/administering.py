"""What the pages of the administration share: the tabs, and taking a form to its act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.roles import Permission
from bwcportal.errors import DomainError, Invalid, NotFound, NotPermitted, StaleVersion

_TABS = (
    ("people", "People", "accounts:people", Permission.MANAGE_PEOPLE),
    ("teams", "Teams", "accounts:teams", Permission.MANAGE_TEAMS),
    ("units", "Units", "accounts:units", Permission.MANAGE_TEAMS),
    ("reference", "Reference data", "incidents:reference", Permission.MANAGE_REFERENCE),
    ("roles", "Roles", "accounts:roles", Permission.SEE_ROLES),
    ("matrix", "Access matrix", "accounts:access-matrix", Permission.SEE_ROLES),
)


@dataclass(frozen=True)
class Act:
    """One act of an administrator as a page: its words and where it belongs.

    `now` are the values of the thing at this moment, shown when somebody changed it meanwhile.
    """

    title: str
    button: str
    tab: str
    back: str
    back_words: str
    lead: str = ""
    version: int | None = None
    now: list[tuple[str, str]] = field(default_factory=list)
    template: str = "accounts/act.html"
    extra: dict[str, Any] = field(default_factory=dict)


def tabs(user: Any, current: str) -> list[tuple[str, str, bool]]:
    """List the parts of the administration that this person may open: (label, address, current)."""
    return [
        (label, reverse(name), key == current)
        for key, label, name, permission in _TABS
        if user.has_role_permission(permission)
    ]


def draw(
    request: HttpRequest, template: str, context: dict[str, Any], *, tab: str, status: int = 200
) -> HttpResponse:
    """Draw a page of the administration with its tabs."""
    return render(request, template, {"tabs": tabs(request.user, tab), **context}, status=status)


def run(
    request: HttpRequest,
    *,
    act: Act,
    form: forms.Form,
    perform: Callable[[dict[str, Any]], object],
    done: str,
    to: str | Callable[[Any], str],
    fields: Mapping[str, str] = MappingProxyType({}),
) -> HttpResponse:
    """Show the form of an act, or act on what was sent and go to an address.

    What was typed comes back with the reason: 400 for an answer to repair, 409 when the state
    does not allow the act, 412 when somebody changed it meanwhile, beside the values of now.
    `fields` names the form's field for a service's field that is called otherwise; `to` may make
    the address from what the act returned. Raises NotFound and NotPermitted.
    """
    if request.method != "POST":
        return _show(request, act, form)
    if not form.is_valid():
        return _show(request, act, form, status=400)
    try:
        result = perform(form.cleaned_data)
    except (NotFound, NotPermitted):
        raise
    except StaleVersion as error:
        return _show(request, act, form, stale=error, status=412)
    except DomainError as error:
        name = fields.get(error.field, error.field)
        form.add_error(name if name in form.fields else None, error.message)
        return _show(request, act, form, status=error.status)
    if done:
        messages.success(request, done)
    return redirect(to(result) if callable(to) else to)


def version_sent(request: HttpRequest) -> int:
    """Read the version that the form was made from. Raises Invalid when there is none."""
    text = request.POST.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid("Go back, reload the page and send the form again")
    return int(text)


def _show(
    request: HttpRequest,
    act: Act,
    form: forms.Form,
    *,
    stale: StaleVersion | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"act": act, "form": form, "stale": stale, **act.extra}
    return draw(request, act.template, context, tab=act.tab, status=status)
