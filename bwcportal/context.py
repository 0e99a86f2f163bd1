"""What every template may use: the force's name and the navigation of the person signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.roles import Permission

_NAVIGATION = [
    ("My work", "reviews:my-work", None),
    ("Cases", "incidents:case-list", None),
    ("Log a complaint", "incidents:log-complaint", Permission.LOG_COMPLAINT),
    ("Disposal", "retention:disposal-list", Permission.SEE_DISPOSALS),
    ("Emergency access", "incidents:emergencies", Permission.REVIEW_EMERGENCY),
    ("Administration", "accounts:administration", Permission.MANAGE_PEOPLE),
]


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give every page the force's name and the navigation items the person's roles allow."""
    user = getattr(request, "user", None)
    items = []
    if user is not None and user.is_authenticated:
        for label, name, permission in _NAVIGATION:
            if name == "incidents:case-list" and user.opens_no_case:
                continue
            if permission is None or user.has_role_permission(permission):
                address = reverse(name)
                items.append({"label": label, "url": address, "current": False})
        _mark_current(items, request.path)
    return {
        "force_name": settings.FORCE_NAME,
        "is_demo": settings.ENVIRONMENT == "demo",
        "nav_items": items,
    }


def _mark_current(items: list[dict[str, Any]], path: str) -> None:
    """Mark the item whose address is the longest beginning of the path: a case is under Cases."""
    fitting = [item for item in items if path == item["url"] or _is_under(path, item["url"])]
    if fitting:
        max(fitting, key=lambda item: len(item["url"]))["current"] = True


def _is_under(path: str, address: str) -> bool:
    return address != "/" and path.startswith(address)
