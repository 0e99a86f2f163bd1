"""What can happen in a world besides that a case comes about: to me, to my team, and to others.

A visible act happens among the people of my force, a hidden one among those of another, so that the
two differ in nothing but in who may know.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import timedelta
from typing import Any

from accounts.models import User
from accounts.roles import Role
from accounts.services.lines import declare_interest
from accounts.tokens import issue_token
from audit import recorder
from incidents.enums import CaseState, EmergencyOutcome, SearchResult
from incidents.models import Complaint
from incidents.services.access import grant_access
from incidents.services.conflicts import recheck_case
from incidents.services.cover import NewCover, set_cover
from incidents.services.drafts import save_answers
from incidents.services.emergency_reviews import review_emergency
from incidents.services.excluding import exclude_person
from incidents.services.footage import attach_footage, record_search, search_footage
from incidents.services.handling import suspend
from incidents.services.linking import link_cases, unlink_cases
from incidents.services.preservation import request_preservation
from retention.services.holds import NewHold, place_hold
from tests.factories.cases import NOW, handled_case, make_case
from tests.factories.decisions import add_clip, returned_case
from tests.factories.emergencies import open_in_emergency_for
from tests.factories.footage import around_incident
from tests.factories.people import Force
from tests.twins.stage import CRAWLED_AT, Stage

# Cases that have more than others are logged after them: lists show them first, and however few
# cases a crawl looks at, it looks at these.
LAST = NOW + timedelta(minutes=30)


def _with_everything(stage: Stage, force: Force) -> Complaint:
    """A returned case with a search by hand, a hold, a guest, somebody kept out, and another case."""
    case = returned_case(force, now=LAST).complaint
    record_search(
        actor=force.investigator,
        case_id=case.pk,
        criteria=around_incident(force.officer.collar_number),
        result=SearchResult.NONE,
        place="Station log",
        note="Nobody wore a camera.",
        now=NOW,
    )
    place_hold(
        actor=force.supervisor,
        case_id=case.pk,
        data=NewHold("CIVIL_CLAIM", "Claim 1", (NOW + timedelta(days=90)).date()),
        now=NOW,
    )
    grant_access(
        actor=force.supervisor,
        case_id=case.pk,
        user=stage.guest,
        reason="Asked for",
        expires_at=None,
        now=NOW,
    )
    exclude_person(
        actor=force.supervisor,
        case_id=case.pk,
        person=_the_others(stage, force).auditor.person,
        reason="Lives with the complainant",
        now=NOW,
    )
    link_cases(
        actor=force.handler,
        case_id=case.pk,
        other=make_case(force).reference,
        reason="One evening",
        now=NOW,
    )
    return case


def _linked_across(stage: Stage) -> None:
    """A case that I see is linked to one that I may not know of, and was to another one."""
    knows_both = stage.mine.handler
    case = (
        Complaint.objects.visible_to(stage.me)
        .filter(pk__in=Complaint.objects.visible_to(knows_both).values("pk"))
        .exclude(state=CaseState.DESTROYED)
        .order_by("-logged_at", "id")
        .first()
    )
    if case is None:
        return
    for ended in (False, True):
        hidden = make_case(stage.mine, is_restricted=True)
        link_cases(
            actor=knows_both, case_id=case.pk, other=hidden.reference, reason="One gang", now=LAST
        )
        if ended:
            unlink_cases(
                actor=knows_both, case_id=case.pk, other_id=hidden.pk, reason="Another", now=LAST
            )


def _the_others(stage: Stage, force: Force) -> Force:
    return stage.other if force is stage.mine else stage.mine


def _with_footage(stage: Stage, force: Force, *, preserved: bool) -> Complaint:
    """A case with recordings that the evidence system really has, found, attached and marked."""
    case = handled_case(force, now=LAST)
    _found, hits = search_footage(
        actor=force.investigator,
        case_id=case.pk,
        criteria=around_incident(force.officer.collar_number),
        now=NOW,
    )
    links = [
        attach_footage(
            actor=force.investigator,
            case_id=case.pk,
            external_id=hit.external_id,
            reason="Worn by the officer complained about",
            now=NOW,
        )
        for hit in hits[:-1]
    ]
    if preserved:
        request_preservation(actor=force.investigator, link_id=links[0].pk, now=NOW)
    add_clip(force, links[1], {1: "SUPPORTS"}, start_ms=100, end_ms=900)
    if force is stage.mine and Role.INVESTIGATOR in stage.me.role_set:
        add_clip(force, links[1], {2: "NEUTRAL"}, start_ms=100, end_ms=900, actor=stage.me)
    return case


def _suspended(stage: Stage, force: Force) -> Complaint:
    is_mine = force is stage.mine and Role.INVESTIGATOR in stage.me.role_set
    case = handled_case(force, investigator=stage.me if is_mine else None)
    return suspend(
        actor=force.investigator,
        case_id=case.pk,
        version=case.version,
        reason="Criminal proceedings",
        now=NOW,
    )


def _drafted(owner: User) -> None:
    save_answers(
        actor=owner,
        # Drawn like every id, from the chance of the step.
        draft_id=recorder.uuids.uuid4(),
        page="complaint",
        answers={"title": ["Half a complaint"]},
        now=CRAWLED_AT,
    )


def _covered(absent: User, deputy: User) -> None:
    cover = NewCover(absent, deputy, NOW, CRAWLED_AT + timedelta(days=9), "Leave")
    set_cover(actor=absent, data=cover, now=NOW)


def _interested(user: User) -> None:
    """Somebody declares an interest that meets no case."""
    declare_interest(
        actor=user, about_person=None, about_words=_word(), nature="A neighbour of mine", now=NOW
    )


def _in_conflict(stage: Stage, force: Force) -> None:
    """A case whose investigator declares an interest in it afterwards; if it may be, I supervise it."""
    word = _word()
    if force is stage.mine and Role.SUPERVISOR in stage.me.role_set:
        force = copy(force)
        force.supervisor = stage.me
    case = handled_case(force, title=f"Stopped outside {word}", now=LAST)
    declare_interest(
        actor=force.investigator,
        about_person=None,
        about_words=word,
        nature="I drink there",
        now=NOW,
    )
    recheck_case(case.pk, now=NOW)


def _word() -> str:
    """Make up a word that stands nowhere else: of letters, from the chance of the step."""
    return "Quay" + recorder.uuids.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


def _opened_in_emergency(stage: Stage, force: Force, *, reviewed: bool = False) -> None:
    """A case that somebody of the other team opened today, and one whose opening is over."""
    opener = _the_others(stage, force).supervisor
    open_in_emergency_for(make_case(force), opener, now=CRAWLED_AT - timedelta(minutes=30))
    over = open_in_emergency_for(make_case(force), opener, now=CRAWLED_AT - timedelta(days=1))
    if reviewed:
        review_emergency(
            actor=force.auditor,
            emergency_id=over.pk,
            outcome=EmergencyOutcome.NOT_JUSTIFIED,
            note="There was time to ask",
            now=CRAWLED_AT - timedelta(hours=20),
        )


VISIBLE_ACTS: dict[str, Callable[[Stage], Any]] = {
    "with everything": lambda stage: _with_everything(stage, stage.mine),
    "with footage": lambda stage: _with_footage(stage, stage.mine, preserved=False),
    "suspended": lambda stage: _suspended(stage, stage.mine),
    "my draft": lambda stage: _drafted(stage.me),
    "i am deputy": lambda stage: _covered(stage.mine.auditor, stage.me),
    "my interest": lambda stage: _interested(stage.me),
    "in conflict": lambda stage: _in_conflict(stage, stage.mine),
    "opened in emergency": lambda stage: _opened_in_emergency(stage, stage.mine),
    "a token": lambda stage: issue_token(
        user=stage.mine.handler, label="Machine", lasts=timedelta(days=30), can_write=True, now=NOW
    ),
}
HIDDEN_ACTS: dict[str, Callable[[Stage], Any]] = {
    "their everything": lambda stage: _with_everything(stage, stage.other),
    "their footage": lambda stage: _with_footage(stage, stage.other, preserved=True),
    "their suspended": lambda stage: _suspended(stage, stage.other),
    "they are deputies": lambda stage: _covered(stage.other.investigator, stage.other.handler),
    "their draft": lambda stage: _drafted(stage.mine.handler),
    "their interest": lambda stage: _interested(stage.other.investigator),
    "their conflict": lambda stage: _in_conflict(stage, stage.other),
    "their link": _linked_across,
    "their emergency": lambda stage: _opened_in_emergency(stage, stage.other, reviewed=True),
}
