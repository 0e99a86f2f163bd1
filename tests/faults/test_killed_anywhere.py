"""A sweep that is killed, or cut off from the database, at any statement: the next one finishes it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from incidents.models import FootageItem, FootageLink
from incidents.services.evidence import source
from incidents.services.footage import SearchCriteria, attach_footage, search_footage
from incidents.services.handling import withdraw
from incidents.services.logging import NewIncident
from incidents.services.preservation import request_preservation
from retention.enums import DisposalState
from retention.models import Certificate, Disposal
from retention.services.destroying import dispose_approved
from retention.services.disposing import propose_due
from retention.services.finalising import finalise
from tests.factories.cases import handled_case
from tests.factories.footage import put_recording
from tests.factories.people import Force, make_unit
from tests.factories.proven import approve
from tests.factories.retention import LONG_AGO
from tests.faults.children import (
    CUT_OFF,
    FINISHED,
    Failpoint,
    cut_connection,
    finish,
    kill_self,
    start,
)
from tests.faults.invariants import check_invariants

# More points than one disposal has: reaching it means that the points never end.
TOO_MANY = 500
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def disposal(transactional_db: None, settings: Any, tmp_path: Path) -> Disposal:
    """Give an approved disposal of a case with a recording that the evidence system holds for it."""
    settings.FOOTAGE_FOLDER = tmp_path
    force, then = Force(), LONG_AGO
    actor = {"actor": force.investigator, "now": then}
    began = then - timedelta(days=3)
    incident = NewIncident(
        place="Station Approach", unit=make_unit(), starts_at=began, ends_at=began + HALF_AN_HOUR
    )
    case = handled_case(force, now=then, made_on=then.date(), incident=incident)
    collar = force.officer.collar_number
    recording = put_recording(tmp_path, collar=collar, recorded_on=began)
    criteria = SearchCriteria(began - HALF_AN_HOUR, began + HALF_AN_HOUR, (collar,))
    search_footage(case_id=case.pk, criteria=criteria, **actor)
    link = attach_footage(case_id=case.pk, external_id=recording, reason="Worn there", **actor)
    request_preservation(link_id=link.pk, **actor)
    withdraw(case_id=case.pk, version=None, reason="Signed notice received", **actor)
    finalise(actor=force.supervisor, case_id=case.pk, version=None, now=then)
    propose_due(now=timezone.now())
    disposal = case.disposals.get()
    for officer in (force.retention_officer, force.second_retention_officer):
        disposal = approve(
            actor=officer, disposal_id=disposal.pk, reason="No use left", now=timezone.now()
        )
    return disposal


def sweep(strike: Callable[[], None], at: int) -> int:
    """Run a sweep in a process of its own that is struck at a point; return how it ended.

    A sweep that is cut off may come back, note the failure and go on: that counts as cut off too.
    """
    failpoint = Failpoint(strike, at)

    def work() -> None:
        failpoint.around(dispose_approved)
        if failpoint.struck:
            raise OperationalError("was cut off and came back")

    return finish(start(work))


@pytest.mark.parametrize(
    ("strike", "ending", "stride"),
    [(kill_self, -signal.SIGKILL, 1), (cut_connection, CUT_OFF, 3)],
    ids=["killed", "cut off"],
)
def test_a_sweep_struck_at_any_point_loses_nothing_and_destroys_once(
    disposal: Disposal, strike: Callable[[], None], ending: int, stride: int
) -> None:
    footage = FootageLink.objects.get(complaint_id=disposal.complaint_id).footage
    struck = {DisposalState.APPROVED: 0, DisposalState.DESTROYING: 0, DisposalState.DESTROYED: 0}
    state, point = DisposalState.APPROVED, 0
    while (point := point + stride) < TOO_MANY:
        status = sweep(strike, point)
        disposal.refresh_from_db()
        if disposal.state != state:
            # What is left to do begins anew, and so do its points.
            state, point = DisposalState(disposal.state), 0
        if status == FINISHED:
            break
        assert status == ending
        struck[state] += 1
        # What failed is put off for a while; here it is tried again at once.
        Disposal.objects.update(retry_after=None)
        check_invariants()

    assert state == DisposalState.DESTROYED
    # The points of each step were really reached: before it is irrevocable, after, and at the end.
    assert struck[DisposalState.APPROVED] > 10 // stride
    assert struck[DisposalState.DESTROYING] > 30 // stride
    assert struck[DisposalState.DESTROYED] >= 1 // stride
    assert Certificate.objects.count() == 1
    assert not FootageItem.objects.exists()
    assert not source().describe(footage.external_id).on_hold
    check_invariants()
