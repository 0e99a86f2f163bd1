"""Cases at the end of their way, reached through the services, years ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from incidents.models import Complaint
from incidents.services.handling import withdraw
from incidents.services.logging import NewIncident
from retention.models import Disposal
from retention.services.disposing import propose_due
from retention.services.finalising import finalise
from tests.factories.cases import handled_case
from tests.factories.people import Force, make_unit
from tests.factories.proven import approve

LONG_AGO = datetime(2020, 3, 2, 10, 0, tzinfo=UTC)


def finalised_case(force: Force, *, now: datetime = LONG_AGO, **changes: Any) -> Complaint:
    """A case that was withdrawn and finalised; from 2020 it was due on 2 March 2026."""
    incident = NewIncident(
        place="Station Approach",
        unit=make_unit(),
        starts_at=now - timedelta(days=3),
        ends_at=now - timedelta(days=3) + timedelta(minutes=30),
    )
    case = handled_case(force, now=now, made_on=now.date(), incident=incident, **changes)
    case = withdraw(
        actor=force.investigator,
        case_id=case.pk,
        version=case.version,
        reason="Signed notice received",
        now=now,
    )
    return finalise(actor=force.supervisor, case_id=case.pk, version=case.version, now=now)


def proposed_disposal(force: Force, *, now: datetime, **changes: Any) -> Disposal:
    """A case from 2020 that the job has proposed for disposal."""
    case = finalised_case(force, **changes)
    propose_due(now=now)
    return case.disposals.get()


def approved_disposal(force: Force, *, now: datetime, **changes: Any) -> Disposal:
    """A proposed disposal that two different people have approved."""
    disposal = proposed_disposal(force, now=now, **changes)
    for officer in (force.retention_officer, force.second_retention_officer):
        disposal = approve(actor=officer, disposal_id=disposal.pk, reason="No use left", now=now)
    return disposal
