"""Taking a directory of camera files into the folder evidence system, file by file.

The directory is only read. Each usable file is copied into the folder with a sidecar that says
what is known of it and its SHA-256, then gets its row. A file that lies in the folder already is
registered where it is. One bad file never stops the rest, and running twice adds nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import transaction

from audit.recorder import record
from audit.values import Actor, Subject
from bwcportal.errors import Invalid
from incidents.events import FOOTAGE_INGESTED
from incidents.footage_sources.errors import SourceUnavailable
from incidents.footage_sources.files import open_inside, sync_folder
from incidents.footage_sources.ingest import IngestOutcome, IngestReason, index_directory
from incidents.footage_sources.protocol import FoundFootage
from incidents.footage_sources.recordings import external_id_of
from incidents.footage_sources.sidecar import Sidecar
from incidents.models import FootageItem
from incidents.services.evidence import DEFAULT_SOURCE, source
from incidents.services.footage import NO_SERIAL, remember

ACTOR = Actor(kind="JOB", id="incidents.ingest_footage", name="Ingest of a directory")
INGESTED = "ingested"
# The recording vanished or changed between being read and being copied.
_COPY_FAILED = "The file changed or could not be copied while it was being taken in. Run it again"


@dataclass(frozen=True)
class Ingested:
    """What became of one file: the outcome of reading it, and its row when it was taken in."""

    outcome: IngestOutcome
    footage: FootageItem | None = None


def ingest_directory(directory: Path, *, now: datetime) -> Iterator[Ingested]:
    """Take in every usable file below a directory, and yield what became of each, in sorted order.

    Raises Invalid before the first file when there is no such directory or it holds the evidence
    system's folder itself.
    """
    folder = Path(settings.FOOTAGE_FOLDER).resolve()
    directory = directory.resolve()
    if not directory.is_dir():
        raise Invalid(f"There is no directory {directory}", code="no_directory")
    if directory != folder and folder.is_relative_to(directory):
        raise Invalid(
            "This directory contains the evidence system's own folder. Name the folder itself, "
            "or a directory outside it",
            code="contains_folder",
        )
    return _take_in_all(directory, folder, now)


def _take_in_all(directory: Path, folder: Path, now: datetime) -> Iterator[Ingested]:
    known = dict(
        FootageItem.objects.filter(source=DEFAULT_SOURCE)
        .exclude(sha256="")
        .values_list("sha256", "external_id")
    )
    for outcome in index_directory(directory, known_hashes=known):
        if not outcome.accepted:
            yield Ingested(outcome)
            continue
        try:
            footage = _take_in(directory, folder, outcome, now)
        except (OSError, SourceUnavailable, _Changed):
            changing = replace(
                outcome, reason=IngestReason.CHANGING, message=_COPY_FAILED, footage=None
            )
            yield Ingested(changing)
            continue
        yield Ingested(outcome, footage)


class _Changed(Exception):
    """The bytes copied are not those that were read."""


def _take_in(directory: Path, folder: Path, outcome: IngestOutcome, now: datetime) -> FootageItem:
    name, found, digest = outcome.relative, outcome.footage, outcome.sha256
    if found is None or digest is None:
        raise ValueError("only an accepted file is taken in")
    if directory.is_relative_to(folder):
        external_id = external_id_of(str((directory / name).relative_to(folder)))
    else:
        relative = _place_of(name, digest)
        _copy(directory, name, folder / relative, digest)
        _sidecar_of(found, digest).write_beside(folder / relative)
        external_id = external_id_of(str(relative))
    return _register(external_id, digest, now)


def _place_of(name: str, digest: str) -> PurePosixPath:
    """Name the place of a recording by its content, so that a repeat lands on the same file."""
    suffix = PurePosixPath(name).suffix.lower()
    return PurePosixPath(INGESTED, digest[:2], f"{digest[:24]}{suffix}")


def _copy(directory: Path, name: str, target: Path, digest: str) -> None:
    """Copy a file whole or not at all. Raises _Changed when its bytes are not those that were read."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # A name that begins with a dot is not a recording to the evidence system.
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".taking-in-")
    try:
        with os.fdopen(descriptor, "wb") as copy, open_inside(directory, name) as original:
            shutil.copyfileobj(original, copy, 1024 * 1024)
            copy.flush()
            os.fchmod(copy.fileno(), 0o640)
            os.fsync(copy.fileno())
        with open(temporary, "rb") as copied:
            if hashlib.file_digest(copied, "sha256").hexdigest() != digest:
                raise _Changed
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def _sidecar_of(found: FoundFootage, digest: str) -> Sidecar:
    """Say beside the copy what the original and its own sidecar said.

    The start of a file without a sidecar is what it claims itself, so its clock is not verified
    and its days until deletion are counted from the copy.
    """
    return Sidecar(
        serial=found.camera_serial or NO_SERIAL,
        model=found.camera_model,
        mount=found.mount,
        wearer_collar_number=found.wearer_collar_number,
        recorded_on=found.recorded_on,
        buffer_ms=found.buffer_ms,
        title=found.title[:200],
        clock_verified=found.clock_verified,
        sha256=digest,
    )


def _register(external_id: str, digest: str, now: datetime) -> FootageItem:
    described = source(DEFAULT_SOURCE).describe(external_id)
    with transaction.atomic():
        footage = remember(DEFAULT_SOURCE, replace(described, sha256=digest))
        record(
            FOOTAGE_INGESTED,
            actor=ACTOR,
            subject=Subject("footage_item", str(footage.pk), footage.external_id),
            now=now,
            details={
                "external_id": footage.external_id,
                "sha256": digest,
                "clock_verified": footage.clock_verified,
            },
        )
    return footage
