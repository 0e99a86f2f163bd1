"""The digest binds the content: every field of it, nothing beside it, in any order of the rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.enums import CaseState, Handling, PreservationState
from incidents.models import (
    Allegation,
    AllegationCategory,
    Complainant,
    Complaint,
    ComplaintFactor,
    ComplaintSubject,
    FootageItem,
    FootageLink,
    Incident,
    Preservation,
)
from reviews.digest import content_of, digest_of, read
from reviews.enums import AnnotationKind, AnnotationState, Bearing, MarkType
from reviews.models import Annotation, AnnotationBearing, Finding
from tests.factories.cases import NOW, handled_case
from tests.factories.decisions import add_recording, decision, ready_case, reason
from tests.factories.people import Force, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def digest(case: Complaint) -> str:
    return digest_of(content_of(Complaint.objects.get(pk=case.pk)))


def other_category() -> AllegationCategory:
    return AllegationCategory.objects.get(code="b-custody")


CHANGES: dict[str, Callable[[Complaint, Force], object]] = {
    "reference": lambda c, f: Complaint.objects.update(reference="CM-26-ZZZZZ"),
    "handling": lambda c, f: Complaint.objects.update(handling=Handling.S3_DIRECTED),
    "regime": lambda c, f: Complaint.objects.update(regime="2020"),
    "made_on": lambda c, f: Complaint.objects.update(made_on="2026-11-08"),
    "title": lambda c, f: Complaint.objects.update(title="Another"),
    "summary": lambda c, f: Complaint.objects.update(summary="Another"),
    "original words": lambda c, f: Complaint.objects.update(original_words="Another"),
    "factor": lambda c, f: c.factors.add(ComplaintFactor.objects.first()),
    "place": lambda c, f: Incident.objects.update(place="Elsewhere"),
    "unit": lambda c, f: Incident.objects.update(unit=make_unit("ZZ")),
    "incident start": lambda c, f: Incident.objects.update(
        starts_at=c.incident.starts_at - timedelta(microseconds=1)
    ),
    "incident end": lambda c, f: Incident.objects.update(
        ends_at=c.incident.ends_at + timedelta(microseconds=1)
    ),
    "start known": lambda c, f: Incident.objects.update(start_is_known=False),
    "officer": lambda c, f: ComplaintSubject.objects.exclude(person=None).update(
        person=make_person()
    ),
    "description": lambda c, f: ComplaintSubject.objects.filter(person=None).update(
        description="Short"
    ),
    "one officer more": lambda c, f: c.subjects.create(person=make_person(), named_at=NOW),
    "words": lambda c, f: Allegation.objects.filter(number=2).update(words="Another"),
    "category": lambda c, f: Allegation.objects.filter(number=2).update(category=other_category()),
    "whom it concerns": lambda c, f: c.allegations.get(number=1).subjects.clear(),
    "one allegation more": lambda c, f: c.allegations.create(
        number=3, category=other_category(), words="More"
    ),
    "decision": lambda c, f: Finding.objects.filter(allegation__number=1).update(
        decision=decision("SPNA")
    ),
    "rationale": lambda c, f: Finding.objects.filter(allegation__number=1).update(
        rationale="Another"
    ),
    "cited": lambda c, f: Finding.objects.get(allegation__number=1).cited.clear(),
    "reason": lambda c, f: Finding.objects.filter(allegation__number=2).update(
        no_footage_reason=reason("NO_CAMERA")
    ),
    "reason's recording": lambda c, f: Finding.objects.update(no_footage_link=None),
    "action": lambda c, f: Finding.objects.get(allegation__number=1).actions.add(
        Finding.actions.rel.model.objects.first()
    ),
    "decided by": lambda c, f: Finding.objects.update(decided_by=make_user()),
    "no finding": lambda c, f: Finding.objects.filter(allegation__number=2).delete(),
    "one recording more": lambda c, f: add_recording(c, wearer=None, by=f.investigator),
    "recording number": lambda c, f: FootageLink.objects.update(number=7),
    "external id": lambda c, f: FootageItem.objects.update(external_id="other"),
    "source": lambda c, f: FootageItem.objects.update(source="s3"),
    "camera": lambda c, f: FootageItem.objects.update(camera_serial="other"),
    "wearer": lambda c, f: FootageItem.objects.update(wearer=make_person()),
    "recorded on": lambda c, f: FootageItem.objects.update(recorded_on=timezone.now()),
    "clock correction": lambda c, f: FootageItem.objects.update(clock_correction_ms=1),
    "buffer": lambda c, f: FootageItem.objects.update(buffer_ms=0),
    "duration": lambda c, f: FootageItem.objects.update(duration_ms=600_001),
    "file of a cited recording": lambda c, f: Preservation.objects.update(sha256="f" * 64),
    "mark number": lambda c, f: Annotation.objects.update(number=9),
    "mark kind": lambda c, f: Annotation.objects.update(kind=AnnotationKind.MARKER, end_ms=None),
    "mark type": lambda c, f: Annotation.objects.update(mark_type=MarkType.WORDS),
    "mark start": lambda c, f: Annotation.objects.update(start_ms=60_001),
    "mark end": lambda c, f: Annotation.objects.update(end_ms=75_001),
    "observation": lambda c, f: Annotation.objects.update(observation="Another"),
    "assessment": lambda c, f: Annotation.objects.update(assessment="Another"),
    "author": lambda c, f: Annotation.objects.update(author=make_user()),
    "bearing": lambda c, f: AnnotationBearing.objects.update(bearing=Bearing.UNCLEAR),
    "no bearing": lambda c, f: AnnotationBearing.objects.filter(allegation__number=2).delete(),
}

NOT_CONTENT: dict[str, Callable[[Complaint, Force], object]] = {
    "state": lambda c, f: Complaint.objects.update(state=CaseState.SUPERVISOR_REVIEW),
    "version": lambda c, f: Complaint.objects.update(version=99),
    "restriction": lambda c, f: Complaint.objects.update(is_restricted=True),
    "supervisor": lambda c, f: Complaint.objects.update(supervisor=None),
    "complainant": lambda c, f: Complainant.objects.update(name="Another", email=""),
    "promotion": lambda c, f: type(f.officer).objects.update(rank="PS", surname="Married"),
    "label of a decision": lambda c, f: type(decision()).objects.update(label="Reworded"),
    "state of a mark": lambda c, f: Annotation.objects.update(state=AnnotationState.SUBMITTED),
    "when it was decided": lambda c, f: Finding.objects.update(decided_at=timezone.now()),
    "hold not seen tonight": lambda c, f: Preservation.objects.update(
        state=PreservationState.UNCONFIRMED
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_digest_changes_with(force: Force, name: str) -> None:
    case = ready_case(force)
    before = digest(case)
    assert digest(case) == before
    CHANGES[name](case, force)
    assert digest(case) != before


@pytest.mark.parametrize("name", NOT_CONTENT)
def test_the_digest_stays_with(force: Force, name: str) -> None:
    case = ready_case(force)
    before = digest(case)
    NOT_CONTENT[name](case, force)
    assert digest(case) == before


def test_every_field_of_the_content_has_its_change(force: Force) -> None:
    """A field added to the content needs a row above: count the places where a value can stand."""
    content = read(content_of(ready_case(force)))
    leaves = {
        *content["case"],
        *content["case"]["incident"],
        *content["subjects"][0],
        *content["recordings"][0],
        *content["marks"][0],
        *content["allegations"][0],
        *content["allegations"][0]["finding"],
    }
    assert leaves == {
        # the case and its incident
        *("reference", "handling", "regime", "made_on", "title", "summary", "original_words"),
        *("factors", "incident", "place", "unit", "starts_at", "ends_at", "start_is_known"),
        # officers
        *("id", "person", "description"),
        # recordings
        *("number", "source", "external_id", "camera", "wearer", "recorded_on"),
        *("clock_correction_ms", "buffer_ms", "duration_ms", "sha256"),
        # marks
        *("recording", "kind", "type", "start_ms", "end_ms", "observation", "assessment"),
        *("author", "bearings"),
        # allegations and findings
        *("category", "words", "subjects", "finding", "decision", "rationale", "cited"),
        *("no_footage_reason", "no_footage_recording", "actions", "decided_by"),
    }


def test_the_content_holds_nothing_of_the_complainant(force: Force) -> None:
    case = ready_case(force)
    text = content_of(case)
    assert case.complainant.name not in text
    assert case.complainant.email not in text


def test_a_content_of_another_format_is_refused(force: Force) -> None:
    text = json.dumps({**json.loads(content_of(handled_case(force))), "format": "other"})
    with pytest.raises(ValueError, match="format"):
        read(text)
