"""What a person was called before, and which records are one human being: recorded, and taken back.

What a person is called today is kept elsewhere; a change there adds what it was to the history by
itself (a trigger). Here people record what happened before the portal knew the person.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import connection, transaction

from accounts import events
from accounts.identities import components
from accounts.models import CollarNumber, Person, PersonLink, PersonName, User
from accounts.permissions import check_may, check_not_oneself
from accounts.policies import check_reason
from accounts.roles import Permission
from accounts.services._locking import lock_person
from accounts.services.people import person_subject
from audit.recorder import record
from audit.registry import EventType
from bwcportal.errors import Invalid, NotFound

# Any number: whoever changes links waits for whoever changes links.
_LINKS_LOCK = 7_214_001


@transaction.atomic
def record_number(
    *,
    actor: User,
    person_id: UUID,
    number: str,
    force: str,
    since: date | None,
    until: date | None,
    now: datetime,
) -> CollarNumber:
    """Record a number that a person had before, or has in another force; return the row.

    Raises NotFound, NotPermitted, or Invalid with the field `number` or `until`.
    """
    person = _person(actor, person_id)
    text = number.strip().upper()
    if not text or len(text) > 16:
        raise Invalid("Enter the number, of at most 16 characters", field="number")
    _check_days(since, until)
    row = CollarNumber.objects.create(
        person=person, number=text, force=force.strip(), since=since, until=until
    )
    _note(events.IDENTITY_RECORDED, actor, person, now, "number", words=f"{text} {row.force}")
    return row


@transaction.atomic
def record_name(
    *,
    actor: User,
    person_id: UUID,
    given_names: str,
    surname: str,
    since: date | None,
    until: date | None,
    now: datetime,
) -> PersonName:
    """Record a name that a person had before or goes by besides; return the row.

    Raises NotFound, NotPermitted, or Invalid with the field `surname` or `until`.
    """
    person = _person(actor, person_id)
    if not surname.strip():
        raise Invalid("Enter the surname", field="surname")
    _check_days(since, until)
    row = PersonName.objects.create(
        person=person,
        given_names=given_names.strip(),
        surname=surname.strip(),
        since=since,
        until=until,
    )
    _note(
        events.IDENTITY_RECORDED, actor, person, now, "name",
        words=f"{row.given_names} {row.surname}",
    )  # fmt: skip
    return row


@transaction.atomic
def take_back(
    *, actor: User, person_id: UUID, part: str, row_id: UUID, reason: str, now: datetime
) -> None:
    """Remove a number or name (`part`) that was recorded by mistake, with a reason.

    Raises NotFound, NotPermitted, or Invalid with the field `reason`.
    """
    person = _person(actor, person_id)
    model: Any = {"number": CollarNumber, "name": PersonName}[part]
    row = model.objects.filter(person=person, pk=row_id).first()
    if row is None:
        raise NotFound
    text = check_reason(reason)
    words = row.number if isinstance(row, CollarNumber) else f"{row.given_names} {row.surname}"
    row.delete()
    _note(events.IDENTITY_TAKEN_BACK, actor, person, now, part, words=words, reason=text)


@transaction.atomic
def link_records(
    *, actor: User, person_id: UUID, other_id: UUID, why: str, reason: str, now: datetime
) -> PersonLink:
    """Record that two records are one human being; exclusions follow them from this moment.

    Raises NotFound, NotPermitted for one's own record, or Invalid with the field `other`, `why` or
    `reason`.
    """
    person = _person(actor, person_id)
    other = Person.objects.filter(pk=other_id).first()
    if other is None or other.pk == person.pk:
        raise Invalid("Choose another person of the force", field="other")
    check_not_oneself(actor, other)
    if why not in PersonLink.Why.values:
        raise Invalid("Choose how there came to be two records", field="why")
    text = check_reason(reason)
    _lock_links()
    first, second = sorted((person, other), key=lambda each: each.pk)
    if PersonLink.objects.filter(first=first, second=second, ended_at__isnull=True).exists():
        raise Invalid("These two records are linked already", field="other")
    link = PersonLink.objects.create(
        first=first, second=second, why=why, reason=text, made_by=actor, made_at=now
    )
    _settle({first.pk, second.pk})
    _note(events.RECORDS_LINKED, actor, person, now, "link", reason=text, other=other)
    _recheck_later()
    return link


@transaction.atomic
def unlink_records(
    *, actor: User, person_id: UUID, link_id: UUID, reason: str, now: datetime
) -> PersonLink:
    """End a link that was a mistake, with a reason: the records are two human beings again.

    Raises NotFound, NotPermitted, or Invalid with the field `reason`.
    """
    person = _person(actor, person_id)
    text = check_reason(reason)
    _lock_links()
    link = PersonLink.objects.filter(pk=link_id, ended_at__isnull=True).first()
    if link is None or person.pk not in {link.first_id, link.second_id}:
        raise NotFound
    link.ended_by, link.ended_at, link.end_reason = actor, now, text
    link.save(update_fields=["ended_by", "ended_at", "end_reason"])
    _settle({link.first_id, link.second_id})
    other = link.second if link.first_id == person.pk else link.first
    _note(events.RECORDS_UNLINKED, actor, person, now, "link", reason=text, other=other)
    _recheck_later()
    return link


def _person(actor: User, person_id: UUID) -> Person:
    check_may(actor, Permission.MANAGE_PEOPLE)
    person = lock_person(person_id)
    check_not_oneself(actor, person)
    return person


def _check_days(since: date | None, until: date | None) -> None:
    if since is not None and until is not None and until < since:
        raise Invalid("The last day must not be before the first", field="until")


def _lock_links() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LINKS_LOCK])


def _settle(changed: set[UUID]) -> None:
    """Write to every record that a changed link may concern which others are the same human being."""
    records = Person.objects.filter(pk__in=changed).values_list("pk", "other_ids")
    concerned = {each for pk, others in records for each in (pk, *others)}
    pairs = PersonLink.objects.filter(ended_at__isnull=True).values_list("first_id", "second_id")
    groups = components(pairs)
    concerned |= {each for pk in list(concerned) for each in groups.get(pk, ())}
    for person in Person.objects.select_for_update().filter(pk__in=concerned).order_by("pk"):
        person.other_ids = sorted(groups.get(person.pk, frozenset()) - {person.pk})
        person.save(update_fields=["other_ids"])


def _recheck_later() -> None:
    transaction.on_commit(
        lambda: current_app.send_task("incidents.recheck_conflicts", queue="footage")
    )


def _note(
    event: EventType,
    actor: User,
    person: Person,
    now: datetime,
    part: str,
    *,
    words: str = "",
    reason: str = "",
    other: Person | None = None,
) -> None:
    record(
        event,
        actor=actor.audit_actor(),
        subject=person_subject(person),
        now=now,
        details={"part": part, "other": other.pk if other else None},
        personal={"words": words.strip(), "reason": reason},
    )
