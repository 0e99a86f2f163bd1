"""The officers complained about and who is kept out, through the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from incidents.models import Complaint
from tests.factories.cases import handled_case, make_case
from tests.factories.people import Force, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def call(user: Any, method: str, path: str, body: Any = None, **headers: str) -> Any:
    client = Client()
    client.force_login(user)
    options = {} if body is None else {"data": body, "content_type": "application/json"}
    return getattr(client, method)(f"/api/v1/{path}", headers=headers, **options)


def test_an_officer_is_added_and_named_and_disappears(force: Force) -> None:
    case = handled_case(force)
    path = f"complaints/{case.pk}/subjects"
    body = {"description": "PC Quillfeather"}
    person = make_person("Quillfeather")
    assert call(force.handler, "post", path, body).status_code == 428
    match = f'"{case.version}"'
    made = call(force.handler, "post", path, body, **{"If-Match": match})
    assert made.status_code == 201, made.content
    subject = made.json()
    assert (subject["officer"], subject["description"]) == (None, "PC Quillfeather")
    assert made["Location"] == f"/api/v1/subjects/{subject['id']}"
    (thought,) = call(force.handler, "get", f"subjects/{subject['id']}/matches").json()["items"]
    assert (thought["officer"]["id"], thought["state"]) == (str(person.pk), "PROPOSED")

    version = Complaint.objects.get(pk=case.pk).version
    named = call(
        force.handler, "post", f"subjects/{subject['id']}/identity",
        {"officer": str(person.pk), "reason": "Seen"}, **{"If-Match": f'"{version}"'},
    )  # fmt: skip
    assert named.status_code == 200
    assert named.json()["officer"]["id"] == str(person.pk)
    assert len(call(force.investigator, "get", path).json()["items"]) == 3


def test_people_are_ruled_out_and_descriptions_changed(force: Force) -> None:
    case = make_case(force)
    person = make_person("Quillfeather")
    subject = case.subjects.get(person__isnull=True)
    changed = call(
        force.handler, "post", f"subjects/{subject.pk}/description",
        {"description": "PC Quillfeather"}, **{"If-Match": f'"{case.version}"'},
    )  # fmt: skip
    assert changed.json()["description"] == "PC Quillfeather"
    body = {"officers": [str(person.pk)], "reason": "On leave"}
    assert call(force.handler, "post", f"subjects/{subject.pk}/rule-out", body).status_code == 200
    again = call(force.handler, "post", f"subjects/{subject.pk}/rule-out", body)
    assert again.status_code == 400
    (thought,) = call(force.handler, "get", f"subjects/{subject.pk}/matches").json()["items"]
    assert (thought["state"], thought["reason"]) == ("REJECTED", "On leave")
    assert call(force.handler, "get", f"subjects/{subject.pk}").json()["named_at"] is None


def test_a_person_is_kept_out_and_let_in_again(force: Force) -> None:
    case = handled_case(force)
    path = f"complaints/{case.pk}/exclusions"
    body = {"officer": str(force.investigator.person_id), "reason": "A relative"}
    assert call(force.supervisor, "post", path, body).status_code == 204
    assert call(force.investigator, "get", f"complaints/{case.pk}").status_code == 404
    (row,) = call(force.supervisor, "get", path).json()["items"]
    assert (row["kind"], row["is_in_force"], row["reason"]) == ("DECLARED", True, "A relative")
    unknown = call(force.supervisor, "post", path, {**body, "officer": str(case.pk)})
    assert unknown.json()["errors"] == {"officer": ["There is no officer with this identifier"]}

    assert call(force.supervisor, "post", f"{path}/end", body).status_code == 204
    assert call(force.supervisor, "post", f"{path}/end", body).status_code == 404
    (row,) = call(force.supervisor, "get", path).json()["items"]
    assert (row["is_in_force"], row["end_reason"]) == (False, "A relative")
    assert call(force.investigator, "get", f"complaints/{case.pk}").status_code == 200
