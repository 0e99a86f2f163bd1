"""Erasing what was judged about a case. Called by disposal alone, inside its transaction."""

from __future__ import annotations

from incidents.models import Complaint
from reviews.models import Annotation, Finding, ReturnPoint, SignOff, Submission, Viewing

# In the order in which rows may go: what points at a row goes before it.
ERASED = (
    ("signatures", SignOff, "submission__complaint"),
    ("return points", ReturnPoint, "submission__complaint"),
    ("submitted versions", Submission, "complaint"),
    ("findings", Finding, "allegation__complaint"),
    ("moments", Annotation, "complaint"),
    ("viewings", Viewing, "link__complaint"),
)


def count_judgements(case: Complaint) -> dict[str, int]:
    """Count the rows that `erase_judgements` would remove, by kind."""
    return {kind: model.objects.filter(**{path: case}).count() for kind, model, path in ERASED}


def erase_judgements(case: Complaint) -> None:
    """Delete every judgement on a locked case."""
    for _, model, path in ERASED:
        model.objects.filter(**{path: case}).delete()
