"""Marks by typed time: the list of marks and the form, without the review room's script."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Permission
from bwcportal.errors import DomainError, Invalid, NotFound
from incidents.permissions import check_may
from incidents.selectors.casebar import build_casebar
from incidents.services.opening import open_case
from incidents.services.viewing import note_viewed
from reviews.events import ROOM_VIEWED
from reviews.forms.marks import FORM_FIELDS, MarkForm, initial_of
from reviews.selectors.room import Room, build_room, read_link, read_mark
from reviews.services.annotations import add_annotation, delete_annotation, edit_annotation


@require_http_methods(["GET", "POST"])
def marks(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """List the marks of a case, and add one by typed time."""
    room = _open_room(request, case_id)
    if request.method == "POST":
        check_may(request.user, Permission.ANNOTATE)
    form = MarkForm(request.POST if request.method == "POST" else None, room=room)
    if request.method == "POST" and form.is_valid():
        link = read_link(user=request.user, case_id=case_id, link_id=form.cleaned_data["link"])
        try:
            mark = add_annotation(
                actor=request.user, link_id=link.pk, **form.content(), now=timezone.now()
            )
        except DomainError as error:
            return _again(request, room, form, error)
        messages.success(request, f"{mark.label} is saved as your draft")
        return redirect("reviews:marks", case_id)
    return _page(request, room, form)


@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest, case_id: UUID, annotation_id: UUID) -> HttpResponse:
    """Change a draft mark by typed time."""
    room = _open_room(request, case_id)
    check_may(request.user, Permission.ANNOTATE)
    shown = read_mark(user=request.user, case_id=case_id, annotation_id=annotation_id)
    form = MarkForm(
        request.POST if request.method == "POST" else None, room=room, initial=initial_of(shown)
    )
    form.fields["link"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            changed = edit_annotation(
                actor=request.user,
                annotation_id=annotation_id,
                version=form.cleaned_data["version"] or 0,
                **form.content(),
                now=timezone.now(),
            )
        except DomainError as error:
            return _again(request, room, form, error, mark=shown)
        messages.success(request, f"{changed.label} is saved")
        return redirect("reviews:marks", case_id)
    return _page(request, room, form, mark=shown)


@require_POST
def remove(request: HttpRequest, case_id: UUID, annotation_id: UUID) -> HttpResponse:
    """Delete a draft mark and go back to the list."""
    now = timezone.now()
    open_case(actor=request.user, case_id=case_id, now=now)
    check_may(request.user, Permission.ANNOTATE)
    shown = read_mark(user=request.user, case_id=case_id, annotation_id=annotation_id)
    version = request.POST.get("version", "")
    if not version.isascii() or not version.isdigit():
        raise Invalid("Reload the list of marks and press Delete again", field="version")
    delete_annotation(
        actor=request.user, annotation_id=annotation_id, version=int(version), now=now
    )
    messages.success(request, f"{shown.label} is deleted")
    return redirect("reviews:marks", case_id)


def _open_room(request: HttpRequest, case_id: UUID) -> Room:
    now = timezone.now()
    case = open_case(actor=request.user, case_id=case_id, now=now)
    check_may(request.user, Permission.WATCH_FOOTAGE)
    note_viewed(ROOM_VIEWED, actor=request.user, case=case, now=now)
    return build_room(user=request.user, case=case)


def _again(
    request: HttpRequest, room: Room, form: MarkForm, error: DomainError, **context: Any
) -> HttpResponse:
    if isinstance(error, NotFound):
        raise error
    form.add_error(FORM_FIELDS.get(error.field, error.field) or None, error.message)
    return _page(request, room, form, **context, status=error.status)


def _page(
    request: HttpRequest, room: Room, form: MarkForm, *, status: int = 0, **context: Any
) -> HttpResponse:
    page = {
        "room": room,
        "case": room.case,
        "form": form,
        "form_title": "What the mark says" if "mark" in context else "Add a mark",
        "casebar": build_casebar(user=request.user, case=room.case, current="room"),
        **context,
    }
    return render(
        request, "reviews/marks.html", page, status=status or (400 if form.errors else 200)
    )
