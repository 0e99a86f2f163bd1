"""The pages of a case: who gets what, which events they leave, and what they refuse."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import Event
from audit.sealing.sealer import seal
from incidents.enums import CaseState, Handling
from incidents.models import Complaint
from tests.answers import without_tokens
from tests.factories.cases import handled_case, make_case
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db

READS = {
    "case": "incidents.case_viewed",
    "access": "incidents.access_viewed",
    "history": "incidents.history_viewed",
}
ACTS = (
    "decide-handling", "suspend", "resume", "withdraw", "send-update", "send-outcome", "give-access",
)  # fmt: skip


@pytest.fixture
def force() -> Force:
    return Force()


def page(user: User, name: str, case: Complaint | Any, method: str = "get", **data: Any) -> Any:
    client = Client()
    client.force_login(user)
    case_id = case.pk if isinstance(case, Complaint) else case
    address = reverse(f"incidents:{name}", kwargs={"case_id": case_id})
    return getattr(client, method)(address, data)


def events_since(start: int) -> list[str]:
    return list(Event.objects.filter(id__gt=start).order_by("id").values_list("name", flat=True))


def last_event() -> int:
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


@pytest.mark.parametrize("name", READS)
def test_a_reading_is_recorded_once_in_five_minutes(force: Force, name: str) -> None:
    case = handled_case(force)
    start = last_event()
    assert page(force.supervisor, name, case).status_code == 200
    assert page(force.supervisor, name, case).status_code == 200
    assert events_since(start) == [READS[name]]


@pytest.mark.django_db(transaction=True)
def test_a_hidden_case_is_not_there_and_every_attempt_is_recorded() -> None:
    force = Force()
    case = handled_case(force)
    before = Complaint.objects.values().get(pk=case.pk)
    attempts = [(name, "get") for name in [*READS, *ACTS]] + [(name, "post") for name in ACTS]
    for name, method in attempts:
        start = last_event()
        hidden = page(force.stranger, name, case, method, version=case.version, reason="x")
        absent = page(force.stranger, name, uuid4(), method, version=case.version, reason="x")
        assert (hidden.status_code, absent.status_code) == (404, 404), name
        assert case.reference not in hidden.content.decode()
        assert events_since(start) == ["incidents.access_refused"] * 2, name
    assert Complaint.objects.values().get(pk=case.pk) == before


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("decide-handling", "auditor"),
        ("suspend", "retention_officer"),
        ("withdraw", "auditor"),
        ("send-update", "retention_officer"),
        ("send-outcome", "auditor"),
        ("give-access", "investigator"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_role_without_the_permission_gets_403_and_changes_nothing(
    force: Force, name: str, who: str, method: str
) -> None:
    case = handled_case(force)
    before = Complaint.objects.values().get(pk=case.pk)
    start = last_event()
    answer = page(getattr(force, who), name, case, method, version=case.version, reason="Because")
    assert answer.status_code == 403
    assert Complaint.objects.values().get(pk=case.pk) == before
    assert events_since(start) == []


@pytest.mark.parametrize("name", ["access", "history"])
def test_history_and_access_need_a_role(force: Force, name: str) -> None:
    case = handled_case(force)
    nobody = make_user(Role.ADMINISTRATOR, team=force.team)
    assert page(nobody, "case", case).status_code == 200
    assert page(nobody, name, case).status_code == 403


def test_deciding_the_handling_assigns_and_opens_the_case(force: Force) -> None:
    case = make_case(force, is_restricted=True)
    start = last_event()
    answer = page(
        force.handler, "decide-handling", case, "post",
        version=case.version, handling=Handling.S3_LOCAL_NON_SPECIAL,
        investigator=force.investigator.pk, supervisor=force.supervisor.pk,
    )  # fmt: skip
    assert answer.status_code == 302
    assert events_since(start) == [
        "incidents.handling_decided",
        "incidents.access_granted",
        "incidents.access_granted",
        "incidents.assigned",
    ]
    case.refresh_from_db()
    assert case.state == CaseState.LOCAL_INV
    assert case in Complaint.objects.visible_to(force.investigator)


def test_whoever_took_part_does_not_supervise(force: Force) -> None:
    both = make_user(Role.SUPERVISOR, Role.COMPLAINT_HANDLER, team=force.team)
    case = make_case(force, actor=both)
    answer = page(
        force.handler, "decide-handling", case, "post",
        version=case.version, handling=Handling.S3_OTBI, investigator="", supervisor=both.pk,
    )  # fmt: skip
    assert answer.status_code == 400
    assert Complaint.objects.get(pk=case.pk).state == CaseState.LOGGED


def test_a_stale_form_comes_back_with_what_was_typed_and_what_is_now(force: Force) -> None:
    case = handled_case(force)
    start = last_event()
    answer = page(
        force.handler, "suspend", case, "post", version=case.version - 1, reason="Criminal trial"
    )
    assert answer.status_code == 412
    text = answer.content.decode()
    assert "Criminal trial" in text
    assert "Somebody changed this case" in text
    assert f'name="version" value="{case.version}"' in text
    assert events_since(start) == []


def test_suspend_resume_and_withdraw_follow_the_table(force: Force) -> None:
    case = handled_case(force)
    for name, state in (
        ("suspend", CaseState.SUSPENDED),
        ("resume", CaseState.LOCAL_INV),
        ("withdraw", CaseState.WITHDRAWN),
    ):
        case.refresh_from_db()
        start = last_event()
        answer = page(force.handler, name, case, "post", version=case.version, reason="Because")
        assert answer.status_code == 302
        case.refresh_from_db()
        assert case.state == state
        assert len(events_since(start)) == 1
    assert not case.deadlines.filter(met_on__isnull=True, cancelled_on__isnull=True).exists()

    again = page(force.handler, "suspend", case, "post", version=case.version, reason="Because")
    assert again.status_code == 409
    assert page(force.handler, "suspend", case).status_code == 409


def test_a_reason_is_asked_for_at_its_field(force: Force) -> None:
    case = handled_case(force)
    answer = page(force.handler, "suspend", case, "post", version=case.version, reason=" ")
    assert answer.status_code == 400
    assert "Enter the reason" in answer.content.decode()


def test_an_update_meets_its_deadline_and_starts_the_next(force: Force) -> None:
    now = timezone.now()
    case = handled_case(force, now=now, made_on=timezone.localdate())
    today = timezone.localdate()
    start = last_event()
    answer = page(
        force.handler, "send-update", case, "post", version=case.version, how="EMAIL",
        note="Footage is being watched",
        sent_on_day=today.day, sent_on_month=today.month, sent_on_year=today.year,
    )  # fmt: skip
    assert answer.status_code == 302
    assert events_since(start) == ["incidents.update_sent"]
    first = case.deadlines.get(rule__code="UPDATE_FIRST")
    following = case.deadlines.get(rule__code="UPDATE_NEXT")
    assert first.met_on == today
    assert (following.due_on - today).days == 28


def test_giving_and_ending_access(force: Force) -> None:
    case = handled_case(force, is_restricted=True)
    start = last_event()
    answer = page(
        force.supervisor, "give-access", case, "post",
        who=force.auditor.person.collar_number, reason="Audit of November",
    )  # fmt: skip
    assert answer.status_code == 302
    assert case in Complaint.objects.visible_to(force.auditor)
    client = Client()
    client.force_login(force.supervisor)
    address = reverse(
        "incidents:end-access", kwargs={"case_id": case.pk, "user_id": force.auditor.pk}
    )
    assert client.get(address).status_code == 200
    assert client.post(address, {"version": 1, "reason": "Audit is over"}).status_code == 302
    assert case not in Complaint.objects.visible_to(force.auditor)
    assert events_since(start) == ["incidents.access_granted", "incidents.access_ended"]
    assert (
        "Audit is over"
        in client.get(reverse("incidents:access", kwargs={"case_id": case.pk})).content.decode()
    )


def test_the_subject_officer_cannot_be_given_access(force: Force) -> None:
    case = handled_case(force)
    make_user(Role.INVESTIGATOR, person=force.officer)
    answer = page(
        force.supervisor, "give-access", case, "post",
        who=force.officer.collar_number, reason="By mistake",
    )  # fmt: skip
    assert answer.status_code == 400
    assert "kept out of this case" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_refusals_are_in_the_history_of_those_who_may_see_them() -> None:
    force = Force()
    case = handled_case(force)
    assert page(force.stranger, "case", case).status_code == 404
    seen = page(force.supervisor, "history", case).content.decode()
    assert "Was refused a page" in seen
    assert "Was refused a page" not in page(force.investigator, "history", case).content.decode()


def test_history_narrows_to_an_operation_and_a_person(force: Force) -> None:
    case = handled_case(force)
    text = page(force.auditor, "history", case, operation="COLLECTION").content.decode()
    assert "Logged the complaint" in text
    assert "Decided how the case is handled" not in text
    text = page(force.auditor, "history", case, actor=str(uuid4())).content.decode()
    assert "No event fits these filters" in text
    for wrong in (
        {"since": "nonsense"}, {"until": "2026-02-30"}, {"before": "x"}, {"operation": "x"},
        {"actor__person__surname": "B"}, {"order": "actor_name"},
    ):  # fmt: skip
        assert page(force.auditor, "history", case, **wrong).status_code == 400, wrong


@pytest.mark.django_db(transaction=True)
def test_the_seal_counts_nothing_that_happens_in_other_cases() -> None:
    force = Force()
    case = handled_case(force)
    # Read twice, so that the reading itself is in the record before the pages are compared.
    page(force.supervisor, "history", case)
    seal()
    with time_machine.travel(timezone.now(), tick=False):
        before = page(force.supervisor, "history", case).content
        make_case(force, is_restricted=True)
        seal()
        after = page(force.supervisor, "history", case).content

    assert b"No. 1<" in before
    assert without_tokens(after) == without_tokens(before)


@pytest.mark.django_db(transaction=True)
def test_the_numbers_of_the_seal_are_for_those_who_see_refusals() -> None:
    force = Force()
    case = handled_case(force)
    seal()

    assert "No. 1<" in page(force.supervisor, "history", case).content.decode()
    text = page(force.investigator, "history", case).content.decode()
    assert "<span>Sealed</span>" in text
    assert "No. 1<" not in text
