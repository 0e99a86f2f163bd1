"""The unfinished complaints of one account."""

from __future__ import annotations

from uuid import UUID

from accounts.models import User
from bwcportal.errors import NotFound
from incidents.models import ComplaintDraft


def drafts_of(user: User) -> list[ComplaintDraft]:
    """List a person's unfinished complaints, the last touched first."""
    return list(ComplaintDraft.objects.filter(owner=user).order_by("-saved_at", "id"))


def find_draft(user: User, draft_id: UUID) -> ComplaintDraft:
    """Return one of the person's own drafts; raise NotFound for any other."""
    draft = ComplaintDraft.objects.filter(owner=user, pk=draft_id).first()
    if draft is None:
        raise NotFound
    return draft


def title_of(draft: ComplaintDraft) -> str:
    """Say what a draft is about, by what has been typed of it."""
    incident = draft.answers.get("incident", {})
    for name in ("title", "place"):
        words = (incident.get(name) or [""])[0].strip()
        if words:
            return str(words)
    return "Nothing typed yet"
