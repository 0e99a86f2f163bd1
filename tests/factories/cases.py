"""Cases, made through the services that make them in use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import User
from incidents.enums import Channel, ComplainantKind, Handling
from incidents.models import AllegationCategory, Complaint
from incidents.services.handling import decide_handling
from incidents.services.logging import (
    NewAllegation,
    NewComplainant,
    NewComplaint,
    NewIncident,
    NewSubject,
    log_complaint,
)
from tests.factories.people import Force, make_unit

# A Monday morning in GMT; the incident was on the Friday evening before.
NOW = datetime(2026, 11, 9, 10, 0, tzinfo=UTC)
INCIDENT_AT = datetime(2026, 11, 6, 21, 38, tzinfo=UTC)


def category(code: str = "b-use-of-force") -> AllegationCategory:
    """Find a category that is in force at the moment of the tests."""
    return AllegationCategory.objects.current(code, on=NOW.date())


def new_complaint(force: Force, **changes: Any) -> NewComplaint:
    """Describe a complaint of two allegations against an officer and an unidentified one."""
    data = NewComplaint(
        channel=Channel.ONLINE,
        made_on=NOW.date(),
        title="Stop and search, Station Approach",
        original_words="Two officers stopped me. One held my arm behind my back.",
        summary="Stopped and searched on the way home; an arm was held.",
        incident=NewIncident(
            place="Station Approach",
            unit=make_unit(),
            starts_at=INCIDENT_AT,
            ends_at=INCIDENT_AT + timedelta(minutes=30),
        ),
        complainant=NewComplainant(
            kind=ComplainantKind.DIRECTLY_AFFECTED, name="Idris Kestle", email="ik@example.test"
        ),
        subjects=[NewSubject(person=force.officer), NewSubject(description="Tall, with a beard")],
        allegations=[
            NewAllegation(category("b-stop-search"), "He had no reason to stop me.", (0,)),
            NewAllegation(category("b-use-of-force"), "He pushed my arm up my back.", (0, 1)),
        ],
    )
    return replace(data, **changes)


def make_case(
    force: Force, *, actor: User | None = None, now: datetime = NOW, **changes: Any
) -> Complaint:
    """Log a complaint as the force's handler; `changes` are fields of NewComplaint."""
    return log_complaint(
        actor=actor or force.handler, data=new_complaint(force, **changes), now=now
    )


def handled_case(
    force: Force,
    *,
    handling: Handling = Handling.S3_LOCAL_NON_SPECIAL,
    investigator: User | None = None,
    now: datetime = NOW,
    **changes: Any,
) -> Complaint:
    """Log a complaint, decide its handling and give it to the force's investigator and supervisor."""
    case = make_case(force, now=now, **changes)
    return decide_handling(
        actor=force.handler,
        case_id=case.pk,
        version=case.version,
        handling=handling,
        investigator=investigator or force.investigator,
        supervisor=force.supervisor,
        now=now,
    )
