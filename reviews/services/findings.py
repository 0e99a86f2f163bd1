"""Deciding an allegation: the decision, the reasons and what they rely on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from audit.recorder import record
from bwcportal.errors import Invalid, NotFound, StaleVersion
from bwcportal.phrasing import london_day
from incidents.enums import ContributionKind
from incidents.models import (
    ActionOption,
    Allegation,
    Complaint,
    DecisionOption,
    FootageLink,
    NoFootageReason,
)
from incidents.services.moving import lock_case, note_contribution
from reviews.events import ALLEGATION_DECIDED
from reviews.models import Annotation, Finding
from reviews.permissions import check_can_decide
from reviews.policies import check_content_may_change, check_decision_fits
from reviews.services.voiding import void_changed_signature
from reviews.wording import read_text


@dataclass(frozen=True)
class _Judgement:
    """What was decided, checked and ready to be written."""

    decision: DecisionOption
    rationale: str
    cited: list[Annotation]
    no_footage_reason: NoFootageReason | None
    no_footage_link: FootageLink | None
    actions: list[ActionOption]


@transaction.atomic
def decide_allegation(
    *,
    actor: User,
    allegation_id: UUID,
    version: int | None,
    decision: DecisionOption | None,
    rationale: str,
    cited_ids: Iterable[UUID],
    no_footage_reason: NoFootageReason | None,
    no_footage_link_id: UUID | None,
    action_codes: Sequence[str],
    now: datetime,
) -> Finding:
    """Decide an allegation, or replace its decision, and return the finding.

    `version` is that of the finding the actor saw: 0 when the allegation was not decided, None when
    not asked. The decision must be legal for the handling of the case, and rely on at least one
    moment or give a coded reason why on none. The same answer again writes nothing. Raises
    NotFound, NotPermitted, StaleVersion, NotNow outside the handling of the case, and Invalid
    with the field to repair: decision, rationale, cited, no_footage_reason, no_footage_link or
    actions.
    """
    case, allegation = _lock(actor, allegation_id)
    check_can_decide(actor)
    finding = Finding.objects.filter(allegation=allegation).select_related("decision").first()
    if version is not None and version != (finding.version if finding else 0):
        raise StaleVersion
    check_content_may_change(case)
    judgement = _read(
        case,
        decision=decision,
        rationale=rationale,
        cited_ids=cited_ids,
        no_footage_reason=no_footage_reason,
        no_footage_link_id=no_footage_link_id,
        action_codes=action_codes,
        now=now,
    )
    if finding is not None and _says(finding) == judgement:
        return finding
    was = finding.decision.code if finding else None
    finding = _write(finding, allegation, judgement, actor=actor, now=now)
    case.version += 1
    case.save(update_fields=["version"])
    note_contribution(case, actor=actor, kind=ContributionKind.DECIDED, now=now)
    allegation.complaint = case
    record(
        ALLEGATION_DECIDED,
        actor=actor.audit_actor(),
        subject=allegation.audit_subject(),
        now=now,
        details={
            "was": was,
            "decision": judgement.decision.code,
            "cited": [mark.label for mark in judgement.cited],
            "no_footage_reason": judgement.no_footage_reason.code
            if judgement.no_footage_reason
            else None,
            "actions": [action.code for action in judgement.actions],
            "version": finding.version,
        },
        personal={"rationale": judgement.rationale},
    )
    void_changed_signature(case, actor=actor, now=now)
    return finding


def _lock(actor: User, allegation_id: UUID) -> tuple[Complaint, Allegation]:
    visible = Allegation.objects.visible_to(actor).filter(pk=allegation_id)
    case_id = visible.values_list("complaint_id", flat=True).first()
    if case_id is None:
        raise NotFound
    case = lock_case(actor=actor, case_id=case_id)
    allegation = Allegation.objects.filter(complaint=case, pk=allegation_id).first()
    if allegation is None:
        raise NotFound
    return case, allegation


def _read(
    case: Complaint,
    *,
    decision: DecisionOption | None,
    rationale: str,
    cited_ids: Iterable[UUID],
    no_footage_reason: NoFootageReason | None,
    no_footage_link_id: UUID | None,
    action_codes: Sequence[str],
    now: datetime,
) -> _Judgement:
    today = london_day(now)
    if decision is None or not DecisionOption.objects.in_force(today).filter(pk=decision.pk):
        raise Invalid("Choose what you find", code="no_decision", field="decision")
    check_decision_fits(case, decision)
    cited = _cited(case, cited_ids)
    _check_reason(decision, cited, no_footage_reason)
    link = _recording(case, no_footage_link_id)
    if link is not None and no_footage_reason is None:
        raise Invalid(
            "Choose the reason that goes with the recording, or choose no recording",
            field="no_footage_reason",
        )
    return _Judgement(
        decision=decision,
        rationale=read_text(
            rationale, field="rationale", empty="Enter your reasons", name="Your reasons"
        ),
        cited=cited,
        no_footage_reason=no_footage_reason,
        no_footage_link=link,
        actions=_actions(action_codes, now),
    )


def _cited(case: Complaint, cited_ids: Iterable[UUID]) -> list[Annotation]:
    wanted = set(cited_ids)
    cited = list(
        Annotation.objects.filter(complaint=case, pk__in=wanted).order_by("number")
        if wanted
        else []
    )
    if len(cited) != len(wanted):
        raise Invalid(
            "One of the moments is no longer there. Choose from the list as it is now",
            code="unknown_moment",
            field="cited",
        )
    return cited


def _check_reason(
    decision: DecisionOption, cited: list[Annotation], reason: NoFootageReason | None
) -> None:
    if decision.needs_reason and reason is None:
        raise Invalid(
            f"Choose the reason for “{decision.label}”",
            code="reason_needed",
            field="no_footage_reason",
        )
    if not cited and reason is None:
        raise Invalid(
            "Choose at least one moment you rely on, or the reason why there is none",
            code="nothing_cited",
            field="cited",
        )


def _recording(case: Complaint, link_id: UUID | None) -> FootageLink | None:
    if link_id is None:
        return None
    link = FootageLink.objects.filter(complaint=case, pk=link_id).first()
    if link is None:
        raise Invalid("Choose a recording of this case", field="no_footage_link")
    return link


def _actions(codes: Sequence[str], now: datetime) -> list[ActionOption]:
    wanted = set(codes)
    found = list(
        ActionOption.objects.in_force(london_day(now)).filter(code__in=wanted).order_by("code")
    )
    if len(found) != len(wanted):
        raise Invalid("Choose actions from the list", field="actions")
    return found


def _says(finding: Finding) -> _Judgement:
    return _Judgement(
        decision=finding.decision,
        rationale=finding.rationale,
        cited=list(finding.cited.order_by("number")),
        no_footage_reason=finding.no_footage_reason,
        no_footage_link=finding.no_footage_link,
        actions=list(finding.actions.order_by("code")),
    )


def _write(
    finding: Finding | None,
    allegation: Allegation,
    judgement: _Judgement,
    *,
    actor: User,
    now: datetime,
) -> Finding:
    if finding is None:
        finding = Finding(allegation=allegation, version=0)
    finding.version += 1
    finding.decision = judgement.decision
    finding.rationale = judgement.rationale
    finding.no_footage_reason = judgement.no_footage_reason
    finding.no_footage_link = judgement.no_footage_link
    finding.decided_by = actor
    finding.decided_at = now
    finding.save()
    finding.cited.set(judgement.cited)
    finding.actions.set(judgement.actions)
    return finding
