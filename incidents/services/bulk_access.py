"""Giving several people access to several cases at once, after it has been shown what that changes.

To add is to give it to whoever has no grant. To replace makes the personal grants of the cases
exactly those that are named; assignments and oversight seats stay. All of it happens, or nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.grants import in_force
from accounts.models import StepUpAct, User
from accounts.policies import check_opens_no_case
from accounts.roles import Permission
from accounts.services.step_up import Proof, Target, spend
from audit.recorder import record
from audit.values import Subject
from bwcportal.errors import DomainError, Invalid, NotFound, NotPermitted, StaleVersion
from incidents.case_policies import check_reason
from incidents.enums import BulkChange, BulkMode, GrantKind
from incidents.events import BULK_GIVEN
from incidents.models import Complaint, ComplaintGrant
from incidents.permissions import check_may
from incidents.services.access import check_can_be_given, check_can_get
from incidents.services.granting import end_grant, grant_case
from incidents.services.refused_grants import noting_refused

MOST = 50
# What a second factor is shown for, besides the digest of the plan.
OBJECT = "bulk-access"
REPLACED = "Replaced in bulk"
STALE = (
    "What this changes is not what you looked at any more: somebody was given access, lost it or "
    "was kept out meanwhile. Look at the list again, then confirm"
)


@dataclass(frozen=True)
class Change:
    """What happens to the grant of one account of one case."""

    case: Complaint
    user: User
    what: BulkChange
    way: str = ""

    @property
    def label(self) -> str:
        """The change in words."""
        return self.what.label


@dataclass(frozen=True)
class BulkPlan:
    """Every change that a bulk grant makes, and the digest that names exactly these."""

    changes: list[Change]
    digest: str

    @property
    def acting(self) -> list[Change]:
        """The changes that do something."""
        return [change for change in self.changes if change.what != BulkChange.SAME]


@noting_refused
@transaction.atomic
def plan_bulk(
    *,
    actor: User,
    case_ids: Iterable[UUID],
    users: Iterable[User],
    mode: BulkMode,
    expires_at: datetime | None,
    now: datetime,
) -> BulkPlan:
    """Work out what a bulk grant would change, and change nothing.

    Raises NotFound when any of the cases is absent or hidden, NotPermitted, NotNow for a destroyed
    case, or Invalid with the field `cases`, `users` or `expires_at`.
    """
    check_may(actor, Permission.GRANT_ACCESS)
    people = _people(users)
    cases = _lock_cases(actor, case_ids)
    if expires_at is not None and expires_at <= now:
        raise Invalid("Access must end after today, or not by itself", field="expires_at")
    changes = [
        change
        for case in cases
        for change in _changes_of(case, people, mode, actor=actor, expires_at=expires_at, now=now)
    ]
    said = [
        [str(change.case.pk), change.case.version, str(change.user.pk), change.what, change.way]
        for change in changes
    ]
    text = json.dumps([mode, expires_at.isoformat() if expires_at else None, said])
    return BulkPlan(changes, hashlib.sha256(text.encode()).hexdigest())


@noting_refused
@transaction.atomic
def grant_in_bulk(
    *,
    actor: User,
    case_ids: Iterable[UUID],
    users: Iterable[User],
    mode: BulkMode,
    reason: str,
    expires_at: datetime | None,
    shown: str,
    proof: Proof | None,
    now: datetime,
) -> BulkPlan:
    """Carry out the plan whose digest was shown, in one transaction, and return it.

    `proof` is a second factor shown for exactly this plan: ProofNeeded without. Raises what
    `plan_bulk` raises, StaleVersion when the plan is not the one shown any more, and
    Invalid with the field `reason`.
    """
    plan = plan_bulk(
        actor=actor, case_ids=case_ids, users=users, mode=mode, expires_at=expires_at, now=now
    )
    text = check_reason(reason)
    if shown != plan.digest:
        raise StaleVersion(STALE, code="stale_preview")
    spend(actor=actor, proof=proof, target=giving(plan.digest), now=now)
    for change in plan.acting:
        if change.what == BulkChange.END:
            end_grant(change.user, change.case, reason=REPLACED, actor=actor, now=now)
        else:
            grant_case(
                change.user, change.case, reason=text, actor=actor, now=now, expires_at=expires_at
            )
    counts = {what.value.lower(): 0 for what in BulkChange}
    for change in plan.changes:
        counts[change.what.value.lower()] += 1
    record(
        BULK_GIVEN,
        actor=actor.audit_actor(),
        subject=Subject("bulk_access", plan.digest[:32], mode),
        now=now,
        details=counts,
        personal={"reason": text},
    )
    return plan


def giving(digest: str) -> Target:
    """Name what a second factor is shown for: the plan with this digest."""
    return Target.of(StepUpAct.GRANT, OBJECT, digest)


def _people(users: Iterable[User]) -> list[User]:
    people = list({user.pk: user for user in users}.values())
    if not 0 < len(people) <= MOST:
        raise Invalid(f"Name 1 to {MOST} people", field="users")
    return sorted(people, key=lambda user: (user.person.surname, str(user.pk)))


def _lock_cases(actor: User, case_ids: Iterable[UUID]) -> list[Complaint]:
    """Lock the cases, all of which the actor must be able to see, in one order."""
    wanted = set(case_ids)
    if not 0 < len(wanted) <= MOST:
        raise Invalid(f"Name 1 to {MOST} cases", field="cases")
    cases = list(
        Complaint.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    if len(cases) != len(wanted):
        raise NotFound
    return sorted(cases, key=lambda case: case.reference)


def _changes_of(
    case: Complaint,
    people: list[User],
    mode: BulkMode,
    *,
    actor: User,
    expires_at: datetime | None,
    now: datetime,
) -> list[Change]:
    check_can_be_given(case)
    held = {
        grant.user_id: grant
        for grant in in_force(ComplaintGrant, now=now)
        .filter(content_object=case)
        .select_related("user__person", "period")
        .order_by("user__person__surname", "user_id")
    }
    changes = []
    for user in people:
        _check_can_get(user, case, actor=actor, now=now)
        grant = held.get(user.pk)
        # The planned end is a part of what is shown.
        way = f"{grant.period.kind}:{grant.expires_at or ''}" if grant else ""
        changes.append(Change(case, user, _what(grant, mode), way))
    named = {user.pk for user in people}
    if mode == BulkMode.REPLACE:
        changes += [
            Change(
                case, grant.user, BulkChange.END, f"{grant.period.kind}:{grant.expires_at or ''}"
            )
            for grant in held.values()
            if grant.user_id not in named and grant.period.kind == GrantKind.PERSONAL
        ]
    _check_somebody_is_left(case, changes, held, expires_at)
    return changes


def _what(grant: ComplaintGrant | None, mode: BulkMode) -> BulkChange:
    if grant is None:
        return BulkChange.GIVE
    if mode == BulkMode.ADD or grant.period.kind != GrantKind.PERSONAL:
        return BulkChange.SAME
    return BulkChange.RENEW


def _check_can_get(user: User, case: Complaint, *, actor: User, now: datetime) -> None:
    """Name the case in what is wrong: there are several."""
    try:
        check_opens_no_case(user, now=now)
        check_can_get(user, case, actor=actor, now=now)
    except NotPermitted:
        raise
    except DomainError as error:
        raise Invalid(
            f"{case.reference}: {error.message}", code=error.code, field="users"
        ) from error


def _check_somebody_is_left(
    case: Complaint,
    changes: list[Change],
    held: dict[UUID, ComplaintGrant],
    expires_at: datetime | None,
) -> None:
    if not case.is_restricted:
        return
    changed = {change.user.pk for change in changes if change.what != BulkChange.SAME}
    stays = any(
        grant.expires_at is None and grant.user.is_active
        for grant in held.values()
        if grant.user_id not in changed
    )
    gets = expires_at is None and any(
        change.what in {BulkChange.GIVE, BulkChange.RENEW} for change in changes
    )
    if not stays and not gets:
        raise Invalid(
            f"{case.reference} is restricted and must stay open to somebody, without an end",
            field="users",
        )
