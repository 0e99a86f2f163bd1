"""Does the state allow it, and can the answer be used? Asked under the lock, after the permission."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from accounts.grants import has_grants
from accounts.models import Delegation, Membership, RoleAssignment, Team, User
from accounts.roles import Role, clash_with
from bwcportal.errors import Invalid, NotNow

REASON_LENGTH = 200


def check_reason(reason: str, *, field: str = "reason") -> str:
    """Return a reason without blanks round it; raise Invalid when it is empty or too long."""
    text = reason.strip()
    if not text:
        raise Invalid("Enter the reason", field=field)
    if len(text) > REASON_LENGTH:
        raise Invalid(
            f"The reason has at most {REASON_LENGTH} characters. You entered {len(text)}",
            field=field,
        )
    return text


def check_period(since: datetime | None, until: datetime | None, *, now: datetime) -> datetime:
    """Return when a role or a membership begins: now, or later if asked; never before now.

    Raises Invalid with the field `since` or `until` for a beginning in the past, or an end that
    is not after the beginning.
    """
    begins = since or now
    # A day that is typed as today begins now.
    if begins < now - timedelta(days=1):
        raise Invalid("The first day must be today or later", field="since")
    begins = max(begins, now)
    if until is not None and until <= begins:
        raise Invalid("The last day must not be before the first", field="until")
    return begins


def check_combination(user: User, role: Role, *, begins: datetime, until: datetime | None) -> None:
    """Raise NotNow when another role or a team of the same person excludes the role at that time.

    All accounts of the person count: a second account is no way round.
    """
    meanwhile = _overlapping(begins, until)
    held = RoleAssignment.objects.filter(meanwhile, user__person__in=user.person_ids)
    clash = clash_with(role, [Role(code) for code in held.values_list("role", flat=True)])
    if clash is not None:
        other, why = clash
        raise NotNow(
            f"{user.display_name} has the role {other.label} at that time, and may not have the "
            f"role {role.label} as well: {why}. End the other role first",
            code="roles_clash",
        )
    teams = Membership.objects.filter(meanwhile, user__person__in=user.person_ids)
    if role == Role.ADMINISTRATOR and teams.exists():
        raise NotNow(
            f"{user.display_name} is in a team at that time, and a team opens cases. End the "
            "membership first: an administrator opens none",
            code="administrator_in_team",
        )
    if role == Role.ADMINISTRATOR:
        _check_nothing_is_open(user, begins=begins, until=until)


def _check_nothing_is_open(user: User, *, begins: datetime, until: datetime | None) -> None:
    covers = Delegation.objects.filter(
        Q(ended_at__isnull=True), deputy__person__in=user.person_ids, until__gt=begins
    )
    if until is not None:
        covers = covers.filter(since__lt=until)
    if covers.exists():
        raise NotNow(
            f"{user.display_name} covers for somebody at that time, whose cases are then open to "
            "them. End the cover first: an administrator opens no case",
            code="administrator_covers",
        )
    if has_grants(user.person_ids, now=begins):
        raise NotNow(
            f"{user.display_name} has personal access to cases. End it first: an administrator "
            "opens none",
            code="administrator_has_access",
        )


def check_opens_no_case(user: User, *, now: datetime) -> None:
    """Raise Invalid, at `user`, when a case would be opened to an administrator, by any account."""
    held = RoleAssignment.objects.not_over(now).filter(
        user__person__in=user.person_ids, role=Role.ADMINISTRATOR
    )
    if held.exists():
        raise Invalid(
            f"{user.display_name} is an administrator, and an administrator opens no case. Choose "
            "somebody else",
            field="user",
        )


def check_may_join(user: User, *, begins: datetime, until: datetime | None) -> None:
    """Raise NotNow when the person is an administrator at that time, by whichever account."""
    held = RoleAssignment.objects.filter(
        _overlapping(begins, until), user__person__in=user.person_ids, role=Role.ADMINISTRATOR
    )
    if held.exists():
        raise NotNow(
            f"{user.display_name} is an administrator at that time, and a team opens cases. End "
            "that role first: an administrator opens none",
            code="administrator_in_team",
        )


def _overlapping(begins: datetime, until: datetime | None) -> Q:
    meanwhile = Q(until__isnull=True) | Q(until__gt=begins)
    return meanwhile & Q(since__lt=until) if until is not None else meanwhile


def check_not_held(user: User, role: Role, *, begins: datetime, until: datetime | None) -> None:
    """Raise Invalid when the account holds the role at that time already."""
    if RoleAssignment.objects.filter(_overlapping(begins, until), user=user, role=role).exists():
        raise Invalid(
            f"This account holds the role {role.label} at that time already", field="role"
        )


def check_not_member(user: User, team: Team, *, begins: datetime, until: datetime | None) -> None:
    """Raise Invalid when the account is in the team at that time already."""
    if Membership.objects.filter(_overlapping(begins, until), user=user, team=team).exists():
        raise Invalid(
            f"{user.display_name} is in {team.name} at that time already. Choose another team",
            field="team",
        )


def check_other_administrator(user: User, *, now: datetime) -> None:
    """Raise NotNow unless another person is an administrator with an open account.

    Locks the assignments, so that two administrators who end each other's role are one too many.
    """
    held = RoleAssignment.objects.select_for_update().at(now).filter(role=Role.ADMINISTRATOR)
    holders = set(held.order_by("pk").values_list("user_id", flat=True))
    others = User.objects.filter(pk__in=holders, is_active=True).exclude(person__in=user.person_ids)
    if not others.exists():
        raise NotNow(
            "Nobody else is an administrator. Give the role to somebody else first",
            code="last_administrator",
        )
