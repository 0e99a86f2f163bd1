"""The events of the retention app."""

from audit.registry import Operation, event_type

FINALISED = event_type("retention.finalised", Operation.ALTERATION, "finalised the case")
REOPENED = event_type("retention.reopened", Operation.ALTERATION, "reopened the case")
CLOCK_RECOMPUTED = event_type(
    "retention.clock_recomputed", Operation.ALTERATION, "worked out the date of disposal again"
)
HOLD_PLACED = event_type("retention.hold_placed", Operation.ALTERATION, "placed a hold")
HOLD_RELEASED = event_type("retention.hold_released", Operation.ALTERATION, "released a hold")
HOLD_REFUSED = event_type(
    "retention.hold_refused", Operation.ALTERATION, "was too late to place a hold"
)
DISPOSAL_PROPOSED = event_type(
    "retention.disposal_proposed", Operation.ALTERATION, "proposed the case for disposal"
)
DISPOSAL_APPROVED = event_type(
    "retention.disposal_approved", Operation.ALTERATION, "approved the disposal"
)
APPROVAL_ENDED = event_type(
    "retention.approval_ended",
    Operation.ALTERATION,
    "took an approval away, because the account of who gave it was closed",
)
DISPOSAL_STOPPED = event_type(
    "retention.disposal_stopped", Operation.ALTERATION, "stopped the disposal"
)
DISPOSAL_FAILED = event_type(
    "retention.disposal_failed", Operation.ERASURE, "could not carry out the disposal"
)
DESTROYING = event_type("retention.destroying", Operation.ERASURE, "began to destroy the record")
DESTROYED = event_type(
    "retention.destroyed", Operation.ERASURE, "destroyed the record and issued its certificate"
)
RETENTION_VIEWED = event_type(
    "retention.retention_viewed",
    Operation.CONSULTATION,
    "looked at when the record will be destroyed",
)
DISPOSALS_VIEWED = event_type(
    "retention.disposals_viewed", Operation.CONSULTATION, "looked at the list of disposals"
)
CERTIFICATE_VIEWED = event_type(
    "retention.certificate_viewed", Operation.CONSULTATION, "read the certificate of destruction"
)
