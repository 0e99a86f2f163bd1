"""The review room: the page. What its script sends goes to `room_data`."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from incidents.permissions import check_may
from incidents.selectors.emergencies import open_emergency_of
from incidents.services.opening import open_case
from incidents.services.viewing import note_viewed
from reviews.events import ROOM_VIEWED
from reviews.selectors.room import build_room, describe_room, describe_warning

# Stands for an id in an address that the page's script completes.
_ANY_ID = UUID(int=0)


@require_safe
def room(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the room. `?link=` and `&at=` (ms) choose the recording and the place it opens at."""
    now = timezone.now()
    case = open_case(actor=request.user, case_id=case_id, now=now)
    check_may(request.user, Permission.WATCH_FOOTAGE)
    note_viewed(ROOM_VIEWED, actor=request.user, case=case, now=now)
    found = build_room(user=request.user, case=case)
    context = {
        "room": found,
        "case": case,
        "data": describe_room(found, request.user) | {"urls": _addresses(case_id)},
        "warning": describe_warning(found.playable),
        "initials": _initials(request.user.person),
        "csrf": get_token(request),
        "emergency": open_emergency_of(request.user, case, now=now),
    }
    return render(request, "reviews/room.html", context)


def _addresses(case_id: UUID) -> dict[str, str]:
    return {
        "any_id": str(_ANY_ID),
        "marks": reverse("reviews:room-marks", args=[case_id]),
        "mark": reverse("reviews:room-mark", args=[case_id, _ANY_ID]),
        "mark_delete": reverse("reviews:room-mark-delete", args=[case_id, _ANY_ID]),
        "viewings": reverse("reviews:room-viewings", args=[case_id]),
        "recording": reverse("reviews:room-recording", args=[case_id, _ANY_ID]),
        "marks_page": reverse("reviews:marks", args=[case_id]),
        "sign_off": reverse("reviews:sign-off", args=[case_id]),
    }


def _initials(person: object) -> str:
    names = (getattr(person, "given_names", ""), getattr(person, "surname", ""))
    return "".join(name[:1] for name in names).upper()
