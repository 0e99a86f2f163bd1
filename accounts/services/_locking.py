"""Finding and locking what an administrator acts on. A person is locked before anything of theirs.

The locks leave the key alone: whoever names one of these rows, such as who ended a role, waits for
nobody. With the stronger lock two administrators who end each other's role would wait for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Person, Team, User
from bwcportal.errors import Invalid, NotFound, StaleVersion


def lock_person(person_id: UUID, *, version: int | None = None) -> Person:
    """Lock a person until the end of the transaction; raise NotFound or StaleVersion."""
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None:
        raise NotFound
    if version is not None and person.version != version:
        raise StaleVersion
    return person


def lock_account(user_id: UUID) -> User:
    """Lock an account and, first, its person, whose other accounts count too; raise NotFound."""
    person_id = User.objects.filter(pk=user_id).values_list("person_id", flat=True).first()
    if person_id is None:
        raise NotFound
    person = lock_person(person_id)
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    user.person = person
    return user


def lock_team(team_id: UUID, *, version: int | None = None) -> Team:
    """Lock a team until the end of the transaction; raise NotFound or StaleVersion."""
    team = Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
    if team is None:
        raise NotFound
    if version is not None and team.version != version:
        raise StaleVersion
    return team


@contextmanager
def unless_taken(message: str, *, field: str) -> Iterator[None]:
    """Turn a unique value that somebody else took in the same moment into Invalid for the field."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Invalid(message, field=field) from error
