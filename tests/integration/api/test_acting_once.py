"""Versions and keys: nobody overwrites what they did not see, and a repeat acts once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.idempotency import Answer, act_once, forget_old_answers
from accounts.models import IdempotencyKey, Membership
from audit.models import Event
from bwcportal.errors import NotNow
from bwcportal.phrasing import london_day
from incidents.models import Complaint, FootageSearch
from incidents.services import handling
from retention.models import Hold
from tests.factories.callers import Caller
from tests.factories.cases import INCIDENT_AT, handled_case, make_case
from tests.factories.people import Force


@pytest.fixture
def force() -> Force:
    return Force()


def a_hold(days: int = 30) -> dict[str, Any]:
    day = london_day(timezone.now()) + timedelta(days=days)
    return {"reason": "CIVIL_CLAIM", "authority": "Claim 1", "review_on": day.isoformat()}


REASON = {"reason": "Criminal proceedings"}


@pytest.mark.django_db
class TestVersions:
    def test_a_change_needs_the_version_and_gives_the_next(self, force: Force) -> None:
        case = handled_case(force)
        caller = Caller(force.investigator)
        path = f"/complaints/{case.pk}"
        version = caller.get(path).version

        without = caller.post(f"{path}/suspend", REASON)
        assert (without.status, without.json["code"]) == (428, "version_needed")
        stale = caller.post(f"{path}/suspend", REASON, version=version - 1)
        assert (stale.status, stale.json["code"]) == (412, "stale_version")
        done = caller.post(f"{path}/suspend", REASON, version=version)
        assert (done.status, done.version) == (200, version + 1)
        assert caller.get(path).version == version + 1
        assert Event.objects.filter(name="incidents.suspended").count() == 1

    @pytest.mark.parametrize("sent", ["*", "3", 'W/"3"', '"3", "4"', '"-1"', '"9999999999"'])
    def test_only_one_plain_version_is_understood(self, force: Force, sent: str) -> None:
        case = handled_case(force)

        reply = Caller(force.investigator).post(
            f"/complaints/{case.pk}/suspend", REASON, **{"If-Match": sent}
        )

        assert (reply.status, list(reply.json["errors"])) == (400, ["If-Match"])


@pytest.mark.django_db
class TestKeys:
    def test_a_repeat_gets_the_same_answer_and_acts_once(self, force: Force) -> None:
        case = handled_case(force)
        caller = Caller(force.investigator)
        path = f"/complaints/{case.pk}/suspend"

        first = caller.post(path, REASON, version=case.version, key="k1")
        again = caller.post(path, REASON, version=case.version, key="k1")

        assert (first.status, again.status) == (200, 200)
        assert first.content == again.content
        assert first.headers["etag"] == again.headers["etag"]
        assert "idempotency-replayed" not in first.headers
        assert again.headers["idempotency-replayed"] == "true"
        assert Event.objects.filter(name="incidents.suspended").count() == 1

    def test_another_request_with_the_key_is_refused(self, force: Force) -> None:
        case = handled_case(force)
        caller = Caller(force.investigator)
        path = f"/complaints/{case.pk}"
        caller.post(f"{path}/suspend", REASON, version=case.version, key="k1")

        other_body = caller.post(
            f"{path}/suspend", {"reason": "Other"}, version=case.version, key="k1"
        )
        other_path = caller.post(f"{path}/resume", REASON, version=case.version, key="k1")

        assert {other_body.status, other_path.status} == {422}
        assert other_body.json["code"] == "idempotency_key_reused"

    def test_a_refusal_is_not_kept(self, force: Force) -> None:
        case = handled_case(force)
        caller = Caller(force.investigator)
        path = f"/complaints/{case.pk}/suspend"

        assert caller.post(path, REASON, version=99, key="k1").status == 412
        assert not IdempotencyKey.objects.exists()
        assert caller.post(path, REASON, version=case.version, key="k1").status == 200

    def test_keys_of_two_accounts_are_two_keys(self, force: Force) -> None:
        case = handled_case(force)
        for user in (force.investigator, force.supervisor):
            reply = Caller(user).post(f"/complaints/{case.pk}/holds", a_hold(), key="same")
            assert reply.status == 201
        assert Hold.objects.count() == 2

    def test_a_kept_answer_is_not_given_to_who_may_see_the_case_no_more(self, force: Force) -> None:
        case = handled_case(force)
        caller = Caller(force.supervisor)
        path = f"/complaints/{case.pk}/holds"
        assert caller.post(path, a_hold(), key="k1").status == 201
        Membership.objects.filter(user=force.supervisor).update(until=timezone.now())
        case.grants.all().delete()

        assert caller.post(path, a_hold(), key="k1").status == 404

    def test_answers_are_forgotten_after_a_day(self, force: Force) -> None:
        case = handled_case(force)
        Caller(force.supervisor).post(f"/complaints/{case.pk}/holds", a_hold(), key="k1")
        row = IdempotencyKey.objects.get()
        assert "Claim 1" in row.body["text"]

        assert forget_old_answers(now=row.created_at + timedelta(hours=24)) == 0
        assert forget_old_answers(now=row.created_at + timedelta(hours=24, seconds=1)) == 1
        assert not IdempotencyKey.objects.exists()

    @pytest.mark.parametrize("key", ["x" * 65, "two words", "é"])
    def test_a_key_is_plain_and_short(self, force: Force, key: str) -> None:
        case = handled_case(force)

        reply = Caller(force.supervisor).post(f"/complaints/{case.pk}/holds", a_hold(), key=key)

        assert (reply.status, list(reply.json["errors"])) == (400, ["Idempotency-Key"])
        assert not Hold.objects.exists()

    def test_an_act_that_was_cut_off_is_not_repeated_blindly(self, force: Force) -> None:
        IdempotencyKey.objects.create(
            user=force.handler, key="k1", request_digest="d", created_at=timezone.now()
        )
        acted = []

        with pytest.raises(NotNow) as refused:
            act_once(
                lambda: acted.append(1) or Answer(200, None, {}),
                user=force.handler,
                key="k1",
                request_digest="d",
                now=timezone.now(),
                in_one_transaction=False,
            )

        assert refused.value.code == "idempotency_in_progress"
        assert not acted


def both_at_once(*callers: Caller, send: Any) -> list[Any]:
    """Let two callers send in two threads at the same moment."""
    barrier = threading.Barrier(len(callers))

    def run(caller: Caller) -> Any:
        barrier.wait()
        try:
            return send(caller)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(callers)) as pool:
        return list(pool.map(run, callers))


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_one_key_sent_four_times_at_once_acts_once(self, force: Force) -> None:
        case = handled_case(force)
        callers = [Caller(force.investigator) for _ in range(4)]

        replies = both_at_once(
            *callers,
            send=lambda caller: caller.post(
                f"/complaints/{case.pk}/suspend", REASON, version=case.version, key="k1"
            ),
        )

        assert {reply.status for reply in replies} == {200}
        assert len({reply.content for reply in replies}) == 1
        assert sum("idempotency-replayed" in reply.headers for reply in replies) == 3
        assert Event.objects.filter(name="incidents.suspended").count() == 1

    def test_an_act_outside_a_transaction_happens_once_too(
        self, force: Force, folder: Path
    ) -> None:
        case = make_case(force)
        body = {
            "window_from": INCIDENT_AT.isoformat(),
            "window_to": (INCIDENT_AT + timedelta(hours=1)).isoformat(),
        }
        callers = [Caller(force.investigator) for _ in range(4)]

        replies = both_at_once(
            *callers,
            send=lambda caller: caller.post(f"/complaints/{case.pk}/searches", body, key="k1"),
        )

        # Whoever comes while the first is not answered is told so; later ones get its answer.
        assert {reply.status for reply in replies} <= {201, 409}
        assert 201 in {reply.status for reply in replies}
        assert len({reply.content for reply in replies if reply.status == 201}) == 1
        assert FootageSearch.objects.count() == 1

    def test_two_changes_of_one_version_are_one_change(self, force: Force) -> None:
        case = handled_case(force)
        callers = [Caller(force.investigator), Caller(force.supervisor)]

        replies = both_at_once(
            *callers,
            send=lambda caller: caller.post(
                f"/complaints/{case.pk}/suspend", REASON, version=case.version
            ),
        )

        assert sorted(reply.status for reply in replies) == [200, 412]
        assert Complaint.objects.get(pk=case.pk).version == case.version + 1

    def test_an_act_that_fails_half_way_keeps_no_key(
        self, force: Force, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case = handled_case(force)
        caller = Caller(force.investigator)
        path = f"/complaints/{case.pk}/suspend"

        def broken(*args: object, **kwargs: object) -> None:
            raise RuntimeError("cut off")

        with monkeypatch.context() as patch:
            patch.setattr(handling, "record", broken)
            with pytest.raises(RuntimeError):
                caller.post(path, REASON, version=case.version, key="k1")

        assert not IdempotencyKey.objects.exists()
        assert caller.post(path, REASON, version=case.version, key="k1").status == 200
