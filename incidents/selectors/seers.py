"""To whom a case is open now: the same question as `visible_to`, turned round."""

from __future__ import annotations

from datetime import datetime

from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, UUIDField

from accounts.conditions import Prepared
from accounts.models import AccountClosure, Person, User
from incidents.kept_out import kept_from_tombstone, records_kept_out_of
from incidents.models import Complaint
from incidents.selectors.access_paths import accounts_on_paths

# Every page of a case says how many can see it. To write this query takes longer than to answer it.
_ON_PATHS = Prepared(
    lambda case, at: accounts_on_paths(Complaint.objects.filter(pk=case), at=at),
    case=UUIDField(),
    at=DateTimeField(),
)
_KEPT_OUT = Prepared(lambda case: records_kept_out_of(case), case=UUIDField())


def accounts_that_see(case: Complaint, *, now: datetime) -> QuerySet[User]:
    """Find the open accounts to which a case is open now; one query, however it is narrowed."""
    seers = User.objects.filter(
        _ON_PATHS.includes("pk", case=case.pk, at=now),
        _KEPT_OUT.excludes("person_id", case=case.pk),
        is_active=True,
    )
    if not case.kept_apart:
        return seers
    # Only a destroyed case has these. Digests are compared here, one query more.
    people = Person.objects.filter(accounts__in=seers)
    return seers.exclude(person_id__in=kept_from_tombstone(case, people))


def people_who_see(case: Complaint, *, now: datetime) -> int:
    """Count the open accounts to which a case is open now (1 query)."""
    return accounts_that_see(case, now=now).count()


def closed_at(moment: datetime) -> Exists:
    """Keep accounts that were closed at a moment."""
    closures = AccountClosure.objects.filter(
        Q(until__isnull=True) | Q(until__gt=moment), user_id=OuterRef("pk"), since__lte=moment
    )
    return Exists(closures)
