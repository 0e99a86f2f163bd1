"""The event types of the record itself."""

from audit.registry import Operation, event_type

PERSONAL_ERASED = event_type(
    "audit.personal_erased", Operation.ERASURE, "erased the personal part of the case's events"
)
RECORD_RESTORED = event_type(
    "audit.record_restored",
    Operation.ADMINISTRATION,
    "accepted the record of events as it was found after a restore",
)
CASE_EXPORTED = event_type(
    "audit.case_exported",
    Operation.DISCLOSURE,
    "exported the case's record of events with its proofs",
)
