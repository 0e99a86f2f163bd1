"""Which rule wins, and what date it gives."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention
from incidents.reference import read
from retention.models import RetentionRule
from retention.rules import CaseFacts, add_years, choose, weigh

DATA = Path(retention.__file__).parent / "reference_data"
RULES = [row for row in read(RetentionRule, directory=DATA) if row.covers_cases]
BY_CODE = {rule.code: rule for rule in RULES}
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


def facts(**changes: object) -> CaseFacts:
    values = {
        "finalised_on": date(2020, 5, 22),
        "handling": "S3_OTBI",
        "decision_codes": frozenset({"SPA"}),
        **changes,
    }
    return CaseFacts(**values)  # type: ignore[arg-type]


def test_no_further_action_is_six_years_to_the_end_of_that_year() -> None:
    winner, _ = choose(RULES, facts())

    assert winner is not None
    assert winner.rule.code == "CASE_S3_NFA"
    assert winner.due_on == date(2026, 12, 31)
    assert winner.arithmetic == [
        ["Finalised", "22 May 2020"],
        ["6 years", "22 May 2026"],
        ["To the end of that year", "31 December 2026"],
    ]


def test_the_longest_of_several_rules_wins() -> None:
    winner, weighed = choose(RULES, facts(decision_codes=frozenset({"SPA", "CTA_M"})))

    assert winner is not None
    assert winner.rule.code == "CASE_MISCONDUCT"
    assert winner.due_on == date(2030, 5, 22)
    assert len(weighed) == len(RULES)


def test_a_rule_that_never_destroys_beats_every_date() -> None:
    winner, _ = choose(RULES, facts(decision_codes=frozenset({"CTA_GM", "CTA_M"})))

    assert winner is not None
    assert winner.rule.code == "CASE_GROSS"
    assert winner.due_on is None


def test_a_child_counts_from_the_eighteenth_birthday() -> None:
    winner, _ = choose(
        RULES, facts(complainant_was_under_18=True, complainant_born_on=date(2012, 2, 29))
    )

    assert winner is not None
    assert winner.rule.code == "CASE_CHILD"
    assert winner.trigger_on == date(2030, 3, 1)
    assert winner.due_on == date(2036, 12, 31)


def test_a_child_of_unknown_age_counts_from_the_latest_possible_birthday() -> None:
    winner, _ = choose(RULES, facts(complainant_was_under_18=True))

    assert winner is not None
    assert winner.trigger_on == date(2038, 5, 22)


@pytest.mark.parametrize("handling", ["OUTSIDE_S3", "S3_OTBI", "S3_LOCAL_SPECIAL", ""])
@pytest.mark.parametrize("decision", ["SPA", "SPNA", "RESOLVED", "WITHDRAWN", None])
def test_every_case_is_covered_by_some_rule(handling: str, decision: str | None) -> None:
    codes = frozenset({decision} if decision else set())

    winner, _ = choose(RULES, facts(handling=handling, decision_codes=codes))

    assert winner is not None


@given(day=DAYS, years=st.integers(0, 100))
def test_adding_years_never_cuts_the_period_short(day: date, years: int) -> None:
    later = add_years(day, years)

    assert (later.year, later.month, later.day) >= (day.year + years, day.month, day.day)
    assert later.toordinal() - date(day.year + years, day.month, min(day.day, 28)).toordinal() <= 3


@given(day=DAYS, codes=st.sets(st.sampled_from(["SPA", "SPNA", "CTA_M", "NCTA", "RESOLVED"])))
def test_the_winner_is_never_earlier_than_any_rule_that_applies(day: date, codes: set[str]) -> None:
    case = facts(finalised_on=day, decision_codes=frozenset(codes))

    winner, weighed = choose(RULES, case)

    assert winner is not None
    assert winner.due_on is not None
    assert all(
        each.due_on is None or each.due_on <= winner.due_on for each in weighed if each.applies
    )
    assert winner.due_on > day


@given(day=DAYS)
def test_a_date_is_never_earlier_than_the_rule_promises(day: date) -> None:
    result = weigh(BY_CODE["CASE_OUTSIDE_S3"], facts(finalised_on=day, handling="OUTSIDE_S3"))

    assert result.due_on is not None
    assert result.due_on >= add_years(day, 6)
    assert (result.due_on.month, result.due_on.day) == (12, 31)
