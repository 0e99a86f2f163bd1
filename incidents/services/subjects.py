"""The officers complained about, after a case was logged: adding one, saying who one is.

Whoever is named is kept out from that moment: the case is taken from them without a word, their
next request is answered as if there were no case.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Person, User
from accounts.roles import Permission
from audit.recorder import record
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from incidents.case_policies import check_reason
from incidents.enums import OPEN_STATES, CaseState, MatchState
from incidents.events import SUBJECT_ADDED, SUBJECT_DESCRIBED, SUBJECT_IDENTIFIED
from incidents.models import Complaint, ComplaintSubject, FormerNaming, SubjectMatch
from incidents.permissions import check_may
from incidents.services.matching import check_not_described, decide, let_back, propose_matches
from incidents.services.moving import check_version, lock_case
from incidents.services.unassigning import unassign_kept_out

DESCRIPTION_LENGTH = 200
ABOUT_YOU = "You, or the person you act for, are complained about, so somebody else must do this"


@transaction.atomic
def add_subject(
    *,
    actor: User,
    case_id: UUID,
    version: int | None,
    person: Person | None,
    description: str,
    allegation_ids: Iterable[UUID] = (),
    now: datetime,
) -> ComplaintSubject:
    """Add an officer complained about, by name or by description, and return the subject.

    `allegation_ids` are those that concern the officer. Raises NotFound, NotPermitted,
    StaleVersion, NotNow for a closed case, or Invalid with `officer`, `description`, `allegations`.
    """
    case = lock_case(actor=actor, case_id=case_id)
    check_may(actor, Permission.MANAGE_CASE)
    check_version(case, version)
    if case.state not in OPEN_STATES:
        raise NotNow("The case is closed. Reopen it first", code="wrong_state")
    text = "" if person else _check_description(description)
    if person is not None:
        _check_can_be_named(actor, case, person)
    else:
        check_not_described(actor, [text])
    wanted = set(allegation_ids)
    allegations = list(case.allegations.filter(pk__in=wanted))
    if len(allegations) != len(wanted):
        raise Invalid("Choose allegations of this case", field="allegations")
    subject = ComplaintSubject.objects.create(
        complaint=case, person=person, description=text, named_at=now if person else None
    )
    for allegation in allegations:
        allegation.subjects.add(subject)
    _raise_version(case)
    record(
        SUBJECT_ADDED,
        actor=actor.audit_actor(),
        subject=case.audit_part("subject", subject.pk, ""),
        now=now,
        details={"person": person.pk if person else None, "allegations": len(allegations)},
        personal={"name": subject.title},
    )
    if person is not None:
        _settle_named(case, subject, person, actor=actor, reason="Named", now=now)
    else:
        propose_matches(case, subject, actor=actor, now=now)
    return subject


@transaction.atomic
def identify_subject(
    *,
    actor: User,
    subject_id: UUID,
    version: int | None,
    person: Person,
    reason: str,
    now: datetime,
) -> ComplaintSubject:
    """Say who an officer complained about is, or that it is another person than was thought.

    The description stays, and so does who was named before, from when until when: they were kept out
    for that time. Raises NotFound, NotPermitted, StaleVersion, NotNow for a destroyed case,
    or Invalid with the field `officer` or `reason`.
    """
    case, subject = _lock(actor, subject_id)
    check_version(case, version)
    if case.state == CaseState.DESTROYED:
        raise NotNow("The case is destroyed", code="wrong_state")
    text = check_reason(reason)
    if subject.person_id == person.pk:
        raise Invalid(f"{person.title} is named already", field="officer")
    _check_can_be_named(actor, case, person, but=subject)
    was = subject.person
    # Two requests may read the clock in one order and get the lock in the other.
    moment = max(now, subject.named_at or now)
    if was is not None and subject.named_at is not None:
        FormerNaming.objects.create(
            subject=subject,
            person=was,
            named_at=subject.named_at,
            corrected_at=moment,
            corrected_by=actor,
            reason=text,
        )
    subject.person, subject.named_at = person, moment
    subject.save(update_fields=["person", "named_at"])
    _raise_version(case)
    record(
        SUBJECT_IDENTIFIED,
        actor=actor.audit_actor(),
        subject=case.audit_part("subject", subject.pk, ""),
        now=now,
        details={"person": person.pk, "was": was.pk if was else None},
        personal={"name": person.title, "was": was.title if was else "", "reason": text},
    )
    _settle_named(case, subject, person, actor=actor, reason=text, now=now)
    return subject


@transaction.atomic
def describe_subject(
    *, actor: User, subject_id: UUID, version: int | None, description: str, now: datetime
) -> ComplaintSubject:
    """Change the description of an officer who is not identified; look anew whom it may mean.

    Whoever the old description may have meant stays kept out until somebody rules them out. Raises
    NotFound, NotPermitted, StaleVersion, NotNow, or Invalid with the field `description`.
    """
    case, subject = _lock(actor, subject_id)
    check_version(case, version)
    if subject.person_id is not None or case.state not in OPEN_STATES:
        raise NotNow("This officer is named, or the case is closed", code="wrong_state")
    text = _check_description(description)
    check_not_described(actor, [text])
    if text == subject.description:
        raise Invalid("Nothing is different. Change the description, or go back")
    was = subject.description
    subject.description = text
    subject.save(update_fields=["description"])
    _raise_version(case)
    record(
        SUBJECT_DESCRIBED,
        actor=actor.audit_actor(),
        subject=case.audit_part("subject", subject.pk, ""),
        now=now,
        personal={"was": was, "now": text},
    )
    propose_matches(case, subject, actor=actor, now=now)
    return subject


def _lock(actor: User, subject_id: UUID) -> tuple[Complaint, ComplaintSubject]:
    found = ComplaintSubject.objects.visible_to(actor).filter(pk=subject_id).first()
    if found is None:
        raise NotFound
    case = lock_case(actor=actor, case_id=found.complaint_id)
    check_may(actor, Permission.MANAGE_CASE)
    return case, ComplaintSubject.objects.select_related("person").get(pk=subject_id)


def _check_description(description: str) -> str:
    text = description.strip()
    if not text:
        raise Invalid("Name the officer, or describe them", field="officer")
    if len(text) > DESCRIPTION_LENGTH:
        raise Invalid(
            f"The description has at most {DESCRIPTION_LENGTH} characters. You entered {len(text)}",
            field="description",
        )
    return text


def _check_can_be_named(
    actor: User, case: Complaint, person: Person, *, but: ComplaintSubject | None = None
) -> None:
    if set(actor.person_ids) & set(person.ids):
        raise NotPermitted(ABOUT_YOU, code="complained_about")
    named = ComplaintSubject.objects.filter(complaint=case, person_id__in=person.ids)
    if but is not None:
        named = named.exclude(pk=but.pk)
    if named.exists():
        raise Invalid(f"{person.title} is named on this case already", field="officer")


def _settle_named(
    case: Complaint,
    subject: ComplaintSubject,
    person: Person,
    *,
    actor: User,
    reason: str,
    now: datetime,
) -> None:
    """Close the thoughts about who it may be, and take the case from whom it now is."""
    open_matches = SubjectMatch.objects.filter(
        subject__complaint=case, state=MatchState.PROPOSED
    ).select_related("person")
    for match in open_matches:
        is_named = match.person_id in person.ids
        if not is_named and match.subject_id != subject.pk:
            continue
        state = MatchState.CONFIRMED if is_named else MatchState.REJECTED
        decide(match, state, actor=actor, reason=reason, now=now)
        let_back(case, match.person, actor=actor, reason=reason, now=now)
    unassign_kept_out(case, by=actor, now=now)


def _raise_version(case: Complaint) -> None:
    case.version += 1
    case.save(update_fields=["version"])
