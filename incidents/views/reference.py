"""Reference data for administrators: the lists, a row with its versions, and amending it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.list_addresses import one_of, read_address
from accounts.roles import Permission
from accounts.views.administering import draw, version_sent
from bwcportal.errors import DomainError, Invalid, NotFound, NotNow, NotPermitted, StaleVersion
from incidents.forms.reference import AddForm, AmendForm
from incidents.permissions import check_may
from incidents.selectors import reference_pages as read
from incidents.services.adding import add_reference
from incidents.services.amending import amend_reference

TAB = "reference"


@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Show every list with how many of its rows in force rest on no source."""
    check_may(request.user, Permission.MANAGE_REFERENCE)
    found = read.all_lists(on=timezone.localdate())
    context = {
        "lists": found,
        "in_force": sum(each.in_force for each in found),
        "unconfirmed": sum(each.unconfirmed for each in found),
    }
    return draw(request, "incidents/reference.html", context, tab=TAB)


@require_GET
def unconfirmed(request: HttpRequest) -> HttpResponse:
    """Show every row in force that rests on no source, to be worked through."""
    check_may(request.user, Permission.MANAGE_REFERENCE)
    rows = read.all_unconfirmed(on=timezone.localdate())
    return draw(request, "incidents/reference_unconfirmed.html", {"rows": rows}, tab=TAB)


@require_GET
def rows(request: HttpRequest, list_name: str) -> HttpResponse:
    """Show the rows of one list, each with its source or marked unconfirmed."""
    check_may(request.user, Permission.MANAGE_REFERENCE)
    today = timezone.localdate()
    asked = read_address(request.GET, ("q", "only"))
    text = asked["q"]
    only = bool(one_of(asked["only"], ("unconfirmed",), name="filter"))
    context = {
        "name": list_name,
        "guide": read.guide_of(read.list_of(list_name)),
        "rows": read.rows_of(list_name, on=today, unconfirmed=only, text=text),
        "today": today,
        "text": text,
        "only": only,
    }
    return draw(request, "incidents/reference_list.html", context, tab=TAB)


@require_GET
def row(request: HttpRequest, list_name: str, code: str) -> HttpResponse:
    """Show one row with every version, who amended it and why."""
    check_may(request.user, Permission.MANAGE_REFERENCE)
    today = timezone.localdate()
    context = {"entry": read.entry_of(list_name, code, on=today), "today": today}
    return draw(request, "incidents/reference_row.html", context, tab=TAB)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, list_name: str) -> HttpResponse:
    """Ask for a new row of a list and add it; nothing that is there is changed."""
    check_may(request.user, Permission.MANAGE_REFERENCE)
    model = read.list_of(list_name)
    guide = read.guide_of(model)
    if guide.closed:
        raise NotNow(guide.closed, code="closed_list")
    form = AddForm(
        request.POST or None,
        model=model,
        today=timezone.localdate(),
        example=read.example_code(model),
    )
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                added = add_reference(
                    actor=request.user,
                    model=model,
                    code=form.cleaned_data["code"],
                    values=form.values(),
                    begins_on=form.cleaned_data["begins_on"],
                    reason=form.cleaned_data["reason"],
                    now=timezone.now(),
                )
            except Invalid as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, f"{added.label} is added")
                return redirect("incidents:reference-row", list_name=list_name, code=added.code)
    context = {"name": list_name, "guide": guide, "form": form}
    return draw(request, "incidents/reference_add.html", context, tab=TAB, status=status)


@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, list_name: str, code: str) -> HttpResponse:
    """Ask for the next version, show what it changes, and make it only when that was seen."""
    check_may(request.user, Permission.MANAGE_REFERENCE)
    today = timezone.localdate()
    entry = read.entry_of(list_name, code, on=today)
    form = AmendForm(request.POST or None, row=entry.open, today=today)
    if request.method != "POST":
        return _ask(request, entry, form)
    if not form.is_valid():
        return _ask(request, entry, form, status=400)
    try:
        if version_sent(request) != entry.open.version:
            raise StaleVersion
        if request.POST.get("seen", "") != form.fingerprint():
            return _show_effect(request, entry, form)
        amended = amend_reference(
            actor=request.user,
            model=type(entry.open),
            code=code,
            changes=form.changes(),
            begins_on=form.cleaned_data["begins_on"],
            reason=form.cleaned_data["reason"],
            version=version_sent(request),
            now=timezone.now(),
        )
    except (NotFound, NotPermitted):
        raise
    except StaleVersion as error:
        return _ask(request, entry, form, stale=error, status=412)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _ask(request, entry, form, status=error.status)
    messages.success(request, f"Version {amended.version} is made")
    return redirect("incidents:reference-row", list_name=list_name, code=code)


def _show_effect(request: HttpRequest, entry: read.Entry, form: AmendForm) -> HttpResponse:
    effect = read.preview(
        entry.open,
        form.changes(),
        begins_on=form.cleaned_data["begins_on"],
        today=timezone.localdate(),
    )
    was_seen = bool(request.POST.get("seen"))
    more = {"effect": effect, "seen": form.fingerprint(), "was_seen": was_seen}
    return _ask(request, entry, form, **more)


def _ask(
    request: HttpRequest,
    entry: read.Entry,
    form: AmendForm,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    context = {"entry": entry, "form": form, **more}
    return draw(request, "incidents/reference_amend.html", context, tab=TAB, status=status)
