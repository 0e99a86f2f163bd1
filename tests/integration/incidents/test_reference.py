"""Reference data: loaded once, counted, amended by ending one version and beginning the next."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit.models import Event
from incidents import reference
from incidents.enums import CaseState, Handling
from incidents.models import (
    REFERENCE_MODELS,
    AllegationCategory,
    CaseStateRow,
    DeadlineRule,
    DecisionOption,
    HandlingType,
    SeverityLevel,
)
from tests.factories.administration import make_administrator
from tests.factories.cases import make_case
from tests.factories.people import Force

pytestmark = pytest.mark.django_db


def test_every_list_is_loaded_and_loading_again_adds_nothing() -> None:
    for model in REFERENCE_MODELS:
        assert model.objects.count() == len(reference.read(model)), model
    assert reference.load() == 0


def test_an_amended_row_is_not_loaded_over() -> None:
    AllegationCategory.objects.filter(code="b-use-of-force").update(label="As the force says")
    reference.load()
    assert AllegationCategory.objects.get(code="b-use-of-force").label == "As the force says"


def test_rows_fit_what_the_code_knows() -> None:
    handlings = set(Handling.values)
    assert set(HandlingType.objects.values_list("code", flat=True)) == handlings
    assert set(CaseState.values) <= set(CaseStateRow.objects.values_list("code", flat=True))
    for option in DecisionOption.objects.all():
        assert set(option.handling_types) <= handlings
    for handling in handlings:
        assert DecisionOption.objects.filter(handling_types__contains=[handling]).exists()
    assert AllegationCategory.objects.get(iopc_code="B1").is_confirmed
    assert SeverityLevel.objects.count() == 7


def test_a_confirmed_row_names_its_source() -> None:
    for model in reference.all_models():
        assert not model.objects.filter(is_confirmed=True, source="").exists()


def test_a_cell_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "severity_level.csv").write_text("code,label,is_confirmed\nX,Y,perhaps\n")
    with pytest.raises(ValueError, match=r"severity_level.csv, row 1: is_confirmed is yes or no"):
        reference.read(SeverityLevel, directory=tmp_path)


def test_the_check_and_the_report_count_the_same() -> None:
    messages = [m for m in run_checks(databases=["default"]) if m.id == "incidents.I001"]
    unconfirmed = sum(len(count.unconfirmed) for count in reference.count_rows())
    assert messages[0].msg.startswith(f"{unconfirmed} of ")
    out = StringIO()
    call_command("reference_report", stdout=out)
    said = messages[0].msg.replace(" of reference data", "")
    assert out.getvalue().splitlines()[-1] == said


def test_amending_ends_one_version_and_begins_the_next() -> None:
    force = Force()
    umber = make_administrator()
    case = make_case(force)
    old = case.allegations.get(number=2).category
    before = len(unconfirmed("AllegationCategory"))
    out = StringIO()
    call_command(
        "amend_reference", "allegationcategory", "b-use-of-force", "--by", umber.username, "--reason", "Decided",
        "--label", "Use of force (all)", "--source", "Letter of the force, 3 November 2026",
        "--set", "bwv_expected=no", stdout=out,
    )  # fmt: skip

    new = AllegationCategory.objects.current("b-use-of-force", on=timezone.localdate())
    assert (new.version, new.label, new.bwv_expected) == (2, "Use of force (all)", False)
    assert new.is_confirmed
    assert new.iopc_code == old.iopc_code
    assert (
        AllegationCategory.objects.current(
            "b-use-of-force", on=timezone.localdate() - timedelta(days=1)
        )
        == old
    )
    assert case.allegations.get(number=2).category == old
    assert len(unconfirmed("AllegationCategory")) == before - 1
    event = Event.objects.get(name="incidents.reference_amended")
    assert event.actor_name == umber.display_name
    assert event.details["changed"] == ["bwv_expected", "label", "source"]
    assert (new.amended_by, new.amend_reason) == (umber, "Decided")


def unconfirmed(model: str) -> list[str]:
    (count,) = [count for count in reference.count_rows() if count.model.__name__ == model]
    return count.unconfirmed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("Nothing", "x", "--label", "y"), "There is no list"),
        (("DeadlineRule", "NONE_SUCH", "--label", "y"), "has no row"),
        (("DeadlineRule", "UPDATE_FIRST"), "Say what changes"),
        (("DeadlineRule", "UPDATE_FIRST", "--set", "length=many"), "length"),
        (("DeadlineRule", "UPDATE_FIRST", "--set", "code=X"), "cannot be changed"),
        (("DeadlineRule", "UPDATE_FIRST", "--set", "colour=red"), "has no column"),
        (("DeadlineRule", "UPDATE_FIRST", "--label", "y", "--from", "soon"), "takes a date"),
        (
            ("DeadlineRule", "UPDATE_FIRST", "--label", "y", "--from", "2025-02-01"),
            "today or later",
        ),
        (("DeadlineRule", "UPDATE_FIRST", "--set", "unit=NONE"), "has no length"),
        (("RetentionRule", "CASE_S3_NFA", "--set", "mode=NEVER"), "has no years"),
        (("DeadlineRule", "UPDATE_FIRST", "--set", "is_confirmed=yes", "--source", ""), "source"),
        (
            ("DeadlineRule", "UPDATE_FIRST", "--label", "y", "--from", "2020-02-01"),
            "must begin after",
        ),
    ],
)
def test_what_cannot_be_amended_is_said_and_leaves_nothing(
    arguments: tuple[str, ...], says: str
) -> None:
    umber = make_administrator()
    with pytest.raises(CommandError, match=says):
        call_command("amend_reference", *arguments, "--by", umber.username, "--reason", "x")
    assert DeadlineRule.objects.get(code="UPDATE_FIRST").valid_to is None
    assert not Event.objects.exists()


def test_a_rule_counts_from_its_own_day_on() -> None:
    umber = make_administrator()
    call_command(
        "amend_reference", "DeadlineRule", "UPDATE_FIRST", "--by", umber.username, "--reason", "Decided",
        "--set", "length=21", "--from", "2027-01-01", stdout=StringIO(),
    )  # fmt: skip
    assert DeadlineRule.objects.current("UPDATE_FIRST", on=date(2026, 12, 31)).length == 28
    assert DeadlineRule.objects.current("UPDATE_FIRST", on=date(2027, 1, 1)).length == 21


def test_loading_waits_for_the_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE incidents_severitylevel RENAME TO elsewhere")
    reference.load_after_migrate(apps.get_app_config("incidents"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE elsewhere RENAME TO incidents_severitylevel")
    assert SeverityLevel.objects.count() == 7


def test_only_an_administrator_amends_also_at_the_command_line() -> None:
    force = Force()
    with pytest.raises(CommandError, match="It can be done by: administrator"):
        call_command(
            "amend_reference", "DeadlineRule", "UPDATE_FIRST", "--label", "y", "--reason", "x",
            "--by", force.supervisor.username,
        )  # fmt: skip
    assert not Event.objects.exists()
