"""Codes of judging what happened. Values are stable and stored; labels are what people read."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices


class AnnotationKind(TextChoices):
    """A marker points at one moment; a clip is a range."""

    MARKER = "MARKER", "Marker"
    CLIP = "CLIP", "Clip"


class MarkType(IntegerChoices):
    """What a mark shows. The value is the number key that sets it."""

    FORCE = 1, "Force"
    WORDS = 2, "Words"
    INSTRUCTION = 3, "Instruction"
    INJURY = 4, "Injury"
    SEARCH = 5, "Search"
    RESTRAINT = 6, "Restraint"
    DE_ESCALATION = 7, "De-escalation"
    CAMERA = 8, "Camera"
    OTHER = 9, "Other"


class AnnotationState(TextChoices):
    """A draft is its author's own; a submitted mark is evidence and is not edited."""

    DRAFT = "DRAFT", "Draft"
    SUBMITTED = "SUBMITTED", "Submitted"


class Bearing(TextChoices):
    """What a moment says about an allegation."""

    SUPPORTS = "SUPPORTS", "Supports"
    CONTRADICTS = "CONTRADICTS", "Contradicts"
    NEUTRAL = "NEUTRAL", "Neutral"
    UNCLEAR = "UNCLEAR", "Unclear"


class SubmissionState(TextChoices):
    """How far a submitted version has come."""

    AWAITING = "AWAITING", "With supervisor"
    RETURNED = "RETURNED", "Returned"
    SIGNED = "SIGNED", "Signed"
    VOIDED = "VOIDED", "Voided"
