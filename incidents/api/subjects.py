"""The officers complained about, whom a description may mean, and who is kept out of a case."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import listed, respond, shown
from accounts.api.documenting import documented
from accounts.api.fields import Code, Id, Moment, StrictSerializer, Text, YesNo
from accounts.idempotency import Answer
from accounts.roles import Permission
from bwcportal.errors import Invalid
from incidents.api import shapes
from incidents.api.base import CaseView
from incidents.enums import ExclusionKind, MatchState
from incidents.events import ACCESS_VIEWED, CASE_VIEWED
from incidents.selectors import resources
from incidents.selectors.subjects import exclusions_of, matches_for, subjects_for
from incidents.services import excluding, matching, subjects


class AddedSubject(StrictSerializer):
    """An officer by identifier, or a description; and which allegations concern them."""

    officer = Id(required=False, allow_null=True, default=None)
    description = Text(max_length=200, allow_blank=True, required=False, default="")
    allegations = serializers.ListField(child=Id(), required=False, max_length=50)


class SubjectIdentity(StrictSerializer):
    """Who an officer is, and how that is known."""

    officer = Id()
    reason = Text(max_length=200)


class SubjectDescription(StrictSerializer):
    """What an officer looked like."""

    description = Text(max_length=200)


class RuledOut(StrictSerializer):
    """Who is not the officer described, and how that is known."""

    officers = serializers.ListField(child=Id(), min_length=1, max_length=50)
    reason = Text(max_length=200)


class KeptOut(StrictSerializer):
    """Whom a case is closed to, and why; or who is let back in, and why."""

    officer = Id()
    reason = Text(max_length=200)


class Match(serializers.Serializer):
    """A person whom a description may mean. Kept out while the state is PROPOSED."""

    id = Id()
    officer = shapes.OfficerInBrief(source="person")
    what = Text()
    state = Code(choices=MatchState.choices)
    proposed_at = Moment()
    decided_by = shapes.Named(allow_null=True)
    decided_at = Moment(allow_null=True)
    reason = Text()


class FormerNaming(serializers.Serializer):
    """Somebody named by mistake, and kept out from `named_at` until `corrected_at`."""

    officer = shapes.OfficerInBrief(source="person")
    named_at = Moment()
    corrected_at = Moment()
    reason = Text()


class OneSubject(shapes.Subject):
    """An officer complained about; `named_at` is of who is named now."""

    complaint = Id(source="complaint_id")
    named_at = Moment(allow_null=True)
    named_before = FormerNaming(source="former_namings.all", many=True)


class Exclusion(serializers.Serializer):
    """A person kept out of a case besides the officers complained about, or formerly so."""

    officer = shapes.OfficerInBrief(source="person")
    kind = Code(choices=ExclusionKind.choices)
    reason = Text()
    made_by = shapes.Named()
    made_at = Moment()
    is_in_force = YesNo()
    ended_by = shapes.Named(allow_null=True)
    ended_at = Moment(allow_null=True)
    end_reason = Text()


class SubjectsOfComplaint(CaseView):
    """The officers complained about."""

    @documented(
        "list_subjects",
        "List the officers a complaint is about",
        tag="subjects",
        answers=OneSubject,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """Named and described ones; all on one page."""
        case = self.case(case_id)
        self.note(CASE_VIEWED, case)
        return listed(OneSubject, subjects_for(self.actor).filter(complaint=case).order_by("pk"))

    @documented(
        "add_subject",
        "Add an officer complained about",
        tag="subjects",
        body=AddedSubject,
        answers=OneSubject,
        status=201,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Whoever is named is kept out at once. If-Match takes the version of the complaint."""
        self.case(case_id, Permission.MANAGE_CASE)
        version = self.read_version()
        body = self.read_body(AddedSubject)
        person = _person(body["officer"]) if body["officer"] else None

        def act() -> Answer:
            made = subjects.add_subject(
                actor=self.actor,
                case_id=case_id,
                version=version,
                person=person,
                description=body["description"],
                allegation_ids=body.get("allegations", ()),
                now=self.now,
            )
            location = reverse("api-subject", kwargs={"subject_id": made.pk})
            return shown(OneSubject, made, status=201, location=location)

        return self.once(act)


class SubjectView(CaseView):
    """An endpoint about one officer complained about."""

    def open(self, subject_id: UUID, permission: Permission | None = None) -> object:
        """Open the subject or answer 404, then ask for the role."""
        return self.part(subjects_for(self.actor), "subject", subject_id, permission)

    def answer(self, subject_id: UUID) -> Answer:
        """Give the subject as it is now."""
        return shown(OneSubject, subjects_for(self.actor).get(pk=subject_id))


class ReadSubject(SubjectView):
    """One officer complained about."""

    @documented(
        "read_subject", "Read an officer complained about", tag="subjects", answers=OneSubject
    )
    def get(self, request: Request, subject_id: UUID) -> Response:
        """Who it is, or the description."""
        return respond(shown(OneSubject, self.open(subject_id)))


class Identify(SubjectView):
    """Who an officer is."""

    @documented(
        "identify_subject",
        "Say who an officer complained about is",
        tag="subjects",
        body=SubjectIdentity,
        answers=OneSubject,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, subject_id: UUID) -> Response:
        """Also to correct it. If-Match takes the version of the complaint."""
        self.open(subject_id, Permission.MANAGE_CASE)
        version = self.read_version()
        body = self.read_body(SubjectIdentity)
        person = _person(body["officer"])

        def act() -> Answer:
            subjects.identify_subject(
                actor=self.actor,
                subject_id=subject_id,
                version=version,
                person=person,
                reason=body["reason"],
                now=self.now,
            )
            return self.answer(subject_id)

        return self.once(act)


class Describe(SubjectView):
    """The description of an officer."""

    @documented(
        "describe_subject",
        "Change the description of an officer who is not identified",
        tag="subjects",
        body=SubjectDescription,
        answers=OneSubject,
        match=True,
        repeatable=True,
    )
    def post(self, request: Request, subject_id: UUID) -> Response:
        """Whom it may mean is looked for anew. If-Match takes the version of the complaint."""
        self.open(subject_id, Permission.MANAGE_CASE)
        version = self.read_version()
        body = self.read_body(SubjectDescription)

        def act() -> Answer:
            subjects.describe_subject(
                actor=self.actor,
                subject_id=subject_id,
                version=version,
                description=body["description"],
                now=self.now,
            )
            return self.answer(subject_id)

        return self.once(act)


class Matches(SubjectView):
    """Whom a description may mean."""

    @documented(
        "list_matches",
        "List whom the description of an officer may mean",
        tag="subjects",
        answers=Match,
        pages=True,
    )
    def get(self, request: Request, subject_id: UUID) -> Response:
        """Decided ones too; all on one page."""
        self.open(subject_id, Permission.MANAGE_CASE)
        rows = matches_for(self.actor).filter(subject=subject_id).order_by("proposed_at", "pk")
        return listed(Match, rows)


class RuleOut(SubjectView):
    """Ruling people out."""

    @documented(
        "rule_out",
        "Rule people out as the officer described",
        tag="subjects",
        body=RuledOut,
        answers=OneSubject,
        repeatable=True,
    )
    def post(self, request: Request, subject_id: UUID) -> Response:
        """They are kept out no more, unless something else does."""
        self.open(subject_id, Permission.MANAGE_CASE)
        body = self.read_body(RuledOut)

        def act() -> Answer:
            matching.reject_matches(
                actor=self.actor,
                subject_id=subject_id,
                person_ids=body["officers"],
                reason=body["reason"],
                now=self.now,
            )
            return self.answer(subject_id)

        return self.once(act)


class Exclusions(CaseView):
    """Who is kept out of a complaint besides the officers complained about."""

    @documented(
        "list_exclusions",
        "List who is or was kept out of a complaint",
        tag="subjects",
        answers=Exclusion,
        pages=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """The latest first; all on one page. The officers complained about are not in it."""
        case = self.case(case_id, Permission.SEE_HISTORY)
        self.note(ACCESS_VIEWED, case)
        return listed(Exclusion, exclusions_of(case))

    @documented(
        "keep_out",
        "Keep a person out of a complaint",
        tag="subjects",
        body=KeptOut,
        answers=None,
        status=204,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """To them it does not exist from then on. No content, because you may keep yourself out."""
        self.case(case_id, Permission.GRANT_ACCESS)
        body = self.read_body(KeptOut)
        person = _person(body["officer"])

        def act() -> Answer:
            excluding.exclude_person(
                actor=self.actor,
                case_id=case_id,
                person=person,
                reason=body["reason"],
                now=self.now,
            )
            return Answer(204, None, {})

        return self.once(act)


class EndExclusion(CaseView):
    """Letting a person back in."""

    @documented(
        "end_exclusion",
        "End what keeps a person out of a complaint",
        tag="subjects",
        body=KeptOut,
        answers=None,
        status=204,
        repeatable=True,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Whatever opens the complaint to them opens it again."""
        self.case(case_id, Permission.GRANT_ACCESS)
        body = self.read_body(KeptOut)

        def act() -> Answer:
            excluding.end_exclusion(
                actor=self.actor,
                case_id=case_id,
                person_id=body["officer"],
                reason=body["reason"],
                now=self.now,
            )
            return Answer(204, None, {})

        return self.once(act)


def _person(person_id: UUID) -> object:
    try:
        return resources.person_of_id(person_id)
    except Invalid as error:
        raise Invalid(error.message, field="officer") from error
