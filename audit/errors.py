"""Faults in the use of the record of events.

They are programming errors, never a user's: nothing catches them on the way, so the change that
should have been recorded fails with them, which is the point (no record, no change).
"""


class AuditError(Exception):
    """Base of everything the audit app raises itself."""


class MalformedEventType(AuditError):
    """An event type's name, operation or sentence is not as the registry demands."""


class DuplicateEventType(AuditError):
    """Two event types claim the same name."""


class UnknownEventType(AuditError):
    """An event was recorded, or asked for, under a type nobody registered."""


class NotInTransaction(AuditError):
    """An event was to be written outside the transaction of the act it records."""


class ContentRefused(AuditError):
    """Details or personal content hold something the record must not keep."""
