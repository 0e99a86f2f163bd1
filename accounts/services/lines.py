"""Who reports to whom, and declared interests. After each change the assignments are looked at anew."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from celery import current_app
from django.db import transaction

from accounts.events import INTEREST_DECLARED, INTEREST_ENDED, LINE_BEGUN, LINE_ENDED
from accounts.models import DeclaredInterest, Person, ReportingLine, User
from accounts.permissions import check_may, check_not_oneself
from accounts.policies import check_reason
from accounts.roles import Permission
from accounts.services._locking import lock_person
from accounts.services.people import person_subject
from audit.recorder import record
from bwcportal.errors import Invalid, NotFound, NotPermitted
from bwcportal.phrasing import london_day


@transaction.atomic
def begin_line(
    *, actor: User, person_id: UUID, manager: Person, since: date, now: datetime
) -> ReportingLine:
    """Record whom a person reports to from a London day on; other lines of theirs go on.

    Raises NotFound, NotPermitted, or Invalid with the field `manager` or `since`.
    """
    check_may(actor, Permission.MANAGE_PEOPLE)
    person = lock_person(person_id)
    check_not_oneself(actor, person)
    if manager.pk in person.ids:
        raise Invalid("Nobody reports to themselves. Choose somebody else", field="manager")
    if since > london_day(now):
        raise Invalid("The first day must be today or earlier", field="since")
    if ReportingLine.objects.filter(person=person, manager=manager, until__isnull=True).exists():
        raise Invalid(f"{person.title} reports to {manager.title} already", field="manager")
    line = ReportingLine.objects.create(person=person, manager=manager, since=since, made_by=actor)
    record(
        LINE_BEGUN,
        actor=actor.audit_actor(),
        subject=person_subject(person),
        now=now,
        details={"manager": manager.pk, "since": since},
    )
    recheck_later()
    return line


@transaction.atomic
def end_line(*, actor: User, line_id: UUID, until: date, now: datetime) -> ReportingLine:
    """End a reporting line on a London day. Raises NotFound, NotPermitted, or Invalid at `until`."""
    check_may(actor, Permission.MANAGE_PEOPLE)
    line = (
        ReportingLine.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=line_id, until__isnull=True)
        .first()
    )
    if line is None:
        raise NotFound
    check_not_oneself(actor, line.person)
    if until < line.since or until > london_day(now):
        raise Invalid("The last day must be after the first, and not to come", field="until")
    line.until, line.ended_by = until, actor
    line.save(update_fields=["until", "ended_by"])
    record(
        LINE_ENDED,
        actor=actor.audit_actor(),
        subject=person_subject(line.person),
        now=now,
        details={"manager": line.manager_id, "until": until},
    )
    recheck_later()
    return line


@transaction.atomic
def declare_interest(
    *,
    actor: User,
    about_person: Person | None,
    about_words: str,
    nature: str,
    now: datetime,
) -> DeclaredInterest:
    """Declare an interest of one's own, in a person of the force or in something said in words.

    Raises Invalid with the field `about` or `nature`.
    """
    if actor.acting_for is not None:
        raise NotPermitted("Stop acting for somebody else first", code="not_while_acting")
    words = about_words.strip()
    if (about_person is None) == (not words):
        raise Invalid("Name a person of the force, or say in words what it is about", field="about")
    if about_person is not None and about_person.pk in actor.person.ids:
        raise Invalid("Nobody declares an interest in themselves", field="about")
    said = check_reason(nature, field="nature")
    row = DeclaredInterest.objects.create(
        person=actor.person,
        about_person=about_person,
        about_words=words,
        nature=said,
        since=london_day(now),
        declared_by=actor,
        declared_at=now,
    )
    record(
        INTEREST_DECLARED,
        actor=actor.audit_actor(),
        subject=person_subject(actor.person),
        now=now,
        details={"person": about_person.pk if about_person else None},
        personal={"about": words, "nature": said},
    )
    recheck_later()
    return row


@transaction.atomic
def end_interest(*, actor: User, interest_id: UUID, reason: str, now: datetime) -> DeclaredInterest:
    """End an interest of one's own from today, with a reason. Raises NotFound or Invalid."""
    row = (
        DeclaredInterest.objects.select_for_update(of=("self",))
        .filter(pk=interest_id, person__in=actor.person.ids, until__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound
    row.end_reason = check_reason(reason)
    row.until, row.ended_by = london_day(now), actor
    row.save(update_fields=["until", "ended_by", "end_reason"])
    record(
        INTEREST_ENDED,
        actor=actor.audit_actor(),
        subject=person_subject(actor.person),
        now=now,
        personal={"reason": row.end_reason},
    )
    recheck_later()
    return row


def recheck_later() -> None:
    """Have the assignments looked at anew as soon as this is committed; a nightly job does it too."""
    transaction.on_commit(
        lambda: current_app.send_task("incidents.recheck_conflicts", queue="footage")
    )
