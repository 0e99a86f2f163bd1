"""The rows of cases and footage as the API lists and reads them: only what a person may know of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.branched_lists import Beside, Branch, take
from accounts.models import CommandUnit, Person, Team, User
from accounts.people import walked_by_surname
from accounts.roles import Role
from bwcportal.errors import Invalid, NotFound
from incidents.models import (
    Allegation,
    AllegationCategory,
    Camera,
    Complaint,
    ComplaintFactor,
    ComplaintSubject,
    Deadline,
    FootageLink,
    FootageSearch,
    Incident,
    Preservation,
    ReferenceRow,
)
from incidents.reference import all_models, file_name
from incidents.selectors.case_filters import CaseFilters, cases_listed
from incidents.selectors.cases import allegations_of, running_deadlines
from incidents.selectors.complainants import ComplainantTold, complainant_for
from incidents.selectors.footage_clock import FootageClock, footage_clock

MOST_LISTED = 100
_AS_INCIDENTS = {"pk": "incident_id", "starts_at": "incident_starts_at"}
_OF_CASE = ("incident__unit", "team", "investigator__person", "supervisor__person", "complainant")


@dataclass(frozen=True)
class CaseDetail:
    """A case with what belongs to it."""

    case: Complaint
    complainant: ComplainantTold | None
    subjects: list[ComplaintSubject]
    allegations: list[Allegation]
    factors: list[str]
    deadlines: list[Deadline]
    footage_clock: FootageClock


def cases_for(
    user: User,
    *,
    state: str | None = None,
    team: UUID | None = None,
    investigator: UUID | None = None,
) -> list[Branch]:
    """Give the cases a person may know of in branches, for a list newest first."""
    filters = CaseFilters(state=state or "", team=team, investigator=investigator or "")
    return cases_listed(user, filters)


def case_rows() -> QuerySet[Complaint]:
    """Read what a list of cases shows, the people apart; which cases is decided elsewhere."""
    return Complaint.objects.select_related("team").defer("summary", "original_words")


def read_case(user: User, case_id: UUID) -> CaseDetail:
    """Read one case that the person may know of with its parts (9 queries); raise NotFound if hidden."""
    case = Complaint.objects.visible_to(user).select_related(*_OF_CASE).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    return detail_of(user, case)


def detail_of(user: User, case: Complaint) -> CaseDetail:
    """Read the parts of a case that was opened for this person (8 queries)."""
    return CaseDetail(
        case=case,
        complainant=complainant_for(user, case),
        subjects=list(
            ComplaintSubject.objects.filter(complaint=case)
            .select_related("person__unit")
            .order_by("pk")
        ),
        allegations=allegations_of(case),
        factors=list(case.factors.order_by("code").values_list("code", flat=True)),
        deadlines=running_deadlines(case),
        footage_clock=footage_clock(case),
    )


def allegations_for(user: User) -> QuerySet[Allegation]:
    """List the allegations of the cases a person may know of, with category, officers and finding."""
    return (
        Allegation.objects.visible_to(user)
        .select_related("category", "complaint")
        .prefetch_related("subjects")
    )


def incidents_for(user: User) -> QuerySet[Incident]:
    """Find the incidents of the cases a person may know of, to open one."""
    visible = Complaint.objects.visible_to(user)
    return Incident.objects.filter(pk__in=visible.values("incident_id")).select_related("unit")


def incidents_to_list(user: User) -> list[Branch]:
    """Give the incidents of the cases a person may know of in branches, for a list, latest first.

    The cases stand for them, by an index that holds when the incident began.
    """
    cases = Complaint.objects.filter(incident_starts_at__isnull=False)
    return [Beside(branch, _AS_INCIDENTS) for branch in cases.branches_for(user)]


def incident_rows() -> QuerySet[Incident]:
    """Read incidents in full for a list; which ones is decided elsewhere."""
    return Incident.objects.select_related("unit")


def cases_of_incident(user: User, incident: Incident) -> list[Complaint]:
    """List the cases of an incident that the person may know of, a hundred at most."""
    branches = [branch.filter(incident=incident) for branch in Complaint.objects.branches_for(user)]
    return take(
        branches, order=("logged_at", "id"), limit=MOST_LISTED, load=Complaint.objects.all()
    ).rows


def links_for(user: User) -> QuerySet[FootageLink]:
    """List the recordings of the cases a person may know of, with wearer and preservation."""
    return FootageLink.objects.visible_to(user).select_related(
        "complaint", "footage__wearer", "preservation", "attached_by__person"
    )


def searches_for(user: User) -> QuerySet[FootageSearch]:
    """List the searches of the cases a person may know of."""
    return FootageSearch.objects.visible_to(user).select_related("complaint", "searched_by__person")


def preservations_for(user: User) -> QuerySet[Preservation]:
    """List the preservations of the cases a person may know of."""
    return Preservation.objects.visible_to(user).select_related(
        "link__complaint", "requested_by__person"
    )


def cameras(
    *, serial: str = "", officer: UUID | None = None, at: datetime | None = None
) -> QuerySet[Camera]:
    """List cameras by the beginning of the serial, and by who had them, at a moment if one is given."""
    rows = Camera.objects.filter(serial__istartswith=serial) if serial else Camera.objects.all()
    issued = Q()
    if officer:
        issued &= Q(issues__person_id=officer)
    if at:
        issued &= Q(issues__since__lte=at)
        issued &= Q(issues__until__isnull=True) | Q(issues__until__gt=at)
    if issued:
        rows = rows.filter(pk__in=Camera.objects.filter(issued).values("pk"))
    return rows.prefetch_related("issues__person")


def camera(camera_id: UUID) -> Camera:
    """Find one camera with who had it; raise NotFound."""
    found = cameras().filter(pk=camera_id).first()
    if found is None:
        raise NotFound
    return found


def officer(officer_id: UUID) -> Person:
    """Find one person of the force; raise NotFound."""
    found = Person.objects.select_related("unit").filter(pk=officer_id).first()
    if found is None:
        raise NotFound
    return found


def units() -> QuerySet[CommandUnit]:
    """List the units of the force."""
    return CommandUnit.objects.all()


def colleagues(user: User, *, role: Role | None = None) -> QuerySet[User]:
    """Find the open accounts of the person's own teams, those that hold a role if one is given."""
    return walked_by_surname(user, role)


def colleague_rows() -> QuerySet[User]:
    """Read accounts with what a list of colleagues shows; which ones is decided elsewhere."""
    return User.objects.select_related("person").prefetch_related("role_assignments")


def reference_lists() -> dict[str, type[ReferenceRow]]:
    """Name the lists of reference data as addresses do: `allegation-category`."""
    return {
        file_name(model).removesuffix(".csv").replace("_", "-"): model for model in all_models()
    }


def reference_rows(name: str, *, on: date) -> list[ReferenceRow]:
    """Read the rows of a list in force on a London day, in their order; raise NotFound for no list."""
    model = reference_lists().get(name)
    if model is None:
        raise NotFound
    return list(model.objects.in_force(on).order_by("position", "code"))


def own_columns(row: ReferenceRow) -> dict[str, Any]:
    """Give the columns that only this list has, for example the handling types of a decision."""
    shared = {field.name for field in ReferenceRow._meta.get_fields()}
    return {
        field.name: getattr(row, field.name)
        for field in row._meta.concrete_fields
        if field.name not in shared
    }


def unit_of_code(code: str) -> CommandUnit:
    """Find a unit by its code; raise Invalid."""
    found = CommandUnit.objects.filter(code=code).first()
    if found is None:
        raise Invalid("Choose a unit from the list of units", field="incident")
    return found


def team_of_code(code: str) -> Team:
    """Find a team by its code; raise Invalid."""
    found = Team.objects.filter(code=code).first()
    if found is None:
        raise Invalid("There is no team with this code", field="team")
    return found


def person_of_id(person_id: UUID) -> Person:
    """Find an officer who is complained about; raise Invalid."""
    found = Person.objects.filter(pk=person_id).first()
    if found is None:
        raise Invalid("There is no officer with this identifier", field="subjects")
    return found


def category_of_code(code: str, *, on: date) -> AllegationCategory:
    """Find the category of a code in force on a London day; raise Invalid."""
    found: AllegationCategory | None = (
        AllegationCategory.objects.in_force(on).filter(code=code).first()
    )
    if found is None:
        raise Invalid("Choose a category from the list of categories", field="allegations")
    return found


def factors_of_codes(codes: list[str], *, on: date) -> list[ComplaintFactor]:
    """Find the factors of codes in force on a London day; raise Invalid when one is not there."""
    found = list(ComplaintFactor.objects.in_force(on).filter(code__in=set(codes)))
    if len(found) != len(set(codes)):
        raise Invalid("Choose factors from the list of factors", field="factors")
    return found


def account_of_id(account_id: UUID | None, *, field: str) -> User | None:
    """Find an open account; None stays None. Raises Invalid at `field`."""
    if account_id is None:
        return None
    found = User.objects.select_related("person").filter(pk=account_id, is_active=True).first()
    if found is None:
        raise Invalid("There is no open account with this identifier", field=field)
    return found
