"""Marks on footage, and what was really played."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import PageQuery, listed, respond, shown
from accounts.api.documenting import documented
from accounts.idempotency import Answer
from accounts.roles import Permission
from incidents.api.footage import LinkView
from reviews.api import inputs, shapes
from reviews.events import ROOM_VIEWED
from reviews.selectors import resources
from reviews.services import annotations, viewings


def content_of(body: dict[str, Any]) -> dict[str, Any]:
    """Put the body of a mark into the service's words."""
    bearings = {row["allegation"]: row["bearing"] for row in body.get("bearings", ())}
    return {**body, "bearings": bearings}


class MarkView(LinkView):
    """An endpoint about marks."""

    def mark(self, annotation_id: UUID, permission: Permission | None = None) -> Any:
        """Open a mark."""
        rows = resources.annotations_for(self.actor)
        return self.part(rows, "annotation", annotation_id, permission)

    def shown_mark(self, annotation_id: UUID, *, status: int = 200) -> Answer:
        """Put a mark as it is now into an answer, with its version."""
        row = resources.annotations_for(self.actor).get(pk=annotation_id)
        where = reverse("api-annotation", kwargs={"annotation_id": annotation_id})
        return shown(
            shapes.Annotation,
            row,
            status=status,
            version=row.version,
            location=where if status == 201 else "",
        )


class AnnotationsOfComplaint(MarkView):
    """The marks of a case."""

    @documented(
        "list_annotations",
        "List the marks of a complaint",
        tag="annotations",
        query=PageQuery,
        answers=shapes.Annotation,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """By number: submitted marks and your own drafts."""
        case = self.case(case_id)
        query = self.read_query()
        self.note(ROOM_VIEWED, case)
        rows = resources.annotations_for(self.actor).filter(complaint=case)
        return listed(shapes.Annotation, self.take_page(rows, order=("number",), query=query))


class AnnotationsOfFootage(MarkView):
    """The marks on one recording."""

    @documented(
        "add_annotation",
        "Mark a moment or a range of a recording",
        tag="annotations",
        body=inputs.MarkInput,
        answers=shapes.Annotation,
        status=201,
        versioned=True,
        repeatable=True,
    )
    def post(self, request: Request, link_id: UUID) -> Response:
        """The mark is your draft until the case is submitted."""
        self.link(link_id, Permission.ANNOTATE)
        content = content_of(self.read_body(inputs.MarkInput))

        def act() -> Answer:
            mark = annotations.add_annotation(
                actor=self.actor, link_id=link_id, now=self.now, **content
            )
            return self.shown_mark(mark.pk, status=201)

        return self.once(act)


class OneAnnotation(MarkView):
    """One mark."""

    @documented(
        "read_annotation",
        "Read a mark",
        tag="annotations",
        answers=shapes.Annotation,
        versioned=True,
    )
    def get(self, request: Request, annotation_id: UUID) -> Response:
        """The ETag is the version that changing it needs."""
        mark = self.mark(annotation_id)
        self.note(ROOM_VIEWED, mark.complaint)
        return respond(shown(shapes.Annotation, mark, version=mark.version))

    @documented(
        "replace_annotation",
        "Replace what your own draft mark says",
        tag="annotations",
        body=inputs.MarkInput,
        answers=shapes.Annotation,
        versioned=True,
        match=True,
    )
    def put(self, request: Request, annotation_id: UUID) -> Response:
        """A mark that has been submitted is evidence and cannot be changed."""
        self.mark(annotation_id, Permission.ANNOTATE)
        version = self.read_version()
        content = content_of(self.read_body(inputs.MarkInput))
        annotations.edit_annotation(
            actor=self.actor,
            annotation_id=annotation_id,
            version=version,
            now=self.now,
            **content,
        )
        return respond(self.shown_mark(annotation_id))

    @documented(
        "delete_annotation",
        "Delete your own draft mark",
        tag="annotations",
        answers=None,
        status=204,
        match=True,
    )
    def delete(self, request: Request, annotation_id: UUID) -> Response:
        """Not when a finding relies on it."""
        self.mark(annotation_id, Permission.ANNOTATE)
        annotations.delete_annotation(
            actor=self.actor,
            annotation_id=annotation_id,
            version=self.read_version(),
            now=self.now,
        )
        return Response(status=204)


class ViewingsOfFootage(LinkView):
    """What the caller played of one recording."""

    @documented(
        "list_viewings",
        "List what you played of a recording",
        tag="viewings",
        query=PageQuery,
        answers=shapes.Viewing,
        pages=True,
    )
    def get(self, request: Request, link_id: UUID) -> Response:
        """Your own stretches, the latest first."""
        link = self.link(link_id, Permission.WATCH_FOOTAGE)
        query = self.read_query()
        self.note(ROOM_VIEWED, link.complaint)
        rows = resources.viewings_for(self.actor).filter(link=link)
        return listed(shapes.Viewing, self.take_page(rows, order=("-ended_at", "-id"), query=query))

    @documented(
        "add_viewing",
        "Record that you played a stretch of a recording",
        tag="viewings",
        body=inputs.Played,
        answers=shapes.Viewing,
        status=201,
        repeatable=True,
    )
    def post(self, request: Request, link_id: UUID) -> Response:
        """For players: report every few seconds what was really shown."""
        self.link(link_id, Permission.WATCH_FOOTAGE)
        body = self.read_body(inputs.Played)

        def act() -> Answer:
            row = viewings.record_viewing(actor=self.actor, link_id=link_id, now=self.now, **body)
            return shown(shapes.Viewing, row, status=201)

        return self.once(act)
