"""Taking the list of who can see a case out of the portal, as a spreadsheet. That is an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from audit.recorder import record
from bwcportal.phrasing import LONDON
from incidents.events import ACCESS_EXPORTED
from incidents.models import Complaint
from incidents.selectors.access import AccessPicture, Seer, who_can_see
from incidents.spreadsheet import make_csv

HEADER = (
    "Case",
    "As at (London)",
    "Person",
    "User name",
    "Role then",
    "May do",
    "How it opens",
    "Reason",
    "Since (London)",
    "Until (London)",
    "Last opened (London)",
)


@dataclass(frozen=True)
class Export:
    """A file to be handed out."""

    name: str
    content: bytes


@transaction.atomic
def export_access(*, actor: User, case: Complaint, at: datetime, now: datetime) -> Export:
    """Make the list of who could see a case at a moment, one row for each way, and record that.

    The case has been opened by the caller. People kept out follow, marked as such.
    """
    picture = who_can_see(case, at=at)
    record(
        ACCESS_EXPORTED,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={"at": at, "people": len(picture.seers), "kept_out": len(picture.kept_out)},
    )
    stamp = at.astimezone(LONDON).strftime("%Y%m%d-%H%M%S")
    return Export(f"{case.reference}-access-{stamp}.csv", make_csv(HEADER, _rows(case, picture)))


def _rows(case: Complaint, picture: AccessPicture) -> list[tuple[str, ...]]:
    start = (case.reference, _time(picture.at))
    rows = [(*start, *row) for seer in picture.seers for row in _rows_of(seer)]
    for out in picture.kept_out:
        kept = (out.person.title, "", "", "Nothing: kept out", "", out.reason)
        rows.append((*start, *kept, _time(out.since), "", ""))
    return rows


def _rows_of(seer: Seer) -> list[tuple[str, ...]]:
    who = (seer.user.display_name, seer.user.username, seer.role, seer.may)
    return [
        (*who, way.words, way.reason, _time(way.since), _time(way.until), _time(seer.last_read))
        for way in seer.ways
    ]


def _time(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(LONDON).strftime("%Y-%m-%d %H:%M:%S")
