"""Whom a description may mean: proposing, keeping out until somebody says no, and saying no.

The functions that are not acts of their own are parts of an act on the locked case.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.human_beings import mentioned_in
from accounts.models import Person, User
from accounts.roles import Permission
from audit.recorder import record
from bwcportal.errors import Invalid, NotFound, NotPermitted
from incidents.case_policies import check_reason
from incidents.enums import ExclusionKind, MatchState
from incidents.events import MATCHES_PROPOSED, MATCHES_REJECTED
from incidents.models import CaseExclusion, Complaint, ComplaintSubject, SubjectMatch
from incidents.permissions import check_may
from incidents.services.moving import lock_case
from incidents.services.unassigning import unassign_kept_out

IT_MAY_BE_YOU = (
    "This description may mean you, or the person you act for, so somebody else must do this"
)


def check_not_described(actor: User, descriptions: Iterable[str]) -> None:
    """Raise NotPermitted when a description may mean the actor: whoever is meant does not log it."""
    mine = set(actor.person_ids)
    for text in descriptions:
        if any(person.pk in mine for person, _ in mentioned_in(text)):
            raise NotPermitted(IT_MAY_BE_YOU, code="complained_about")


def propose_matches(
    case: Complaint, subject: ComplaintSubject, *, actor: User, now: datetime
) -> list[SubjectMatch]:
    """Propose whom the description of a subject may mean and keep them out; return the new matches.

    Whoever is named on the case already, or was ruled out for this description, is left out.
    """
    named = set(
        ComplaintSubject.objects.filter(complaint=case, person__isnull=False).values_list(
            "person_id", flat=True
        )
    )
    known = set(subject.matches.values_list("person_id", flat=True))
    made = [
        SubjectMatch.objects.create(
            subject=subject, person=person, what=mention.what[:120], proposed_at=now
        )
        for person, mention in mentioned_in(subject.description)
        if person.pk not in known and not named & set(person.ids)
    ]
    for match in made:
        _keep_out(case, match, actor=actor, now=now)
    if made:
        record(
            MATCHES_PROPOSED,
            actor=actor.audit_actor(),
            subject=case.audit_part("subject", subject.pk, ""),
            now=now,
            details={"persons": [match.person_id for match in made]},
        )
        unassign_kept_out(case, by=actor, now=now)
    return made


@transaction.atomic
def reject_matches(
    *, actor: User, subject_id: UUID, person_ids: Iterable[UUID], reason: str, now: datetime
) -> Complaint:
    """Rule people out as the officer described, with a reason, and return the case.

    They are let back in at once unless something else keeps them out. Raises NotFound,
    NotPermitted, or Invalid with the field `people` or `reason`.
    """
    subject = ComplaintSubject.objects.visible_to(actor).filter(pk=subject_id).first()
    if subject is None:
        raise NotFound
    case = lock_case(actor=actor, case_id=subject.complaint_id)
    check_may(actor, Permission.MANAGE_CASE)
    text = check_reason(reason)
    matches = list(
        SubjectMatch.objects.select_for_update(of=("self",))
        .filter(subject=subject, person_id__in=list(person_ids), state=MatchState.PROPOSED)
        .select_related("person")
    )
    if not matches:
        raise Invalid("Tick whom you rule out", field="people")
    for match in matches:
        decide(match, MatchState.REJECTED, actor=actor, reason=text, now=now)
        let_back(case, match.person, actor=actor, reason=text, now=now)
    case.version += 1
    case.save(update_fields=["version"])
    record(
        MATCHES_REJECTED,
        actor=actor.audit_actor(),
        subject=case.audit_part("subject", subject.pk, ""),
        now=now,
        details={"persons": [match.person_id for match in matches]},
        personal={"reason": text, "names": [match.person.title for match in matches]},
    )
    return case


def decide(
    match: SubjectMatch, state: MatchState, *, actor: User, reason: str, now: datetime
) -> None:
    """Write what was decided of one match."""
    match.state, match.decided_by, match.decided_at, match.reason = state, actor, now, reason
    match.save(update_fields=["state", "decided_by", "decided_at", "reason"])


def let_back(case: Complaint, person: Person, *, actor: User, reason: str, now: datetime) -> None:
    """End what kept a possible officer out, unless another description may still mean them."""
    still = SubjectMatch.objects.filter(
        subject__complaint=case, person=person, state=MatchState.PROPOSED
    )
    if still.exists():
        return
    kept = (
        CaseExclusion.objects.in_force()
        .filter(complaint=case, person=person, kind=ExclusionKind.POSSIBLE_SUBJECT)
        .first()
    )
    if kept is not None:
        kept.ended_at, kept.ended_by, kept.end_reason = max(now, kept.made_at), actor, reason
        kept.save(update_fields=["ended_at", "ended_by", "end_reason"])


def _keep_out(case: Complaint, match: SubjectMatch, *, actor: User, now: datetime) -> None:
    CaseExclusion.objects.bulk_create(
        [
            CaseExclusion(
                complaint=case,
                person=match.person,
                kind=ExclusionKind.POSSIBLE_SUBJECT,
                reason=f"May be an officer who is not identified yet: {match.what}",
                made_by=actor,
                made_at=now,
            )
        ],
        # Somebody who is kept out already stays kept out by that.
        ignore_conflicts=True,
    )
