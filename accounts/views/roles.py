"""What each role may do, in words, and the access matrix as a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.list_addresses import one_of, read_address
from accounts.permissions import check_may
from accounts.roles import Permission, Role
from accounts.selectors.matrix import access_matrix, role_guide
from accounts.views.administering import draw


@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Explain each role: what it is for, what it may do and what it cannot be combined with."""
    check_may(request.user, Permission.SEE_ROLES)
    context = {
        "guide": role_guide(now=timezone.now()),
        "may_find": request.user.has_role_permission(Permission.MANAGE_PEOPLE),
    }
    return draw(request, "accounts/roles.html", context, tab="roles")


@require_GET
def matrix(request: HttpRequest) -> HttpResponse:
    """Show every address of the portal with the roles that may use it."""
    check_may(request.user, Permission.SEE_ROLES)
    asked = read_address(request.GET, ("role", "q"))
    role, text = one_of(asked["role"], Role.values, name="role"), asked["q"]
    parts = access_matrix(role=role, text=text)
    context = {
        "parts": parts,
        "role": role,
        "text": text,
        "roles": Role.choices,
        "how_many": sum(len(part.rows) for part in parts),
    }
    return draw(request, "accounts/matrix.html", context, tab="matrix")
