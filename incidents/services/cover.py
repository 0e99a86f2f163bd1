"""Setting who acts for somebody absent, and ending that early.

It stands here and not in accounts because who may be a deputy depends on cases: nobody who is kept
out of a case that the absent person works on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.events import COVER_ENDED, COVER_SET
from accounts.models import Delegation, User
from accounts.policies import check_opens_no_case
from accounts.roles import Permission
from accounts.services.acting import subject_of
from audit.recorder import record
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from bwcportal.phrasing import london_day, plain_date
from incidents.case_policies import check_reason
from incidents.enums import OPEN_STATES
from incidents.models import CaseExclusion, Complaint, ComplaintSubject
from incidents.permissions import check_may
from incidents.selectors.cover import covers_visible_to, shares_a_team

# Rights that nobody looks at again are rights that nobody meant: a longer absence is set anew.
LONGEST_COVER = timedelta(days=92)


@dataclass(frozen=True)
class NewCover:
    """Who is away, who acts for them, from when until when (UTC; the end does not belong to it)."""

    absent: User
    deputy: User
    since: datetime
    until: datetime
    reason: str


@transaction.atomic
def set_cover(*, actor: User, data: NewCover, now: datetime) -> Delegation:
    """Let one account act for another for a period, and return the cover.

    A person sets their own; for somebody of the team it takes a supervisor, who cannot name
    themselves. `since` in the past counts from now. Raises NotPermitted, NotNow while acting, and
    Invalid with the field `absent`, `deputy`, `since`, `until` or `reason`.
    """
    _check_not_acting(actor)
    # Both rows, in one order, so that two covers set at once cannot make a chain between them.
    locked = User.objects.select_for_update(of=("self",)).filter(
        pk__in={data.absent.pk, data.deputy.pk}
    )
    accounts = {row.pk: row for row in locked.select_related("person").order_by("pk")}
    absent, deputy = accounts[data.absent.pk], accounts[data.deputy.pk]
    _check_may_set(actor, absent, deputy, now)
    since = max(data.since, now)
    _check_period(since, data.until)
    reason = check_reason(data.reason)
    _check_people(actor, absent, deputy)
    _check_not_administrator(deputy, now)
    _check_no_chain(absent, deputy, since, data.until)
    cover = Delegation.objects.create(
        absent=absent,
        deputy=deputy,
        since=since,
        until=data.until,
        reason=reason,
        made_by=actor,
        made_at=now,
    )
    record(
        COVER_SET,
        actor=actor.audit_actor(),
        subject=subject_of(cover),
        now=now,
        details={"absent": absent.pk, "deputy": deputy.pk, "since": since, "until": cover.until},
        personal={"reason": reason},
    )
    return cover


@transaction.atomic
def end_cover(*, actor: User, delegation_id: UUID, now: datetime) -> Delegation:
    """End a cover at this second and return it; whoever acts by it is their own in the next request.

    The absent person, the deputy and a supervisor of the absent person's team may. Raises NotFound
    for a cover that the actor may not know of, NotNow for one that is over or while acting.
    """
    _check_not_acting(actor)
    cover = (
        covers_visible_to(actor, now=now)
        .select_for_update(of=("self",))
        .filter(pk=delegation_id)
        .first()
    )
    if cover is None:
        raise NotFound
    if cover.until <= now or cover.ended_at is not None:
        raise NotNow("This cover is over already", code="cover_over")
    cover.ended_at = now
    cover.ended_by = actor
    cover.save(update_fields=["ended_at", "ended_by"])
    record(
        COVER_ENDED,
        actor=actor.audit_actor(),
        subject=subject_of(cover),
        now=now,
        details={"absent": cover.absent_id, "deputy": cover.deputy_id, "until": cover.until},
    )
    return cover


def _check_not_acting(actor: User) -> None:
    if actor.acting_for is not None:
        raise NotNow(
            f"You are acting for {actor.acting_for.display_name}. Stop that first: who acts for "
            "whom is set by people as themselves",
            code="not_while_acting",
        )


def _check_may_set(actor: User, absent: User, deputy: User, now: datetime) -> None:
    if absent.pk == actor.pk:
        return
    check_may(actor, Permission.SET_COVER)
    if not shares_a_team(actor, absent, now=now):
        raise Invalid("Choose somebody of your own teams", field="absent")
    if deputy.person_id in actor.person.ids:
        raise NotPermitted(
            "You cannot make yourself the deputy of somebody else. Ask them, or another "
            "supervisor of the team",
            code="own_deputy",
        )


def _check_period(since: datetime, until: datetime) -> None:
    if until <= since:
        raise Invalid("The last day must not be before the first, nor in the past", field="until")
    if until - since > LONGEST_COVER:
        raise Invalid(
            f"A cover lasts at most {LONGEST_COVER.days} days. Choose an earlier last day and set "
            "it anew then",
            field="until",
        )


def _check_people(actor: User, absent: User, deputy: User) -> None:
    if not absent.is_active:
        raise Invalid("This account is closed", field="absent")
    if not deputy.is_active:
        raise Invalid("This account is closed. Choose somebody else", field="deputy")
    if deputy.person_id in absent.person.ids:
        raise Invalid("Choose somebody else: nobody acts for themselves", field="deputy")
    if not deputy.role_set & absent.role_set:
        raise Invalid(
            f"{deputy.display_name} holds none of the roles of {absent.display_name}, so there is "
            "nothing that they could do. Choose somebody with one of: "
            f"{absent.role_label.lower() or 'no role'}",
            field="deputy",
        )
    if _is_in_conflict(actor, absent, deputy):
        raise Invalid(
            f"{deputy.display_name} is kept out of a case that {absent.display_name} works on. "
            "Choose somebody else",
            field="deputy",
        )


def _check_not_administrator(deputy: User, now: datetime) -> None:
    try:
        check_opens_no_case(deputy, now=now)
    except Invalid as error:
        raise Invalid(error.message, field="deputy") from error


def _is_in_conflict(actor: User, absent: User, deputy: User) -> bool:
    """Tell whether the deputy is kept out of an open case of the absent person.

    Only of a case that the actor may know of: a refusal must not tell anybody else that there is
    one. What is not refused here is harmless, because exclusions of both people count anyway.
    """
    kept_out = [
        rows.filter(person_id__in=deputy.person.ids).values("complaint_id")
        for rows in (ComplaintSubject.objects.all(), CaseExclusion.objects.in_force())
    ]
    return (
        Complaint.objects.visible_to(actor)
        .filter(Q(investigator=absent) | Q(supervisor=absent), state__in=OPEN_STATES)
        .filter(Q(pk__in=kept_out[0]) | Q(pk__in=kept_out[1]))
        .exists()
    )


def _check_no_chain(absent: User, deputy: User, since: datetime, until: datetime) -> None:
    together = Delegation.objects.during(since, until).select_related("absent__person")
    if together.filter(absent=absent, deputy=deputy).exists():
        raise Invalid(
            f"{deputy.display_name} acts for {absent.display_name} in that time already. End that "
            "cover first, or choose other days",
            field="deputy",
        )
    away = together.filter(absent__person_id__in=deputy.person.ids).first()
    if away is not None:
        raise Invalid(
            f"{deputy.display_name} is away in that time and has a deputy until "
            f"{_last_day(away)}. Choose somebody else",
            field="deputy",
        )
    stands_in = together.filter(deputy__person_id__in=absent.person.ids).first()
    if stands_in is not None:
        raise Invalid(
            f"{absent.display_name} acts for {stands_in.absent.display_name} until "
            f"{_last_day(stands_in)}. End that cover first: nobody acts for somebody who acts "
            "for another",
            field="absent",
        )


def _last_day(cover: Delegation) -> str:
    return plain_date(london_day(cover.until - timedelta(seconds=1)))
