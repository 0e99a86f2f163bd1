"""Appointing the first two administrators, at the command line. The pages do all that follows."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.events import ACCOUNT_OPENED, PERSON_ADDED, ROLE_GIVEN
from accounts.models import CommandUnit, Person, RoleAssignment, User
from accounts.policies import check_combination
from accounts.roles import Role
from accounts.services._locking import lock_person
from accounts.services.accounts import account_subject, check_username
from accounts.services.people import PersonDetails, check_details, person_subject
from accounts.services.set_up_codes import COMMAND_LINE
from audit.recorder import record
from bwcportal.errors import NotNow

ENOUGH = 2
REASON = "Appointed at the command line"


@transaction.atomic
def appoint_administrator(*, details: PersonDetails, username: str, now: datetime) -> User:
    """Add a person with an account that is an administrator, and return the account.

    A person who has the number already gets the account. Only while fewer than two people are
    administrators with an open account: after that one appoints another, on the pages. Raises
    NotNow, or Invalid with the field to repair.
    """
    # Two commands at once must not make a third: whoever appoints waits for whoever appoints.
    list(CommandUnit.objects.select_for_update().order_by("pk"))
    held = RoleAssignment.objects.at(now).filter(role=Role.ADMINISTRATOR, user__is_active=True)
    if held.values("user__person").distinct().count() >= ENOUGH:
        raise NotNow(
            "There are two administrators already. One of them gives the role to others, on the "
            "page of the person",
            code="enough_administrators",
        )
    person = _person(details, now)
    user = User(username=check_username(username), person=person, created_at=now)
    user.set_unusable_password()
    user.save(force_insert=True)
    check_combination(user, Role.ADMINISTRATOR, begins=now, until=None)
    RoleAssignment.objects.create(user=user, role=Role.ADMINISTRATOR, since=now, reason=REASON)
    for kind, more in (
        (ACCOUNT_OPENED, {"person": person.pk}),
        (ROLE_GIVEN, {"role": Role.ADMINISTRATOR.value, "since": now, "until": None}),
    ):
        record(
            kind,
            actor=COMMAND_LINE,
            subject=account_subject(user),
            now=now,
            details=more,
            personal={"name": person.title, "reason": REASON},
        )
    return user


def _person(details: PersonDetails, now: datetime) -> Person:
    columns = details.columns()
    found = Person.objects.filter(collar_number__iexact=columns["collar_number"]).first()
    if found is not None:
        return lock_person(found.pk)
    check_details(columns)
    person = Person.objects.create(**columns)
    record(
        PERSON_ADDED,
        actor=COMMAND_LINE,
        subject=person_subject(person),
        now=now,
        details={"unit": details.unit.code, "is_officer": person.is_officer},
        personal={"name": person.title, "reason": REASON},
    )
    return person
