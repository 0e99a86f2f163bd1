"""Adding a code to reference data: from a day on, with its source or unconfirmed; history stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Event, EventPayload
from bwcportal.errors import Invalid, NotNow, NotPermitted
from incidents.models import ComplaintFactor, DeadlineRule, DecisionOption
from incidents.models.reference import CaseStateRow, HandlingType
from incidents.reference import all_models
from incidents.reference_guides import guide_of
from incidents.selectors.resources import reference_lists
from incidents.services.adding import add_reference
from incidents.services.amending import amend_reference
from retention.models import HoldReason, RetentionRule
from tests.factories.administration import make_administrator
from tests.factories.people import Force

pytestmark = pytest.mark.django_db

CLOSED = {CaseStateRow, HandlingType, DeadlineRule}


@pytest.fixture
def umber() -> User:
    return make_administrator()


@pytest.fixture
def client(umber: User) -> Client:
    client = Client()
    client.force_login(umber)
    return client


def typed(**changes: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "code": "PUBLIC_ORDER", "label": "Public order event", "source": "", "is_confirmed": "no",
        "note": "", "begins_on_day": today.day, "begins_on_month": today.month,
        "begins_on_year": today.year, "reason": "Decided by the standards board",
    } | changes  # fmt: skip


def send(client: Client, name: str = "complaint-factor", **changes: Any) -> Any:
    return client.post(reverse("incidents:reference-add", args=[name]), typed(**changes))


def add(actor: User, **changes: Any) -> Any:
    values = {
        "actor": actor, "model": ComplaintFactor, "code": "PUBLIC_ORDER",
        "values": {"label": "Public order event"}, "begins_on": timezone.localdate(),
        "reason": "Decided", "now": timezone.now(),
    } | changes  # fmt: skip
    return add_reference(**values)


def test_a_row_is_added_unconfirmed_and_recorded(client: Client, umber: User) -> None:
    before = ComplaintFactor.objects.count()

    answer = send(client)

    row = ComplaintFactor.objects.get(code="PUBLIC_ORDER")
    assert answer.status_code == 302
    assert (row.version, row.valid_from, row.valid_to) == (1, timezone.localdate(), None)
    assert (row.is_confirmed, row.amended_by) == (False, umber)
    assert ComplaintFactor.objects.order_by("-position").first() == row
    assert ComplaintFactor.objects.count() == before + 1
    event = Event.objects.get(name="incidents.reference_added")
    assert event.details["code"] == "PUBLIC_ORDER"
    payload = EventPayload.objects.get(event_uuid=event.uuid).payload
    assert payload["reason"] == "Decided by the standards board"
    page = client.get(answer.url).content.decode()
    assert "Added to the list" in page
    assert "Decided by the standards board" in page


def test_a_row_with_its_source_counts_from_its_day_on(client: Client) -> None:
    day = timezone.localdate() + timedelta(days=9)

    send(
        client, is_confirmed="yes", source="Home Office letter of 3 November", begins_on_day=day.day,
        begins_on_month=day.month, begins_on_year=day.year,
    )  # fmt: skip

    today = timezone.localdate()
    assert not ComplaintFactor.objects.in_force(today).filter(code="PUBLIC_ORDER").exists()
    assert ComplaintFactor.objects.current("PUBLIC_ORDER", on=day).is_confirmed
    listed = client.get(reverse("incidents:reference-list", args=["complaint-factor"]))
    assert "Public order event" in listed.content.decode()


def test_columns_of_the_list_are_asked_for_and_held(client: Client) -> None:
    answer = send(
        client, "decision-option", code="LEARNING_ONLY", label="Learning only",
        handling_types=["OUTSIDE_S3"], needs_reason="yes",
    )  # fmt: skip

    assert answer.status_code == 302
    row = DecisionOption.objects.get(code="LEARNING_ONLY")
    assert (row.handling_types, row.needs_reason) == (["OUTSIDE_S3"], True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"code": ""}, "Enter the code"),
        ({"code": "x"}, "2 to 40 letters"),
        ({"code": "two words"}, "2 to 40 letters"),
        ({"code": "../up"}, "2 to 40 letters"),
        ({"code": "Add"}, "cannot be a code"),
        ({"code": "taser"}, "The list has, or had, a row with the code taser"),
        ({"label": ""}, "Enter name"),
        ({"reason": ""}, "Enter the reason"),
        ({"is_confirmed": "yes"}, "a row without one cannot be confirmed"),
        ({"begins_on_year": "2021"}, "today or later"),
        ({"begins_on_year": "soon"}, "must be in numbers"),
    ],
)
def test_a_mistake_is_named_and_nothing_typed_is_lost(
    client: Client, changes: dict[str, Any], says: str
) -> None:
    response = send(client, **{"note": "Typed by hand", **changes})

    text = response.content.decode()
    assert response.status_code == 400
    assert says in text
    assert "Typed by hand" in text
    assert "Error:" in text
    assert not ComplaintFactor.objects.filter(label="Public order event").exists()


def test_a_rule_that_cannot_be_is_refused_at_its_field(client: Client) -> None:
    response = send(
        client, "retention-rule", code="CASE_NEW", trigger=RetentionRule.objects.first().trigger,
        mode="NEVER", years="6", to_year_end="no", covers_cases="yes",
    )  # fmt: skip

    assert response.status_code == 400
    assert "Enter for how many years" in response.content.decode()


def test_a_code_that_has_ended_is_not_used_again_and_none_is_written_over(umber: User) -> None:
    first = add(umber)
    amend_reference(
        actor=umber, model=ComplaintFactor, code="PUBLIC_ORDER", changes={"label": "Protest event"},
        begins_on=timezone.localdate() + timedelta(days=1), reason="Better word", now=timezone.now(),
    )  # fmt: skip

    with pytest.raises(Invalid, match="Choose another code, or amend that row"):
        add(umber, code="Public_Order")

    first.refresh_from_db()
    assert first.label == "Public order event"


def test_lists_that_the_portal_acts_on_by_code_take_no_row(client: Client, umber: User) -> None:
    names = {model: name for name, model in reference_lists().items()}
    assert {model for model in all_models() if guide_of(model).closed} == CLOSED
    for model in CLOSED:
        with pytest.raises(NotNow, match="would do nothing"):
            add(umber, model=model)
        address = reverse("incidents:reference-add", args=[names[model]])
        assert client.get(address).status_code == 409
        listed = client.get(reverse("incidents:reference-list", args=[names[model]]))
        assert "Add a row" not in listed.content.decode()
        assert "would do nothing" in listed.content.decode()


def test_every_other_list_can_be_asked(client: Client) -> None:
    for name, model in reference_lists().items():
        if model not in CLOSED:
            page = client.get(reverse("incidents:reference-add", args=[name]))
            assert page.status_code == 200
            assert "Others are written like" in page.content.decode()


def test_who_may_not_and_what_is_no_list(client: Client) -> None:
    force = Force()
    with pytest.raises(NotPermitted):
        add(force.supervisor, model=HoldReason)
    other = Client()
    other.force_login(force.supervisor)
    assert other.get(reverse("incidents:reference-add", args=["hold-reason"])).status_code == 403
    assert client.get(reverse("incidents:reference-add", args=["no-list"])).status_code == 404
