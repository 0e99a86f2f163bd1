"""Searching for footage and attaching it to a case. Every search is recorded, found or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts.models import Person, User
from accounts.roles import Permission
from audit.recorder import record
from audit.registry import EventType
from bwcportal.errors import Invalid, NotNow
from incidents.enums import ContributionKind, PreservationState, SearchResult
from incidents.events import FOOTAGE_ATTACHED, FOOTAGE_SEARCHED, SEARCH_RECORDED
from incidents.footage_sources.errors import SourceUnavailable
from incidents.footage_sources.protocol import FootageQuery, FoundFootage
from incidents.models import Complaint, FootageItem, FootageLink, FootageSearch
from incidents.permissions import check_may
from incidents.policies import check_may_gather, check_window
from incidents.services.evidence import DEFAULT_SOURCE, ask, source
from incidents.services.moving import lock_case, note_contribution
from incidents.services.opening import open_case

# What the index of a directory writes where a camera's serial is not known.
NO_SERIAL = "UNKNOWN"
REASON_LENGTH = 500


@dataclass(frozen=True)
class SearchCriteria:
    """What to look for: recordings of these officers or this camera, in this window (UTC).

    With neither officer nor camera every camera is asked for.
    """

    window_from: datetime
    window_to: datetime
    collar_numbers: tuple[str, ...] = ()
    camera_serial: str = ""
    source: str = DEFAULT_SOURCE

    def as_query(self) -> FootageQuery:
        """Put the search in the words of the evidence systems' protocol."""
        serials = (self.camera_serial,) if self.camera_serial else ()
        return FootageQuery(
            self.window_from,
            self.window_to,
            collar_numbers=self.collar_numbers,
            camera_serials=serials,
        )


def search_footage(
    *, actor: User, case_id: UUID, criteria: SearchCriteria, now: datetime
) -> tuple[FootageSearch, list[FoundFootage]]:
    """Search the evidence system, record the search, and return both: earliest recording first.

    A search that got no answer is recorded as NO_ACCESS before SourceUnavailable is raised, so
    that the record shows that somebody tried. Raises NotFound, NotPermitted, NotNow, Invalid.
    """
    case = open_case(actor=actor, case_id=case_id, now=now)
    check_may(actor, Permission.SEARCH_FOOTAGE)
    check_may_gather(case)
    check_window(case.incident, criteria.window_from, criteria.window_to)
    search = FootageSearch(
        source=criteria.source,
        collar_numbers=list(criteria.collar_numbers),
        camera_serial=criteria.camera_serial,
        window_from=criteria.window_from,
        window_to=criteria.window_to,
    )
    try:
        found = ask(source(criteria.source).search, criteria.as_query())
    except SourceUnavailable as error:
        search.result, search.note = SearchResult.NO_ACCESS, error.message
        _keep_search(search, actor=actor, case_id=case_id, event=FOOTAGE_SEARCHED, now=now)
        raise
    found = without_holds_of_others(case, found)
    search.result = SearchResult.FOUND if found else SearchResult.NONE
    search.found_count = len(found)
    search.found_external_ids = [item.external_id for item in found]
    return _keep_search(
        search, actor=actor, case_id=case_id, event=FOOTAGE_SEARCHED, now=now
    ), found


def record_search(
    *,
    actor: User,
    case_id: UUID,
    criteria: SearchCriteria,
    result: SearchResult,
    place: str,
    note: str,
    now: datetime,
) -> FootageSearch:
    """Record a search made by hand, and that it found nothing: where, what was asked, and why.

    `result` is any but FOUND: what is found is attached. Raises NotFound, NotPermitted, NotNow,
    Invalid.
    """
    if result == SearchResult.FOUND:
        raise Invalid("Search the evidence system and attach what it finds", field="result")
    if not note.strip():
        raise Invalid("Enter what was found out, and from whom or what", field="note")
    if result in _OF_ONE_PERSON and not criteria.collar_numbers:
        raise Invalid("Choose the officer whom this concerns", field="officers")
    case = open_case(actor=actor, case_id=case_id, now=now)
    check_may(actor, Permission.SEARCH_FOOTAGE)
    check_may_gather(case)
    check_window(case.incident, criteria.window_from, criteria.window_to)
    search = FootageSearch(
        place=place.strip(),
        collar_numbers=list(criteria.collar_numbers),
        camera_serial=criteria.camera_serial,
        window_from=criteria.window_from,
        window_to=criteria.window_to,
        result=result,
        note=note.strip(),
    )
    return _keep_search(search, actor=actor, case_id=case_id, event=SEARCH_RECORDED, now=now)


def without_holds_of_others(case: Complaint, found: Sequence[FoundFootage]) -> list[FoundFootage]:
    """Say of each recording only what this case has asked for.

    That a recording is on hold, and the hash that was taken then, would tell that another case uses
    it. A hold of somebody else may end any day, so nothing is lost by not relying on it.
    """
    own = set(
        FootageItem.objects.filter(
            links__complaint=case, links__preservation__state=PreservationState.PRESERVED
        ).values_list("external_id", flat=True)
    )
    return [
        each if each.external_id in own else replace(each, on_hold=False, sha256=None)
        for each in found
    ]


_OF_ONE_PERSON = {SearchResult.NOT_WORN, SearchResult.NOT_ACTIVATED}


@transaction.atomic
def _keep_search(
    search: FootageSearch, *, actor: User, case_id: UUID, event: EventType, now: datetime
) -> FootageSearch:
    case = lock_case(actor=actor, case_id=case_id)
    check_may_gather(case)
    search.complaint = case
    search.searched_by = actor
    search.searched_at = now
    search.save(force_insert=True)
    note_contribution(case, actor=actor, kind=ContributionKind.SEARCHED, now=now)
    record(
        event,
        actor=actor.audit_actor(),
        subject=search.audit_subject(),
        now=now,
        details={
            "result": search.result,
            "found": search.found_count,
            "window_from": search.window_from,
            "window_to": search.window_to,
        },
        personal={
            "collar_numbers": search.collar_numbers,
            "camera_serial": search.camera_serial,
            "place": search.place,
            "note": search.note,
        },
    )
    return search


def attach_footage(
    *, actor: User, case_id: UUID, external_id: str, reason: str, now: datetime
) -> FootageLink:
    """Attach a recording that a recorded search of this case found, and return its link.

    Attaching twice gives the link that is there. Raises NotFound, NotPermitted, NotNow (the state,
    no search, a recording that is gone), Invalid without a reason, SourceUnavailable.
    """
    case = open_case(actor=actor, case_id=case_id, now=now)
    check_may(actor, Permission.SEARCH_FOOTAGE)
    check_may_gather(case)
    reason = reason.strip()
    if not reason:
        raise Invalid("Enter why these recordings belong to the case", field="reason")
    if len(reason) > REASON_LENGTH:
        raise Invalid(f"The reason can have {REASON_LENGTH} characters at most", field="reason")
    code = _source_that_found(case, external_id)
    found = ask(source(code).describe, external_id)
    return _link(actor, case_id, code, found, reason, now)


def _source_that_found(case: Complaint, external_id: str) -> str:
    """Name the evidence system in which a search of this case found the recording."""
    search = (
        FootageSearch.objects.filter(complaint=case, found_external_ids__contains=[external_id])
        .order_by("-searched_at", "-id")
        .first()
    )
    if search is None:
        raise NotNow(
            "No recorded search of this case found this recording. Search for it first",
            code="not_searched",
        )
    return search.source


@transaction.atomic
def _link(
    actor: User, case_id: UUID, code: str, found: FoundFootage, reason: str, now: datetime
) -> FootageLink:
    case = lock_case(actor=actor, case_id=case_id)
    check_may_gather(case)
    item = remember(code, found)
    existing = FootageLink.objects.filter(complaint=case, footage=item).first()
    if existing is not None:
        return existing
    highest = case.footage_links.aggregate(highest=Max("number"))["highest"] or 0
    link = FootageLink.objects.create(
        complaint=case,
        footage=item,
        number=highest + 1,
        reason=reason,
        attached_by=actor,
        attached_at=now,
    )
    case.version += 1
    case.save(update_fields=["version"])
    note_contribution(case, actor=actor, kind=ContributionKind.ATTACHED, now=now)
    record(
        FOOTAGE_ATTACHED,
        actor=actor.audit_actor(),
        subject=link.audit_subject(),
        now=now,
        details={"footage_id": item.pk, "external_id": item.external_id, "source": code},
        personal={"reason": reason},
    )
    return link


def remember(code: str, found: FoundFootage) -> FootageItem:
    """Return the portal's row of a recording, made from what the evidence system says of it.

    Of a row that is there only the date of auto-deletion is brought up to date: marks stand on
    its other facts. Call it inside a transaction.
    """
    serial = "" if found.camera_serial == NO_SERIAL else found.camera_serial
    # Frame times in tiny units give fractions that no column holds; a millionth is close enough.
    rate = found.frame_rate.limit_denominator(1_000_000)
    item, created = FootageItem.objects.get_or_create(
        source=code,
        external_id=found.external_id,
        defaults={
            "title": found.title[:200],
            "camera_serial": serial[:40],
            "camera_model": found.camera_model[:60],
            "mount": found.mount.value,
            "wearer": Person.objects.filter(
                collar_number__iexact=found.wearer_collar_number or "-"
            ).first(),
            "wearer_collar_number": found.wearer_collar_number[:40],
            "recorded_on": found.recorded_on,
            "clock_verified": found.clock_verified,
            "buffer_ms": found.buffer_ms,
            "duration_ms": found.duration_ms,
            "frame_rate_numerator": rate.numerator,
            "frame_rate_denominator": rate.denominator,
            "variable_frame_rate": found.variable_frame_rate,
            "codec": found.codec[:40],
            "plays_in_browser": found.plays_in_browser,
            "width": found.width,
            "height": found.height,
            "has_audio": found.has_audio,
            "size_bytes": found.size_bytes,
            "sha256": found.sha256 or "",
            "auto_delete_at": found.auto_delete_at,
        },
    )
    if not created and item.auto_delete_at != found.auto_delete_at:
        item.auto_delete_at = found.auto_delete_at
        item.save(update_fields=["auto_delete_at"])
    return item
