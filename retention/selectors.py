"""Shapes of the end of a record, for pages and the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from accounts.branched_lists import PAGE_SIZE, count_up_to, place_of, take
from accounts.cursors import encode, read_place
from accounts.models import User
from audit.selectors import CappedCount
from bwcportal.errors import NotFound
from bwcportal.phrasing import counted, plain_date
from incidents.enums import CaseState
from incidents.models import Complaint, DecisionOption
from incidents.services.erasure import count_record
from retention.enums import DisposalMode, DisposalState
from retention.models import Certificate, Disposal, Hold, RetentionClock, RetentionRule
from retention.policies import APPROVALS_NEEDED
from retention.resources import disposals_to_list
from retention.services.clocks import LONDON, as_json, london_day, possible_rules, weigh_case
from reviews.models import Finding
from reviews.services.erasure import count_judgements

OLDEST_DUE = ("due_on", "id")
MOST_COUNTED = 25


@dataclass(frozen=True)
class Expiry:
    """What a record says of its own end. `forecast` is true until the case is finalised."""

    due_on: date | None
    rule_label: str
    rule_code: str
    rule_version: int
    rule_is_confirmed: bool
    arithmetic: list[list[str]]
    weighed: list[dict[str, Any]]
    forecast: bool
    undecided: bool = False
    lead: str = ""
    distance: str = ""


def expiry_of(case: Complaint, *, now: datetime) -> Expiry | None:
    """Say when, why and by which rule version a case goes; None once it is destroyed.

    Before it is finalised this is a forecast: what would follow if it were finalised today.
    """
    if case.state == CaseState.DESTROYED:
        return None
    clock = RetentionClock.objects.select_related("rule").filter(complaint=case).first()
    if clock is not None:
        return Expiry(
            due_on=clock.due_on,
            rule_label=clock.rule.label,
            rule_code=clock.rule.code,
            rule_version=clock.rule.version,
            rule_is_confirmed=clock.rule.is_confirmed,
            arithmetic=clock.arithmetic,
            weighed=[_with_words(row) for row in clock.weighed],
            forecast=False,
            lead=_lead(clock.due_on, now=now, forecast=False),
            distance=_distance(clock.due_on, now=now),
        )
    return _forecast(case, now=now)


def _forecast(case: Complaint, *, now: datetime) -> Expiry | None:
    winner, weighed = weigh_case(case, finalised_at=now, on=london_day(now))
    if winner is None:
        return None
    decided = Finding.objects.filter(allegation__complaint=case).exists()
    undecided = not decided and case.state != CaseState.WITHDRAWN
    first, *rest = winner.arithmetic or [["", ""]]
    return Expiry(
        due_on=winner.due_on,
        rule_label=winner.rule.label,
        rule_code=winner.rule.code,
        rule_version=winner.rule.version,
        rule_is_confirmed=winner.rule.is_confirmed,
        arithmetic=[["If finalised today", first[1]], *rest],
        weighed=[_possible(rule) for rule in possible_rules(case, on=london_day(now))]
        if undecided
        else [_with_words(as_json(each, winner)) for each in weighed],
        forecast=True,
        undecided=undecided,
        lead=_lead(winner.due_on, now=now, forecast=True),
        distance=_distance(winner.due_on, now=now),
    )


def _lead(due_on: date | None, *, now: datetime, forecast: bool) -> str:
    """Say in which tense the record goes."""
    if due_on is not None and due_on < london_day(now):
        return "Expired on"
    return "Would expire on" if forecast else "Expires on"


def _distance(due_on: date | None, *, now: datetime) -> str:
    """Say how far away that is, in days; empty for never."""
    if due_on is None:
        return ""
    days = (due_on - london_day(now)).days
    if days < 0:
        return f"{counted(-days, 'day')} ago"
    return "today" if days == 0 else f"{counted(days, 'day')} away"


def _with_words(row: dict[str, Any]) -> dict[str, Any]:
    due_on = row["due_on"]
    gives = plain_date(date.fromisoformat(due_on)) if due_on else "None"
    if row["applies"] and not due_on:
        gives = "Never by a job"
    return {**row, "gives": gives}


def _possible(rule: RetentionRule) -> dict[str, Any]:
    """Say what a rule gives for a case whose decisions are not made yet."""
    if rule.mode == DisposalMode.NEVER or rule.years is None:
        gives = "Never by a job"
    else:
        end = ", to the end of that year" if rule.to_year_end else ""
        gives = f"{rule.years} years{end}"
    labels = dict(
        DecisionOption.objects.filter(code__in=rule.decision_codes).values_list("code", "label")
    )
    named = ", ".join(labels.get(code, code) for code in rule.decision_codes)
    return {
        "label": rule.label,
        "version": rule.version,
        "gives": gives,
        "result": f"If decided: {named}" if named else "If no other rule covers it",
        "wins": False,
    }


def holds_of(case: Complaint) -> QuerySet[Hold]:
    """List the holds of a case, those in force first, then the newest."""
    return (
        case.holds.select_related("reason", "placed_by__person", "released_by__person")
        .order_by("released_at", "-placed_at", "id")
        .reverse()
    )


def what_would_go(case: Complaint) -> list[tuple[str, int]]:
    """Count what destruction would remove, by kind, without the kinds that are empty."""
    counts = {**count_judgements(case), **count_record(case)}
    return [(kind.capitalize(), count) for kind, count in counts.items() if count]


@dataclass(frozen=True)
class DisposalPage:
    """Disposals, the oldest due first; `next_after` is the cursor of the next page, '' on the last."""

    rows: list[Disposal]
    next_after: str


def list_disposals(
    user: User, *, state: str = "", after: str = "", size: int = PAGE_SIZE
) -> DisposalPage:
    """List the disposals of the cases a person may see (2 queries); raises Invalid for a wrong cursor.

    They are not counted: few of all disposals are of one person's cases, so that a count would look
    up the case of each.
    """
    held = Hold.objects.filter(complaint=OuterRef("complaint"), released_at__isnull=True)
    full = Disposal.objects.select_related("complaint__team", "rule", "certificate").annotate(
        approval_count=Count("approvals"), is_held=Exists(held)
    )
    place = read_place(Disposal, OLDEST_DUE, after) if after else None
    branches = disposals_to_list(user, state=state)
    taken = take(branches, order=OLDEST_DUE, limit=size, after=place, load=full)
    following = encode(place_of(taken.rows[-1], OLDEST_DUE)) if taken.more and taken.rows else ""
    return DisposalPage(taken.rows, following)


def find_disposal(user: User, disposal_id: UUID) -> Disposal:
    """Load one disposal with what its page shows; raise NotFound when absent or hidden."""
    row = (
        Disposal.objects.visible_to(user)
        .select_related(
            "complaint__team",
            "complaint__incident__unit",
            "complaint__investigator__person",
            "complaint__supervisor__person",
            "rule",
            "stopped_by__person",
        )
        .filter(pk=disposal_id)
        .first()
    )
    if row is None:
        raise NotFound
    return row


def find_certificate(user: User, certificate_id: UUID) -> Certificate:
    """Load one certificate; raise NotFound when absent or hidden."""
    row = (
        Certificate.objects.visible_to(user)
        .select_related("complaint__team", "disposal__rule")
        .filter(pk=certificate_id)
        .first()
    )
    if row is None:
        raise NotFound
    return row


def waiting_for(user: User) -> CappedCount:
    """Count the disposals that wait for this person's approval, no further than 25."""
    waiting = [
        branch.exclude(approvals__person_id__in=user.person_ids).exclude(
            approvals__for_person_id__in=user.person_ids
        )
        for branch in disposals_to_list(user, state=DisposalState.PROPOSED)
    ]
    return count_up_to(waiting, order=OLDEST_DUE, cap=MOST_COUNTED)


def steps_of(case: Complaint, expiry: Expiry | None, *, now: datetime) -> list[dict[str, str]]:
    """Draw the way from finalised to destroyed: what is past, where it stands, what is to come."""
    disposal = case.disposals.exclude(state=DisposalState.STOPPED).first()
    held = case.holds.filter(released_at__isnull=True).exists()
    state = disposal.state if disposal else ""
    passed = expiry is not None and expiry.due_on is not None and expiry.due_on < london_day(now)
    reached = {
        "Finalised": case.finalised_at is not None,
        "Period ends": bool(passed or disposal),
        "Proposed": bool(disposal),
        "Approved": state in {"APPROVED", "DESTROYING", "DESTROYED"},
        "Destroyed": state == "DESTROYED",
    }
    words = {
        "Finalised": _day(case.finalised_at),
        "Period ends": _period_end(expiry, disposal),
        "Proposed": _day(disposal.proposed_at) if disposal else "The nightly job lists it",
        "Approved": _day(disposal.approved_at)
        if disposal and disposal.approved_at
        else f"By {APPROVALS_NEEDED} different people",
        "Destroyed": _day(disposal.destroyed_at)
        if disposal and disposal.destroyed_at
        else "A certificate stays",
    }
    steps = []
    now_taken = False
    for label, done in reached.items():
        step = {"label": label, "text": words[label], "state": "done" if done else "todo"}
        if not done and not now_taken:
            step["state"] = "hold" if held else "now"
            if held:
                step["detail"] = "Paused by a hold"
            now_taken = True
        steps.append(step)
    return steps


def _period_end(expiry: Expiry | None, disposal: Disposal | None) -> str:
    if expiry is not None and expiry.undecided:
        return "Not known yet"
    due_on = expiry.due_on if expiry else disposal.due_on if disposal else None
    return f"{due_on:%-d %b %Y}" if due_on else "Never by a job"


def _day(moment: datetime | None) -> str:
    return f"{london_day(moment):%-d %b %Y}" if moment else "Not yet"


def certificate_rows(certificate: Certificate) -> dict[str, Any]:
    """Shape a certificate for reading: why, who and proof as rows, and the number of records."""
    body = certificate.body
    steps = ". ".join(f"{what}: {value}" for what, value in body["arithmetic"])
    who = [("Proposed by", f"Retention job, {_moment(body['proposed_at'])}")]
    words = ("First approval", "Second approval")
    for word, approval in zip(words, body["approvals"], strict=False):
        who.append((word, f"{approval['by']}, {_moment(approval['at'])}"))
    return {
        "total": sum(body["destroyed"].values()),
        "why": [
            ("Rule", f"{body['rule']['label']}, version {body['rule']['version']}"),
            ("Date worked out", steps),
            ("Holds", "None in force, checked with the record locked just before the act"),
        ],
        "who": who,
        "proof": [
            ("Destroyed", _moment(body["destroyed_at"])),
            ("Method", body["method"]),
            ("Checked after", body["verified"]),
            (
                "History",
                f"{body['personal_parts_of_events_erased']} personal parts of events erased",
            ),
        ],
    }


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text).astimezone(LONDON)
    return f"{moment:%A} {moment.day} {moment:%B %Y, %H:%M}"
