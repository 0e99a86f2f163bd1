"""The pages of reference data: what is unconfirmed, what an amendment changes, and that it was seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from audit.models import Event, EventPayload
from incidents.models import AllegationCategory, DecisionOption
from incidents.reference import all_models, count_rows
from incidents.reference_guides import guide_of
from incidents.reference_words import column_label
from incidents.selectors.reference_pages import all_lists, entry_of, preview, rows_of
from incidents.selectors.resources import own_columns, reference_lists
from retention.models import RetentionClock, RetentionRule
from retention.services.disposing import propose_due
from tests.factories.administration import make_administrator
from tests.factories.cases import make_case
from tests.factories.people import Force
from tests.factories.retention import finalised_case

pytestmark = pytest.mark.django_db

RULE = ("retention-rule", "CASE_S3_NFA")


@pytest.fixture
def umber() -> User:
    return make_administrator()


@pytest.fixture
def client(umber: User) -> Client:
    client = Client()
    client.force_login(umber)
    return client


def text_of(client: Client, name: str, *args: str, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def answers(client: Client, where: tuple[str, str] = RULE, **changes: Any) -> dict[str, Any]:
    """Take the answers that the form begins with, as a browser would send them, and change some."""
    form = client.get(reverse("incidents:reference-amend", args=where)).context["form"]
    sent: dict[str, Any] = {"version": str(form.row.version), "reason": "Letter of 3 November"}
    for name in form.fields:
        value = form.initial.get(name)
        if isinstance(value, date):
            parts = {"day": value.day, "month": value.month, "year": value.year}
            sent |= {f"{name}_{part}": number for part, number in parts.items()}
        elif value is not None:
            sent[name] = value
    return sent | changes


def look(client: Client, sent: dict[str, Any], where: tuple[str, str] = RULE) -> Any:
    return client.post(reverse("incidents:reference-amend", args=where), sent)


def test_every_list_has_a_guide_and_every_column_a_label() -> None:
    for model in all_models():
        guide = guide_of(model)
        assert guide.title
        assert guide.effect.endswith(".")
        for name in own_columns(model.objects.first()):
            assert "_" not in column_label(model, name)


def test_the_lists_count_like_the_check_does(client: Client) -> None:
    counts = {count.model: count for count in count_rows()}
    for each in all_lists(on=timezone.localdate()):
        count = counts[reference_lists()[each.name]]
        assert (each.in_force, each.unconfirmed) == (count.in_force, len(count.unconfirmed))
    text = text_of(client, "incidents:reference")
    total = sum(len(count.unconfirmed) for count in counts.values())
    assert f"{total} of " in text
    unconfirmed = client.get(reverse("incidents:reference-unconfirmed"))
    assert len(unconfirmed.context["rows"]) == total


def test_a_list_is_narrowed_to_the_unconfirmed_and_says_when_nothing_fits(client: Client) -> None:
    everything = rows_of("action-option", on=timezone.localdate(), unconfirmed=False, text="")
    some = rows_of("action-option", on=timezone.localdate(), unconfirmed=True, text="")
    assert 0 < len(some) < len(everything)
    assert all(not entry.row.is_confirmed for entry in some)
    assert "No row fits" in text_of(client, "incidents:reference-list", "action-option", q="zzz")


@pytest.mark.parametrize("name", sorted(reference_lists()))
def test_every_list_and_every_row_of_it_can_be_opened(client: Client, name: str) -> None:
    assert "bwc-table" in text_of(client, "incidents:reference-list", name)
    model = reference_lists()[name]
    for code in model.objects.values_list("code", flat=True)[:3]:
        assert "Came with the portal" in text_of(client, "incidents:reference-row", name, code)
        form = text_of(client, "incidents:reference-amend", name, code)
        assert "Show what this changes" in form


@pytest.mark.parametrize("where", [("no-list", "X"), ("retention-rule", "NONE_SUCH")])
@pytest.mark.parametrize("page", ["incidents:reference-row", "incidents:reference-amend"])
def test_what_is_not_there_is_not_found(client: Client, page: str, where: tuple[str, str]) -> None:
    assert client.get(reverse(page, args=where)).status_code == 404


def test_a_list_costs_the_same_queries_at_any_length(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    today = timezone.localdate()
    for name in ("retention-rule", "severity-level"):
        with django_assert_num_queries(1):
            rows_of(name, on=today, unconfirmed=False, text="")
    # The row with its versions, and the names of the decisions that it covers.
    with django_assert_num_queries(2):
        entry_of(*RULE, on=today)


def test_nothing_is_amended_before_the_effect_was_seen(client: Client) -> None:
    sent = answers(client, years="7", is_confirmed="no")
    response = look(client, sent)

    assert response.status_code == 200
    text = response.content.decode()
    effect = response.context["effect"]
    assert effect.changed == [("Years kept", "6", "7")]
    assert "never proposes it in that same run" in text
    year = timezone.localdate().year
    assert effect.example[1] == f"to 31 December {year + 6}"
    assert effect.example[2] == f"to 31 December {year + 7}"
    assert not Event.objects.filter(name="incidents.reference_amended").exists()

    response = look(client, {**sent, "seen": response.context["seen"]})
    assert response.status_code == 302
    amended = RetentionRule.objects.get(code=RULE[1], valid_to__isnull=True)
    assert (amended.version, amended.years) == (2, 7)
    assert amended.valid_from == timezone.localdate()
    event = Event.objects.get(name="incidents.reference_amended")
    payload = EventPayload.objects.get(event_uuid=event.uuid).payload
    assert payload["reason"] == "Letter of 3 November"
    text = text_of(client, "incidents:reference-row", *RULE)
    assert "Letter of 3 November" in text
    assert "In force" in text


def test_an_answer_changed_after_looking_is_shown_again_and_not_done(client: Client) -> None:
    seen = look(client, answers(client, years="7")).context["seen"]
    response = look(client, answers(client, years="1", seen=seen))
    assert response.status_code == 200
    assert "You changed an answer" in response.content.decode()
    assert response.context["effect"].changed == [("Years kept", "6", "1")]
    assert RetentionRule.objects.filter(code=RULE[1]).count() == 1


def test_somebody_elses_amendment_is_not_written_over(client: Client) -> None:
    mine = answers(client, years="7")
    seen = look(client, mine).context["seen"]
    day = timezone.localdate() + timedelta(days=1)
    theirs = answers(client, years="8")
    theirs |= {"begins_on_day": day.day, "begins_on_month": day.month, "begins_on_year": day.year}
    look(client, {**theirs, "seen": look(client, theirs).context["seen"]})

    response = look(client, {**mine, "seen": seen})
    assert response.status_code == 412
    assert 'name="version" value="2"' in response.content.decode()
    assert RetentionRule.objects.filter(code=RULE[1]).count() == 2
    listed = text_of(client, "incidents:reference-list", "retention-rule")
    assert "2 begins" in listed


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "Say what changes"),
        ({"years": "many"}, "whole number"),
        ({"years": ""}, "Enter for how many years"),
        ({"label": " "}, "Enter name"),
        ({"reason": ""}, "Enter the reason"),
        ({"is_confirmed": "yes", "source": ""}, "cannot be confirmed"),
        ({"handling_types": ["NO_SUCH"]}, "choose one from the list"),
        ({"mode": "PERHAPS"}, "choose one from the list"),
        ({"label": "Kept", "begins_on_year": "2021"}, "today or later"),
        ({"label": "Kept", "begins_on_year": "soon"}, "must be in numbers"),
        ({"label": "Kept", "version": "x"}, "reload the page"),
    ],
)
def test_a_mistake_is_named_and_changes_nothing(
    client: Client, changes: dict[str, Any], says: str
) -> None:
    response = look(
        client, answers(client, **{"note": "Typed by hand", **changes} if changes else changes)
    )
    text = response.content.decode()
    assert response.status_code == 400
    assert says in text
    assert not changes or "Typed by hand" in text
    assert RetentionRule.objects.filter(code=RULE[1]).count() == 1
    assert not Event.objects.filter(name="incidents.reference_amended").exists()


def test_the_order_of_codes_is_no_change(client: Client) -> None:
    where = ("decision-option", "SPA")
    turned = list(reversed(DecisionOption.objects.get(code="SPA").handling_types))
    response = look(client, answers(client, where, handling_types=turned), where)
    assert response.status_code == 400
    assert "Say what changes" in response.content.decode()


def test_confirming_a_row_takes_it_from_the_unconfirmed(client: Client) -> None:
    where = ("action-option", "REFLECTION")
    sent = answers(client, where, source="The Act, section 1", is_confirmed="yes")
    seen = look(client, sent, where).context["seen"]
    assert look(client, {**sent, "seen": seen}, where).status_code == 302
    rows = rows_of("action-option", on=timezone.localdate(), unconfirmed=True, text="")
    assert "REFLECTION" not in [entry.row.code for entry in rows]


def test_a_count_does_not_tell_whether_a_case_exists(umber: User) -> None:
    force = Force()
    row = AllegationCategory.objects.current("b-use-of-force", on=timezone.localdate())

    def words() -> str:
        changes = {"label": "Other"}
        day = timezone.localdate()
        return preview(row, changes, begins_on=day, today=day).resting

    before = words()
    make_case(force, is_restricted=True)
    assert words() == before
    assert before.startswith("Fewer than 10")


def test_an_amended_rule_never_acts_in_the_run_that_notices_it(client: Client) -> None:
    force = Force()
    case = finalised_case(force)
    clock = RetentionClock.objects.select_related("rule").get(complaint=case)
    where = ("retention-rule", clock.rule.code)
    sent = answers(client, where, years="1")
    look(client, {**sent, "seen": look(client, sent, where).context["seen"]}, where)

    clock.refresh_from_db()
    assert clock.rule.version == 1
    long_after = timezone.now() + timedelta(days=20 * 366)
    assert propose_due(now=long_after) == []
    clock = RetentionClock.objects.select_related("rule").get(complaint=case)
    assert clock.rule.version == 2
    assert len(propose_due(now=long_after + timedelta(days=1))) == 1
