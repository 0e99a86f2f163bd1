"""Making, changing and deleting marks on the recordings of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.roles import Permission
from audit.recorder import record
from bwcportal.errors import Invalid, NotFound, StaleVersion
from incidents.enums import ContributionKind
from incidents.models import Complaint, FootageLink
from incidents.permissions import check_may
from incidents.services.moving import lock_case, note_contribution
from reviews.events import ANNOTATION_ADDED, ANNOTATION_CHANGED, ANNOTATION_DELETED
from reviews.marking import (
    MarkContent,
    check_inside,
    check_is_author,
    check_is_draft,
    check_not_cited,
    check_takes_marks,
    read_content,
)
from reviews.models import Annotation, AnnotationBearing
from reviews.services.voiding import void_changed_signature


@transaction.atomic
def add_annotation(
    *,
    actor: User,
    link_id: UUID,
    kind: str,
    mark_type: int,
    start_ms: int,
    end_ms: int | None,
    observation: str,
    assessment: str,
    bearings: Mapping[UUID, str],
    now: datetime,
) -> Annotation:
    """Add a draft mark to a recording of a case and return it.

    Times are integer ms from the start of the file, ranges half-open; `bearings` maps ids of
    allegations of the case to values of Bearing. Raises NotFound for a recording that is absent or
    hidden, NotPermitted without the permission to mark, NotNow in a state that takes no marks, and
    Invalid for a place outside the recording or an allegation of another case.
    """
    link = _visible_link(actor, link_id)
    case = lock_case(actor=actor, case_id=link.complaint_id)
    check_may(actor, Permission.ANNOTATE)
    check_takes_marks(case)
    content = read_content(
        kind=kind,
        mark_type=mark_type,
        start_ms=start_ms,
        end_ms=end_ms,
        observation=observation,
        assessment=assessment,
        bearings=bearings,
    )
    check_inside(content, link.footage)
    _check_allegations(case, content)
    mark = Annotation.objects.create(
        link=link,
        complaint=case,
        number=_next_number(case),
        author=actor,
        created_at=now,
        changed_at=now,
        **_columns(content),
    )
    _write_bearings(mark, content)
    _note_change(case, actor=actor, now=now)
    note_contribution(case, actor=actor, kind=ContributionKind.ANNOTATED, now=now)
    record(
        ANNOTATION_ADDED,
        actor=actor.audit_actor(),
        subject=mark.audit_subject(),
        now=now,
        details=_place(mark),
    )
    return mark


@transaction.atomic
def edit_annotation(
    *,
    actor: User,
    annotation_id: UUID,
    version: int,
    kind: str,
    mark_type: int,
    start_ms: int,
    end_ms: int | None,
    observation: str,
    assessment: str,
    bearings: Mapping[UUID, str],
    now: datetime,
) -> Annotation:
    """Replace what the actor's own draft mark says and return it with its version raised.

    Takes what `add_annotation` takes. A call that changes nothing writes nothing. Raises NotFound,
    NotPermitted for a mark of somebody else, StaleVersion, NotNow for a submitted mark or a state
    that takes no marks, and Invalid.
    """
    mark = _lock_own_draft(actor, annotation_id, version)
    content = read_content(
        kind=kind,
        mark_type=mark_type,
        start_ms=start_ms,
        end_ms=end_ms,
        observation=observation,
        assessment=assessment,
        bearings=bearings,
    )
    check_inside(content, mark.link.footage)
    _check_allegations(mark.complaint, content)
    changed = _changed_fields(mark, content)
    if not changed:
        return mark
    was = _place(mark)
    for name, value in _columns(content).items():
        setattr(mark, name, value)
    mark.version += 1
    mark.changed_at = now
    mark.save()
    _write_bearings(mark, content)
    _note_change(mark.complaint, actor=actor, now=now)
    note_contribution(mark.complaint, actor=actor, kind=ContributionKind.ANNOTATED, now=now)
    record(
        ANNOTATION_CHANGED,
        actor=actor.audit_actor(),
        subject=mark.audit_subject(),
        now=now,
        details={"changed": changed, "was": was, "now": _place(mark)},
    )
    return mark


@transaction.atomic
def delete_annotation(
    *, actor: User, annotation_id: UUID, version: int, now: datetime
) -> MarkContent:
    """Delete the actor's own draft mark and return what it said, so that it can be put back.

    Raises NotFound, NotPermitted for a mark of somebody else, StaleVersion, and NotNow for a mark
    that was submitted or is cited by a finding, or a state that takes no marks.
    """
    mark = _lock_own_draft(actor, annotation_id, version)
    check_not_cited(mark)
    content = content_of_mark(mark)
    subject, place = mark.audit_subject(), _place(mark)
    case = mark.complaint
    mark.delete()
    _note_change(case, actor=actor, now=now)
    record(
        ANNOTATION_DELETED,
        actor=actor.audit_actor(),
        subject=subject,
        now=now,
        details=place,
    )
    return content


def content_of_mark(mark: Annotation) -> MarkContent:
    """Read a stored mark back into the values that made it."""
    return read_content(
        kind=mark.kind,
        mark_type=mark.mark_type,
        start_ms=mark.start_ms,
        end_ms=mark.end_ms,
        observation=mark.observation,
        assessment=mark.assessment,
        bearings={row.allegation_id: row.bearing for row in mark.bearings.all()},
    )


def _visible_link(actor: User, link_id: UUID) -> FootageLink:
    link = (
        FootageLink.objects.visible_to(actor).select_related("footage").filter(pk=link_id).first()
    )
    if link is None:
        raise NotFound
    return link


def _lock_own_draft(actor: User, annotation_id: UUID, version: int) -> Annotation:
    case_id = (
        Annotation.objects.visible_to(actor)
        .filter(pk=annotation_id)
        .values_list("complaint_id", flat=True)
        .first()
    )
    if case_id is None:
        raise NotFound
    case = lock_case(actor=actor, case_id=case_id)
    mark: Annotation | None = (
        Annotation.objects.visible_to(actor)
        .select_related("link__footage")
        .prefetch_related("bearings")
        .filter(pk=annotation_id)
        .first()
    )
    if mark is None:
        raise NotFound
    mark.complaint = case
    check_may(actor, Permission.ANNOTATE)
    check_is_author(mark, actor)
    if version != mark.version:
        raise StaleVersion(
            f"{mark.label} was changed elsewhere after this room was opened. Look at it as it is "
            "now, then make your change again"
        )
    check_takes_marks(case)
    check_is_draft(mark)
    return mark


def _check_allegations(case: Complaint, content: MarkContent) -> None:
    known = set(case.allegations.values_list("pk", flat=True))
    if not known.issuperset(content.bearings):
        raise Invalid("Tie the mark to allegations of this case only", field="bearings")


def _next_number(case: Complaint) -> int:
    # The case is locked. Only a draft can be deleted, so that a number others have seen stays taken.
    return (case.annotations.aggregate(last=Max("number"))["last"] or 0) + 1


def _columns(content: MarkContent) -> dict[str, Any]:
    columns = asdict(content)
    del columns["bearings"]
    return columns


def _write_bearings(mark: Annotation, content: MarkContent) -> None:
    mark.bearings.exclude(allegation_id__in=content.bearings).delete()
    AnnotationBearing.objects.bulk_create(
        [
            AnnotationBearing(annotation=mark, allegation_id=allegation_id, bearing=bearing)
            for allegation_id, bearing in content.bearings.items()
        ],
        update_conflicts=True,
        unique_fields=["annotation", "allegation"],
        update_fields=["bearing"],
    )
    # What was read before the write is out of date.
    getattr(mark, "_prefetched_objects_cache", {}).pop("bearings", None)


def _note_change(case: Complaint, *, actor: User, now: datetime) -> None:
    case.version += 1
    case.save(update_fields=["version"])
    void_changed_signature(case, actor=actor, now=now)


def _place(mark: Annotation) -> dict[str, Any]:
    return {
        "kind": mark.kind,
        "mark_type": int(mark.mark_type),
        "start_ms": mark.start_ms,
        "end_ms": mark.end_ms,
        "link_id": mark.link_id,
    }


def _changed_fields(mark: Annotation, content: MarkContent) -> list[str]:
    before = content_of_mark(mark)
    return [
        field.name
        for field in fields(before)
        if getattr(before, field.name) != getattr(content, field.name)
    ]
