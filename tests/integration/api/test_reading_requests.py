"""What the API takes: one bounded JSON object, known keys, right types, and a token that may."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken
from audit.models import Event
from bwcportal.phrasing import london_day
from incidents.models import Complaint
from tests.factories.callers import Caller, random_id
from tests.factories.cases import make_case
from tests.factories.people import Force, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def handler(force: Force) -> Caller:
    return Caller(force.handler)


def a_complaint(force: Force) -> dict[str, Any]:
    began = timezone.now() - timedelta(days=3)
    return {
        "channel": "ONLINE",
        "made_on": london_day(timezone.now()).isoformat(),
        "title": "Stop and search",
        "original_words": "One held my arm.",
        "incident": {
            "place": "Station Approach",
            "unit": make_unit().code,
            "starts_at": began.isoformat(),
            "ends_at": began.isoformat(),
        },
        "complainant": {"kind": "WITNESS"},
        "subjects": [{"description": "Tall, with a beard"}],
        "allegations": [{"category": "b-use-of-force", "words": "He pushed me."}],
    }


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Give a copy with one value replaced; `path` has dots and places in lists."""
    copy = json.loads(json.dumps(body))
    *parts, last = path.split(".")
    place = copy
    for part in parts:
        place = place[int(part)] if part.isdigit() else place[part]
    place[last] = value
    return copy


def test_a_complaint_is_logged_as_sent(force: Force, handler: Caller) -> None:
    reply = handler.post("/complaints", a_complaint(force))

    assert reply.status == 201
    case = Complaint.objects.get(pk=reply.json["id"])
    assert (case.logged_by, case.team) == (force.handler, force.team)
    assert reply.headers["location"] == f"/api/v1/complaints/{case.pk}"
    assert reply.headers["cache-control"] == "private, no-store"
    assert handler.get(f"/complaints/{case.pk}").json == reply.json


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("channel", "PIGEON"),
        ("channel", ["ONLINE"]),
        ("made_on", "09/11/2026"),
        ("made_on", 20261109),
        ("title", 7),
        ("title", "x" * 121),
        ("title", "a\x00b"),
        ("is_restricted", "yes"),
        ("is_restricted", 1),
        ("incident", []),
        ("incident.starts_at", "2026-11-06T21:38:00"),
        ("incident.starts_at", 1_700_000_000),
        ("incident.unit", "NO-SUCH"),
        ("incident.colour", "blue"),
        ("complainant.kind", None),
        ("subjects", {}),
        ("subjects.0.officer", 12),
        ("subjects.0.officer", "not an id"),
        ("allegations.0.category", "no-such"),
        ("allegations.0.subjects", ["0"]),
        ("allegations.0.subjects", [True]),
        ("allegations.0.subjects", [4]),
        ("factors", ["no-such"]),
        ("team", "T2"),
        ("reference", "CM-26-AAAAA"),
    ],
)
def test_what_cannot_be_is_named_and_leaves_nothing(
    force: Force, handler: Caller, path: str, value: Any
) -> None:
    reply = handler.post("/complaints", changed(a_complaint(force), path, value))

    assert reply.status == 400, reply.content
    assert reply.headers["content-type"] == "application/problem+json"
    assert path.split(".")[0] in reply.json["errors"]
    assert not Complaint.objects.exists()
    assert not Event.objects.filter(name="incidents.complaint_logged").exists()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b'{"reason": NaN}',
        b'{"reason": "a", "reason": "b"}',
        b'{"reason": "\xff"}',
        b"[" * 100_000,
    ],
    ids=["nothing", "cut", "list", "text", "null", "nan", "twice", "not-utf8", "deep"],
)
def test_a_body_that_is_no_json_object_is_refused(
    force: Force, handler: Caller, raw: bytes
) -> None:
    case = make_case(force)

    reply = handler.send("POST", f"/complaints/{case.pk}/withdraw", raw=raw, version=1)

    assert reply.status == 400
    assert reply.headers["content-type"] == "application/problem+json"
    case.refresh_from_db()
    assert case.version == 1


def test_a_body_over_the_limit_is_not_read(force: Force, handler: Caller) -> None:
    case = make_case(force)
    raw = json.dumps({"reason": "x" * 1_100_000}).encode()

    reply = handler.send("POST", f"/complaints/{case.pk}/withdraw", raw=raw, version=1)

    assert (reply.status, reply.json["code"]) == (413, "too_large")


def test_a_form_is_not_json(force: Force, handler: Caller) -> None:
    case = make_case(force)

    reply = handler.send(
        "POST",
        f"/complaints/{case.pk}/withdraw",
        raw=b"reason=why",
        content_type="application/x-www-form-urlencoded",
        version=1,
    )

    assert reply.status == 415


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "state=OPEN", "page=2", "limit=2&limit=3"]
)
def test_a_query_that_is_not_known_is_refused(handler: Caller, query: str) -> None:
    reply = handler.get(f"/complaints?{query}")

    assert reply.status == 400
    assert query.split("=")[0] in reply.json["errors"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer bwc_wrong", "Basic Zm9vOmJhcg=="])
def test_without_a_good_token_nobody_is_let_in(force: Force, header: str) -> None:
    response = Client().get("/api/v1/me", headers={"Authorization": header})

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("how", ["expired", "revoked", "closed"])
def test_a_token_ends(force: Force, handler: Caller, how: str) -> None:
    assert handler.get("/me").status == 200
    now = timezone.now()
    if how == "closed":
        type(force.handler).objects.filter(pk=force.handler.pk).update(is_active=False)
    elif how == "expired":
        ApiToken.objects.update(expires_at=now - timedelta(seconds=1))
    else:
        ApiToken.objects.update(revoked_at=now)

    assert handler.get("/me").status == 401


def test_a_read_only_token_reads(force: Force) -> None:
    case = make_case(force)
    reader = Caller(force.handler, can_write=False)

    assert reader.get(f"/complaints/{case.pk}").status == 200
    refused = reader.post(f"/complaints/{case.pk}/withdraw", {"reason": "No"}, version=1)
    assert refused.status == 403
    assert refused.headers["content-type"] == "application/problem+json"
    case.refresh_from_db()
    assert case.version == 1


def test_a_session_needs_the_token_of_its_pages_to_change(force: Force) -> None:
    case = make_case(force)
    client = Client(enforce_csrf_checks=True)
    client.force_login(force.handler)
    path = f"/api/v1/complaints/{case.pk}"

    assert client.get(path).status_code == 200
    refused = client.post(
        f"{path}/withdraw",
        {"reason": "No"},
        content_type="application/json",
        headers={"If-Match": '"1"'},
    )
    assert refused.status_code == 403


def test_me_says_who_calls(force: Force, handler: Caller) -> None:
    me = handler.get("/me").json

    assert (me["id"], me["roles"]) == (str(force.handler.pk), ["complaint_handler"])
    assert [team["code"] for team in me["teams"]] == ["T1"]
    assert "log_complaint" in me["permissions"]
    assert me["token"]["can_write"] is True
    assert handler.token not in json.dumps(me)


def test_an_unknown_address_and_a_broken_identifier_are_problems_too(handler: Caller) -> None:
    for path in ("/no-such", "/complaints/", "/complaints/17", f"/complaints/{random_id()}/x"):
        reply = handler.get(path)
        assert (reply.status, reply.headers["content-type"]) == (404, "application/problem+json")
