"""How an evidence system says no, as refusals of the portal with a sentence for the user."""

from __future__ import annotations

from datetime import datetime

from bwcportal.errors import Invalid, NotFound, NotNow


class SourceUnavailable(NotNow):
    """The evidence system cannot be reached or cannot answer; nothing was decided, and asking again may help."""

    default_code = "evidence_system_unavailable"


class FootageUnknown(NotFound):
    """The evidence system has never heard of this recording."""

    default_code = "footage_unknown"

    def __init__(
        self, message: str = "The evidence system holds no recording with this identifier"
    ) -> None:
        super().__init__(message)


class FootageGone(NotNow):
    """The evidence system held this recording and no longer does.

    `deleted_at` (aware UTC) is when it was auto-deleted; None when it vanished without a record.
    """

    default_code = "footage_gone"

    def __init__(self, message: str, *, deleted_at: datetime | None) -> None:
        super().__init__(message)
        self.deleted_at = deleted_at


class FootageDamaged(NotNow):
    """The evidence system holds this recording but it cannot be read as a video; `fault` says how it is damaged."""

    default_code = "footage_damaged"

    def __init__(self, message: str, *, fault: str) -> None:
        super().__init__(message)
        self.fault = fault


class PreservationRefused(NotNow):
    """The evidence system will not keep this recording, and says why."""

    default_code = "preservation_refused"


class PreservationUnknown(NotFound):
    """The evidence system has no such preservation to release."""

    default_code = "preservation_unknown"


class UnusableQuery(Invalid):
    """The search cannot be run as it was asked; `field` names the part to repair."""

    default_code = "unusable_query"
