"""Taking lists of access out of the portal, as spreadsheets: of one case, and of one person.

A file is read by whoever gets hold of it, and no right that ends later takes it back. So it is
handed out only to somebody who has just shown a second factor for it, and that is an event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import StepUpAct, User
from accounts.services.step_up import Proof, Target, spend
from audit.recorder import record
from audit.values import Subject
from bwcportal.phrasing import LONDON
from incidents.events import ACCESS_EXPORTED, REACH_EXPORTED
from incidents.models import Complaint
from incidents.selectors.access import AccessPicture, Seer, who_can_see
from incidents.selectors.reach import Reached, reach_of
from incidents.spreadsheet import make_csv

# A list of more cases than this is not one that somebody reads.
MOST_CASES = 1_000

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
REACH_HEADER = (
    "Person",
    "User name",
    "As at (London)",
    "Case",
    "Team",
    "How it opens",
    "Reason",
    "Since (London)",
    "Until (London)",
)


@dataclass(frozen=True)
class Export:
    """A file to be handed out."""

    name: str
    content: bytes


def of_case(case: Complaint, at: datetime | None) -> Target:
    """Name what a second factor is shown for: the list of a case as at a second (None: now)."""
    moment = "now" if at is None else at.astimezone(LONDON).strftime("%Y-%m-%d %H:%M:%S")
    return Target.of(StepUpAct.EXPORT, case.pk, moment)


def of_person(user: User) -> Target:
    """Name what a second factor is shown for: the list of what an account can reach now."""
    return Target.of(StepUpAct.EXPORT, user.pk, "reach")


@transaction.atomic
def export_access(
    *, actor: User, case: Complaint, at: datetime | None, proof: Proof | None, now: datetime
) -> Export:
    """Make the list of who could see a case at a moment (None: now), one row for each way.

    People kept out follow, marked as such. The case has been opened by the caller. Raises ProofNeeded
    without a second factor shown for this list.
    """
    moment = now if at is None else at
    picture = who_can_see(case, at=moment)
    spend(actor=actor, proof=proof, target=of_case(case, at), now=now)
    record(
        ACCESS_EXPORTED,
        actor=actor.audit_actor(),
        subject=case.audit_subject(),
        now=now,
        details={"at": moment, "people": len(picture.seers), "kept_out": len(picture.kept_out)},
    )
    name = f"{case.reference}-access-{_stamp(moment)}.csv"
    return Export(name, make_csv(HEADER, _rows(case, picture)))


@transaction.atomic
def export_reach(*, actor: User, user: User, proof: Proof | None, now: datetime) -> Export:
    """Make the list of the cases that an account can reach, of those the actor may see as well.

    The newest 1,000 cases, one row for each way; a last row says when there are more. Raises
    ProofNeeded without a second factor shown for this list.
    """
    reach = reach_of(actor, user, now=now, most=MOST_CASES)
    spend(actor=actor, proof=proof, target=of_person(user), now=now)
    record(
        REACH_EXPORTED,
        actor=actor.audit_actor(),
        subject=Subject("account", str(user.pk), user.username),
        now=now,
        details={"shown": [str(row.case.pk) for row in reach.rows]},
    )
    start = (user.display_name, user.username, _time(now))
    rows = [(*start, *row) for reached in reach.rows for row in _rows_of_reached(reached)]
    if reach.following:
        rows.append((*start, f"There are more: these are the newest {MOST_CASES:,}", *[""] * 5))
    return Export(f"{user.username}-reach-{_stamp(now)}.csv", make_csv(REACH_HEADER, rows))


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


def _rows_of_reached(reached: Reached) -> list[tuple[str, ...]]:
    case = (reached.case.reference, reached.case.team.name)
    return [
        (*case, way.words, way.reason, _time(way.since), _time(way.until)) for way in reached.ways
    ]


def _stamp(moment: datetime) -> str:
    return moment.astimezone(LONDON).strftime("%Y%m%d-%H%M%S")


def _time(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(LONDON).strftime("%Y-%m-%d %H:%M:%S")
