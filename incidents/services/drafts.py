"""Keeping what has been typed of a complaint until it is logged or thrown away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.roles import Permission
from bwcportal.errors import Invalid, NotFound
from incidents.models import Complaint, ComplaintDraft
from incidents.permissions import check_may
from incidents.services.logging import NewComplaint, log_complaint

# A complaint that nobody finished typing for so long is not coming, and its draft names people.
KEPT_FOR = timedelta(days=14)
MOST_DRAFTS = 20
Answers = dict[str, dict[str, list[str]]]


@transaction.atomic
def save_answers(
    *,
    actor: User,
    draft_id: UUID,
    page: str,
    answers: Mapping[str, list[str]],
    now: datetime,
    settled: Collection[str] = (),
) -> ComplaintDraft:
    """Keep the answers of one page exactly as typed, beginning the draft if it is new.

    The page makes the id, so that saving in the background and pressing a button at once begin
    one draft. Beginning one removes everybody's drafts that nobody touched for 14 days. Raises
    NotPermitted, NotFound for somebody else's draft, Invalid when the actor has twenty.

    `settled` names answers that are only taken when there are none yet: saving in the background
    may arrive after the button that added or removed a row, and must not undo it.
    """
    check_may(actor, Permission.LOG_COMPLAINT)
    draft = ComplaintDraft.objects.select_for_update().filter(pk=draft_id).first()
    if draft is None:
        draft = _begin(actor, draft_id, now)
    elif draft.owner_id != actor.pk:
        raise NotFound
    before = draft.answers.get(page, {})
    kept = {name: before[name] for name in settled if name in before}
    draft.answers = {**draft.answers, page: {**answers, **kept}}
    draft.saved_at = now
    draft.save(update_fields=["answers", "saved_at"])
    return draft


@transaction.atomic
def throw_away(*, actor: User, draft_id: UUID) -> None:
    """Remove an unfinished complaint."""
    _lock(actor, draft_id).delete()


@transaction.atomic
def log_draft(*, actor: User, draft_id: UUID, data: NewComplaint, now: datetime) -> Complaint:
    """Log what a draft says and remove it, together: pressing twice logs one complaint."""
    draft = _lock(actor, draft_id)
    case = log_complaint(actor=actor, data=data, now=now)
    draft.delete()
    return case


def _begin(actor: User, draft_id: UUID, now: datetime) -> ComplaintDraft:
    ComplaintDraft.objects.filter(saved_at__lt=now - KEPT_FOR).delete()
    if ComplaintDraft.objects.filter(owner=actor).count() >= MOST_DRAFTS:
        raise Invalid(
            f"You have {MOST_DRAFTS} unfinished complaints. Finish one or throw it away first",
            code="too_many_drafts",
        )
    # Two requests of one page may both find no row: the second then waits for the first here.
    ComplaintDraft.objects.bulk_create(
        [ComplaintDraft(pk=draft_id, owner=actor, started_at=now, saved_at=now)],
        ignore_conflicts=True,
    )
    return _lock(actor, draft_id)


def _lock(actor: User, draft_id: UUID) -> ComplaintDraft:
    check_may(actor, Permission.LOG_COMPLAINT)
    draft = ComplaintDraft.objects.select_for_update().filter(owner=actor, pk=draft_id).first()
    if draft is None:
        raise NotFound
    return draft
