"""The nightly auto-deletion of the folder evidence system.

Each recording is judged again under its lock, so that a hold placed a moment earlier wins, and the
record of the deletion is on disk before the file goes: after a crash between the two the file is
still there and the next night finishes the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from incidents.footage_sources.files import OutsideFolder, printable, remove_inside
from incidents.footage_sources.folder_state import DamagedState, Deletion, FolderState
from incidents.footage_sources.recordings import Recording, Stamp
from incidents.footage_sources.sidecar import SUFFIX


@dataclass(frozen=True)
class DeletedFootage:
    """One recording that was deleted for good."""

    external_id: str
    title: str
    recorded_on: datetime
    deleted_at: datetime
    size_bytes: int


@dataclass(frozen=True)
class DeletionProblem:
    """One recording that could not be judged or deleted, and why."""

    external_id: str
    name: str
    reason: str


@dataclass(frozen=True)
class DeletionReport:
    """What one run of the auto-deletion did. `held` counts expired recordings that a hold kept."""

    deleted: tuple[DeletedFootage, ...]
    problems: tuple[DeletionProblem, ...]
    held: int
    not_due: int


def delete_expired_recordings(
    *, root: Path, state: FolderState, recordings: Sequence[Recording], now: datetime, days: int
) -> DeletionReport:
    """Delete every recording whose `days` have passed at `now` (aware UTC) and which has no hold."""
    deleted: list[DeletedFootage] = []
    problems: list[DeletionProblem] = []
    held = not_due = 0
    for recording in recordings:
        due = recording.auto_delete_at(days)
        if due is None:
            problems.append(
                _problem(recording, "kept, because it cannot be read when it was recorded")
            )
            continue
        if due > now:
            not_due += 1
            continue
        try:
            outcome = _delete_unless_held(root, state, recording, now, days)
        except (OSError, OutsideFolder, DamagedState) as error:
            problems.append(_problem(recording, f"kept: {error}"))
            continue
        if outcome is None:
            held += 1
        elif outcome:
            deleted.append(
                DeletedFootage(
                    recording.external_id,
                    recording.title,
                    recording.recorded_on,
                    now,
                    recording.stamp.size_bytes,
                )
            )
    return DeletionReport(tuple(deleted), tuple(problems), held, not_due)


def _delete_unless_held(
    root: Path, state: FolderState, recording: Recording, now: datetime, days: int
) -> bool | None:
    """Delete one recording: True when done, False when another run had or it changed, None when held."""
    external_id = recording.external_id
    with state.lock(external_id):
        hold = state.hold(external_id)
        if hold and hold.in_force:
            return None
        if not _is_as_read(root, recording):
            return False
        state.keep_deletion(Deletion(external_id, now, recording.recorded_on, days))
        removed = remove_inside(root, recording.relative)
        if not _shares_sidecar(root, recording.relative):
            remove_inside(root, str(PurePosixPath(recording.relative).with_suffix(SUFFIX)))
        state.forget_facts(external_id)
    return removed


def _is_as_read(root: Path, recording: Recording) -> bool:
    """Whether the file that was judged is still the one that lies there."""
    try:
        status = (root / recording.relative).lstat()
    except FileNotFoundError:
        return False
    return Stamp(status.st_mtime_ns, status.st_size) == recording.stamp


def _shares_sidecar(root: Path, relative: str) -> bool:
    """Whether another recording of the same name, in another format, still needs the sidecar."""
    media = root / relative
    return any(
        other.stem == media.stem and other.suffix.lower() != SUFFIX
        for other in media.parent.iterdir()
        if other.name != media.name
    )


def _problem(recording: Recording, reason: str) -> DeletionProblem:
    return DeletionProblem(recording.external_id, printable(recording.relative), reason)
