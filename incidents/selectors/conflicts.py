"""Reading what makes a conflict between a person and a case, and saying it to who may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.branched_lists import expanded, take
from accounts.human_beings import all_records, managers_of, teams_on, units_on
from accounts.models import DeclaredInterest, Person, User
from bwcportal.phrasing import london_day
from incidents.conflicts import Conflict, Facts, conflicts_of
from incidents.enums import CaseState, ConcernState, ConflictKind
from incidents.kept_out import kept_out_of
from incidents.models import (
    AssignmentConcern,
    Complaint,
    ComplaintLink,
    ComplaintSubject,
    FootageLink,
)


@dataclass(frozen=True)
class Found:
    """A conflict with the names that its sentence needs."""

    conflict: Conflict
    user: User
    about: Person | None
    because: Complaint | None

    @property
    def words(self) -> str:
        """Say the conflict in one sentence without its full stop."""
        return sentence(self.conflict.kind, self.user, self.about, self.because)


def sentence(kind: str, user: User, about: Person | None, because: Complaint | None) -> str:
    """Say a conflict: 'DS 7714 Orrell works under the management of PC 2186QX Brannick'."""
    words = f"{user.display_name} {ConflictKind(kind).label}"
    if because is not None:
        return f"{words}, {because.reference}"
    named = {ConflictKind.SUBJECT, ConflictKind.EXCLUDED}
    return f"{words} {about.title}" if about is not None and kind not in named else words


def conflicts_for(case: Complaint, user: User, *, now: datetime) -> list[Found]:
    """List the conflicts between an account's person and a case (about 12 queries)."""
    return conflicts_of_people(case, [user], now=now)


def conflicts_of_people(case: Complaint, users: Iterable[User], *, now: datetime) -> list[Found]:
    """List the conflicts of several people with a case (about 8 queries, and 6 for each person)."""
    of_case = facts_of_case(case, now=now)
    found = [
        (user, conflict)
        for user in users
        for conflict in conflicts_of(with_person(of_case, case, user, now=now))
    ]
    people = Person.objects.in_bulk([each.about for _, each in found if each.about])
    cases = Complaint.objects.in_bulk([each.because for _, each in found if each.because])
    return [
        Found(
            each,
            user,
            people.get(each.about) if each.about else None,
            cases.get(each.because) if each.because else None,
        )
        for user, each in found
    ]


def told_to(viewer: User, found: Iterable[Found]) -> tuple[list[Found], list[Found]]:
    """Part conflicts into those a person may know of, and those from cases hidden from them."""
    rows = list(found)
    linked = {row.because.pk for row in rows if row.because is not None}
    visible = (
        set(Complaint.objects.visible_to(viewer).filter(pk__in=linked).values_list("pk", flat=True))
        if linked
        else set()
    )
    known = [row for row in rows if row.because is None or row.because.pk in visible]
    return known, [row for row in rows if row not in known]


def facts_of(case: Complaint, user: User, *, now: datetime) -> Facts:
    """Gather what is known of a person and a case at a moment."""
    return with_person(facts_of_case(case, now=now), case, user, now=now)


def facts_of_case(case: Complaint, *, now: datetime) -> Facts:
    """Gather what is known of a case alone, to ask it of several people (`with_person`)."""
    today = london_day(now)
    named = ComplaintSubject.objects.filter(complaint=case, person__isnull=False)
    subjects = {
        subject.person.pk: frozenset(subject.person.ids)
        for subject in named.select_related("person")
        if subject.person is not None
    }
    everybody = {each for records in subjects.values() for each in records}
    wearers = FootageLink.objects.filter(complaint=case, footage__wearer__isnull=False)
    facts = Facts(
        candidate=frozenset(),
        subjects=subjects,
        excluded=frozenset(kept_out_of(case)) - everybody,
        managers_of={pk: managers_of(records, on=today) for pk, records in subjects.items()},
        linked_parties=_linked_parties(case),
        wearers=all_records(wearers.values_list("footage__wearer_id", flat=True)) - everybody,
        texts=_texts(case),
    )
    if case.incident is None:
        return facts
    day = london_day(case.incident.starts_at)
    first, last = case.incident.starts_at, case.incident.ends_at
    return replace(
        facts,
        units_of={pk: frozenset(units_on(ids, day)) for pk, ids in subjects.items()},
        teams_of={pk: frozenset(teams_on(ids, first, last)) for pk, ids in subjects.items()},
    )


def with_person(facts: Facts, case: Complaint, user: User, *, now: datetime) -> Facts:
    """Add to what is known of a case what is known of a person."""
    today = london_day(now)
    me = frozenset(user.person.ids)
    interests = _interests(me, today)
    facts = replace(
        facts,
        candidate=me,
        managers=managers_of(me, on=today),
        interests=all_records(row.about_person_id for row in interests if row.about_person_id),
        interest_words=tuple(row.about_words for row in interests if row.about_words),
    )
    if case.incident is None:
        return facts
    return replace(
        facts,
        units=frozenset(units_on(me, london_day(case.incident.starts_at))),
        teams=frozenset(teams_on(me, case.incident.starts_at, case.incident.ends_at)),
    )


def linked_cases(case: Complaint) -> QuerySet[Complaint]:
    """List the cases of the same incident and those linked by hand, hidden ones too: for rules only."""
    links = ComplaintLink.objects.in_force()
    by_hand = Q(pk__in=links.filter(first=case).values("second")) | Q(
        pk__in=links.filter(second=case).values("first")
    )
    same = Q(incident_id=case.incident_id) if case.incident_id else Q(pk__in=[])
    return (
        Complaint.objects.filter(by_hand | same)
        .exclude(pk=case.pk)
        .exclude(state=CaseState.DESTROYED)
    )


def linked_to(user: User, case: Complaint) -> list[Complaint]:
    """List the linked cases that a person may know of, by reference."""
    ids = linked_cases(case).values("pk")
    return list(Complaint.objects.visible_to(user).filter(pk__in=ids).order_by("reference"))


def links_by_hand(user: User, case: Complaint) -> list[tuple[ComplaintLink, Complaint]]:
    """List the links in force to cases that a person may know of, with the other case, by reference."""
    pairs = [pair for pair in links_ever(user, case) if pair[0].ended_at is None]
    return sorted(pairs, key=lambda pair: pair[1].reference)


def links_ever(user: User, case: Complaint) -> list[tuple[ComplaintLink, Complaint]]:
    """List every link made by hand to a case that a person may know of, the latest first, with it."""
    visible = Complaint.objects.visible_to(user).values("pk")
    rows = (
        ComplaintLink.objects.filter(
            Q(first=case, second__in=visible) | Q(second=case, first__in=visible)
        )
        .select_related("first", "second", "made_by__person", "ended_by__person")
        .order_by("-made_at", "-id")
    )
    return [(row, row.other_than(case)) for row in rows]


def concerns_for(user: User) -> QuerySet[AssignmentConcern]:
    """Find the open conflicts of assignments of which a person may be told, to open one.

    Not those about themselves, and not those that come from a case hidden from them.
    """
    visible = Complaint.objects.visible_to(user).values("pk")
    return (
        AssignmentConcern.objects.visible_to(user)
        .filter(Q(because__isnull=True) | Q(because__in=visible), state=ConcernState.OPEN)
        .exclude(user__person__in=user.person_ids)
        .select_related("complaint__team", "user__person", "about", "because")
        .order_by("found_at", "id")
    )


def list_concerns(user: User, wanted: Q, *, most: int) -> list[AssignmentConcern]:
    """List the first open conflicts of assignments that fit, as `concerns_for` finds them (2 queries)."""
    cases = Complaint.objects.branches_for(user)
    told = [Q(because__isnull=True), *(Q(because__in=case.values("pk")) for case in cases)]
    branches = [
        branch.filter(wanted, state=ConcernState.OPEN).exclude(user__person__in=user.person_ids)
        for branch in AssignmentConcern.objects.branches_for(user)
    ]
    full = AssignmentConcern.objects.select_related(
        "complaint__team", "user__person", "about", "because"
    )
    return take(expanded(branches, told), order=("found_at", "id"), limit=most, load=full).rows


def concern_in(user: User, case: Complaint, concern_id: UUID) -> AssignmentConcern | None:
    """Find one open conflict of this case of which a person may be told, or None."""
    return concerns_for(user).filter(complaint=case, pk=concern_id).first()


def _interests(me: frozenset[UUID], today: object) -> list[DeclaredInterest]:
    return list(
        DeclaredInterest.objects.filter(
            Q(until__isnull=True) | Q(until__gt=today), person__in=me, since__lte=today
        )
    )


def _linked_parties(case: Complaint) -> dict[UUID, frozenset[UUID]]:
    parties: dict[UUID, set[UUID]] = {}
    rows = ComplaintSubject.objects.filter(
        complaint__in=linked_cases(case).values("pk"), person__isnull=False
    ).select_related("person")
    for row in rows:
        if row.person is not None:
            parties.setdefault(row.complaint_id, set()).update(row.person.ids)
    return {pk: frozenset(ids) for pk, ids in parties.items()}


def _texts(case: Complaint) -> tuple[str, ...]:
    texts = [case.title, case.summary]
    if case.incident is not None:
        texts.append(case.incident.place)
    complainant = getattr(case, "complainant", None)
    if complainant is not None:
        texts += [complainant.name, complainant.address]
    return tuple(text for text in texts if text)
