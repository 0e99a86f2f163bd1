"""The records of ending a record. Import models from here."""

from retention.models.disposal import Certificate, Disposal, DisposalApproval, Hold
from retention.models.rules import REFERENCE_MODELS, HoldReason, RetentionClock, RetentionRule

__all__ = [
    "REFERENCE_MODELS",
    "Certificate",
    "Disposal",
    "DisposalApproval",
    "Hold",
    "HoldReason",
    "RetentionClock",
    "RetentionRule",
]
