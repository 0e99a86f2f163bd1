"""What a recorded search found, as the evidence system describes it now."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Person, User
from bwcportal import phrasing
from bwcportal.errors import DomainError
from incidents.footage_sources.errors import SourceUnavailable
from incidents.footage_sources.protocol import FootageSource, FoundFootage
from incidents.models import FootageLink, FootageSearch
from incidents.services.evidence import ask, source
from incidents.services.footage import without_holds_of_others


@dataclass(frozen=True)
class Hit:
    """One recording found: its description, or the sentence why there is none any more."""

    external_id: str
    found: FoundFootage | None
    problem: str
    attached_as: str
    wearer: str = ""

    @property
    def can_attach(self) -> bool:
        """Whether the recording is there and not in the case yet."""
        return self.found is not None and not self.attached_as


def read_search(*, user: User, case_id: UUID, search_id: UUID) -> FootageSearch | None:
    """Return a search of this case, if the person may know of the case."""
    return (
        FootageSearch.objects.visible_to(user)
        .select_related("searched_by__person", "complaint")
        .filter(pk=search_id, complaint_id=case_id)
        .first()
    )


def hits_of(search: FootageSearch) -> list[Hit]:
    """Describe what a search found, earliest first, and mark what the case has already.

    Raises SourceUnavailable when the evidence system does not answer.
    """
    if not search.found_external_ids:
        return []
    attached = {
        link.footage.external_id: link.label
        for link in FootageLink.objects.filter(complaint=search.complaint).select_related("footage")
    }
    described = ask(_describe_all, source(search.source), search.found_external_ids)
    known = {
        found.external_id: found
        for found in without_holds_of_others(
            search.complaint, [found for _, found, _ in described if found]
        )
    }
    names = _names([found.wearer_collar_number for found in known.values()])
    return [
        Hit(
            external_id,
            known.get(external_id),
            problem,
            attached.get(external_id, ""),
            _wearer(known.get(external_id), names),
        )
        for external_id, _, problem in described
    ]


def _names(collar_numbers: list[str]) -> dict[str, str]:
    people = Person.objects.filter(collar_number__in=collar_numbers)
    return {each.collar_number: phrasing.person(each) for each in people}


def _wearer(found: FoundFootage | None, names: dict[str, str]) -> str:
    """Name the wearer as the force knows them, else by the number that the evidence system gave."""
    number = found.wearer_collar_number if found else ""
    return names.get(number, number)


def _describe_all(
    system: FootageSource, external_ids: list[str]
) -> list[tuple[str, FoundFootage | None, str]]:
    described: list[tuple[str, FoundFootage | None, str]] = []
    for external_id in external_ids:
        try:
            described.append((external_id, system.describe(external_id), ""))
        except SourceUnavailable:
            raise
        except DomainError as error:
            described.append((external_id, None, error.message))
    return described
