"""Loading the demonstration force: people first, then recordings, then one story after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.models import Person, Team, User
from bwcportal.demo import people
from bwcportal.demo.absence import break_glass, send_on_leave
from bwcportal.demo.recordings import make_recordings
from bwcportal.demo.stories import STORIES, Story
from bwcportal.demo.telling import Crew, Telling
from bwcportal.demo.ties import tie_people
from incidents.services.access import give_seat
from incidents.services.evidence import source
from incidents.services.preservation_checks import recheck_preservation
from retention.services.disposing import propose_due

LONDON = ZoneInfo("Europe/London")
LOGGERS = {"T1": "farrow", "T2": "lomas", "T3": "strood"}
INVESTIGATORS = {"T1": "orrell", "T2": "harkin", "T3": "strood"}
SUPERVISORS = {"T1": "vasey", "T2": "sewell", "T3": "sewell"}


def load(*, folder: Path, days: int, report: Callable[[str], None]) -> int:
    """Load the whole force and return the number of cases.

    `folder` is that of the evidence system and `days` its auto-deletion period; `report` is told
    what comes next. The last account is opened last: that it is there says that all is loaded.
    """
    now = timezone.now()
    with transaction.atomic():
        units = people.make_units()
        teams = people.make_teams(units["PSD"])
        officers = people.make_officers(units)
        accounts = {
            account.username: people.make_account(account, unit=units["PSD"], teams=teams)
            for account in people.ACCOUNTS[:-1]
        }
        subject, _ = people.SUBJECT_ACCOUNT
        accounts[subject] = people.open_account(
            subject,
            officers["Brannick"],
            roles=(people.Role.COMPLAINT_HANDLER,),
            teams=[teams["T1"]],
            joined=now - timedelta(days=1),
        )
    report("Cases and recordings")
    timed = [(index, story, _began(story, now)) for index, story in enumerate(STORIES)]
    # Stories without a recording come first: they are told while recordings are made.
    timed.sort(key=lambda each: bool(each[1].shots))
    recordings = make_recordings(timed, folder=folder, officers=officers)
    _tell_all(timed, recordings, teams, accounts, officers)
    _lose_what_nobody_kept(days=days, now=now)
    propose_due(now=timezone.now())
    break_glass(accounts, now=timezone.now())
    send_on_leave(accounts, now=timezone.now())
    tie_people(accounts, officers, now=timezone.now())
    people.make_account(people.ACCOUNTS[-1], unit=units["PSD"], teams=teams)
    return len(STORIES)


def _began(story: Story, now: datetime) -> datetime:
    day = (now - timedelta(days=story.days_ago)).astimezone(LONDON).date()
    began = datetime.combine(day, story.at, tzinfo=LONDON)
    return min(began, now - timedelta(hours=6)).replace(microsecond=0)


def _tell_all(
    timed: list[tuple[int, Story, datetime]],
    recordings: Iterator[dict[int, str]],
    teams: dict[str, Team],
    accounts: dict[str, User],
    officers: dict[str, Person],
) -> None:
    for (index, story, began), own in zip(timed, recordings, strict=True):
        code = story.team
        crew = Crew(
            team=teams[code],
            logger=accounts[LOGGERS[code]],
            investigator=accounts[
                "pell" if code == "T1" and index % 4 == 3 else INVESTIGATORS[code]
            ],
            supervisor=accounts[SUPERVISORS[code]],
            finaliser=accounts["tennick"],
        )
        case = Telling(
            story=story, crew=crew, officers=officers, began=began, recordings=own
        ).tell()
        if index == 0:
            give_seat(
                actor=accounts["vasey"],
                case_id=case.pk,
                user=accounts["fennel"],
                reason="Asked for by the oversight body, letter of this month",
                expires_at=timezone.now() + timedelta(days=30),
                now=timezone.now(),
            )


def _lose_what_nobody_kept(*, days: int, now: datetime) -> None:
    """Let the evidence system delete what is too old, as it does each night, and notice the loss."""
    source().delete_expired(now, days)
    recheck_preservation(now=timezone.now())
