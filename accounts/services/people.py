"""Adding a person to the force and changing what is known of them. A person is never deleted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.events import PERSON_ADDED, PERSON_CHANGED, PERSON_VIEWED
from accounts.models import CommandUnit, Person, User
from accounts.permissions import check_may, check_not_oneself
from accounts.policies import check_reason
from accounts.roles import Permission
from accounts.services._locking import lock_person, unless_taken
from audit.recorder import record, record_consultation
from audit.values import Subject
from bwcportal.errors import Invalid

_COLLAR_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")
_CHANGEABLE = ("rank", "collar_number", "given_names", "surname", "unit_id", "is_officer")


@dataclass(frozen=True)
class PersonDetails:
    """What is known of a person who serves or works in the force."""

    rank: str
    collar_number: str
    given_names: str
    surname: str
    unit: CommandUnit
    is_officer: bool

    def columns(self) -> dict[str, Any]:
        """Give the values as they are stored, without blanks round them, the number in capitals."""
        return {
            "rank": self.rank.strip(),
            "collar_number": self.collar_number.strip().upper(),
            "given_names": self.given_names.strip(),
            "surname": self.surname.strip(),
            "unit_id": self.unit.pk,
            "is_officer": self.is_officer,
        }


def person_subject(person: Person) -> Subject:
    """Name a person in the record of events by collar number, never by name."""
    return Subject("person", str(person.pk), person.collar_number)


def note_person_viewed(*, actor: User, person: Person, now: datetime) -> None:
    """Record that an administrator looked at a person's accounts, once in five minutes."""
    record_consultation(
        PERSON_VIEWED, actor=actor.audit_actor(), subject=person_subject(person), now=now
    )


@transaction.atomic
def add_person(*, actor: User, details: PersonDetails, now: datetime) -> Person:
    """Add a person and return them. Raises NotPermitted, or Invalid with the field to repair."""
    check_may(actor, Permission.MANAGE_PEOPLE)
    columns = details.columns()
    check_details(columns)
    with unless_taken("This number is taken. Enter another", field="collar_number"):
        person = Person.objects.create(**columns)
    record(
        PERSON_ADDED,
        actor=actor.audit_actor(),
        subject=person_subject(person),
        now=now,
        details={"unit": details.unit.code, "is_officer": person.is_officer},
        personal=_words(columns),
    )
    return person


@transaction.atomic
def change_person(
    *,
    actor: User,
    person_id: UUID,
    version: int,
    details: PersonDetails,
    reason: str,
    now: datetime,
) -> Person:
    """Change what is known of a person, with a reason, and return them.

    What it was stays in the record of events. Nobody changes their own record: who is kept out of
    a case is found by it. Raises NotFound, NotPermitted, StaleVersion, or Invalid with the field.
    """
    check_may(actor, Permission.MANAGE_PEOPLE)
    person = lock_person(person_id, version=version)
    check_not_oneself(actor, person)
    text = check_reason(reason)
    columns = details.columns()
    check_details(columns, person=person)
    changed = [name for name in _CHANGEABLE if getattr(person, name) != columns[name]]
    if not changed:
        raise Invalid("Nothing is different. Change an answer, or go back")
    was = {name: getattr(person, name) for name in changed}
    for name in changed:
        setattr(person, name, columns[name])
    person.version += 1
    with unless_taken("This number is taken. Enter another", field="collar_number"):
        person.save(update_fields=[*changed, "version"])
    record(
        PERSON_CHANGED,
        actor=actor.audit_actor(),
        subject=person_subject(person),
        now=now,
        details={"changed": changed},
        personal={
            "was": _words(was),
            "now": _words({name: columns[name] for name in changed}),
            "reason": text,
        },
    )
    return person


def check_details(columns: dict[str, Any], *, person: Person | None = None) -> None:
    """Raise Invalid, with the field, for a missing name or a number that is malformed or taken."""
    for name, words in (("surname", "surname"), ("given_names", "given names")):
        if not columns[name]:
            raise Invalid(f"Enter the {words}", field=name)
    number = columns["collar_number"]
    if not _COLLAR_NUMBER.fullmatch(number):
        raise Invalid(
            "A collar or staff number has letters, figures and hyphens only, for example 2186QX. "
            f"You entered {number}",
            field="collar_number",
        )
    others = Person.objects.filter(collar_number__iexact=number)
    if person is not None:
        others = others.exclude(pk=person.pk)
    other = others.first()
    if other is not None:
        raise Invalid(
            f"{other.title} has the number {number}. One human being has one record: look there "
            "first, then enter another number",
            field="collar_number",
        )


def _words(columns: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in columns.items()}
