"""My work: the first page after signing in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from accounts.selectors.person import resets_to_decide
from audit.recorder import record_consultation
from audit.values import Subject
from incidents.events import CASE_LIST_VIEWED
from incidents.selectors.cover import covers_to_act_by
from reviews.selectors.my_work import my_work as read_my_work


@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person signed in, what vanishes first, then oldest deadline first."""
    now = timezone.now()
    record_consultation(
        CASE_LIST_VIEWED,
        actor=request.user.audit_actor(),
        subject=Subject("page", "my-work", "My work"),
        now=now,
    )
    context = {
        "work": read_my_work(user=request.user, now=now),
        "covers": [] if request.user.acting_for else covers_to_act_by(request.user, now=now),
        "resets": resets_to_decide(request.user, now=now),
        "may_log": request.user.has_role_permission(Permission.LOG_COMPLAINT),
        "may_search": request.user.has_role_permission(Permission.SEARCH_FOOTAGE),
        "sees_disposals": request.user.has_role_permission(Permission.APPROVE_DISPOSAL),
        "now": now,
    }
    return render(request, "reviews/my_work.html", context)
