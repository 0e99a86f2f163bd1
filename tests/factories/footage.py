"""Recordings in an evidence system of the tests' own, and in cases, through the services."""

from __future__ import annotations

import shutil
import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from accounts.models import User
from incidents.demo_media.clips import make_clip
from incidents.footage_sources.protocol import Mount
from incidents.footage_sources.recordings import external_id_of
from incidents.footage_sources.sidecar import Sidecar
from incidents.models import Complaint, FootageLink
from incidents.services.footage import SearchCriteria, attach_footage, search_footage
from tests.factories.cases import INCIDENT_AT, NOW
from tests.factories.people import Force

CLIP_SECONDS = 2
_numbers = count(1)


@cache
def _master() -> Path:
    """Make one short clip for the whole run; every recording of the tests is a copy of it."""
    path = Path(mkdtemp(prefix="bwc-test-clip-")) / "clip.mp4"
    make_clip(
        path,
        serial="X6-00001",
        model="Camera 3",
        mount=Mount.CHEST,
        collar="1QX",
        starts_at=datetime(2026, 11, 6, 21, 38, tzinfo=UTC),
        seconds=CLIP_SECONDS,
        size=(320, 180),
    )
    return path


def copy_of_clip(path: Path, *, extra_bytes: int = 0) -> Path:
    """Write a whole, playable recording to `path`; each has bytes of its own, and `extra_bytes` more."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_master(), path)
    filling = struct.pack(">Q", next(_numbers)) + bytes(extra_bytes)
    with path.open("ab") as file:
        # A box that players skip: ISO/IEC 14496-12, 8.1.2 (free space).
        file.write(struct.pack(">I4s", 8 + len(filling), b"free") + filling)
    return path


def put_recording(
    folder: Path,
    *,
    collar: str,
    recorded_on: datetime = INCIDENT_AT,
    buffer_ms: int = 1000,
    locked_by: str = "",
    extra_bytes: int = 0,
) -> str:
    """Put a recording with its sidecar into the evidence system; return its identifier."""
    number = next(_numbers)
    path = copy_of_clip(folder / f"recording-{number}.mp4", extra_bytes=extra_bytes)
    sidecar = Sidecar(
        serial=f"X6-{number:05d}",
        model="Camera 3",
        mount=Mount.CHEST,
        wearer_collar_number=collar,
        recorded_on=recorded_on,
        buffer_ms=buffer_ms,
        title=f"Recording {number}",
        locked_by=locked_by,
    )
    sidecar.write_beside(path)
    return external_id_of(path.name)


def path_of(folder: Path, external_id: str) -> Path:
    """Find the file of a recording in the evidence system."""
    return next(path for path in folder.glob("*.mp4") if external_id_of(path.name) == external_id)


def around_incident(*collars: str) -> SearchCriteria:
    """Ask for the recordings of these officers, from an hour before the incident to an hour after."""
    hour = timedelta(hours=1)
    return SearchCriteria(
        window_from=INCIDENT_AT - hour,
        window_to=INCIDENT_AT + timedelta(minutes=30) + hour,
        collar_numbers=collars,
    )


def attached(
    case: Complaint,
    force: Force,
    folder: Path,
    *,
    actor: User | None = None,
    now: datetime = NOW,
    recorded_on: datetime = INCIDENT_AT,
    **recording: object,
) -> FootageLink:
    """Put a recording of the force's officer into the evidence system, find it and attach it."""
    actor = actor or force.investigator
    external_id = put_recording(
        folder,
        collar=force.officer.collar_number,
        recorded_on=recorded_on,
        **recording,  # type: ignore[arg-type]
    )
    criteria = around_incident(force.officer.collar_number)
    if recorded_on != INCIDENT_AT:
        criteria = replace(
            criteria,
            window_from=min(criteria.window_from, recorded_on),
            window_to=max(criteria.window_to, recorded_on),
        )
    search_footage(actor=actor, case_id=case.pk, criteria=criteria, now=now)
    return attach_footage(
        actor=actor,
        case_id=case.pk,
        external_id=external_id,
        reason="Worn by the officer complained about",
        now=now,
    )
