"""What the pages of an act share: load the case, take the form, act, say what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from bwcportal.errors import DomainError, Invalid, NotFound, NotPermitted, StaleVersion
from incidents.selectors.access_preview import is_open_to
from incidents.selectors.casebar import build_casebar
from incidents.services.opening import open_case


@dataclass(frozen=True)
class Act:
    """One act on a case as a page: its words, and the tab it belongs to."""

    title: str
    button: str
    lead: str = ""
    tab: str = "overview"
    template: str = "incidents/act.html"
    extra: dict[str, Any] = field(default_factory=dict)


def load(request: HttpRequest, case_id: UUID) -> Any:
    """Return the case if the person may know of it; raise NotFound, recorded, if not."""
    return open_case(actor=request.user, case_id=case_id, now=timezone.now())


def version_sent(request: HttpRequest) -> int:
    """Read the version that the form was made from. Raises Invalid when there is none."""
    text = request.POST.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid("Go back, reload the page and send the form again")
    return int(text)


def run(
    request: HttpRequest,
    *,
    case: Any,
    act: Act,
    form: forms.Form,
    perform: Callable[[dict[str, Any]], object],
    done: str,
    to: str = "incidents:case",
    fields: Mapping[str, str] = MappingProxyType({}),
) -> HttpResponse:
    """Show the form of an act, or act on what was sent and go back to the case.

    What was typed comes back with the reason: 400 for an answer to repair, 409 when the state
    does not allow the act, 412 when somebody changed the case meanwhile, beside its values now.
    `fields` names the form's field for a service's field that is called otherwise.
    Raises NotFound and NotPermitted.
    """
    if request.method != "POST":
        return show(request, case=case, act=act, form=form)
    if not form.is_valid():
        return show(request, case=case, act=act, form=form, status=400)
    try:
        perform(form.cleaned_data)
    except (NotFound, NotPermitted):
        raise
    except StaleVersion as error:
        return show(request, case=case, act=act, form=form, stale=error, status=412)
    except DomainError as error:
        name = fields.get(error.field, error.field)
        form.add_error(name if name in form.fields else None, error.message)
        return show(request, case=case, act=act, form=form, status=error.status)
    messages.success(request, done)
    # Whoever gives a case away, or ends their own access, may have closed it to themselves.
    if not is_open_to(request.user, case.pk):
        return redirect(reverse("incidents:case-list"))
    return redirect(reverse(to, kwargs={"case_id": case.pk}))


def show(
    request: HttpRequest,
    *,
    case: Any,
    act: Act,
    form: forms.Form,
    stale: StaleVersion | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the page of an act."""
    context = {
        "case": case,
        "casebar": build_casebar(user=request.user, case=case, current=act.tab),
        "act": act,
        "form": form,
        "stale": stale,
        "back": reverse(f"incidents:{'access' if act.tab == 'access' else 'case'}", args=[case.pk]),
        **act.extra,
    }
    return render(request, act.template, context, status=status)
