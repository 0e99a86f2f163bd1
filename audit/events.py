"""The event types of the record itself."""

from audit.registry import Operation, event_type

PERSONAL_ERASED = event_type(
    "audit.personal_erased", Operation.ERASURE, "erased the personal part of the case's events"
)
