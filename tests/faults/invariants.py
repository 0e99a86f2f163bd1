"""What must be true of the end of records after any fault, asked of the database itself."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date

from django.db import connection

from audit.models import Event, EventPayload
from incidents.models import Allegation, Complainant, Complaint
from retention.enums import DisposalState
from retention.models import Certificate, Disposal, Hold
from retention.rules import add_years
from retention.services.clocks import london_day
from retention.services.destroying import digest_of


def check_invariants() -> None:
    """Assert all of them. Call when nothing runs any more."""
    no_hold_was_overrun()
    each_is_destroyed_once_and_certified()
    nothing_went_before_its_day()
    what_is_destroyed_is_gone_and_the_rest_is_whole()
    nothing_is_left_locked()


def no_hold_was_overrun() -> None:
    """A hold in force stands on a whole record; a record that went has no hold at all."""
    held = Hold.objects.filter(released_at__isnull=True).values("complaint_id")
    begun = [DisposalState.DESTROYING, DisposalState.DESTROYED]
    assert not Disposal.objects.filter(state__in=begun, complaint_id__in=held).exists()
    assert not Hold.objects.filter(complaint__state="DESTROYED").exists()


def each_is_destroyed_once_and_certified() -> None:
    """Destroyed cases, destroyed disposals, certificates and both events match one to one."""
    destroyed = list(
        Disposal.objects.filter(state=DisposalState.DESTROYED).values_list(
            "complaint_id", flat=True
        )
    )
    once = Counter(destroyed)
    assert all(count == 1 for count in once.values())
    assert Counter(Certificate.objects.values_list("complaint_id", flat=True)) == once
    cases = Complaint.objects.filter(state="DESTROYED").values_list("pk", flat=True)
    assert Counter(cases) == once
    for name in ("retention.destroying", "retention.destroyed"):
        events = Event.objects.filter(name=name).values_list("case_id", flat=True)
        begun = Disposal.objects.filter(state=DisposalState.DESTROYING)
        expected = once + (
            Counter(begun.values_list("complaint_id", flat=True))
            if name == "retention.destroying"
            else Counter()
        )
        assert Counter(events) == expected, name
    for certificate in Certificate.objects.all():
        assert certificate.digest == digest_of(certificate.body)


def nothing_went_before_its_day() -> None:
    """The date on each certificate is that of the rule version it cites, and it had passed."""
    for certificate in Certificate.objects.select_related("disposal__rule"):
        rule = certificate.disposal.rule
        cited = certificate.body["rule"]
        assert (cited["code"], cited["version"]) == (rule.code, rule.version)
        due_on = date.fromisoformat(certificate.body["due_on"])
        finalised_on = date.fromisoformat(certificate.body["finalised_on"])
        assert due_on >= add_years(finalised_on, rule.years or 0)
        assert london_day(certificate.issued_at) > due_on
        people = {approval["by"] for approval in certificate.body["approvals"]}
        assert len(people) == 2


def what_is_destroyed_is_gone_and_the_rest_is_whole() -> None:
    """No half record: either every part is there or none is."""
    for case in Complaint.objects.all():
        parts = [
            bool(case.title),
            bool(case.original_words),
            case.incident_id is not None,
            Complainant.objects.filter(complaint=case).exists(),
            Allegation.objects.filter(complaint=case).exists(),
            EventPayload.objects.filter(case_id=case.pk).exists(),
        ]
        assert len(set(parts)) == 1, (case.state, parts)
        assert parts[0] is (case.state != "DESTROYED")


def nothing_is_left_locked(*, patience_s: float = 20) -> None:
    """No other session is in a transaction or waits for a lock, once the server knows who is gone."""
    deadline = time.monotonic() + patience_s
    while (busy := _busy_sessions()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert busy == []


def _busy_sessions() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, wait_event_type, left(query, 80) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
            " AND (state <> 'idle' OR wait_event_type = 'Lock')"
        )
        return list(cursor.fetchall())
