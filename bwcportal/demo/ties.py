"""Who manages whom in the demonstration force, what somebody was called before, and who is tied to whom."""

from __future__ import annotations

from datetime import date, datetime

from accounts.models import Person, User
from accounts.services import identities, lines
from incidents.enums import HANDLING_STATES
from incidents.models import Complaint, ComplaintSubject
from incidents.services.conflicts import recheck_conflicts

# Each reports to the next, by surname; the sergeants of the boroughs and the supervisors of teams.
_OFFICERS = (("Brannick", "Sayle"), ("Ludgate", "Sayle"), ("Marl", "Sayle"), ("Wray", "Corrin"))
_STAFF = (("pell", "orrell"), ("orrell", "vasey"), ("harkin", "sewell"), ("vasey", "tennick"))
SINCE = date(2023, 4, 3)


def tie_people(accounts: dict[str, User], officers: dict[str, Person], *, now: datetime) -> None:
    """Record reporting lines, a number of before, and an interest that makes an assignment a conflict.

    The supervisor of team 3 then finds a task: an investigator has declared that he is tied to the
    officer of a case that he has.
    """
    clerk = accounts["umber"]
    pairs = [(officers[low], officers[high]) for low, high in _OFFICERS]
    pairs += [(accounts[low].person, accounts[high].person) for low, high in _STAFF]
    for person, manager in pairs:
        lines.begin_line(actor=clerk, person_id=person.pk, manager=manager, since=SINCE, now=now)
    identities.record_number(
        actor=clerk,
        person_id=officers["Brannick"].pk,
        number="1147QX",
        force="",
        since=None,
        until=date(2021, 8, 31),
        now=now,
    )
    tied = _officer_of_an_open_case(accounts["strood"])
    if tied is not None:
        lines.declare_interest(
            actor=accounts["strood"],
            about_person=tied,
            about_words="",
            nature="We trained together, and our families are friends",
            now=now,
        )
        recheck_conflicts(now=now)
    lines.declare_interest(
        actor=accounts["pell"],
        about_person=None,
        about_words="Weir Terrace, Calder",
        nature="My mother lives there",
        now=now,
    )


def _officer_of_an_open_case(investigator: User) -> Person | None:
    cases = Complaint.objects.filter(investigator=investigator, state__in=sorted(HANDLING_STATES))
    named = ComplaintSubject.objects.filter(complaint__in=cases, person__isnull=False)
    first = named.select_related("person").order_by("complaint__logged_at", "pk").first()
    return first.person if first is not None else None
