"""The outcome: when it was sent, who hears a review, and the clocks that start and end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from audit.models import Event
from bwcportal.errors import Invalid, NotNow
from incidents.enums import CaseState, ContactBy, Handling, ReviewBody
from incidents.models import Complaint
from incidents.selectors.overview import acts_for
from incidents.services.access import end_access, grant_access
from incidents.services.deadlines import start_deadline
from incidents.services.handling import decide_handling
from incidents.services.outcomes import send_outcome
from tests.factories.cases import NOW, handled_case, make_case
from tests.factories.people import Force

pytestmark = pytest.mark.django_db
SENT = NOW.date() + timedelta(days=4)


@pytest.fixture
def force() -> Force:
    return Force()


def signed(force: Force, handling: Handling = Handling.S3_LOCAL_NON_SPECIAL) -> Complaint:
    """Give a case as signing leaves it; signing itself belongs to the reviews app."""
    case = handled_case(force, handling=handling)
    Complaint.objects.filter(pk=case.pk).update(state=CaseState.AA_DECISION, signed_at=NOW)
    start_deadline(case, "OUTCOME_NOTIFY", started_on=NOW.date())
    case.refresh_from_db()
    return case


def send(force: Force, case: Complaint, body: ReviewBody | None, sent_on: date = SENT) -> Complaint:
    return send_outcome(
        actor=force.handler, case_id=case.pk, version=case.version, sent_on=sent_on,
        how=ContactBy.LETTER, review_body=body, now=NOW + timedelta(days=5),
    )  # fmt: skip


def test_the_time_for_a_review_starts_and_the_handling_s_clocks_end(force: Force) -> None:
    case = send(force, signed(force), ReviewBody.IOPC)
    assert case.state == CaseState.OUTCOME_SENT
    assert (case.outcome_sent_on, case.review_body) == (SENT, ReviewBody.IOPC)
    clocks = {clock.rule.code: clock for clock in case.deadlines.select_related("rule")}
    assert clocks["OUTCOME_NOTIFY"].met_on == SENT
    assert clocks["UPDATE_FIRST"].cancelled_on == SENT
    assert clocks["TIMELINESS_12M"].cancelled_on == SENT
    assert clocks["REVIEW_APPLY"].due_on == SENT + timedelta(days=28)
    assert clocks["REVIEW_HOLD"].due_on == SENT + timedelta(days=42)
    event = Event.objects.order_by("-id")[0]
    assert (event.name, event.details["review_body"]) == ("incidents.outcome_sent", "IOPC")


def test_the_body_must_be_named_where_there_is_a_right_and_not_elsewhere(force: Force) -> None:
    for handling, body in ((Handling.S3_OTBI, None), (Handling.OUTSIDE_S3, ReviewBody.LPB)):
        case = signed(force, handling)
        with pytest.raises(Invalid) as refused:
            send(force, case, body)
        assert refused.value.field == "review_body"
        case.refresh_from_db()
        assert case.state == CaseState.AA_DECISION
    without = send(force, signed(force, Handling.OUTSIDE_S3), None)
    assert not without.deadlines.filter(rule__code="REVIEW_APPLY").exists()


@pytest.mark.parametrize(
    "sent_on", [NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=6)]
)
def test_it_was_sent_between_signing_and_today(force: Force, sent_on: date) -> None:
    with pytest.raises(Invalid) as refused:
        send(force, signed(force), ReviewBody.LPB, sent_on)
    assert refused.value.field == "sent_on"


def test_it_is_sent_once(force: Force) -> None:
    case = send(force, signed(force), ReviewBody.LPB)
    with pytest.raises(NotNow):
        send(force, case, ReviewBody.LPB)


def test_changing_to_no_investigation_ends_the_12_month_clock(force: Force) -> None:
    case = handled_case(force)
    decide_handling(
        actor=force.handler, case_id=case.pk, version=case.version, handling=Handling.OUTSIDE_S3,
        investigator=force.investigator, supervisor=force.supervisor, now=NOW + timedelta(days=1),
    )  # fmt: skip
    running = case.deadlines.filter(met_on__isnull=True, cancelled_on__isnull=True)
    assert [clock.rule.code for clock in running] == ["UPDATE_FIRST"]
    assert Event.objects.filter(name="incidents.assigned").count() == 1


def test_buttons_follow_the_table(force: Force) -> None:
    case = make_case(force)
    assert [act["action"] for act in acts_for(force.handler, case)] == [
        "decide_handling",
        "withdraw",
    ]
    assert acts_for(force.auditor, case) == []
    case = signed(force)
    assert [act["action"] for act in acts_for(force.handler, case)] == [
        "send_outcome",
        "send_update",
    ]


def test_the_last_one_who_can_open_a_restricted_case_keeps_it(force: Force) -> None:
    case = make_case(force, actor=force.supervisor, is_restricted=True)
    with pytest.raises(NotNow) as refused:
        end_access(
            actor=force.supervisor, case_id=case.pk, user=force.supervisor, reason="Done", now=NOW
        )
    assert refused.value.code == "last_access"
    grant_access(
        actor=force.supervisor, case_id=case.pk, user=force.investigator, reason="Takes over",
        expires_at=None, now=NOW,
    )  # fmt: skip
    end_access(
        actor=force.supervisor, case_id=case.pk, user=force.supervisor, reason="Done", now=NOW
    )
    assert case in Complaint.objects.visible_to(force.investigator)
    assert case not in Complaint.objects.visible_to(force.supervisor)


def test_a_grant_that_expires_opens_nothing_from_then_on(force: Force) -> None:
    case = make_case(force)
    grant_access(
        actor=force.supervisor, case_id=case.pk, user=force.stranger, reason="Sample",
        expires_at=NOW + timedelta(days=1), now=NOW,
    )  # fmt: skip
    # The clock of these tests lies in the past, so the grant has expired by now.
    assert case not in Complaint.objects.visible_to(force.stranger)
    with pytest.raises(Invalid) as refused:
        grant_access(
            actor=force.supervisor, case_id=case.pk, user=force.stranger, reason="Sample",
            expires_at=NOW, now=NOW,
        )  # fmt: skip
    assert refused.value.field == "expires_at"
