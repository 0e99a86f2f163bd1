"""What the review room's script sends and asks for: marks, viewings, addresses to play from."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.roles import Permission
from bwcportal.errors import StaleVersion
from incidents.permissions import check_may
from incidents.services.opening import open_case
from incidents.services.playback import playback_link
from reviews.selectors.room import describe_mark, describe_watched, read_link, read_mark, watched_of
from reviews.services.annotations import add_annotation, delete_annotation, edit_annotation
from reviews.services.viewings import record_viewing
from reviews.views import json_body


@require_POST
@json_body.answers_json
def add_mark(request: HttpRequest, case_id: UUID) -> JsonResponse:
    """Add a mark and answer with it as it was stored."""
    now = _opened(request, case_id, Permission.ANNOTATE)
    body = json_body.read_body(request)
    link = read_link(user=request.user, case_id=case_id, link_id=json_body.an_id(body, "link"))
    mark = add_annotation(actor=request.user, link_id=link.pk, **_content(body), now=now)
    return _mark_answer(request, case_id, mark.pk, status=201)


@require_POST
@json_body.answers_json
def change_mark(request: HttpRequest, case_id: UUID, annotation_id: UUID) -> JsonResponse:
    """Replace what a mark says. A stale version is answered with the mark as it is now."""
    now = _opened(request, case_id, Permission.ANNOTATE)
    read_mark(user=request.user, case_id=case_id, annotation_id=annotation_id)
    body = json_body.read_body(request)
    try:
        edit_annotation(
            actor=request.user,
            annotation_id=annotation_id,
            version=json_body.a_number(body, "version"),
            **_content(body),
            now=now,
        )
    except StaleVersion as error:
        current = read_mark(user=request.user, case_id=case_id, annotation_id=annotation_id)
        return json_body.refused(error, current=describe_mark(current, request.user))
    return _mark_answer(request, case_id, annotation_id)


@require_POST
@json_body.answers_json
def delete_mark(request: HttpRequest, case_id: UUID, annotation_id: UUID) -> JsonResponse:
    """Delete a draft mark."""
    now = _opened(request, case_id, Permission.ANNOTATE)
    read_mark(user=request.user, case_id=case_id, annotation_id=annotation_id)
    body = json_body.read_body(request)
    delete_annotation(
        actor=request.user,
        annotation_id=annotation_id,
        version=json_body.a_number(body, "version"),
        now=now,
    )
    return JsonResponse({"deleted": str(annotation_id)})


@require_POST
@json_body.answers_json
def add_viewing(request: HttpRequest, case_id: UUID) -> JsonResponse:
    """Record a stretch that was played and answer with all that was watched of the recording."""
    now = _opened(request, case_id, Permission.WATCH_FOOTAGE)
    body = json_body.read_body(request)
    link = read_link(user=request.user, case_id=case_id, link_id=json_body.an_id(body, "link"))
    record_viewing(
        actor=request.user,
        link_id=link.pk,
        from_ms=json_body.a_number(body, "from_ms"),
        to_ms=json_body.a_number(body, "to_ms"),
        rate_percent=json_body.a_number(body, "rate_percent"),
        with_sound=json_body.a_yes_or_no(body, "with_sound"),
        now=now,
    )
    return JsonResponse({"watched": describe_watched(watched_of(user=request.user, link=link))})


@require_POST
@json_body.answers_json
def open_recording(request: HttpRequest, case_id: UUID, link_id: UUID) -> JsonResponse:
    """Give the short-lived address of a recording, bound to this person and session."""
    now = _opened(request, case_id, Permission.WATCH_FOOTAGE)
    link = read_link(user=request.user, case_id=case_id, link_id=link_id)
    address = playback_link(
        actor=request.user,
        session_key=request.session.session_key or "",
        link=link,
        now=now,
    )
    return JsonResponse({"url": address, "seconds": settings.PLAYBACK_LINK_SECONDS})


def _opened(request: HttpRequest, case_id: UUID, permission: Permission) -> datetime:
    """Open the case for the person, who must have the permission; give the moment of the request."""
    now = timezone.now()
    open_case(actor=request.user, case_id=case_id, now=now)
    check_may(request.user, permission)
    return now


def _content(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": json_body.a_text(body, "kind"),
        "mark_type": json_body.a_number(body, "mark_type"),
        "start_ms": json_body.a_number(body, "start_ms"),
        "end_ms": json_body.a_number_or_none(body, "end_ms"),
        "observation": json_body.a_text(body, "observation"),
        "assessment": json_body.a_text(body, "assessment"),
        "bearings": json_body.bearings(body),
    }


def _mark_answer(
    request: HttpRequest, case_id: UUID, annotation_id: UUID, *, status: int = 200
) -> JsonResponse:
    mark = read_mark(user=request.user, case_id=case_id, annotation_id=annotation_id)
    return JsonResponse({"mark": describe_mark(mark, request.user)}, status=status)
