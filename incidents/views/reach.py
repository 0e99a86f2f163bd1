"""What one person can reach, and why."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.list_addresses import read_address
from accounts.roles import Permission
from audit.values import Subject
from incidents.events import REACH_VIEWED
from incidents.permissions import check_may
from incidents.selectors.reach import account_of, reach_of
from incidents.services.viewing import note_list_viewed


@require_GET
def reach(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Show which cases an account can reach and by which ways, of those the reader may see too."""
    now = timezone.now()
    check_may(request.user, Permission.SEE_REACH)
    after = read_address(request.GET, ("after",))["after"]
    found = reach_of(request.user, account_of(user_id), now=now, after=after)
    note_list_viewed(
        REACH_VIEWED,
        actor=request.user,
        subject=Subject("account", str(found.user.pk), found.user.username),
        now=now,
        details={"shown": [str(row.case.pk) for row in found.rows]},
    )
    address = reverse("incidents:reach", args=[user_id])
    older = f"{address}?{urlencode({'after': found.following})}" if found.following else ""
    context = {"reach": found, "older": older, "newest": address if after else ""}
    return render(request, "incidents/reach.html", context)
