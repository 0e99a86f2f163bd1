"""Codes of ending a record. Values are stable and stored; labels are what people read."""

from __future__ import annotations

from django.db.models import TextChoices


class DisposalMode(TextChoices):
    """What may happen when a record is due."""

    REVIEW = "REVIEW", "Review before destroying"
    AUTO = "AUTO", "Destroy when due"
    NEVER = "NEVER", "Never by a job"


class RetentionTrigger(TextChoices):
    """The date from which a period runs."""

    FINALISED = "FINALISED", "Finalised"
    COMPLAINANT_18TH = "COMPLAINANT_18TH", "Complainant's eighteenth birthday"
    OTHER = "OTHER", "Set by hand"


class DisposalState(TextChoices):
    """The steps of a disposal. A stop leads back; `DESTROYING` does not."""

    PROPOSED = "PROPOSED", "Proposed"
    APPROVED = "APPROVED", "Approved"
    DESTROYING = "DESTROYING", "Being destroyed"
    DESTROYED = "DESTROYED", "Destroyed"
    STOPPED = "STOPPED", "Stopped"
    FAILED = "FAILED", "Failed"
