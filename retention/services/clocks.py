"""Starting and recomputing the clock of a finalised case."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bwcportal.errors import NotNow
from incidents.models import Complainant, Complaint
from retention.enums import RetentionTrigger
from retention.models import RetentionClock, RetentionRule
from retention.rules import CaseFacts, Weighed, choose
from reviews.models import Finding

LONDON = ZoneInfo("Europe/London")


def london_day(moment: datetime) -> date:
    """Return the day in London of a UTC moment."""
    return moment.astimezone(LONDON).date()


def facts_of(case: Complaint, *, finalised_at: datetime) -> CaseFacts:
    """Collect what the rules ask about a case."""
    complainant = Complainant.objects.filter(complaint=case).first()
    decisions = Finding.objects.filter(allegation__complaint=case).values_list(
        "decision__code", flat=True
    )
    return CaseFacts(
        finalised_on=london_day(finalised_at),
        handling=case.handling,
        decision_codes=frozenset(decisions),
        complainant_born_on=complainant.born_on if complainant else None,
        complainant_was_under_18=bool(complainant and complainant.was_under_18),
    )


def weigh_case(
    case: Complaint, *, finalised_at: datetime, on: date
) -> tuple[Weighed | None, list[Weighed]]:
    """Weigh the rules in force on a day for a case."""
    rules = RetentionRule.objects.in_force(on).filter(covers_cases=True)
    return choose(rules.order_by("position", "code"), facts_of(case, finalised_at=finalised_at))


def possible_rules(case: Complaint, *, on: date) -> list[RetentionRule]:
    """List the rules in force that could still cover a case, whatever is decided."""
    rules = RetentionRule.objects.in_force(on).filter(
        covers_cases=True, trigger=RetentionTrigger.FINALISED
    )
    return [
        rule
        for rule in rules.order_by("position", "code")
        if not rule.handling_types or case.handling in rule.handling_types
    ]


def start_clock(case: Complaint, *, now: datetime) -> RetentionClock:
    """Set or replace the clock of a finalised case by the rules in force today.

    Raises NotNow when no rule covers the case: then nothing could ever say when it goes.
    """
    finalised_at = case.finalised_at or now
    winner, weighed = weigh_case(case, finalised_at=finalised_at, on=london_day(now))
    if winner is None or winner.trigger_on is None:
        raise NotNow(
            "No retention rule covers this case. Ask a retention officer to add one, then finalise",
            code="no_retention_rule",
        )
    clock, _ = RetentionClock.objects.update_or_create(
        complaint=case,
        defaults={
            "rule": winner.rule,
            "trigger_on": winner.trigger_on,
            "due_on": winner.due_on,
            "arithmetic": winner.arithmetic,
            "weighed": [as_json(each, winner) for each in weighed],
            "computed_at": now,
        },
    )
    return clock


def as_json(each: Weighed, winner: Weighed) -> dict[str, object]:
    """Write down what a rule gave, so that the page can show it years later."""
    return {
        "code": each.rule.code,
        "version": each.rule.version,
        "label": each.rule.label,
        "due_on": each.due_on.isoformat() if each.due_on else None,
        "result": "Applies: longest" if each is winner else each.reason,
        "applies": each.applies,
        "wins": each is winner,
    }
