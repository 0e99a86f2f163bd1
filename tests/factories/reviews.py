"""Recordings in a case and marks on them, for the tests of judging."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from incidents.models import Complaint, FootageItem, FootageLink
from reviews.models import Annotation
from reviews.services.annotations import add_annotation
from tests.factories.cases import INCIDENT_AT, NOW
from tests.factories.people import Force

_numbers = count(1)


def make_link(case: Complaint, force: Force, *, number: int = 0, **changes: Any) -> FootageLink:
    """Put a recording of 40 s, with 10 s of buffer, into a case; `changes` are fields of FootageItem.

    The rows are written as the evidence system's answer leaves them: what these tests judge
    begins where footage has been attached.
    """
    n = next(_numbers)
    values: dict[str, Any] = {
        "source": "folder",
        "external_id": f"test-{n}",
        "camera_serial": f"X6-{n:05d}",
        "wearer": force.officer,
        "recorded_on": INCIDENT_AT + timedelta(seconds=10),
        "buffer_ms": 10_000,
        "duration_ms": 40_000,
        "frame_rate_numerator": 25,
        "size_bytes": 1_000_000,
        "width": 640,
        "height": 360,
    }
    footage = FootageItem.objects.create(**values | changes)
    return FootageLink.objects.create(
        complaint=case,
        footage=footage,
        number=number or case.footage_links.count() + 1,
        reason="Worn by an officer complained about",
        attached_by=force.handler,
        attached_at=NOW,
    )


def mark_values(**changes: Any) -> dict[str, Any]:
    """Give what a marker at 12.480 s says; `changes` replace parts of it."""
    values: dict[str, Any] = {
        "kind": "MARKER",
        "mark_type": 3,
        "start_ms": 12_480,
        "end_ms": None,
        "observation": "PC Brannick says “step back” twice.",
        "assessment": "",
        "bearings": {},
    }
    return values | changes


def make_mark(
    link: FootageLink, force: Force, *, now: datetime = NOW, actor: Any = None, **changes: Any
) -> Annotation:
    """Mark a recording as the force's investigator."""
    return add_annotation(
        actor=actor or force.investigator, link_id=link.pk, **mark_values(**changes), now=now
    )
