"""The worker is killed, or Redis loses everything, in the middle of disposing: it is done once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import psycopg
import pytest
import redis

from tests.functional.conftest import RunningPortal

PATIENCE_S = 120
_first_numbers = count(70_000, 1_000)


class Disposals:
    """The approved disposals of one test, seen from outside the portal."""

    def __init__(self, portal: RunningPortal, how_many: int) -> None:
        self.portal = portal
        first = str(next(_first_numbers))
        made = portal.python("-m", "tests.functional.make_disposals", str(how_many), first)
        self.ids = made.split()
        assert len(self.ids) == how_many
        self._database = psycopg.connect(portal.database_url, autocommit=True)

    def close(self) -> None:
        self._database.close()

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Ask the database; `%(ids)s` are the disposals and `%(cases)s` a query of their cases."""
        cases = "(SELECT complaint_id FROM retention_disposal WHERE id = ANY(%(ids)s::uuid[]))"
        return self._database.execute(
            question.replace("%(cases)s", cases), {"ids": self.ids}
        ).fetchall()

    def certified(self) -> int:
        """Count their certificates."""
        ((number,),) = self.ask(
            "SELECT count(*) FROM retention_certificate WHERE disposal_id = ANY(%(ids)s::uuid[])"
        )
        return int(number)

    def wait_until(self, enough: Callable[[int], bool]) -> int:
        """Wait for a number of certificates and return it."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if enough(number := self.certified()):
                return number
            time.sleep(0.002)
        pytest.fail(
            f"{self.certified()} certificates; the worker: {self.portal.log('worker')[-2000:]}"
        )

    def assert_each_is_done_once(self) -> None:
        """Everything is destroyed, certified once and told once, and nothing half done remains."""
        total = len(self.ids)
        assert self.ask(
            "SELECT state, failures, count(*) FROM retention_disposal"
            " WHERE id = ANY(%(ids)s::uuid[]) GROUP BY 1, 2"
        ) == [("DESTROYED", 0, total)]
        assert self.ask(
            "SELECT count(*), count(DISTINCT disposal_id), count(DISTINCT number)"
            " FROM retention_certificate WHERE complaint_id IN %(cases)s"
        ) == [(total, total, total)]
        assert self.ask(
            "SELECT name, count(*), count(DISTINCT case_id) FROM audit_event"
            " WHERE name IN ('retention.destroying', 'retention.destroyed',"
            " 'retention.disposal_failed') AND case_id IN %(cases)s GROUP BY 1 ORDER BY 1"
        ) == [("retention.destroyed", total, total), ("retention.destroying", total, total)]
        assert self.ask(
            "SELECT state, title || original_words, incident_id, count(*)"
            " FROM incidents_complaint WHERE id IN %(cases)s GROUP BY 1, 2, 3"
        ) == [("DESTROYED", "", None, total)]
        for table, column in (
            ("incidents_complainant", "complaint_id"),
            ("incidents_allegation", "complaint_id"),
            ("audit_eventpayload", "case_id"),
        ):
            left = self.ask(f"SELECT count(*) FROM {table} WHERE {column} IN %(cases)s")
            assert left == [(0,)], table
        assert (
            self.ask(
                "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " OR (state LIKE 'idle in transaction%%' AND now() - state_change > interval '5 s')"
            )
            == []
        )


@pytest.fixture
def make(running_portal: RunningPortal) -> Iterator[Callable[[int], Disposals]]:
    """Make disposals while no worker runs, so that a test decides when they begin."""
    made = []

    def make_some(how_many: int) -> Disposals:
        running_portal.kill_worker()
        made.append(Disposals(running_portal, how_many))
        return made[-1]

    yield make_some
    if running_portal.processes().get("worker") is None:
        running_portal.start_worker()
    for disposals in made:
        disposals.close()


def test_a_worker_killed_in_mid_disposal_loses_nothing_and_disposes_once(
    running_portal: RunningPortal, make: Callable[[int], Disposals]
) -> None:
    disposals = make(40)

    for _ in range(3):
        before = disposals.certified()
        running_portal.start_worker()
        disposals.wait_until(lambda number, before=before: number >= before + 3)
        running_portal.kill_worker()
    assert 0 < disposals.certified() < 40, "the worker was too quick to be killed in the middle"

    running_portal.start_worker()
    disposals.wait_until(lambda number: number == 40)
    disposals.assert_each_is_done_once()


def test_a_broker_that_loses_everything_costs_delay_and_no_disposal(
    running_portal: RunningPortal, make: Callable[[int], Disposals]
) -> None:
    disposals = make(20)
    broker = redis.Redis.from_url(running_portal.redis_url)

    running_portal.start_worker()
    disposals.wait_until(lambda number: number >= 2)
    broker.flushall()
    running_portal.kill_worker()
    assert disposals.certified() < 20, "the worker was too quick to be stopped in the middle"
    broker.flushall()
    broker.close()
    running_portal.start_worker()

    # Redis knows of nothing to do any more. PostgreSQL does, and the job by hand asks only that.
    running_portal.manage("carry_out_disposals", "--once")

    assert disposals.certified() == 20
    disposals.assert_each_is_done_once()


def test_the_job_by_hand_and_the_worker_at_once_dispose_once(
    running_portal: RunningPortal, make: Callable[[int], Disposals]
) -> None:
    disposals = make(30)

    running_portal.start_worker()
    with ThreadPoolExecutor(2) as pool:
        by_hand = [
            pool.submit(running_portal.manage, "carry_out_disposals", "--once") for _ in range(2)
        ]
        assert all(each.result().returncode == 0 for each in by_hand)
    disposals.wait_until(lambda number: number == 30)
    disposals.assert_each_is_done_once()
