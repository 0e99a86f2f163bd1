"""To whom a case is open now: the same question as `visible_to`, turned round."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import AccountClosure, Person, User
from incidents.kept_out import kept_from_tombstone, kept_out_of
from incidents.models import Complaint
from incidents.selectors.access_paths import accounts_on_paths, only


def accounts_that_see(case: Complaint, *, now: datetime) -> QuerySet[User]:
    """Find the open accounts to which a case is open now; one query, however it is narrowed."""
    seers = User.objects.filter(
        pk__in=accounts_on_paths(only(case), at=now), is_active=True
    ).exclude(person__in=kept_out_of(case))
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
