"""The words for the ids and codes that stand in a stored content, read in a fixed number of queries.

A content holds no name, so that a promotion does not void a signature; whoever reads it sees the
name of today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import CommandUnit, Person, User
from incidents.models import (
    ActionOption,
    AllegationCategory,
    ComplaintFactor,
    DecisionOption,
    NoFootageReason,
)
from incidents.models.reference import ReferenceRow

UNKNOWN = "No longer known"


class Labels:
    """Looks up the words of one or several contents (8 queries)."""

    def __init__(self, contents: Iterable[Mapping[str, Any]]) -> None:
        contents = list(contents)
        allegations = [each for content in contents for each in content["allegations"]]
        findings = [each["finding"] for each in allegations if each["finding"]]
        subjects = [each for content in contents for each in content["subjects"]]
        recordings = [each for content in contents for each in content["recordings"]]
        marks = [each for content in contents for each in content["marks"]]
        self._subjects = {each["id"]: each for each in subjects}
        self._people = _people(
            {each["person"] for each in subjects} | {each["wearer"] for each in recordings}
        )
        self._users = _users(
            {each["decided_by"] for each in findings} | {each["author"] for each in marks}
        )
        self._entries = {
            "category": _entries(AllegationCategory, {each["category"] for each in allegations}),
            "decision": _entries(DecisionOption, {each["decision"] for each in findings}),
            "no_footage_reason": _entries(
                NoFootageReason, {each["no_footage_reason"] for each in findings}
            ),
            "actions": _entries(
                ActionOption, {action for each in findings for action in each["actions"]}
            ),
        }
        self._units = dict(CommandUnit.objects.values_list("code", "name"))
        factors = {factor for content in contents for factor in content["case"]["factors"]}
        self._factors = dict(
            ComplaintFactor.objects.filter(code__in=factors)
            .order_by("version")
            .values_list("code", "label")
        )

    def entry(self, field: str, entry: str | None) -> str:
        """Give the label of an entry of reference data, such as `SPA 1`; '' for None."""
        return self._entries[field].get(entry, UNKNOWN) if entry else ""

    def person(self, person_id: str | None) -> str:
        """Give rank, collar number and surname of a person; '' for None."""
        return self._people.get(person_id, UNKNOWN) if person_id else ""

    def user(self, user_id: str) -> str:
        """Give the name of the person behind an account."""
        return self._users.get(user_id, UNKNOWN)

    def subject(self, subject_id: str) -> str:
        """Give the officer complained about, or how an unidentified one is described."""
        subject = self._subjects.get(subject_id)
        if subject is None:
            return UNKNOWN
        return self.person(subject["person"]) or f"Unidentified: {subject['description']}"

    def unit(self, code: str) -> str:
        """Give the name of a command unit."""
        return self._units.get(code, code)

    def factor(self, code: str) -> str:
        """Give the label of a factor of the complaint."""
        return self._factors.get(code, code)


def _entries(model: type[ReferenceRow], entries: set[str | None]) -> dict[str, str]:
    codes = {entry.rsplit(" ", 1)[0] for entry in entries if entry}
    rows = model.objects.filter(code__in=codes) if codes else []
    return {f"{row.code} {row.version}": row.label for row in rows}


def _people(ids: set[str | None]) -> dict[str, str]:
    known = [person_id for person_id in ids if person_id]
    return {str(row.pk): row.title for row in Person.objects.filter(pk__in=known)}


def _users(ids: set[str]) -> dict[str, str]:
    rows = User.objects.filter(pk__in=ids).select_related("person")
    return {str(row.pk): row.display_name for row in rows}
