"""Four sweeps at once, a storm of holds against a sweep, and records that belong together."""

from __future__ import annotations

import random
import threading
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from bwcportal.errors import NotFound, NotNow
from incidents.models import Complaint, Incident
from retention.enums import DisposalState
from retention.models import Certificate, Disposal, Hold, RetentionClock
from retention.services import destroying
from retention.services.destroying import dispose_approved
from retention.services.finalising import reopen
from retention.services.holds import NewHold, place_hold
from tests.factories.people import Force
from tests.factories.proven import release_hold
from tests.factories.retention import approved_disposal
from tests.faults.children import (
    FINISHED,
    PATIENCE_S,
    Gate,
    finish,
    start,
    threads,
    wait_until_waiting_for_lock,
)
from tests.faults.invariants import check_invariants

RECORDS = 60
SWEEPS = 4
STORM_RECORDS = 24
STORM_ACTS = 25


@pytest.fixture
def force(transactional_db: None) -> Force:
    return Force()


def approved(force: Force, count: int) -> list[Disposal]:
    return [approved_disposal(force, now=timezone.now()) for _ in range(count)]


def a_hold() -> NewHold:
    review_on = timezone.localdate() + timedelta(days=30)
    return NewHold(reason_code="CIVIL_CLAIM", authority="Claim 26/1", review_on=review_on)


def deadlocks() -> int:
    """Count the deadlocks that the database server had to break in this database so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_four_sweeps_at_once_destroy_each_record_once(force: Force) -> None:
    approved(force, RECORDS)
    before = deadlocks()

    children = [start(dispose_approved) for _ in range(SWEEPS)]

    assert [finish(child) for child in children] == [FINISHED] * SWEEPS
    # Each may have left alone what another had locked at that moment; the next run takes the rest.
    dispose_approved()
    assert Counter(Disposal.objects.values_list("state", flat=True)) == {"DESTROYED": RECORDS}
    assert Certificate.objects.count() == RECORDS
    assert not Event.objects.filter(name="retention.disposal_failed").exists()
    assert deadlocks() == before
    check_invariants()


def test_a_poisoned_record_of_any_kind_stops_none_of_four_sweeps(
    force: Force, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, *_ = approved(force, 5)
    real = destroying._finish

    def stumble(disposal_id: UUID) -> Certificate | None:
        if disposal_id == poisoned.pk:
            raise TypeError("a value nobody thought of")
        return real(disposal_id)

    monkeypatch.setattr(destroying, "_finish", stumble)
    children = [start(dispose_approved) for _ in range(SWEEPS)]

    assert [finish(child) for child in children] == [FINISHED] * SWEEPS
    dispose_approved()
    assert Certificate.objects.count() == 4
    poisoned.refresh_from_db()
    assert (poisoned.state, poisoned.last_failure) == (DisposalState.DESTROYING, "TypeError")
    # Told once a collision at most, and put off rather than tried in a loop.
    assert 1 <= poisoned.failures <= SWEEPS + 1
    assert poisoned.retry_after is not None
    check_invariants()


def test_a_sweep_does_not_make_others_wait_who_share_the_rule(
    force: Force, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever finalises a case under the same rule writes a row that points at it."""
    disposal = approved_disposal(force, now=timezone.now())
    inside, go_on = threading.Event(), threading.Event()
    real = destroying.erase_judgements

    def slowly(case: Complaint) -> None:
        inside.set()
        assert go_on.wait(30)
        real(case)

    monkeypatch.setattr(destroying, "erase_judgements", slowly)
    with threads(1) as in_thread:
        sweep = in_thread(dispose_approved)
        assert inside.wait(30)
        # Fails by the lock timeout if the sweep has the rule's row.
        approved_disposal(force, now=timezone.now())
        go_on.set()
        assert len(sweep.result(30)) == 1

    assert RetentionClock.objects.filter(rule_id=disposal.rule_id).count() == 1
    check_invariants()


def test_cases_that_share_an_incident_take_it_with_them_when_both_go_at_once(
    force: Force, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = approved(force, 2)
    incident = first.complaint.incident_id
    Complaint.objects.filter(pk=second.complaint_id).update(incident_id=incident)
    Incident.objects.exclude(pk=incident).delete()
    # Each stops with its case erased and not committed, where neither sees what the other did.
    erased = Gate()
    monkeypatch.setattr(destroying, "erase_personal", erased.before(destroying.erase_personal))

    with threads(2) as in_thread:
        one = in_thread(dispose_approved)
        erased.wait_for_somebody()
        other = in_thread(dispose_approved)
        wait_until_waiting_for_lock()
        erased.open()
        assert len(one.result(PATIENCE_S)) + len(other.result(PATIENCE_S)) == 2

    assert not Incident.objects.exists()
    check_invariants()


class Storm:
    """People who place and release holds, and reopen, as fast as they can, and what they were told."""

    def __init__(self, force: Force, disposals: list[Disposal], seed: int) -> None:
        self._force = force
        self._cases = [disposal.complaint_id for disposal in disposals]
        self._seed = seed
        self.placed: Counter[UUID] = Counter()
        self.released: Counter[UUID] = Counter()
        self.unexpected: list[BaseException] = []
        self._lock = threading.Lock()

    def blow(self, number: int) -> None:
        """Act many times as one person; only refusals that a person can be shown are expected."""
        chance = random.Random(f"{self._seed}-{number}")  # noqa: S311 - weather
        for _ in range(STORM_ACTS):
            case_id = chance.choice(self._cases)
            try:
                self._act(case_id, chance)
            except (NotNow, NotFound):
                continue
            except Exception as error:  # noqa: BLE001 - kept, and asserted to be none
                self.unexpected.append(error)

    def _act(self, case_id: UUID, chance: random.Random) -> None:
        now = timezone.now()
        kind = chance.random()
        if kind < 0.55:
            place_hold(actor=self._force.supervisor, case_id=case_id, data=a_hold(), now=now)
            self._note(self.placed, case_id)
        elif kind < 0.95:
            hold = Hold.objects.filter(complaint_id=case_id, released_at__isnull=True).first()
            if hold is not None:
                officer: User = self._force.retention_officer
                release_hold(actor=officer, hold_id=hold.pk, reason="Settled", now=now)
                self._note(self.released, case_id)
        else:
            actor = self._force.supervisor
            reopen(actor=actor, case_id=case_id, version=None, reason="New evidence", now=now)

    def _note(self, what: Counter[UUID], case_id: UUID) -> None:
        with self._lock:
            what[case_id] += 1


def test_a_storm_of_holds_against_a_sweep(force: Force) -> None:
    storm = Storm(force, approved(force, STORM_RECORDS), seed=20261123)
    calm = threading.Event()
    before = deadlocks()

    def keep_sweeping() -> None:
        while not calm.is_set():
            dispose_approved(limit=3)

    with threads(6) as in_thread:
        sweeps = [in_thread(keep_sweeping) for _ in range(2)]
        people = [in_thread(storm.blow, number) for number in range(4)]
        for person in people:
            person.result(120)
        calm.set()
        for sweep in sweeps:
            sweep.result(60)

    assert storm.unexpected == []
    assert deadlocks() == before
    check_invariants()
    # Who was told that a hold stands has it, unless it was released again: on a record that is whole.
    alive = set(Complaint.objects.exclude(state="DESTROYED").values_list("pk", flat=True))
    told = {case: storm.placed[case] - storm.released[case] for case in storm.placed}
    in_force = Hold.objects.filter(released_at__isnull=True)
    assert Counter(in_force.values_list("complaint_id", flat=True)) == +Counter(told)
    assert all(case in alive for case, holds in told.items() if holds)

    for hold in in_force:
        now = timezone.now()
        release_hold(actor=force.retention_officer, hold_id=hold.pk, reason="Settled", now=now)
    dispose_approved()
    left = Disposal.objects.exclude(state__in=[DisposalState.DESTROYED, DisposalState.STOPPED])
    assert not left.exists()
    check_invariants()
