"""Pages of the project itself: health and the component gallery."""

from __future__ import annotations

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bwcportal import gallery


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer that the process runs, without asking anything else."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer whether the database can be used (503 if not) and whether Redis can (a warning only).

    Losing Redis delays background work and stops nobody, so it does not take the server out.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = "ok"
    except Error:
        database = "unreachable"
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1).ping()
        broker = "ok"
    except redis.RedisError:
        broker = "unreachable"
    status = 200 if database == "ok" else 503
    return JsonResponse({"database": database, "broker": broker}, status=status)


@login_not_required
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show every component in every state. Not routed in production."""
    return render(request, "components.html", gallery.context(timezone.now()))
