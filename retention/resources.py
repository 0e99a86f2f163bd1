"""The rows of the end of records as the API lists and reads them: only what a person may know of."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from retention.models import Certificate, Disposal, DisposalApproval, Hold


def holds_for(user: User) -> QuerySet[Hold]:
    """List the holds on the cases a person may know of."""
    return Hold.objects.visible_to(user).select_related(
        "complaint", "reason", "placed_by__person", "released_by__person"
    )


def disposals_to_read(user: User, *, state: str | None = None) -> QuerySet[Disposal]:
    """List the disposals of the cases a person may know of, with rule, approvals and certificate."""
    approvals = DisposalApproval.objects.select_related("approver__person").order_by("pk")
    rows = (
        Disposal.objects.visible_to(user)
        .select_related("complaint", "rule", "certificate", "stopped_by__person")
        .prefetch_related(Prefetch("approvals", queryset=approvals))
    )
    return rows.filter(state=state) if state else rows


def certificates_for(user: User) -> QuerySet[Certificate]:
    """List the certificates of the destroyed cases a person may know of."""
    return Certificate.objects.visible_to(user).select_related("complaint")
