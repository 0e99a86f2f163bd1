"""When a case may be destroyed: every rule that covers it is weighed, and the latest date wins.

Example: Schedule 3, service acceptable, finalised on 22 May 2020. The rule says six years, to the
end of that year: 31 December 2026. If one allegation had a case to answer, the longer rule for
misconduct would win; a rule that never lets a job destroy beats them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from retention.enums import DisposalMode, RetentionTrigger
from retention.models import RetentionRule


@dataclass(frozen=True)
class CaseFacts:
    """What the rules ask about a case. Dates are London days."""

    finalised_on: date
    handling: str
    decision_codes: frozenset[str]
    complainant_born_on: date | None = None
    complainant_was_under_18: bool = False


@dataclass(frozen=True)
class Weighed:
    """What one rule gives for a case: a date, never, or that it does not apply."""

    rule: RetentionRule
    applies: bool
    reason: str
    trigger_on: date | None = None
    due_on: date | None = None
    arithmetic: list[list[str]] = field(default_factory=list)


def add_years(day: date, years: int) -> date:
    """Add whole years; 29 February becomes 1 March, so that a period is never cut short."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def say(day: date) -> str:
    """Write a date in words, without a leading zero."""
    return f"{day.day} {day:%B %Y}"


def weigh(rule: RetentionRule, facts: CaseFacts) -> Weighed:
    """Work out what one rule gives for a case, with the arithmetic."""
    if rule.handling_types and facts.handling not in rule.handling_types:
        return Weighed(rule, applies=False, reason="Does not apply: handled another way")
    if rule.decision_codes and not facts.decision_codes & set(rule.decision_codes):
        return Weighed(rule, applies=False, reason="Does not apply: no such decision")
    trigger_on, words, reason = _trigger(rule, facts)
    if trigger_on is None:
        return Weighed(rule, applies=False, reason=reason)
    if rule.mode == DisposalMode.NEVER or rule.years is None:
        return Weighed(rule, applies=True, reason="Never by a job", trigger_on=trigger_on)
    passed = add_years(trigger_on, rule.years)
    lines = [[words, say(trigger_on)], [f"{rule.years} years", say(passed)]]
    due_on = passed
    if rule.to_year_end:
        due_on = date(passed.year, 12, 31)
        lines.append(["To the end of that year", say(due_on)])
    return Weighed(
        rule, applies=True, reason="Applies", trigger_on=trigger_on, due_on=due_on, arithmetic=lines
    )


def _trigger(rule: RetentionRule, facts: CaseFacts) -> tuple[date | None, str, str]:
    if rule.trigger == RetentionTrigger.FINALISED:
        return facts.finalised_on, "Finalised", ""
    if rule.trigger == RetentionTrigger.COMPLAINANT_18TH:
        if not facts.complainant_was_under_18:
            return None, "", "Does not apply: the complainant was 18 or over"
        if facts.complainant_born_on is None:
            # The safe reading: the child was newborn on the day the case was finalised.
            return add_years(facts.finalised_on, 18), "Latest possible eighteenth birthday", ""
        birthday = add_years(facts.complainant_born_on, 18)
        return max(birthday, facts.finalised_on), "Eighteenth birthday, or finalised if later", ""
    return None, "", "Does not apply: set by hand only"


def choose(
    rules: Iterable[RetentionRule], facts: CaseFacts
) -> tuple[Weighed | None, list[Weighed]]:
    """Return the rule that wins and every rule weighed.

    A rule that never lets a job destroy wins over any date; among dates the latest wins, and of
    two equal dates the rule that comes first in the list. None when no rule covers the case.
    """
    weighed = [weigh(rule, facts) for rule in rules]
    applying = [each for each in weighed if each.applies]
    never = [each for each in applying if each.due_on is None]
    if never:
        return never[0], weighed
    dated = [(each.due_on, each) for each in applying if each.due_on is not None]
    winner = max(dated, key=lambda pair: pair[0])[1] if dated else None
    return winner, weighed
