"""The nightly deletion that belongs to the folder evidence system, run on its behalf.

It is what the portal races against: a recording that nobody asked to keep is really deleted when
its days are over. The portal learns of it as it would from any other evidence system, by asking.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from incidents.footage_sources.folder import FolderSource
from incidents.services.evidence import ask_patiently, source


@dataclass(frozen=True)
class DeletionRun:
    """What one run deleted, by identifier, and how many recordings it left and why."""

    deleted: tuple[str, ...]
    held: int
    not_due: int
    problems: tuple[str, ...]

    def in_words(self) -> str:
        """Say the numbers on one line."""
        return (
            f"{len(self.deleted)} deleted, {self.held} kept by a hold, {self.not_due} not due, "
            f"{len(self.problems)} could not be judged"
        )


def auto_delete_folder(*, now: datetime) -> DeletionRun:
    """Delete every recording of the folder evidence system that is due and that no hold keeps.

    Raises SourceUnavailable when the folder is not there.
    """
    folder = cast(FolderSource, source("folder"))
    report = ask_patiently(folder.delete_expired, now)
    return DeletionRun(
        deleted=tuple(item.external_id for item in report.deleted),
        held=report.held,
        not_due=report.not_due,
        problems=tuple(f"{item.external_id}: {item.reason}" for item in report.problems),
    )
