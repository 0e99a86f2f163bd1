"""What was really watched: stretches of a recording that a person's browser has played."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record
from bwcportal.errors import Invalid, NotFound, NotNow
from incidents.enums import FootageStatus
from incidents.models import FootageLink
from incidents.permissions import check_may
from reviews.events import FOOTAGE_WATCHED
from reviews.models import Viewing

# A player reports every few seconds. A report of more real time than this was not played in one go
# here, and would let one request claim a whole recording.
LONGEST_REPORT_MS = 120_000
# Browsers round the length of a file up to the end of its last audio packet.
_END_TOLERANCE_MS = 500
SLOWEST_PERCENT, FASTEST_PERCENT = 10, 1600


@transaction.atomic
def record_viewing(
    *,
    actor: User,
    link_id: UUID,
    from_ms: int,
    to_ms: int,
    rate_percent: int,
    with_sound: bool,
    now: datetime,
) -> Viewing:
    """Record that the actor played a stretch of a recording, and return it.

    Times are integer ms from the start of the file, half-open; the rate is in hundredths. An end
    up to half a second past the recording is taken as its end. Raises NotFound, NotPermitted
    without the permission to watch, NotNow for a lost recording, Invalid for a stretch outside the
    recording or longer than could have played since the last report.
    """
    # The case is left unlocked: watching changes nothing of it, and the lock on the link keeps the
    # recording from being taken out of the case meanwhile.
    link = (
        FootageLink.objects.visible_to(actor)
        .select_for_update(of=("self",), no_key=True)
        .select_related("footage", "complaint")
        .filter(pk=link_id)
        .first()
    )
    if link is None:
        raise NotFound
    check_may(actor, Permission.WATCH_FOOTAGE)
    if link.footage.status == FootageStatus.LOST:
        raise NotNow(f"{link.label} is lost: there is nothing to watch", code="footage_lost")
    to_ms = _checked_end(
        from_ms=from_ms,
        to_ms=to_ms,
        rate_percent=rate_percent,
        duration_ms=link.footage.duration_ms,
    )
    viewing = Viewing.objects.create(
        link=link,
        viewer=actor,
        from_ms=from_ms,
        to_ms=to_ms,
        rate_percent=rate_percent,
        with_sound=with_sound,
        ended_at=now,
    )
    record(
        FOOTAGE_WATCHED,
        actor=actor.audit_actor(),
        subject=link.audit_subject(),
        now=now,
        details={
            "from_ms": from_ms,
            "to_ms": to_ms,
            "rate_percent": rate_percent,
            "with_sound": with_sound,
        },
    )
    return viewing


def _checked_end(*, from_ms: int, to_ms: int, rate_percent: int, duration_ms: int) -> int:
    if not SLOWEST_PERCENT <= rate_percent <= FASTEST_PERCENT:
        raise Invalid("The speed must be between 0.1 and 16 times real time", field="rate_percent")
    if from_ms < 0 or from_ms >= duration_ms:
        raise Invalid("The stretch must begin inside the recording", field="from_ms")
    if to_ms > duration_ms + _END_TOLERANCE_MS:
        raise Invalid("The stretch must end inside the recording", field="to_ms")
    to_ms = min(to_ms, duration_ms)
    if to_ms <= from_ms:
        raise Invalid("The stretch must end after it begins", field="to_ms")
    if (to_ms - from_ms) * 100 > LONGEST_REPORT_MS * rate_percent:
        raise Invalid(
            "Report what was played at least every two minutes: this stretch is longer than that",
            field="to_ms",
        )
    return to_ms
