"""The rows of the end of records as the API lists and reads them: only what a person may know of."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from retention.models import Certificate, Disposal, DisposalApproval, Hold


def holds_for(user: User) -> QuerySet[Hold]:
    """List the holds on the cases a person may know of."""
    return Hold.objects.visible_to(user).select_related(
        "complaint", "reason", "placed_by__person", "released_by__person"
    )


def disposals_to_read(user: User) -> QuerySet[Disposal]:
    """Find the disposals of the cases a person may know of, to open one."""
    rows: QuerySet[Disposal] = disposal_rows().visible_to(user)
    return rows


def disposal_rows() -> Any:
    """Read disposals in full, with rule, approvals and certificate; which ones is decided elsewhere."""
    approvals = DisposalApproval.objects.select_related("approver__person").order_by("pk")
    return Disposal.objects.select_related(
        "complaint", "rule", "certificate", "stopped_by__person"
    ).prefetch_related(Prefetch("approvals", queryset=approvals))


def disposals_to_list(user: User, *, state: str = "") -> list[QuerySet[Disposal]]:
    """Give the disposals of the cases a person may know of in branches, for a list."""
    wanted = Q(state=state) if state else Q()
    return [branch.filter(wanted) for branch in Disposal.objects.branches_for(user)]


def certificates_for(user: User) -> QuerySet[Certificate]:
    """Find the certificates of the destroyed cases a person may know of, to open one."""
    return Certificate.objects.visible_to(user).select_related("complaint")


def certificates_to_list(user: User) -> list[QuerySet[Certificate]]:
    """Give the certificates of the destroyed cases a person may know of in branches, for a list."""
    branches: list[QuerySet[Certificate]] = Certificate.objects.branches_for(user)
    return branches


def certificate_rows() -> QuerySet[Certificate]:
    """Read certificates in full; which ones is decided elsewhere."""
    return Certificate.objects.select_related("complaint")
