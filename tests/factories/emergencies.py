"""Emergency access, opened through the service."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from incidents.models import Complaint, EmergencyAccess
from incidents.services import emergencies
from tests.factories.people import make_user


def open_in_emergency_for(
    case: Complaint, actor: User | None = None, *, now: datetime | None = None
) -> EmergencyAccess:
    """Open a case as a supervisor, by default one of no team."""
    # The service records refusals alone and so runs outside a transaction; what a test does not
    # refuse needs none of that.
    opened = emergencies.open_in_emergency(
        actor=actor or make_user(Role.SUPERVISOR),
        reference=case.reference,
        reason="The complainant is in danger tonight",
        now=now or timezone.now(),
    )
    return EmergencyAccess.objects.select_related("complaint", "account__person").get(pk=opened.pk)
