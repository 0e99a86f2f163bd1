"""Adding and renaming teams and units. Closing a team asks about its cases: see the incidents app."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.events import TEAM_ADDED, TEAM_CHANGED, TEAM_REOPENED, UNIT_ADDED, UNIT_CHANGED
from accounts.models import CommandUnit, Team, User
from accounts.permissions import check_may
from accounts.policies import check_reason
from accounts.roles import Permission
from accounts.services._locking import lock_team, unless_taken
from audit.recorder import record
from audit.values import Subject
from bwcportal.errors import Invalid, NotFound, NotNow, StaleVersion

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,11}")


def team_subject(team: Team) -> Subject:
    """Name a team in the record of events by its code."""
    return Subject("team", str(team.pk), team.code)


@transaction.atomic
def add_team(
    *, actor: User, code: str, name: str, unit: CommandUnit, reason: str, now: datetime
) -> Team:
    """Add a team and return it. Raises NotPermitted, or Invalid with the field to repair."""
    check_may(actor, Permission.MANAGE_TEAMS)
    text = check_reason(reason)
    with unless_taken("This code is taken. Enter another", field="code"):
        team = Team.objects.create(
            code=_new_code(code, Team.objects.all()),
            name=_new_name(name, Team.objects.all()),
            unit=unit,
        )
    record(
        TEAM_ADDED,
        actor=actor.audit_actor(),
        subject=team_subject(team),
        now=now,
        details={"unit": unit.code},
        personal={"name": team.name, "reason": text},
    )
    return team


@transaction.atomic
def change_team(
    *,
    actor: User,
    team_id: UUID,
    version: int,
    name: str,
    unit: CommandUnit,
    reason: str,
    now: datetime,
) -> Team:
    """Rename a team or move it to another unit; its code stays. Returns it.

    Raises NotFound, NotPermitted, StaleVersion, or Invalid with the field to repair.
    """
    check_may(actor, Permission.MANAGE_TEAMS)
    team = lock_team(team_id, version=version)
    text = check_reason(reason)
    others = Team.objects.exclude(pk=team.pk)
    was = {"name": team.name, "unit": team.unit.code}
    team.name, team.unit, team.version = _new_name(name, others), unit, team.version + 1
    if was == {"name": team.name, "unit": unit.code}:
        raise Invalid("Nothing is different. Change an answer, or go back")
    team.save(update_fields=["name", "unit", "version"])
    record(
        TEAM_CHANGED,
        actor=actor.audit_actor(),
        subject=team_subject(team),
        now=now,
        details={"unit": unit.code},
        personal={"was": was, "now": {"name": team.name, "unit": unit.code}, "reason": text},
    )
    return team


@transaction.atomic
def reopen_team(*, actor: User, team_id: UUID, reason: str, now: datetime) -> Team:
    """Reopen a closed team, without members. Raises NotFound, NotPermitted, NotNow, Invalid."""
    check_may(actor, Permission.MANAGE_TEAMS)
    team = lock_team(team_id)
    text = check_reason(reason)
    if team.closed_at is None:
        raise NotNow(f"{team.name} is open already", code="team_open")
    team.closed_at = None
    team.version += 1
    team.save(update_fields=["closed_at", "version"])
    record(
        TEAM_REOPENED,
        actor=actor.audit_actor(),
        subject=team_subject(team),
        now=now,
        personal={"reason": text},
    )
    return team


def keep_open(team_id: UUID) -> None:
    """Keep a team from being closed until the end of the transaction; raise NotNow if it is closed.

    A case is put into a team under this lock. Many can hold it at once; closing waits for all.
    """
    with connection.cursor() as cursor:
        # The weakest lock that closing (FOR UPDATE) waits for. Django has no words for it.
        cursor.execute("SELECT closed_at FROM accounts_team WHERE id = %s FOR KEY SHARE", [team_id])
        found = cursor.fetchone()
    if found is not None and found[0] is not None:
        raise NotNow("This team is closed. Choose another team", code="team_closed")


@transaction.atomic
def add_unit(
    *, actor: User, code: str, name: str, kind: str, is_armed: bool, reason: str, now: datetime
) -> CommandUnit:
    """Add a unit of the force and return it. Raises NotPermitted, or Invalid with the field."""
    check_may(actor, Permission.MANAGE_TEAMS)
    text = check_reason(reason)
    with unless_taken("This code is taken. Enter another", field="code"):
        unit = CommandUnit.objects.create(
            code=_new_code(code, CommandUnit.objects.all()),
            name=_new_name(name, CommandUnit.objects.all()),
            kind=kind,
            is_armed=is_armed,
        )
    record(
        UNIT_ADDED,
        actor=actor.audit_actor(),
        subject=Subject("unit", str(unit.pk), unit.code),
        now=now,
        details={"kind": kind, "is_armed": is_armed},
        personal={"name": unit.name, "reason": text},
    )
    return unit


@transaction.atomic
def change_unit(
    *,
    actor: User,
    unit_id: UUID,
    version: int,
    name: str,
    kind: str,
    is_armed: bool,
    reason: str,
    now: datetime,
) -> CommandUnit:
    """Rename a unit or say what it is; its code stays. Returns it.

    Raises NotFound, NotPermitted, StaleVersion, or Invalid with the field to repair.
    """
    check_may(actor, Permission.MANAGE_TEAMS)
    unit = CommandUnit.objects.select_for_update().filter(pk=unit_id).first()
    if unit is None:
        raise NotFound
    if unit.version != version:
        raise StaleVersion
    text = check_reason(reason)
    others = CommandUnit.objects.exclude(pk=unit.pk)
    new = {"name": _new_name(name, others), "kind": kind, "is_armed": is_armed}
    was = {key: getattr(unit, key) for key in new}
    if was == new:
        raise Invalid("Nothing is different. Change an answer, or go back")
    for key, value in new.items():
        setattr(unit, key, value)
    unit.version += 1
    unit.save(update_fields=[*new, "version"])
    record(
        UNIT_CHANGED,
        actor=actor.audit_actor(),
        subject=Subject("unit", str(unit.pk), unit.code),
        now=now,
        details={"kind": kind, "is_armed": is_armed},
        personal={
            "was": {key: str(value) for key, value in was.items()},
            "now": {key: str(value) for key, value in new.items()},
            "reason": text,
        },
    )
    return unit


def _new_code(code: str, taken: QuerySet[Any]) -> str:
    text = code.strip().upper()
    if not _CODE.fullmatch(text):
        raise Invalid(
            "A code has 1 to 12 capital letters, figures or hyphens, for example T4. "
            f"You entered {code.strip()}",
            field="code",
        )
    if taken.filter(code__iexact=text).exists():
        raise Invalid(f"The code {text} is taken. Enter another", field="code")
    return text


def _new_name(name: str, taken: QuerySet[Any]) -> str:
    text = " ".join(name.split())
    if not text:
        raise Invalid("Enter the name", field="name")
    if taken.filter(name__iexact=text).exists():
        raise Invalid(f"The name {text} is taken. Enter another", field="name")
    return text
