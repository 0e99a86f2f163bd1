"""Does the case allow it? Whom it may be given to, what a reason is, when something can be sent.

Asked under the lock, after the permission: a no is a 409 or names the answer to repair. The
policies of footage are in `policies`.
"""

from __future__ import annotations

from datetime import date, datetime

from accounts.models import Person, User
from accounts.policies import check_reason as check_reason
from accounts.roles import Permission
from bwcportal.errors import Invalid, NotNow
from bwcportal.phrasing import london_day, plain_date
from incidents.enums import HANDLING_STATES, CaseState
from incidents.kept_out import is_kept_out
from incidents.models import Complaint, Contribution

# An update may be sent from the day the handling began until the outcome is.
UPDATE_STATES = HANDLING_STATES | {
    CaseState.SUSPENDED,
    CaseState.SUPERVISOR_REVIEW,
    CaseState.AA_DECISION,
}


def took_part(case: Complaint, person: Person) -> list[str]:
    """List in words how a person took part in the case, empty if not at all."""
    kinds = Contribution.objects.filter(complaint=case, person_id__in=person.ids)
    kinds = kinds.order_by("first_at", "kind")
    return list(dict.fromkeys(contribution.get_kind_display() for contribution in kinds))


def check_investigator(case: Complaint, user: User) -> None:
    """Raise Invalid unless this account can be given the case to investigate."""
    if not user.has_role_permission(Permission.DECIDE_ALLEGATION):
        raise Invalid("Choose somebody who may investigate", field="investigator")
    if is_kept_out(case, user.person):
        raise Invalid(
            f"{user.display_name} is kept out of this case. Choose somebody else",
            field="investigator",
        )


def check_supervisor(case: Complaint, user: User, *, investigator: User | None) -> None:
    """Raise Invalid unless this account may sign the case off: the role, and no part in it."""
    if not user.has_role_permission(Permission.SIGN_OFF):
        raise Invalid("Choose somebody who may sign cases off", field="supervisor")
    if is_kept_out(case, user.person):
        raise Invalid(
            f"{user.display_name} is kept out of this case. Choose somebody else",
            field="supervisor",
        )
    if investigator is not None and investigator.person_id in user.person_ids:
        raise Invalid(
            "The supervisor must be somebody other than the investigator", field="supervisor"
        )
    parts = took_part(case, user.person)
    if parts:
        raise Invalid(
            f"{user.display_name} took part in this case ({', '.join(parts)}), so somebody else "
            "must sign it off",
            field="supervisor",
        )


def check_sent_on(sent_on: date, *, not_before: date, what: str, now: datetime) -> None:
    """Raise Invalid unless something was sent today or earlier, and not before what it is about."""
    if sent_on > london_day(now):
        raise Invalid(
            f"The date it was sent must be today or earlier. You entered {plain_date(sent_on)}",
            field="sent_on",
        )
    if sent_on < not_before:
        raise Invalid(
            f"The date it was sent must not be before {what}, {plain_date(not_before)}. "
            f"You entered {plain_date(sent_on)}",
            field="sent_on",
        )


def check_can_be_updated(case: Complaint) -> None:
    """Raise NotNow unless an update to the complainant belongs to this state."""
    if case.state not in UPDATE_STATES:
        raise NotNow(
            "An update is sent after the handling has been decided and before the outcome",
            code="wrong_state",
        )
