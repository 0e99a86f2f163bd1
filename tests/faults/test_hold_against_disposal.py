"""A hold and a disposal at the same moment: whoever commits first wins, and the other is told.

The interleavings are those in which a check in one statement was measured to destroy records under
a committed hold, played on real connections.
"""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from audit.models import Event
from bwcportal.errors import NotFound, NotNow
from incidents.models import Complainant
from retention.enums import DisposalState
from retention.models import Disposal, Hold, HoldReason
from retention.services import destroying
from retention.services.destroying import dispose_approved
from retention.services.disposing import stop
from retention.services.holds import NewHold, place_hold
from tests.factories.people import Force
from tests.factories.proven import approve, release_hold
from tests.factories.retention import approved_disposal, proposed_disposal
from tests.faults.children import (
    PATIENCE_S,
    Gate,
    plain_connection,
    threads,
    wait_until_waiting_for_lock,
)
from tests.faults.invariants import check_invariants


def a_hold() -> NewHold:
    review_on = timezone.localdate() + timedelta(days=30)
    return NewHold(reason_code="CIVIL_CLAIM", authority="Claim 26/1", review_on=review_on)


def insert_hold(
    shell: psycopg.Connection[Any], disposal: Disposal, reason: uuid.UUID, *, released: bool = False
) -> uuid.UUID:
    """Write a hold in plain SQL, past every service."""
    hold_id = uuid.uuid4()
    by = disposal.approvals.first().approver_id if released else None
    shell.execute(
        "INSERT INTO retention_hold (id, reference, complaint_id, reason_id, authority, placed_at,"
        " review_on, release_reason, released_at, released_by_id)"
        " VALUES (%s, %s, %s, %s, 'at a shell', now(), current_date, %s, %s, %s)",
        [
            hold_id,
            f"H-{hold_id.hex[:8]}",
            disposal.complaint_id,
            reason,
            "Settled" if released else "",
            timezone.now() if released else None,
            by,
        ],
    )
    return hold_id


@pytest.fixture
def force(transactional_db: None) -> Force:
    return Force()


@pytest.fixture
def disposal(force: Force) -> Disposal:
    return approved_disposal(force, now=timezone.now())


@pytest.fixture
def reason(disposal: Disposal) -> uuid.UUID:
    return HoldReason.objects.get(code="CIVIL_CLAIM").pk


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Stop the sweep while it has the locks and has not asked for holds yet."""
    gate = Gate()
    monkeypatch.setattr(destroying, "why_not_destroy", gate.before(destroying.why_not_destroy))
    return gate


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Stop the sweep when DESTROYING is committed and nothing is deleted yet."""
    gate = Gate()
    monkeypatch.setattr(destroying, "_let_go", gate.before(destroying._let_go))
    return gate


def certificates_of(future: Future[list[Any]]) -> int:
    return len(future.result(PATIENCE_S))


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_a_hold_committed_before_wins(
    disposal: Disposal, reason: uuid.UUID, isolation: str
) -> None:
    with plain_connection() as shell:
        shell.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
        insert_hold(shell, disposal, reason)

    assert dispose_approved() == []
    assert Complainant.objects.filter(complaint_id=disposal.complaint_id).exists()
    check_invariants()


@pytest.mark.parametrize("kept", [True, False], ids=["committed", "rolled back"])
def test_a_hold_that_is_not_committed_yet_is_left_time(
    disposal: Disposal, reason: uuid.UUID, kept: bool
) -> None:
    with plain_connection() as shell, threads(1) as start:
        insert_hold(shell, disposal, reason)
        assert certificates_of(start(dispose_approved)) == 0
        if not kept:
            shell.rollback()

    assert len(dispose_approved()) == (0 if kept else 1)
    check_invariants()


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_a_hold_that_comes_while_the_sweep_has_the_lock_is_refused(
    disposal: Disposal, reason: uuid.UUID, locked: Gate, isolation: str
) -> None:
    def late_hold() -> None:
        with plain_connection() as shell:
            shell.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
            insert_hold(shell, disposal, reason)

    with threads(2) as start:
        sweep = start(dispose_approved)
        locked.wait_for_somebody()
        hold = start(late_hold)
        wait_until_waiting_for_lock()
        locked.open()

        assert certificates_of(sweep) <= 1
        with pytest.raises((psycopg.errors.IntegrityError, psycopg.errors.SerializationFailure)):
            hold.result(PATIENCE_S)

    # The sweep leaves a record alone that somebody has locked; what it began it finishes now.
    dispose_approved()
    disposal.refresh_from_db()
    assert disposal.state == DisposalState.DESTROYED
    check_invariants()


def test_a_person_whose_hold_comes_while_the_sweep_has_the_lock_is_told(
    force: Force, disposal: Disposal, locked: Gate
) -> None:
    def late_hold() -> None:
        now = timezone.now()
        place_hold(actor=force.supervisor, case_id=disposal.complaint_id, data=a_hold(), now=now)

    with threads(2) as start:
        sweep = start(dispose_approved)
        locked.wait_for_somebody()
        hold = start(late_hold)
        wait_until_waiting_for_lock()
        locked.open()
        sweep.result(PATIENCE_S)
        # A destroyed case is not there any more for a supervisor.
        with pytest.raises((NotNow, NotFound)):
            hold.result(PATIENCE_S)

    dispose_approved()
    assert not Hold.objects.exists()
    check_invariants()


def test_a_hold_after_the_irrevocable_step_is_refused_and_the_refusal_recorded(
    force: Force, disposal: Disposal, reason: uuid.UUID, begun: Gate
) -> None:
    with threads(1) as start:
        sweep = start(dispose_approved)
        begun.wait_for_somebody()
        with pytest.raises(NotNow, match="Too late"):
            place_hold(
                actor=force.supervisor,
                case_id=disposal.complaint_id,
                data=a_hold(),
                now=timezone.now(),
            )
        with plain_connection() as shell, pytest.raises(psycopg.errors.IntegrityError):
            insert_hold(shell, disposal, reason)
        begun.open()
        assert certificates_of(sweep) == 1

    assert Event.objects.filter(name="retention.hold_refused", outcome="DENIED").count() == 1
    check_invariants()


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_hold_with_an_older_snapshot_is_refused(
    disposal: Disposal, reason: uuid.UUID, begun: Gate, isolation: str
) -> None:
    """The guard cannot see DESTROYING from there, so the changed row of the case must stop it."""
    with plain_connection() as shell, threads(1) as start:
        shell.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
        shell.execute("SELECT count(*) FROM retention_disposal")
        sweep = start(dispose_approved)
        begun.wait_for_somebody()
        with pytest.raises(psycopg.errors.SerializationFailure):
            insert_hold(shell, disposal, reason)
        shell.rollback()
        begun.open()
        assert certificates_of(sweep) == 1

    check_invariants()


def test_a_released_hold_cannot_be_put_back_in_force_after_the_irrevocable_step(
    disposal: Disposal, reason: uuid.UUID, begun: Gate
) -> None:
    with plain_connection(autocommit=True) as shell, threads(1) as start:
        hold_id = insert_hold(shell, disposal, reason, released=True)
        sweep = start(dispose_approved)
        begun.wait_for_somebody()
        with pytest.raises(psycopg.errors.IntegrityError, match="being destroyed"):
            shell.execute(
                "UPDATE retention_hold SET released_at = NULL, released_by_id = NULL,"
                " release_reason = '' WHERE id = %s",
                [hold_id],
            )
        begun.open()
        assert certificates_of(sweep) == 1

    check_invariants()


def test_a_hold_that_got_past_a_guard_switched_off_still_protects_what_is_left(
    force: Force, disposal: Disposal, reason: uuid.UUID, begun: Gate
) -> None:
    with plain_connection() as owner, threads(1) as start:
        sweep = start(dispose_approved)
        begun.wait_for_somebody()
        owner.execute("ALTER TABLE retention_hold DISABLE TRIGGER retention_hold_guard")
        hold_id = insert_hold(owner, disposal, reason)
        # Deferred foreign keys leave pending events, and a table that has any cannot be altered.
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        owner.execute("ALTER TABLE retention_hold ENABLE ALWAYS TRIGGER retention_hold_guard")
        owner.commit()
        begun.open()
        assert certificates_of(sweep) == 0

    disposal.refresh_from_db()
    assert (disposal.state, disposal.last_failure) == (DisposalState.DESTROYING, "HeldAfterAll")
    assert Complainant.objects.filter(complaint_id=disposal.complaint_id).exists()
    release_hold(actor=force.supervisor, hold_id=hold_id, reason="Settled", now=timezone.now())
    Disposal.objects.update(retry_after=None)
    assert len(dispose_approved()) == 1
    check_invariants()


def test_a_stop_while_the_sweep_has_the_lock_is_too_late_and_one_before_wins(
    force: Force, disposal: Disposal, locked: Gate
) -> None:
    def late_stop() -> None:
        now = timezone.now()
        stop(
            actor=force.retention_officer,
            disposal_id=disposal.pk,
            reason="Wanted after all",
            keep_until=timezone.localdate() + timedelta(days=30),
            now=now,
        )

    with threads(2) as start:
        sweep = start(dispose_approved)
        locked.wait_for_somebody()
        stopping = start(late_stop)
        wait_until_waiting_for_lock()
        locked.open()
        sweep.result(PATIENCE_S)
        with pytest.raises(NotNow):
            stopping.result(PATIENCE_S)

    dispose_approved()
    check_invariants()


def test_two_second_approvals_and_a_hold_at_once_leave_one_truth(force: Force) -> None:
    disposal = proposed_disposal(force, now=timezone.now())
    together = threading.Barrier(3)

    def approving(officer: Any) -> None:
        together.wait(PATIENCE_S)
        approve(actor=officer, disposal_id=disposal.pk, reason="No use left", now=timezone.now())

    def holding() -> None:
        together.wait(PATIENCE_S)
        now = timezone.now()
        place_hold(actor=force.supervisor, case_id=disposal.complaint_id, data=a_hold(), now=now)

    with threads(3) as start:
        approvals = [
            start(approving, officer)
            for officer in (force.retention_officer, force.second_retention_officer)
        ]
        held = start(holding)

    assert held.exception() is None
    refused = [each for each in approvals if each.exception() is not None]
    assert all(isinstance(each.exception(), NotNow) for each in refused)
    disposal.refresh_from_db()
    assert disposal.approvals.count() == 2 - len(refused)
    assert (disposal.state == DisposalState.APPROVED) is (not refused)
    assert dispose_approved() == []
    check_invariants()
