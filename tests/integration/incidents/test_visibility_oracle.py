"""The rule of who may know of a case, written twice: as it is asked in SQL, and in plain Python.

Random small worlds of people, teams, cases and everything that opens or closes a case, at moments
that fall on the edges of periods. `visible_to` and `branches_for` must agree with the plain rule
for every account, as itself and acting by each cover.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission as ModelPermission
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.acting import act_by, find_cover
from accounts.models import Delegation, Membership, Person, RoleAssignment, User
from accounts.roles import Role
from incidents.enums import CaseState, Channel, GrantKind, Regime
from incidents.models import (
    CaseExclusion,
    Complaint,
    ComplaintGrant,
    ComplaintSubject,
    EmergencyAccess,
    GrantPeriod,
    Incident,
)
from tests.factories.cases import NOW
from tests.factories.people import make_person, make_team, make_unit

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
CASES, ACCOUNTS, PEOPLE = 5, 5, 4
# People 0 and 1 are two records of one human being; accounts may share a person.
HUMAN = {0: "one", 1: "one", 2: "two", 3: "three"}
BREAKS_GLASS = {Role.SUPERVISOR, Role.APPROPRIATE_AUTHORITY}
SEES_TOMBSTONES = {Role.AUDITOR, Role.RETENTION_OFFICER}


@dataclass(frozen=True)
class Span:
    """From when until when, in hours from the moment of asking; None: no end."""

    since: int
    until: int | None

    @property
    def holds(self) -> bool:
        """The plain rule of every period: its beginning belongs to it, its end does not."""
        return self.since <= 0 and (self.until is None or self.until > 0)

    def at(self, hours: int | None) -> datetime | None:
        return None if hours is None else NOW + hours * HOUR


SPANS = st.sampled_from(
    [Span(-2, None), Span(-2, 2), Span(0, 2), Span(-2, 0), Span(-2, -1), Span(1, 2), Span(0, None)]
)
ENDED_SPANS = SPANS.filter(lambda span: span.until is not None)
ACCOUNT = st.integers(0, ACCOUNTS - 1)
CASE = st.integers(0, CASES - 1)
PERSON = st.integers(0, PEOPLE - 1)
ROLE = st.sampled_from(
    [Role.SUPERVISOR, Role.INVESTIGATOR, Role.AUDITOR, Role.APPROPRIATE_AUTHORITY]
)


@dataclass(frozen=True)
class World:
    """Everything that the rule depends on, as plain numbers."""

    cases: list[tuple[int, bool, bool]]  # team, restricted, destroyed
    accounts: list[tuple[int, bool]]  # person, open
    roles: dict[tuple[int, Role], Span]
    members: dict[tuple[int, int], Span]
    grants: dict[tuple[int, int], int | None]  # (account, case): hours until it expires
    subjects: set[tuple[int, int]]  # person, case
    exclusions: dict[tuple[int, int], bool]  # (person, case): in force
    emergencies: dict[tuple[int, int], tuple[Span, bool]]  # (account, case): span, ended early
    covers: dict[tuple[int, int], tuple[Span, bool]]  # (absent, deputy): span, ended early


WORLDS = st.builds(
    World,
    cases=st.lists(
        st.tuples(st.integers(0, 1), st.booleans(), st.sampled_from([False, False, True])),
        min_size=CASES, max_size=CASES,
    ),
    accounts=st.lists(
        st.tuples(PERSON, st.sampled_from([True, True, True, False])),
        min_size=ACCOUNTS, max_size=ACCOUNTS,
    ),
    roles=st.dictionaries(st.tuples(ACCOUNT, ROLE), SPANS, max_size=8),
    members=st.dictionaries(st.tuples(ACCOUNT, st.integers(0, 1)), SPANS, max_size=5),
    grants=st.dictionaries(
        st.tuples(ACCOUNT, CASE), st.sampled_from([None, 1, 0, -1]), max_size=6
    ),
    subjects=st.sets(st.tuples(PERSON, CASE), max_size=3),
    exclusions=st.dictionaries(st.tuples(PERSON, CASE), st.booleans(), max_size=4),
    emergencies=st.dictionaries(
        st.tuples(ACCOUNT, CASE), st.tuples(ENDED_SPANS, st.booleans()), max_size=5
    ),
    covers=st.dictionaries(
        st.tuples(ACCOUNT, ACCOUNT).filter(lambda pair: pair[0] != pair[1]),
        st.tuples(ENDED_SPANS, st.booleans()), max_size=5,
    ),
)  # fmt: skip


# The plain rule


def roles_of(world: World, account: int) -> set[Role]:
    return {role for (who, role), span in world.roles.items() if who == account and span.holds}


def kept_out(world: World, account: int, case: int) -> bool:
    human = HUMAN[world.accounts[account][0]]
    named = {HUMAN[person] for person, about in world.subjects if about == case}
    named |= {
        HUMAN[person]
        for (person, about), holds in world.exclusions.items()
        if about == case and holds
    }
    return human in named


def opens(world: World, account: int, case: int, *, restricted_too: bool) -> bool:
    team, is_restricted, _ = world.cases[case]
    if is_restricted and not restricted_too:
        return False
    member = world.members.get((account, team))
    if member is not None and member.holds and not is_restricted:
        return True
    expires = world.grants.get((account, case), -1)
    return expires is None or expires > 0


def may_know(world: World, account: int, case: int, *, acting_for: int | None = None) -> bool:
    """Say in plain words whether an account may know of a case."""
    _, is_restricted, is_destroyed = world.cases[case]
    if not world.accounts[account][1] or kept_out(world, account, case):
        return False
    roles = roles_of(world, account)
    if acting_for is None:
        is_open = opens(world, account, case, restricted_too=True)
        span, ended_early = world.emergencies.get((account, case), (Span(-2, -1), False))
        if span.holds and not ended_early and not is_restricted and roles & BREAKS_GLASS:
            is_open = True
    else:
        if kept_out(world, acting_for, case):
            return False
        roles &= roles_of(world, acting_for)
        is_open = opens(world, acting_for, case, restricted_too=False)
    return is_open and (not is_destroyed or bool(roles & SEES_TOMBSTONES))


def can_act(world: World, absent: int, deputy: int) -> bool:
    span, ended_early = world.covers[(absent, deputy)]
    both_open = world.accounts[absent][1] and world.accounts[deputy][1]
    return both_open and span.holds and not ended_early


# The same world in the database


class Built:
    """The rows of a world."""

    def __init__(self, world: World) -> None:
        self.people = [make_person(f"Human{number}") for number in range(PEOPLE)]
        for mine, other in ((0, 1), (1, 0)):
            Person.objects.filter(pk=self.people[mine].pk).update(other_ids=[self.people[other].pk])
        self.teams = [make_team("T1"), make_team("T2")]
        self.users = [self._user(number, *row) for number, row in enumerate(world.accounts)]
        self.cases = [self._case(number, *row) for number, row in enumerate(world.cases)]
        for (who, role), span in world.roles.items():
            self._period(RoleAssignment, span, user=self.users[who], role=role)
        for (who, team), span in world.members.items():
            self._period(Membership, span, user=self.users[who], team=self.teams[team])
        self._openings(world)
        self._bars(world)

    def _user(self, number: int, person: int, is_open: bool) -> User:
        return User.objects.create(
            username=f"account{number}", person=self.people[person], is_active=is_open, password="!"
        )

    def _case(self, number: int, team: int, is_restricted: bool, is_destroyed: bool) -> Complaint:
        incident = Incident.objects.create(
            place="Here", unit=make_unit(), starts_at=NOW, ends_at=NOW
        )
        return Complaint.objects.create(
            reference=f"CM-26-A000{number}",
            state=CaseState.DESTROYED if is_destroyed else CaseState.LOGGED,
            regime=Regime.REGS_2025, channel=Channel.ONLINE,
            incident=None if is_destroyed else incident, team=self.teams[team],
            is_restricted=is_restricted, logged_by=self.users[0], made_on=NOW.date(),
            logged_at=NOW - number * HOUR,
        )  # fmt: skip

    def _period(self, model: Any, span: Span, **columns: Any) -> None:
        model.objects.create(since=span.at(span.since), until=span.at(span.until), **columns)

    def _openings(self, world: World) -> None:
        view = ModelPermission.objects.get(codename="view_complaint")
        for (who, case), expires in world.grants.items():
            until = None if expires is None else NOW + expires * HOUR
            period = GrantPeriod.objects.create(
                complaint=self.cases[case], user=self.users[who], kind=GrantKind.PERSONAL,
                reason="Asked", granted_by=self.users[0], since=NOW - 3 * HOUR, until=until,
            )  # fmt: skip
            ComplaintGrant.objects.create(
                content_object=self.cases[case], user=self.users[who], permission=view,
                reason="Asked", granted_by=self.users[0], granted_at=NOW - 3 * HOUR,
                expires_at=until, period=period,
            )  # fmt: skip
        for (who, case), (span, ended_early) in world.emergencies.items():
            EmergencyAccess.objects.create(
                complaint=self.cases[case], account=self.users[who], reason="Danger",
                opened_at=span.at(span.since), expires_at=span.at(span.until),
                ended_at=NOW if ended_early else None,
                ended_by=self.users[who] if ended_early else None,
                review_due_at=NOW + 9 * HOUR,
            )  # fmt: skip
        for (absent, deputy), (span, ended_early) in world.covers.items():
            Delegation.objects.create(
                absent=self.users[absent], deputy=self.users[deputy], reason="Leave",
                since=span.at(span.since), until=span.at(span.until), made_by=self.users[absent],
                made_at=NOW - 3 * HOUR, ended_at=NOW if ended_early else None,
                ended_by=self.users[absent] if ended_early else None,
            )  # fmt: skip

    def _bars(self, world: World) -> None:
        for person, case in world.subjects:
            ComplaintSubject.objects.create(
                complaint=self.cases[case], person=self.people[person], named_at=NOW - HOUR
            )
        for (person, case), holds in world.exclusions.items():
            ended: dict[str, Any] = {}
            if not holds:
                ended = {"ended_at": NOW, "ended_by": self.users[0], "end_reason": "Wrong person"}
            CaseExclusion.objects.create(
                complaint=self.cases[case], person=self.people[person], reason="Related",
                made_by=self.users[0], made_at=NOW - HOUR, **ended,
            )  # fmt: skip

    def load(self, number: int) -> User:
        """Load an account anew, as a request does."""
        return User.objects.select_related("person").get(pk=self.users[number].pk)

    def known_to(self, user: User) -> set[int]:
        """Ask the portal which cases an account may know of, by both of its questions."""
        numbers = {case.pk: number for number, case in enumerate(self.cases)}
        visible = set(Complaint.objects.visible_to(user).values_list("pk", flat=True))
        by_branch: set[Any] = set()
        for branch in Complaint.objects.branches_for(user):
            by_branch |= set(branch.values_list("pk", flat=True))
        assert by_branch == visible
        return {numbers[pk] for pk in visible}


class Undone(Exception):
    """Leaves a block and undoes what was written in it."""


@contextlib.contextmanager
def rolled_back() -> Iterator[None]:
    with contextlib.suppress(Undone), transaction.atomic():
        yield
        raise Undone


# An emergency access that begins in an hour opens nothing yet.
TOO_EARLY = World(
    cases=[(0, False, False)] * CASES, accounts=[(0, True)] * ACCOUNTS,
    roles={(0, Role.SUPERVISOR): Span(-2, None)}, members={}, grants={}, subjects=set(), exclusions={},
    emergencies={(0, 0): (Span(1, 2), False)}, covers={},
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@example(world=TOO_EARLY)
@given(world=WORLDS)
def test_the_two_ways_to_say_who_may_know_agree(world: World) -> None:
    with time_machine.travel(NOW, tick=False), rolled_back():
        built = Built(world)
        for account in range(ACCOUNTS):
            plain = {case for case in range(CASES) if may_know(world, account, case)}
            assert built.known_to(built.load(account)) == plain
        for absent, deputy in world.covers:
            cover = Delegation.objects.get(absent=built.users[absent], deputy=built.users[deputy])
            user = built.load(deputy)
            found = find_cover(user, cover.pk, now=NOW)
            assert (found is not None) == can_act(world, absent, deputy)
            if found is not None:
                act_by(user, found)
                plain = {
                    case
                    for case in range(CASES)
                    if may_know(world, deputy, case, acting_for=absent)
                }
                assert built.known_to(user) == plain


def test_the_plain_rule_is_not_always_no() -> None:
    """A world in which each way opens a case and each bar closes one."""
    world = World(
        cases=[(0, False, False), (0, True, False), (1, False, False), (1, False, True), (0, False, False)],
        accounts=[(2, True), (3, True), (0, True), (1, True), (2, False)],
        roles={(0, Role.SUPERVISOR): Span(-2, None), (1, Role.AUDITOR): Span(-2, None)},
        members={(0, 0): Span(0, None), (1, 1): Span(-2, 2)},
        grants={(0, 1): None},
        subjects={(1, 4)},
        exclusions={(2, 4): True},
        emergencies={(0, 2): (Span(-2, 2), False)},
        covers={(1, 2): (Span(-2, 2), False)},
    )  # fmt: skip

    assert {case for case in range(CASES) if may_know(world, 0, case)} == {0, 1, 2}
    assert {case for case in range(CASES) if may_know(world, 1, case)} == {2, 3}
    assert {case for case in range(CASES) if may_know(world, 2, case, acting_for=1)} == {2}
