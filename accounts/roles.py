"""What each role may do. Roles are code, reviewed like code; a role never opens a case.

Example: an investigator holds DECIDE_ALLEGATION, yet can decide only on cases that a team or a
personal grant opens to them, and only while the case's state allows it.
"""

from __future__ import annotations

from django.db.models import TextChoices


class Permission(TextChoices):
    """A kind of act. The value is stable; it is written into the access matrix."""

    LOG_COMPLAINT = "log_complaint", "Log a complaint"
    MANAGE_CASE = "manage_case", "Choose the handling, the team and the investigator"
    SEARCH_FOOTAGE = "search_footage", "Search for footage and attach it"
    PRESERVE_FOOTAGE = "preserve_footage", "Ask for footage to be preserved"
    WATCH_FOOTAGE = "watch_footage", "Watch footage"
    ANNOTATE = "annotate", "Mark moments of footage"
    DECIDE_ALLEGATION = "decide_allegation", "Decide allegations"
    SUBMIT = "submit", "Submit a case for sign-off"
    SIGN_OFF = "sign_off", "Return or sign a case"
    NOTIFY_OUTCOME = "notify_outcome", "Record that the outcome was sent"
    FINALISE = "finalise", "Finalise or reopen a case"
    SEE_HISTORY = "see_history", "Read the history of a case"
    SEE_REFUSALS = "see_refusals", "See who was refused a case"
    GRANT_ACCESS = "grant_access", "Give and end personal access to a case"
    PLACE_HOLD = "place_hold", "Place a hold"
    RELEASE_HOLD = "release_hold", "Release a hold that somebody else placed"
    SEE_DISPOSALS = "see_disposals", "See what is due for disposal"
    APPROVE_DISPOSAL = "approve_disposal", "Approve or stop a disposal"


class Role(TextChoices):
    """The roles of the design. The value is stable; the label is what people read."""

    COMPLAINT_HANDLER = "complaint_handler", "Complaint handler"
    INVESTIGATOR = "investigator", "Investigator"
    SUPERVISOR = "supervisor", "Supervisor"
    APPROPRIATE_AUTHORITY = "appropriate_authority", "Appropriate authority"
    RETENTION_OFFICER = "retention_officer", "Retention officer"
    DISCLOSURE_OFFICER = "disclosure_officer", "Disclosure officer"
    AUDITOR = "auditor", "Auditor"
    ADMINISTRATOR = "administrator", "Administrator"
    OVERSIGHT = "oversight", "Oversight"
    SERVICE = "service", "Service account"


P = Permission
_READ = frozenset({P.WATCH_FOOTAGE, P.SEE_HISTORY})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.COMPLAINT_HANDLER: frozenset(
        {
            P.LOG_COMPLAINT,
            P.MANAGE_CASE,
            P.SEARCH_FOOTAGE,
            P.PRESERVE_FOOTAGE,
            P.SEE_HISTORY,
            P.NOTIFY_OUTCOME,
        }
    ),
    Role.INVESTIGATOR: _READ
    | {
        P.LOG_COMPLAINT,
        P.MANAGE_CASE,
        P.SEARCH_FOOTAGE,
        P.PRESERVE_FOOTAGE,
        P.ANNOTATE,
        P.DECIDE_ALLEGATION,
        P.SUBMIT,
        P.NOTIFY_OUTCOME,
        P.PLACE_HOLD,
    },
    Role.SUPERVISOR: _READ
    | {
        P.LOG_COMPLAINT,
        P.MANAGE_CASE,
        P.PRESERVE_FOOTAGE,
        P.SIGN_OFF,
        P.NOTIFY_OUTCOME,
        P.FINALISE,
        P.SEE_REFUSALS,
        P.GRANT_ACCESS,
        P.PLACE_HOLD,
        P.RELEASE_HOLD,
    },
    Role.APPROPRIATE_AUTHORITY: _READ
    | {P.FINALISE, P.SEE_REFUSALS, P.GRANT_ACCESS, P.PLACE_HOLD, P.RELEASE_HOLD},
    Role.RETENTION_OFFICER: frozenset(
        {P.SEE_HISTORY, P.SEE_DISPOSALS, P.APPROVE_DISPOSAL, P.PLACE_HOLD, P.RELEASE_HOLD}
    ),
    Role.DISCLOSURE_OFFICER: _READ | {P.PLACE_HOLD},
    Role.AUDITOR: frozenset({P.SEE_HISTORY, P.SEE_REFUSALS, P.SEE_DISPOSALS}),
    Role.ADMINISTRATOR: frozenset(),
    Role.OVERSIGHT: _READ,
    Role.SERVICE: frozenset(),
}


def permissions_of(roles: set[Role]) -> frozenset[Permission]:
    """Combine the permissions of several roles."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles)) if roles else frozenset()
