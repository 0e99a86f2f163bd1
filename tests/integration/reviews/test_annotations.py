"""Marks are their author's own drafts, stay inside the recording, and are recorded."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.roles import Role
from audit.models import Event
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted, StaleVersion
from incidents.enums import CaseState, ContributionKind
from incidents.models import Complaint, Contribution
from reviews.enums import AnnotationKind, AnnotationState, Bearing
from reviews.models import Annotation
from reviews.services.annotations import add_annotation, delete_annotation, edit_annotation
from tests.factories.cases import NOW, handled_case
from tests.factories.decisions import decide, returned_case, signed_case
from tests.factories.people import Force, make_user
from tests.factories.reviews import make_link, make_mark, mark_values

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def force():
    return Force()


@pytest.fixture
def case(force):
    return handled_case(force)


@pytest.fixture
def link(case, force):
    return make_link(case, force)


def events(case, prefix="reviews.annotation"):
    return list(
        Event.objects.filter(case_id=case.pk, name__startswith=prefix)
        .order_by("recorded_at")
        .values_list("name", flat=True)
    )


def test_a_mark_is_stored_as_a_draft_of_its_author_with_what_was_typed(force, case, link):
    first, second = case.allegations.order_by("number")
    mark = add_annotation(
        actor=force.investigator,
        link_id=link.pk,
        **mark_values(
            observation="  Both hands open. \r\nSteps back. ",
            assessment="Calm.",
            bearings={first.pk: "SUPPORTS", second.pk: "UNCLEAR"},
        ),
        now=NOW,
    )
    mark.refresh_from_db()
    assert (mark.kind, mark.mark_type, mark.start_ms, mark.end_ms) == ("MARKER", 3, 12_480, None)
    assert mark.observation == "Both hands open. \nSteps back."
    assert mark.assessment == "Calm."
    assert mark.state == AnnotationState.DRAFT
    assert mark.author == force.investigator
    assert mark.complaint == case
    assert mark.label == "M1"
    assert dict(mark.bearings.values_list("allegation_id", "bearing")) == {
        first.pk: Bearing.SUPPORTS,
        second.pk: Bearing.UNCLEAR,
    }


def test_adding_is_one_event_without_words_raises_the_version_and_makes_a_contribution(
    force, case, link
):
    mark = make_mark(link, force, kind="CLIP", start_ms=1000, end_ms=2000)
    (event,) = Event.objects.filter(name="reviews.annotation_added")
    assert event.details == {
        "kind": "CLIP",
        "mark_type": 3,
        "start_ms": 1000,
        "end_ms": 2000,
        "link_id": str(link.pk),
    }
    assert (event.subject_label, event.case_id) == ("M1", case.pk)
    assert event.occurred_at == NOW
    assert Complaint.objects.get(pk=case.pk).version == case.version + 1
    assert Contribution.objects.filter(
        complaint=case, person=force.investigator.person, kind=ContributionKind.ANNOTATED
    ).exists()
    assert mark.version == 1


def test_marks_are_numbered_in_the_case_and_not_in_the_recording(force, case, link):
    other = make_link(case, force)
    numbers = [make_mark(each, force).number for each in (link, other, link)]
    assert numbers == [1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"start_ms": 40_000}, "start_ms", "lasts 00:00:40.000"),
        ({"start_ms": -1}, "start_ms", "whole milliseconds"),
        ({"start_ms": True}, "start_ms", "whole milliseconds"),
        ({"start_ms": 2**31}, "start_ms", "whole milliseconds"),
        ({"kind": "CLIP", "end_ms": 40_001}, "end_ms", "lasts 00:00:40.000"),
        ({"kind": "CLIP", "end_ms": 12_480}, "end_ms", "later than the start"),
        ({"kind": "CLIP"}, "end_ms", "where the clip ends"),
        ({"end_ms": 13_000}, "end_ms", "leave the end empty"),
        ({"kind": "NOTE"}, "kind", "a marker or a clip"),
        ({"mark_type": 0}, "mark_type", "1 to 9"),
        ({"mark_type": 10}, "mark_type", "1 to 9"),
        ({"observation": "x" * 4001}, "observation", "4,001 characters"),
        ({"assessment": "a\x00b"}, "assessment", "cannot be kept"),
        ({"bearings": {uuid4(): "SUPPORTS"}}, "bearings", "allegations of this case"),
    ],
)
def test_a_mark_that_cannot_be_is_refused_at_its_field_and_leaves_nothing(
    force, case, link, changes, field, words
):
    with pytest.raises(Invalid, match=words) as refusal:
        make_mark(link, force, **changes)
    assert refusal.value.field == field
    assert not Annotation.objects.exists()
    assert events(case) == []


def test_an_unknown_bearing_is_refused(force, case, link):
    allegation = case.allegations.first()
    with pytest.raises(Invalid) as refusal:
        make_mark(link, force, bearings={allegation.pk: "PROVES"})
    assert refusal.value.field == "bearings"


def test_the_last_millisecond_can_be_marked_and_a_clip_may_end_where_the_recording_ends(
    force, link
):
    assert make_mark(link, force, start_ms=39_999).start_ms == 39_999
    assert make_mark(link, force, kind="CLIP", start_ms=0, end_ms=40_000).end_ms == 40_000


def test_who_may_not_know_the_case_is_told_that_the_recording_does_not_exist(force, case, link):
    with pytest.raises(NotFound):
        make_mark(link, force, actor=force.stranger)
    assert not Annotation.objects.exists()
    assert events(case) == []


@pytest.mark.parametrize("who", ["handler", "supervisor", "auditor", "retention_officer"])
def test_a_role_that_does_not_mark_is_refused(force, case, link, who):
    with pytest.raises(NotPermitted, match="investigator"):
        make_mark(link, force, actor=getattr(force, who))
    assert events(case) == []


@pytest.mark.parametrize("state", sorted(set(CaseState) - {"DESTROYED"}))
def test_marks_are_made_only_while_the_case_is_handled(force, case, link, state):
    changes = {"finalised_at": NOW} if state == CaseState.FINALISED else {}
    Complaint.objects.filter(pk=case.pk).update(state=state, **changes)
    handled = {"OUTSIDE_S3", "OTBI", "LOCAL_INV", "DIRECTED_INV", "INDEPENDENT_INV"}
    if state in handled:
        assert make_mark(link, force).number == 1
        return
    with pytest.raises(NotNow, match="being handled"):
        make_mark(link, force)
    assert events(case) == []


def test_an_edit_replaces_what_the_mark_says_and_says_what_changed(force, case, link):
    first, second = case.allegations.order_by("number")
    mark = make_mark(link, force, bearings={first.pk: "SUPPORTS"})
    edited = edit_annotation(
        actor=force.investigator,
        annotation_id=mark.pk,
        version=1,
        **mark_values(
            kind="CLIP",
            end_ms=13_000,
            observation="Changed",
            bearings={first.pk: "CONTRADICTS", second.pk: "NEUTRAL"},
        ),
        now=LATER,
    )
    edited.refresh_from_db()
    assert (edited.kind, edited.end_ms, edited.version) == (AnnotationKind.CLIP, 13_000, 2)
    assert edited.changed_at == LATER
    assert edited.created_at == NOW
    assert dict(edited.bearings.values_list("allegation_id", "bearing")) == {
        first.pk: "CONTRADICTS",
        second.pk: "NEUTRAL",
    }
    (event,) = Event.objects.filter(name="reviews.annotation_changed")
    assert event.details["changed"] == ["kind", "end_ms", "observation", "bearings"]
    assert event.details["was"]["end_ms"] is None
    assert event.details["now"]["end_ms"] == 13_000
    assert "Changed" not in str(event.details)


def test_untying_an_allegation_removes_it(force, case, link):
    allegation = case.allegations.first()
    mark = make_mark(link, force, bearings={allegation.pk: "SUPPORTS"})
    edit_annotation(
        actor=force.investigator, annotation_id=mark.pk, version=1, **mark_values(), now=LATER
    )
    assert not mark.bearings.all().exists()


def test_an_edit_that_changes_nothing_writes_nothing(force, case, link):
    mark = make_mark(link, force)
    version = Complaint.objects.get(pk=case.pk).version
    same = edit_annotation(
        actor=force.investigator, annotation_id=mark.pk, version=1, **mark_values(), now=LATER
    )
    assert same.version == 1
    assert Complaint.objects.get(pk=case.pk).version == version
    assert events(case) == ["reviews.annotation_added"]


def test_an_edit_of_a_mark_changed_elsewhere_is_refused_and_keeps_the_other_change(force, link):
    mark = make_mark(link, force)
    edit_annotation(
        actor=force.investigator,
        annotation_id=mark.pk,
        version=1,
        **mark_values(observation="First"),
        now=LATER,
    )
    with pytest.raises(StaleVersion, match="M1"):
        edit_annotation(
            actor=force.investigator,
            annotation_id=mark.pk,
            version=1,
            **mark_values(observation="Second"),
            now=LATER,
        )
    mark.refresh_from_db()
    assert (mark.observation, mark.version) == ("First", 2)


def test_an_edit_outside_the_recording_is_refused(force, link):
    mark = make_mark(link, force)
    with pytest.raises(Invalid, match=r"00:00:40\.000"):
        edit_annotation(
            actor=force.investigator,
            annotation_id=mark.pk,
            version=1,
            **mark_values(start_ms=50_000),
            now=LATER,
        )


def test_a_deleted_draft_is_gone_and_recorded_and_returns_what_it_said(force, case, link):
    allegation = case.allegations.first()
    mark = make_mark(link, force, bearings={allegation.pk: "NEUTRAL"})
    content = delete_annotation(
        actor=force.investigator, annotation_id=mark.pk, version=1, now=LATER
    )
    assert not Annotation.objects.exists()
    assert content.observation.startswith("PC Brannick")
    assert content.bearings == {allegation.pk: Bearing.NEUTRAL}
    assert events(case) == ["reviews.annotation_added", "reviews.annotation_deleted"]
    assert Event.objects.get(name="reviews.annotation_deleted").subject_label == "M1"


def test_a_mark_that_a_finding_relies_on_is_not_deleted(force, case, link):
    first = case.allegations.get(number=1)
    mark = make_mark(link, force, bearings={first.pk: "SUPPORTS"})
    decide(force, case, 1, cited_ids=[mark.pk], no_footage_reason=None)
    with pytest.raises(NotNow, match="cited by the finding on A1"):
        delete_annotation(actor=force.investigator, annotation_id=mark.pk, version=1, now=LATER)
    assert Annotation.objects.filter(pk=mark.pk).exists()


def test_a_mark_that_went_back_to_draft_with_its_version_stays_in_sight(force):
    case = returned_case(force).complaint
    mark = case.annotations.get()
    assert mark.state == AnnotationState.DRAFT
    colleague = make_user(Role.INVESTIGATOR, team=force.team)
    assert list(Annotation.objects.visible_to(colleague)) == [mark]
    assert not Annotation.objects.visible_to(force.stranger).exists()


def test_changing_a_mark_after_a_signature_voids_it(force):
    signature = signed_case(force)
    case = signature.submission.complaint
    link = case.footage_links.get()
    Complaint.objects.filter(pk=case.pk).update(state=CaseState.LOCAL_INV)
    make_mark(link, force, start_ms=1000)
    signature.refresh_from_db()
    assert signature.voided_at is not None


def test_a_stale_deletion_is_refused(force, link):
    mark = make_mark(link, force)
    with pytest.raises(StaleVersion):
        delete_annotation(actor=force.investigator, annotation_id=mark.pk, version=7, now=LATER)
    assert Annotation.objects.filter(pk=mark.pk).exists()


@pytest.mark.parametrize("act", ["edit", "delete"])
class TestRefusals:
    """Changing and deleting are refused alike."""

    def attempt(self, act, mark, actor):
        if act == "delete":
            return delete_annotation(
                actor=actor, annotation_id=mark.pk, version=mark.version, now=LATER
            )
        return edit_annotation(
            actor=actor,
            annotation_id=mark.pk,
            version=mark.version,
            **mark_values(observation="Changed by another hand"),
            now=LATER,
        )

    def unchanged(self, mark, case):
        found = Annotation.objects.get(pk=mark.pk)
        assert (found.observation, found.version) == (mark.observation, mark.version)
        assert set(events(case)) == {"reviews.annotation_added"}

    def test_a_hidden_case(self, force, case, link, act):
        mark = make_mark(link, force)
        with pytest.raises(NotFound):
            self.attempt(act, mark, force.stranger)
        self.unchanged(mark, case)

    def test_a_draft_of_a_colleague_does_not_exist(self, force, case, link, act):
        mark = make_mark(link, force)
        colleague = make_user(Role.INVESTIGATOR, team=force.team)
        with pytest.raises(NotFound):
            self.attempt(act, mark, colleague)
        self.unchanged(mark, case)

    def test_a_submitted_mark_of_a_colleague(self, force, case, link, act):
        mark = make_mark(link, force)
        Annotation.objects.update(state=AnnotationState.SUBMITTED)
        colleague = make_user(Role.INVESTIGATOR, team=force.team)
        with pytest.raises(NotPermitted, match="M1 was made by somebody else"):
            self.attempt(act, mark, colleague)
        self.unchanged(mark, case)

    def test_a_submitted_mark_of_ones_own(self, force, case, link, act):
        mark = make_mark(link, force)
        Annotation.objects.update(state=AnnotationState.SUBMITTED)
        with pytest.raises(NotNow, match="M1 has been submitted"):
            self.attempt(act, mark, force.investigator)
        self.unchanged(mark, case)

    def test_a_case_that_is_with_the_supervisor(self, force, case, link, act):
        mark = make_mark(link, force)
        Complaint.objects.filter(pk=case.pk).update(state=CaseState.SUPERVISOR_REVIEW)
        with pytest.raises(NotNow, match="with supervisor"):
            self.attempt(act, mark, force.investigator)
        self.unchanged(mark, case)

    def test_a_mark_that_is_not_there(self, force, case, link, act):
        mark = make_mark(link, force)
        mark.pk = uuid4()
        with pytest.raises(NotFound):
            self.attempt(act, mark, force.investigator)
