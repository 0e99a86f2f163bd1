"""Each act through the API: what the state forbids is 409 and leaves nothing; what is allowed happens.

That a hidden thing is answered like an absent one, and that a role is needed, is walked for every
address in tests/integration/test_access_matrix.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Event
from bwcportal.phrasing import london_day
from incidents.models import Complaint, ComplaintGrant
from retention.services.holds import NewHold, place_hold
from tests.factories.callers import Caller
from tests.factories.cases import NOW, handled_case, make_case
from tests.factories.decisions import (
    add_clip,
    ready_case,
    return_case,
    signed_case,
    submitted_case,
)
from tests.factories.footage import attached, path_of
from tests.factories.people import Force
from tests.factories.proofs import in_header, signing
from tests.factories.proven import release_hold
from tests.factories.retention import approved_disposal, finalised_case, proposed_disposal
from tests.factories.reviews import make_link, make_mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def today(days: int = 0) -> str:
    return (london_day(timezone.now()) + timedelta(days=days)).isoformat()


WHY = {"reason": "Because"}
HOLD = {"reason": "CIVIL_CLAIM", "authority": "Claim 1"}
MARK = {"kind": "MARKER", "mark_type": 3, "start_ms": 100, "observation": "He speaks."}
SENT = {"how": "EMAIL"}


@dataclass(frozen=True)
class Wrong:
    """An act that the state of its case forbids: how the state is reached, and what is sent."""

    name: str
    made: Callable[[Force], Any]
    path: Callable[[Any], str]
    by: str
    body: Callable[[], Any]
    method: str = "POST"
    versioned: bool = False


def of(made: Any) -> Complaint:
    """Give the case of whatever was made."""
    for name in ("submission", "complaint"):
        made = getattr(made, name, made)
    return made


def case_path(part: str) -> Callable[[Any], str]:
    return lambda made: f"/complaints/{of(made).pk}/{part}"


def link_path(part: str) -> Callable[[Any], str]:
    return lambda made: f"/footage/{of(made).footage_links.first().pk}/{part}"


def with_link(case_of: Callable[[Force], Complaint]) -> Callable[[Force], Complaint]:
    def make(force: Force) -> Complaint:
        case = case_of(force)
        make_link(case, force)
        return case

    return make


def marked_and_submitted(force: Force) -> Any:
    return submitted_case(force).complaint.annotations.first()


def released(force: Force) -> Any:
    case = handled_case(force)
    data = NewHold("CIVIL_CLAIM", "Claim 1", london_day(timezone.now()) + timedelta(days=9))
    hold = place_hold(actor=force.investigator, case_id=case.pk, data=data, now=timezone.now())
    return release_hold(actor=force.supervisor, hold_id=hold.pk, reason="Over", now=timezone.now())


def destroying(force: Force) -> Any:
    disposal = approved_disposal(force, now=timezone.now())
    type(disposal).objects.filter(pk=disposal.pk).update(state="DESTROYING")
    return disposal


HANDLING = {"handling": "OUTSIDE_S3", "investigator": None, "supervisor": None}
SEARCH = {"window_from": "2026-11-06T21:00:00Z", "window_to": "2026-11-06T22:00:00Z"}
BY_HAND = {**SEARCH, "result": "NONE", "note": "Asked the control room"}
DECISION = {"decision": "SPA", "rationale": "Why", "no_footage_reason": "NOT_SHOWN"}
PLAYED = {"from_ms": 0, "to_ms": 100, "rate_percent": 100, "with_sound": True}

WRONG = [
    Wrong("handling", submitted_case, case_path("handling"), "handler", lambda: HANDLING, versioned=True),
    Wrong("suspend", make_case, case_path("suspend"), "handler", lambda: WHY, versioned=True),
    Wrong("resume", handled_case, case_path("resume"), "handler", lambda: WHY, versioned=True),
    Wrong("withdraw", submitted_case, case_path("withdraw"), "handler", lambda: WHY, versioned=True),
    Wrong("update", make_case, case_path("updates"), "handler", lambda: {**SENT, "sent_on": today()}, versioned=True),
    Wrong("outcome", handled_case, case_path("outcome"), "handler", lambda: {**SENT, "sent_on": today(), "review_body": None}, versioned=True),
    Wrong("end of an access that is not", handled_case, case_path("access/end"), "supervisor", lambda: None),
    Wrong("search", submitted_case, case_path("searches"), "handler", lambda: SEARCH),
    Wrong("search by hand", submitted_case, case_path("searches/by-hand"), "handler", lambda: BY_HAND),
    Wrong("attach", handled_case, case_path("footage"), "handler", lambda: {"external_id": "x", "reason": "y"}),
    Wrong("preserve", with_link(finalised_case), link_path("preservation"), "investigator", dict),
    Wrong("check", with_link(finalised_case), link_path("check"), "investigator", dict),
    Wrong("lost", with_link(finalised_case), link_path("lost"), "investigator", lambda: WHY),
    Wrong("annotate", submitted_case, link_path("annotations"), "investigator", lambda: MARK),
    Wrong("change a mark", marked_and_submitted, lambda mark: f"/annotations/{mark.pk}", "investigator", lambda: MARK, "PUT", versioned=True),
    Wrong("delete a mark", marked_and_submitted, lambda mark: f"/annotations/{mark.pk}", "investigator", lambda: None, "DELETE", versioned=True),
    Wrong("decide", make_case, lambda case: f"/allegations/{case.allegations.first().pk}/finding", "investigator", lambda: DECISION, versioned=True),
    Wrong("submit", handled_case, case_path("submission"), "investigator", lambda: None, versioned=True),
    Wrong("return", signed_case, lambda made: f"/reviews/{made.submission.pk}/return", "supervisor", lambda: {"points": [{"text": "Again"}]}),
    Wrong("sign", lambda force: return_case(force, submitted_case(force)), lambda made: f"/reviews/{made.pk}/sign", "supervisor", lambda: None),
    Wrong("finalise", handled_case, case_path("finalise"), "supervisor", dict, versioned=True),
    Wrong("reopen", handled_case, case_path("reopen"), "supervisor", lambda: WHY, versioned=True),
    Wrong("hold", destroying, case_path("holds"), "supervisor", lambda: {**HOLD, "review_on": today(30)}),
    Wrong("release", released, lambda hold: f"/holds/{hold.pk}/release", "retention_officer", lambda: WHY),
    Wrong("approve", destroying, lambda made: f"/disposals/{made.pk}/approve", "third", lambda: WHY),
    Wrong("keep", destroying, lambda made: f"/disposals/{made.pk}/keep", "retention_officer", lambda: {**WHY, "keep_until": today(30)}),
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_what_the_state_forbids_is_409_and_leaves_nothing(
    force: Force, wrong: Wrong, folder: Path
) -> None:
    made = wrong.made(force)
    case = Complaint.objects.get(pk=of(made).pk)
    user = getattr(force, wrong.by, None)
    if user is None:
        from accounts.roles import Role
        from tests.factories.people import make_user

        user = make_user(Role.RETENTION_OFFICER, team=force.team)
    body = wrong.body()
    if wrong.name == "submit":
        body = {"supervisor": str(force.supervisor.pk)}
    elif wrong.name == "sign":
        body = {"digest": made.digest}
    elif wrong.name.startswith("end of"):
        body = {"account": str(force.stranger.pk), **WHY}
    version = None
    if wrong.versioned:
        version = {"decide": 0, "change a mark": 1, "delete a mark": 1}.get(
            wrong.name, case.version
        )
    before = Event.objects.filter(outcome="ALLOWED").exclude(operation="CONSULTATION").count()

    reply = Caller(user).send(wrong.method, wrong.path(made), body, version=version, key="k1")

    assert reply.status == 409, reply.content
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json["code"]
    case_after = Complaint.objects.get(pk=case.pk)
    assert (case_after.version, case_after.state) == (case.version, case.state)
    # The token that was issued for this caller is the one act there is.
    after = Event.objects.filter(outcome="ALLOWED").exclude(operation="CONSULTATION").count()
    assert after == before + 1


def names(case: Complaint) -> list[str]:
    events = Event.objects.filter(case_id=case.pk, source="API", outcome="ALLOWED")
    return list(
        events.exclude(operation="CONSULTATION").order_by("id").values_list("name", flat=True)
    )


def test_a_case_is_paused_taken_up_again_and_withdrawn(force: Force) -> None:
    case = handled_case(force)
    caller = Caller(force.handler)
    version = case.version
    for act, state in (
        ("suspend", "SUSPENDED"),
        ("resume", "LOCAL_INV"),
        ("withdraw", "WITHDRAWN"),
    ):
        reply = caller.post(f"/complaints/{case.pk}/{act}", WHY, version=version)
        assert (reply.status, reply.json["state"]) == (200, state)
        version = reply.version
    assert names(case) == ["incidents.suspended", "incidents.resumed", "incidents.withdrawn"]
    assert reply.json["deadlines"] == []


def test_an_update_is_recorded_and_the_next_is_due(force: Force) -> None:
    case = handled_case(force, now=timezone.now(), made_on=london_day(timezone.now()))
    body = {"sent_on": today(), "how": "EMAIL", "note": "We are on it."}

    reply = Caller(force.handler).post(f"/complaints/{case.pk}/updates", body, version=case.version)

    assert reply.status == 200
    assert "UPDATE_NEXT" in {each["rule"] for each in reply.json["deadlines"]}
    assert names(case) == ["incidents.update_sent"]


def test_access_is_given_and_ended(force: Force) -> None:
    case = handled_case(force)
    caller, stranger = Caller(force.supervisor), Caller(force.stranger)
    path = f"/complaints/{case.pk}"
    grant = {"account": str(force.stranger.pk), "reason": "Second opinion", "expires_at": None}

    assert stranger.get(path).status == 404
    assert caller.post(f"{path}/access", grant).status == 200
    assert stranger.get(path).status == 200
    ended = caller.post(f"{path}/access/end", {"account": str(force.stranger.pk), **WHY})
    assert (ended.status, ended.content) == (204, b"")
    assert stranger.get(path).status == 404
    assert not ComplaintGrant.objects.filter(user=force.stranger).exists()


def test_a_search_by_hand_is_a_fact(force: Force) -> None:
    case = make_case(force)
    body = {
        **BY_HAND,
        "result": "NOT_WORN",
        "collar_numbers": [force.officer.collar_number],
        "place": "Station log",
    }

    made = Caller(force.handler).post(f"/complaints/{case.pk}/searches/by-hand", body)

    assert (made.status, made.json["result"], made.json["source"]) == (201, "NOT_WORN", "")
    (listed,) = Caller(force.handler).get(f"/complaints/{case.pk}/searches").json["items"]
    assert listed == made.json
    assert names(case) == ["incidents.search_recorded"]


def test_an_evidence_system_that_is_down_is_said_and_recorded(force: Force, folder: Path) -> None:
    case = make_case(force)
    folder.rmdir()

    reply = Caller(force.handler).post(f"/complaints/{case.pk}/searches", SEARCH, key="k1")

    assert (reply.status, reply.json["code"]) == (409, "evidence_system_unavailable")
    assert case.footage_searches.get().result == "NO_ACCESS"


def test_recordings_are_kept_checked_and_lost(force: Force, folder: Path) -> None:
    case = handled_case(force)
    link = attached(case, force, folder)
    caller = Caller(force.investigator)

    (kept,) = caller.post(f"/complaints/{case.pk}/preservations").json["items"]
    assert kept["state"] == "PRESERVED"
    assert caller.get(f"/complaints/{case.pk}/preservations").json["items"] == [kept]
    assert caller.get(f"/preservations/{kept['id']}").json == kept
    assert caller.post(f"/footage/{link.pk}/check").json == {"seen": "kept"}
    held = caller.post(f"/footage/{link.pk}/lost", WHY)
    assert (held.status, held.json["code"]) == (409, "not_lost")
    path_of(folder, link.footage.external_id).unlink()
    lost = caller.post(f"/footage/{link.pk}/lost", WHY)
    assert (lost.status, lost.json["status"]) == (200, "LOST")


def test_a_mark_is_changed_and_deleted_by_its_author_alone(force: Force) -> None:
    case = handled_case(force)
    link = make_link(case, force)
    mark = make_mark(link, force)
    caller = Caller(force.investigator)
    path = f"/annotations/{mark.pk}"
    version = caller.get(path).version
    body = {
        **MARK,
        "bearings": [{"allegation": str(case.allegations.first().pk), "bearing": "NEUTRAL"}],
    }

    changed = caller.send("PUT", path, body, version=version)
    assert (changed.status, changed.version) == (200, version + 1)
    assert changed.json["bearings"] == body["bearings"]
    twice = {**body, "bearings": body["bearings"] * 2}
    assert caller.send("PUT", path, twice, version=version + 1).status == 400
    assert caller.send("DELETE", path, version=version).status == 412
    assert caller.send("DELETE", path, version=version + 1).status == 204
    assert caller.get(path).status == 404


def test_what_was_played_is_ones_own(force: Force) -> None:
    link = make_link(handled_case(force), force)
    path = f"/footage/{link.pk}/viewings"

    added = Caller(force.investigator).post(path, PLAYED)

    assert added.status == 201
    assert Caller(force.investigator).get(path).json["items"] == [added.json]
    assert Caller(force.supervisor).get(path).json["items"] == []
    outside = {**PLAYED, "to_ms": 10_000_000}
    assert list(Caller(force.investigator).post(path, outside).json["errors"]) == ["to_ms"]


def test_a_decision_is_replaced_by_version(force: Force) -> None:
    case = handled_case(force)
    allegation = case.allegations.get(number=1)
    caller = Caller(force.investigator)
    path = f"/allegations/{allegation.pk}"

    first = caller.post(f"{path}/finding", DECISION, version=0)
    assert (first.status, first.version) == (200, 1)
    assert caller.post(f"{path}/finding", DECISION, version=0).status == 412
    assert caller.get(path).version == 1
    second = caller.post(f"{path}/finding", {**DECISION, "rationale": "Better"}, version=1)
    assert (second.status, second.version) == (200, 2)
    assert caller.get(f"/findings/{first.json['id']}").json == second.json
    wrong = caller.post(f"{path}/finding", {**DECISION, "decision": "NO-SUCH"}, version=2)
    assert list(wrong.json["errors"]) == ["decision"]


def test_a_signature_binds_what_was_read(force: Force) -> None:
    submission = submitted_case(force)
    caller = Caller(force.supervisor)
    path = f"/reviews/{submission.pk}"

    other = caller.post(f"{path}/sign", {"digest": "0" * 64})
    assert (other.status, other.json["code"]) == (412, "other_digest")
    unseen = caller.post(f"{path}/sign", {"digest": submission.digest})
    assert list(unseen.json["errors"]) == ["unwatched_reason"]
    body = {"digest": submission.digest, "unwatched_reason": "Seen last week"}
    unproven = caller.post(f"{path}/sign", body)
    assert (unproven.status, unproven.json["code"]) == (403, "step_up_needed")
    signed = caller.post(f"{path}/sign", body, **in_header(caller, signing(submission)))
    assert (signed.status, signed.json["unwatched"]) == (201, ["M1"])
    assert caller.get(signed.headers["location"]).json == signed.json
    case = submission.complaint
    assert caller.get(f"/complaints/{case.pk}/signoffs").json["items"] == [signed.json]
    assert caller.get(path).json["signoff"] == signed.json["id"]


def test_who_took_part_may_not_sign(force: Force) -> None:
    submission = submitted_case(force)
    add = force.supervisor.person
    submission.complaint.contributions.create(person=add, kind="SEARCHED", first_at=NOW)

    reply = Caller(force.supervisor).post(
        f"/reviews/{submission.pk}/sign", {"digest": submission.digest}
    )

    assert (reply.status, reply.json["code"]) == (403, "took_part")


def test_a_record_is_kept_although_it_is_due(force: Force) -> None:
    disposal = proposed_disposal(force, now=timezone.now())
    caller = Caller(force.retention_officer)
    body = {"reason": "An appeal is likely", "keep_until": today(365)}

    kept = caller.post(f"/disposals/{disposal.pk}/keep", body)

    assert (kept.status, kept.json["state"]) == (200, "STOPPED")
    assert kept.json["stopped_by"]["id"] == str(force.retention_officer.pk)
    assert caller.get("/disposals?state=STOPPED").json["items"] == [kept.json]
    assert caller.get("/disposals?state=PROPOSED").json["items"] == []


def test_reopening_stops_the_clock(force: Force) -> None:
    case = finalised_case(force)
    caller = Caller(force.supervisor)
    path = f"/complaints/{case.pk}"
    assert caller.get(f"{path}/retention").json["forecast"] is False

    reopened = caller.post(f"{path}/reopen", WHY, version=case.version)

    assert (reopened.status, reopened.json["state"]) == (200, "REOPENED")
    assert caller.get(f"{path}/retention").json["forecast"] is True


def test_readiness_says_what_is_missing(force: Force) -> None:
    case = handled_case(force)
    link = make_link(case, force)
    add_clip(force, link, {}, start_ms=1000, end_ms=2000)

    items = Caller(force.investigator).get(f"/complaints/{case.pk}/readiness").json["items"]

    missing = {each["code"] for each in items if each["missing"]}
    assert {"decide_allegations", "tie_moments"} <= missing
    ready = ready_case(force)
    items = Caller(force.investigator).get(f"/complaints/{ready.pk}/readiness").json["items"]
    assert not [each for each in items if each["missing"]]
