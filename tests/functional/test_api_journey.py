"""A complaint from intake to a signed, finalised record, and another to its certificate: API alone.

Three people with tokens of their own call a server over HTTP; the recording is a real file in a
real folder. Before each step a fourth person, who holds every role in another team, tries the same
and is answered as if there were no such thing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.factors.codes import new_recovery_codes
from audit.models import Event
from bwcportal.phrasing import london_day
from retention.services.destroying import dispose_approved
from tests.factories.callers import RemoteCaller, Reply, random_id
from tests.factories.footage import path_of, put_recording
from tests.factories.people import Force, make_unit
from tests.factories.retention import proposed_disposal
from tests.factories.sign_in import with_app

pytestmark = pytest.mark.django_db(transaction=True)

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Journey:
    """The steps, each tried by the fourth person first."""

    def __init__(self, stranger: RemoteCaller) -> None:
        self.stranger = stranger
        self.refused: list[str] = []

    def step(
        self,
        caller: RemoteCaller,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int = 200,
        **options: Any,
    ) -> Reply:
        """Let the stranger be refused, then let the caller do it; check the status."""
        if body is None and method == "POST":
            body = {}
        if _ID.search(path):
            hidden = self.stranger.send(method, path, body, **options)
            absent = self.stranger.send(method, _ID.sub(random_id(), path), body, **options)
            assert (hidden.status, hidden.content) == (404, absent.content), path
            assert absent.status == 404
            self.refused.append(path)
        reply = caller.send(method, path, body, **options)
        assert reply.status == status, (path, reply.content)
        return reply


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "evidence"
    path.mkdir()
    settings.FOOTAGE_FOLDER = path
    return path


def complaint(force: Force) -> dict[str, Any]:
    began = timezone.now() - timedelta(days=3)
    return {
        "channel": "ONLINE",
        "made_on": london_day(timezone.now()).isoformat(),
        "title": "Stop and search, Station Approach",
        "original_words": "Two officers stopped me. One held my arm.",
        "incident": {
            "place": "Station Approach",
            "unit": make_unit().code,
            "starts_at": began.isoformat(),
            "ends_at": (began + timedelta(minutes=30)).isoformat(),
        },
        "complainant": {"kind": "DIRECTLY_AFFECTED", "name": "Idris Kestle"},
        "subjects": [{"officer": str(force.officer.pk)}],
        "allegations": [
            {"category": "b-stop-search", "words": "He had no reason.", "subjects": [0]},
            {"category": "b-use-of-force", "words": "He pushed my arm up.", "subjects": [0]},
        ],
    }


def showing(caller: RemoteCaller) -> Callable[..., dict[str, str]]:
    """Enrol a second factor, and give a way to show it for an act: by recovery codes, each once."""
    with_app(caller.user)
    codes = iter(new_recovery_codes(caller.user, now=timezone.now()))

    def show(act: str, object_id: str, version: object) -> dict[str, str]:
        body = {"act": act, "object": object_id, "version": str(version), "code": next(codes)}
        shown = caller.post("/step-ups", body)
        assert shown.status == 201, shown.content
        return {"Step-Up": shown.json["id"]}

    return show


def test_the_whole_journey_through_the_api_alone(live_server: LiveServer, folder: Path) -> None:
    force = Force()
    handler, investigator, supervisor, stranger = (
        RemoteCaller(user, live_server.url)
        for user in (force.handler, force.investigator, force.supervisor, force.stranger)
    )
    journey = Journey(stranger)
    step = journey.step
    supervisor_shows = showing(supervisor)

    # Station 2: log, and see at once when footage is auto-deleted.
    logged = step(handler, "POST", "/complaints", complaint(force), status=201, key="log-1")
    assert logged.headers["location"].endswith(logged.json["id"])
    case = f"/complaints/{logged.json['id']}"
    due = timezone.datetime.fromisoformat(logged.json["footage_clock"]["moment"])
    assert timedelta(days=27) < due - timezone.now() < timedelta(days=29)
    people = handler.get("/colleagues?role=supervisor").json["items"]
    assert [each["id"] for each in people] == [str(force.supervisor.pk)]
    handled = step(
        handler,
        "POST",
        f"{case}/handling",
        {
            "handling": "S3_LOCAL_NON_SPECIAL",
            "investigator": str(force.investigator.pk),
            "supervisor": str(force.supervisor.pk),
        },
        version=logged.version,
    )
    assert handled.json["state"] == "LOCAL_INV"

    # Station 3: search, attach, preserve: the file is really held, and its hash is that of the file.
    began = timezone.datetime.fromisoformat(logged.json["incident"]["starts_at"])
    external_id = put_recording(
        folder, collar=force.officer.collar_number, recorded_on=began + timedelta(minutes=1)
    )
    found = step(
        investigator,
        "POST",
        f"{case}/searches",
        {
            "window_from": began.isoformat(),
            "window_to": (began + timedelta(hours=1)).isoformat(),
            "collar_numbers": [force.officer.collar_number],
        },
        status=201,
    )
    assert [each["external_id"] for each in found.json["found"]] == [external_id]
    attached = step(
        investigator,
        "POST",
        f"{case}/footage",
        {"external_id": external_id, "reason": "Worn by the officer complained about"},
        status=201,
    )
    link = f"/footage/{attached.json['id']}"
    kept = step(investigator, "POST", f"{link}/preservation")
    content = path_of(folder, external_id).read_bytes()
    assert kept.json["state"] == "PRESERVED"
    assert kept.json["sha256"] == hashlib.sha256(content).hexdigest()
    step(investigator, "GET", f"/preservations/{kept.json['id']}")

    # Station 4: play the bytes by a link of one's own, say what was watched, mark.
    address = step(investigator, "POST", f"{link}/playback").json["url"]
    part = investigator.send("GET", address, Range="bytes=0-99")
    assert (part.status, part.content) == (206, content[:100])
    assert supervisor.send("GET", address, Range="bytes=0-99").status == 404
    assert stranger.send("GET", address, Range="bytes=0-99").status == 404
    seen = {"from_ms": 0, "to_ms": 2000, "rate_percent": 100, "with_sound": True}
    step(investigator, "POST", f"{link}/viewings", seen, status=201)
    allegations = [each["id"] for each in logged.json["allegations"]]
    mark = {
        "kind": "CLIP",
        "mark_type": 1,
        "start_ms": 200,
        "end_ms": 1500,
        "observation": "An arm is held behind the back.",
        "bearings": [{"allegation": each, "bearing": "SUPPORTS"} for each in allegations],
    }
    marked = step(investigator, "POST", f"{link}/annotations", mark, status=201)

    # Station 5: decide each allegation.
    decision = {
        "decision": "SPA",
        "rationale": "The arm was held without need.",
        "cited": [marked.json["id"]],
    }
    for allegation in allegations:
        read = step(investigator, "GET", f"/allegations/{allegation}")
        assert read.version == 0
        step(
            investigator,
            "POST",
            f"/allegations/{allegation}/finding",
            decision,
            version=read.version,
        )

    # Station 6: submit, return, answer, submit again, sign.
    assert not [
        each for each in investigator.get(f"{case}/readiness").json["items"] if each["missing"]
    ]
    first = submitted(step, investigator, case, force)
    queue = supervisor.get("/reviews?state=AWAITING&mine=true").json["items"]
    assert [each["id"] for each in queue] == [first["id"]]
    returned = step(
        supervisor,
        "POST",
        f"/reviews/{first['id']}/return",
        {"points": [{"text": "Name the policy.", "allegation": allegations[0]}]},
    )
    assert returned.json["state"] == "RETURNED"
    point = returned.json["points"][0]["id"]
    step(
        investigator,
        "POST",
        f"/return-points/{point}/answer",
        {"answer": "Use of force policy, part 3."},
    )
    better = {**mark, "observation": "An arm is held behind the back for a second."}
    step(investigator, "PUT", f"/annotations/{marked.json['id']}", better, version=1)
    second = submitted(step, investigator, case, force)
    assert second["number"] == 2
    review = step(supervisor, "GET", f"/reviews/{second['id']}").json
    assert hashlib.sha256(review["content"].encode()).hexdigest() == review["digest"]
    assert not review["watched"][0]["is_watched"]
    step(supervisor, "POST", f"{link}/viewings", seen, status=201)
    unproven = supervisor.post(f"/reviews/{second['id']}/sign", {"digest": review["digest"]})
    assert (unproven.status, unproven.json["code"]) == (403, "step_up_needed")
    signed = step(
        supervisor,
        "POST",
        f"/reviews/{second['id']}/sign",
        {"digest": review["digest"]},
        status=201,
        **supervisor_shows("sign", second["id"], review["digest"]),
    )
    assert (signed.json["unwatched"], signed.json["voided_at"]) == ([], None)

    # Station 7: outcome, finalise, hold and release.
    now = handler.get(case)
    sent = step(
        handler,
        "POST",
        f"{case}/outcome",
        {
            "sent_on": london_day(timezone.now()).isoformat(),
            "how": "EMAIL",
            "review_body": "LPB",
        },
        version=now.version,
    )
    final = step(supervisor, "POST", f"{case}/finalise", version=sent.version)
    assert final.json["state"] == "FINALISED"
    expiry = step(supervisor, "GET", f"{case}/retention").json
    assert not expiry["forecast"]
    assert expiry["due_on"] > "2030"
    hold = step(
        investigator,
        "POST",
        f"{case}/holds",
        {
            "reason": "CIVIL_CLAIM",
            "authority": "Claim DLS/26/1",
            "review_on": (london_day(timezone.now()) + timedelta(days=30)).isoformat(),
        },
        status=201,
    )
    reason = {"reason": "The claim is settled"}
    assert investigator.post(f"/holds/{hold.json['id']}/release", reason).status == 403
    version = supervisor.get(case).version
    released = step(
        supervisor,
        "POST",
        f"/holds/{hold.json['id']}/release",
        reason,
        **supervisor_shows("release_hold", hold.json["id"], version),
    )
    assert released.json["released_by"]["id"] == str(force.supervisor.pk)

    # Station 8: the history says it all, and the fourth person was refused at every step.
    step(supervisor, "GET", f"{case}/events")
    assert acts_of(logged.json["id"]) == ACTS
    assert not Event.objects.filter(
        actor_id=str(force.stranger.pk), outcome="ALLOWED", case_id__isnull=False
    ).exists()
    assert len(journey.refused) > 20


ACTS = [
    "incidents.complaint_logged",
    "incidents.handling_decided",
    "incidents.assigned",
    "incidents.footage_attached",
    "incidents.preservation_requested",
    "incidents.preservation_confirmed",
    "reviews.annotation_added",
    "reviews.allegation_decided",
    "reviews.allegation_decided",
    "reviews.submitted",
    "reviews.returned",
    "reviews.point_answered",
    "reviews.annotation_changed",
    "reviews.submitted",
    "reviews.signed",
    "incidents.outcome_sent",
    "retention.finalised",
    "retention.hold_placed",
    "retention.hold_released",
]


def submitted(step: Any, investigator: RemoteCaller, case: str, force: Force) -> dict[str, Any]:
    """Submit the case as it is now."""
    version = investigator.get(case).version
    reply = step(
        investigator,
        "POST",
        f"{case}/submission",
        {"supervisor": str(force.supervisor.pk)},
        status=201,
        version=version,
    )
    return reply.json


def acts_of(case_id: str) -> list[str]:
    """Name what was done to a case, in order: neither readings nor refusals."""
    events = Event.objects.filter(case_id=case_id, outcome="ALLOWED").order_by("id")
    return list(events.exclude(operation="CONSULTATION").values_list("name", flat=True))


def test_a_due_record_is_approved_by_two_destroyed_and_certified(
    live_server: LiveServer, folder: Path
) -> None:
    force = Force()
    officer, second, stranger = (
        RemoteCaller(user, live_server.url)
        for user in (force.retention_officer, force.second_retention_officer, force.stranger)
    )
    journey = Journey(stranger)
    disposal = proposed_disposal(force, now=timezone.now())
    listed = officer.get("/disposals?state=PROPOSED").json["items"]
    assert [each["id"] for each in listed] == [str(disposal.pk)]
    path = f"/disposals/{disposal.pk}"
    why = {"reason": "No claim, no appeal, no use"}

    version = disposal.complaint.version
    first_shows, second_shows = showing(officer), showing(second)
    proof = first_shows("approve_disposal", str(disposal.pk), version)
    once = journey.step(officer, "POST", f"{path}/approve", why, **proof)
    assert once.json["state"] == "PROPOSED"
    assert officer.post(f"{path}/approve", why).status == 403
    assert second.post(f"{path}/approve", why, **proof).json["code"] == "step_up_needed"
    proof = second_shows("approve_disposal", str(disposal.pk), version)
    twice = journey.step(second, "POST", f"{path}/approve", why, **proof)
    assert twice.json["state"] == "APPROVED"
    dispose_approved()

    done = journey.step(officer, "GET", path).json
    assert done["state"] == "DESTROYED"
    certificate = journey.step(officer, "GET", f"/certificates/{done['certificate']}").json
    text = json.dumps(
        certificate["body"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert hashlib.sha256(text.encode()).hexdigest() == certificate["digest"]
    assert len(certificate["body"]["approvals"]) == 2
    tombstone = journey.step(officer, "GET", f"/complaints/{certificate['complaint']}").json
    assert (tombstone["title"], tombstone["complainant"], tombstone["subjects"]) == ("", None, [])
    assert acts_of(certificate["complaint"])[-2:] == [
        "audit.personal_erased",
        "retention.destroyed",
    ]
