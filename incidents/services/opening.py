"""Opening a case: the first call of every page and endpoint that shows one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.models import User
from audit.recorder import Outcome, record_alone
from audit.values import Subject
from bwcportal.errors import NotFound
from incidents.events import ACCESS_REFUSED
from incidents.models import Complaint, FootageLink


def open_case(*, actor: User, case_id: UUID, now: datetime) -> Complaint:
    """Return the case with its incident, team and people if the actor may know of it.

    Otherwise records the refusal and raises NotFound. The same work is done for a hidden case
    and for one that does not exist, so that neither answer nor time tells them apart.
    """
    case = (
        Complaint.objects.visible_to(actor)
        .select_related(
            "incident__unit", "team", "investigator__person", "supervisor__person", "complainant"
        )
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        record_alone(
            ACCESS_REFUSED,
            actor=actor.audit_actor(),
            # The case's id, asked for, is in the event whether or not there is such a case.
            subject=Subject("complaint", str(case_id), "", case_id),
            now=now,
            outcome=Outcome.DENIED,
        )
        raise NotFound
    return case


def open_link(*, actor: User, link_id: UUID, now: datetime) -> FootageLink:
    """Return a recording's place in a case, with both, if the actor may know of the case.

    Otherwise records the refusal and raises NotFound, as `open_case` does.
    """
    link = (
        FootageLink.objects.visible_to(actor)
        .select_related("footage", "complaint")
        .filter(pk=link_id)
        .first()
    )
    if link is None:
        record_alone(
            ACCESS_REFUSED,
            actor=actor.audit_actor(),
            subject=Subject("footage", str(link_id), ""),
            now=now,
            outcome=Outcome.DENIED,
        )
        raise NotFound
    return link
