"""Accounts, the roles they hold and the teams they belong to, each for a period."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models.people import Person, Team
from accounts.roles import Permission, Role, permissions_of
from audit.values import Actor

if TYPE_CHECKING:
    from accounts.models.delegations import Delegation


# The roles and the teams of an account, whose id is {column}, at a moment that is given twice.
ROLES_NOW = (
    "ARRAY(SELECT role FROM accounts_roleassignment WHERE user_id = {column}"
    " AND since <= %s AND (until IS NULL OR until > %s))"
)
TEAMS_NOW = (
    "ARRAY(SELECT team_id FROM accounts_membership WHERE user_id = {column}"
    " AND since <= %s AND (until IS NULL OR until > %s) ORDER BY team_id)"
)


class UserManager(BaseUserManager["User"]):
    """Finds accounts by their user name, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Find one account; raise User.DoesNotExist when there is none."""
        return self.get(username__iexact=username or "")


class User(AbstractBaseUser):
    """An account. There is no superuser: nothing opens a case but a team or a personal grant."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="accounts", db_index=False
    )
    # A copy, for lists of accounts by surname: kept by triggers, whatever is written here.
    person_surname = models.CharField(max_length=100, default="", editable=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    # The cover by which the person acts for somebody, for the length of one request. Put there by
    # `accounts.acting` alone, which asks the database anew each time; never stored with the account.
    acting: Delegation | None = None

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(models.functions.Lower("username"), name="user_username_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["person_surname", "id"], include=["is_active"], name="account_surname"
            ),
            models.Index(fields=["person"], include=["id", "is_active"], name="account_of_person"),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def display_name(self) -> str:
        """The person's rank, collar number and surname."""
        return self.person.title

    @property
    def acting_for(self) -> User | None:
        """The absent person for whom this one acts in this request, or None."""
        return self.acting.absent if self.acting is not None else None

    @property
    def principal(self) -> User:
        """Whose cases and work are at hand: the absent person's while acting, else one's own."""
        return self.acting_for or self

    @property
    def person_ids(self) -> list[uuid.UUID]:
        """The human beings behind an act: oneself, and the absent person for whom one acts.

        What keeps either out keeps the act out: exclusions, parts taken, approvals given. All
        records of each human being are here (no query).
        """
        absent = self.acting_for
        return self.person.ids if absent is None else [*self.person.ids, *absent.person.ids]

    @cached_property
    def role_set(self) -> frozenset[Role]:
        """The roles in force now, read once per request; while acting, those that both hold."""
        own, _ = self._standing
        absent = self.acting_for
        return own if absent is None else own & absent.role_set

    @cached_property
    def team_ids(self) -> list[uuid.UUID]:
        """The ids of the teams whose cases are at hand now, read once per request."""
        absent = self.acting_for
        return self._standing[1] if absent is None else absent.team_ids

    @cached_property
    def _standing(self) -> tuple[frozenset[Role], list[uuid.UUID]]:
        """The person's own roles and teams now: both together, because who asks one asks the other."""
        now = timezone.now()
        with connection.cursor() as cursor:
            sql = f"SELECT {ROLES_NOW}, {TEAMS_NOW}".replace("{column}", "%s")
            cursor.execute(sql, [self.pk, now, now, self.pk, now, now])
            roles, teams = cursor.fetchone()
        return frozenset(map(Role, roles)), teams

    def know_standing(self, roles: list[str], team_ids: list[uuid.UUID]) -> None:
        """Take the person's own roles and teams as they were read with the account, for one request."""
        self.__dict__["_standing"] = frozenset(map(Role, roles)), team_ids

    @property
    def opens_no_case(self) -> bool:
        """Tell whether no case can open to this person, whatever is granted: an administrator."""
        return Role.ADMINISTRATOR in self.role_set

    @property
    def role_label(self) -> str:
        """The roles in words, for the page header."""
        return ", ".join(role.label for role in Role if role in self.role_set)

    def has_role_permission(self, permission: Permission) -> bool:
        """Tell whether one of the roles allows this kind of act. An inactive account may nothing."""
        return self.is_active and permission in permissions_of(set(self.role_set))

    def audit_actor(self) -> Actor:
        """Copy who acts and for whom, as they are named and placed now, for the record of events."""
        absent = self.acting_for
        if absent is None:
            return Actor("USER", str(self.pk), self.display_name, self.role_label)
        return Actor(
            "USER",
            str(self.pk),
            f"{self.display_name}, for {absent.display_name}",
            self.role_label,
            on_behalf_of=str(absent.pk),
        )


class NobodySignedIn(AnonymousUser):
    """The API's caller before authentication: holds no permission and belongs to no team."""

    team_ids: ClassVar[list[uuid.UUID]] = []
    acting = None
    person_ids: ClassVar[list[uuid.UUID]] = []

    def has_role_permission(self, permission: Permission) -> bool:
        """Refuse everything."""
        return False


class PeriodQuerySet(models.QuerySet[Any]):
    """Finds what holds at a moment, and what will."""

    def at(self, moment: datetime) -> Self:
        """Keep what holds at this moment."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=moment), since__lte=moment)

    def not_over(self, moment: datetime) -> Self:
        """Keep what holds at this moment or is to begin later."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=moment), ~Q(until=F("since")))

    def over(self, moment: datetime) -> Self:
        """Keep what has ended by this moment, or was taken back before it began."""
        return self.filter(Q(until__lte=moment) | Q(until=F("since")))


class _Period(models.Model):
    """Something that holds from one moment until another, or until ended: why, and by whom.

    Who gave it is empty for what stood in the portal before anybody administered it.
    """

    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    given_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    end_reason = models.CharField(max_length=200, blank=True)
    ended_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: ClassVar = PeriodQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="%(class)s_ends_after_it_begins",
            )
        ]


class RoleAssignment(_Period):
    """A role that an account holds for a period."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(max_length=32, choices=Role.choices)

    class Meta(_Period.Meta):
        constraints: ClassVar = [
            *_Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(until__isnull=True),
                name="role_assigned_once_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["role", "user"], include=["since", "until"], name="role_holders")
        ]


class Membership(_Period):
    """An account's place in a team for a period."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="memberships", db_index=False
    )

    class Meta(_Period.Meta):
        constraints: ClassVar = [
            *_Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "team"],
                condition=Q(until__isnull=True),
                name="member_once_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["team", "user"], include=["since", "until"], name="team_members")
        ]
