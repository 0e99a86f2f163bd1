"""Logging a complaint: the case, its incident, its people and its allegations, in one act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import CommandUnit, Person, Team, User
from accounts.roles import Permission
from audit.recorder import record
from bwcportal.errors import Invalid, NotPermitted
from bwcportal.phrasing import london_day, plain_date
from incidents.enums import (
    CaseState,
    Channel,
    ComplainantKind,
    ContactBy,
    ContributionKind,
    Regime,
)
from incidents.events import COMPLAINT_LOGGED
from incidents.models import (
    Allegation,
    AllegationCategory,
    Complainant,
    Complaint,
    ComplaintFactor,
    ComplaintSubject,
    Incident,
)
from incidents.permissions import check_may
from incidents.references import make_case_reference
from incidents.services.granting import grant_case
from incidents.services.matching import check_not_described, propose_matches
from incidents.services.moving import note_contribution
from incidents.services.placing import begin_placement

# SI 2025/558 does not apply to complaints made before this day.
REGS_2025_FROM = date(2025, 5, 28)
TITLE_LENGTH = 120
# Two people seldom write to the minute at the same time; clocks of two machines differ a little.
CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class NewIncident:
    """What happened: UTC moments; `start_is_known` False says that only the London day is."""

    place: str
    unit: CommandUnit
    starts_at: datetime
    ends_at: datetime
    start_is_known: bool = True


@dataclass(frozen=True)
class NewComplainant:
    """Who complains. An empty name is somebody who wants not to be named."""

    kind: ComplainantKind = ComplainantKind.DIRECTLY_AFFECTED
    name: str = ""
    email: str = ""
    telephone: str = ""
    address: str = ""
    prefers: ContactBy = ContactBy.EMAIL
    needs: str = ""
    was_under_18: bool = False
    born_on: date | None = None


@dataclass(frozen=True)
class NewSubject:
    """An officer complained about, or the description of one not identified yet."""

    person: Person | None = None
    description: str = ""


@dataclass(frozen=True)
class NewAllegation:
    """One matter: the complainant's words, the category, and whom it concerns (indexes of subjects)."""

    category: AllegationCategory
    words: str
    subject_indexes: tuple[int, ...] = ()


@dataclass(frozen=True)
class NewComplaint:
    """Everything that is known when a complaint is logged."""

    channel: Channel
    made_on: date
    title: str
    original_words: str
    incident: NewIncident
    complainant: NewComplainant
    subjects: list[NewSubject]
    allegations: list[NewAllegation]
    summary: str = ""
    team: Team | None = None
    is_restricted: bool = False
    factors: list[ComplaintFactor] = field(default_factory=list)


def log_complaint(*, actor: User, data: NewComplaint, now: datetime) -> Complaint:
    """Log a complaint in the actor's team and return the case, which is not assigned yet.

    A restricted case opens to nobody but by a grant, so the actor gets one. Raises NotPermitted
    without the role or when the actor is complained about, Invalid with `field` for what cannot be.
    """
    check_may(actor, Permission.LOG_COMPLAINT)
    team = _team(actor, data.team)
    _check_times(data, now)
    _check_people(actor, data)
    with transaction.atomic():
        case = _create_case(actor, data, team, now)
        begin_placement(case, actor=actor, now=now)
        Complainant.objects.create(complaint=case, **vars(data.complainant))
        subjects = _create_allegations(case, data)
        case.factors.set(data.factors)
        note_contribution(case, actor=actor, kind=ContributionKind.LOGGED, now=now)
        record(
            COMPLAINT_LOGGED,
            actor=actor.audit_actor(),
            subject=case.audit_subject(),
            now=now,
            details={
                "team": team.code,
                "channel": data.channel,
                "made_on": data.made_on,
                "restricted": data.is_restricted,
                "subjects": len(data.subjects),
                "allegations": [allegation.category.code for allegation in data.allegations],
            },
        )
        if data.is_restricted:
            grant_case(actor, case, reason="Logged the complaint", actor=actor, now=now)
        for subject in subjects:
            if subject.person is None:
                propose_matches(case, subject, actor=actor, now=now)
    return case


def _team(actor: User, chosen: Team | None) -> Team:
    if not actor.team_ids:
        raise NotPermitted("You are in no team, so the case would open to nobody", code="no_team")
    if chosen is None:
        return Team.objects.get(pk=actor.team_ids[0])
    if chosen.pk not in actor.team_ids:
        raise Invalid("Choose one of your own teams", field="team")
    return chosen


def _check_times(data: NewComplaint, now: datetime) -> None:
    incident, today = data.incident, london_day(now)
    if incident.ends_at < incident.starts_at:
        raise Invalid("The incident must end after it started", field="ends_at")
    if incident.starts_at > now + CLOCK_TOLERANCE:
        raise Invalid("The incident must have started already", field="starts_at")
    if data.made_on > today:
        raise Invalid(
            f"Date the complaint was made must be today or earlier. You entered "
            f"{plain_date(data.made_on)}",
            field="made_on",
        )
    if data.made_on < london_day(incident.starts_at):
        raise Invalid(
            f"Date the complaint was made must not be before the incident, which was on "
            f"{plain_date(incident.starts_at)}",
            field="made_on",
        )


def _check_people(actor: User, data: NewComplaint) -> None:
    for name, value in (("title", data.title), ("original_words", data.original_words)):
        if not value.strip():
            raise Invalid("Enter what the complaint is about", field=name)
    if len(data.title) > TITLE_LENGTH:
        raise Invalid(f"The short title has at most {TITLE_LENGTH} characters", field="title")
    if not data.subjects or not data.allegations:
        missing = "allegations" if data.subjects else "subjects"
        raise Invalid("A complaint has at least one officer and one allegation", field=missing)
    people = [subject.person.pk for subject in data.subjects if subject.person]
    if len(people) != len(set(people)):
        raise Invalid("Each officer can be named once", field="subjects")
    if any(person_id in people for person_id in actor.person_ids):
        who = "You are" if actor.acting_for is None else "You, or the person you act for, are"
        raise NotPermitted(
            f"{who} complained about, so somebody else must log this", code="complained_about"
        )
    if data.is_restricted and actor.acting_for is not None:
        raise NotPermitted(
            "A restricted case opens to one person by name. Stop acting for somebody else, then "
            "log it as yourself",
            code="not_while_acting",
        )
    for subject in data.subjects:
        if subject.person is None and not subject.description.strip():
            raise Invalid("Describe the officer who is not identified yet", field="subjects")
    check_not_described(actor, [each.description for each in data.subjects if not each.person])
    known = range(len(data.subjects))
    for allegation in data.allegations:
        if not allegation.words.strip():
            raise Invalid("Enter the allegation in the complainant's words", field="allegations")
        if any(index not in known for index in allegation.subject_indexes):
            raise Invalid("An allegation names an officer who is not listed", field="allegations")


def _create_case(actor: User, data: NewComplaint, team: Team, now: datetime) -> Complaint:
    incident = Incident.objects.create(**vars(data.incident))
    return Complaint.objects.create(
        reference=_free_reference(now, is_restricted=data.is_restricted),
        state=CaseState.LOGGED,
        regime=Regime.REGS_2025 if data.made_on >= REGS_2025_FROM else Regime.REGS_2020,
        channel=data.channel,
        title=data.title.strip(),
        summary=data.summary.strip(),
        original_words=data.original_words,
        incident=incident,
        team=team,
        is_restricted=data.is_restricted,
        logged_by=actor,
        made_on=data.made_on,
        logged_at=now,
    )


def _free_reference(now: datetime, *, is_restricted: bool) -> str:
    # A clash between this look and the insert is left to the unique column.
    while True:
        reference = make_case_reference(is_restricted=is_restricted, now=now)
        if not Complaint.objects.filter(reference=reference).exists():
            return reference


def _create_allegations(case: Complaint, data: NewComplaint) -> list[ComplaintSubject]:
    subjects = [
        ComplaintSubject.objects.create(
            complaint=case,
            person=subject.person,
            description="" if subject.person else subject.description.strip(),
            named_at=case.logged_at if subject.person else None,
        )
        for subject in data.subjects
    ]
    for number, new in enumerate(data.allegations, start=1):
        allegation = Allegation.objects.create(
            complaint=case, number=number, category=new.category, words=new.words
        )
        allegation.subjects.set([subjects[index] for index in new.subject_indexes])
    return subjects
