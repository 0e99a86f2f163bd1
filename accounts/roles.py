"""What each role may do. Roles are code, reviewed like code; a role never opens a case.

Example: an investigator holds DECIDE_ALLEGATION, yet can decide only on cases that a team or a
personal grant opens to them, and only while the case's state allows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

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
    BREAK_GLASS = "break_glass", "Open a case in an emergency, by its reference"
    REVIEW_EMERGENCY = "review_emergency", "Review emergency access that somebody else used"
    SET_COVER = "set_cover", "Set who acts for somebody of the team"
    SEE_REACH = "see_reach", "See what a colleague can reach, of the cases one may see oneself"
    RESTRICT_CASE = "restrict_case", "Restrict a case or lift the restriction"
    PLACE_HOLD = "place_hold", "Place a hold"
    RELEASE_HOLD = "release_hold", "Release a hold that somebody else placed"
    SEE_DISPOSALS = "see_disposals", "See what is due for disposal"
    APPROVE_DISPOSAL = "approve_disposal", "Approve or stop a disposal"
    MANAGE_PEOPLE = "manage_people", "Keep people and their accounts"
    MANAGE_TEAMS = "manage_teams", "Keep teams, units and who belongs to them"
    MANAGE_ROLES = "manage_roles", "Give and end roles"
    MANAGE_REFERENCE = "manage_reference", "Amend reference data"
    SEE_ROLES = "see_roles", "Read what each role may do and the access matrix"


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
        P.BREAK_GLASS,
        P.RESTRICT_CASE,
        P.SEE_REACH,
        P.SET_COVER,
        P.PLACE_HOLD,
        P.RELEASE_HOLD,
    },
    Role.APPROPRIATE_AUTHORITY: _READ
    | {
        P.FINALISE,
        P.SEE_REFUSALS,
        P.GRANT_ACCESS,
        P.BREAK_GLASS,
        P.REVIEW_EMERGENCY,
        P.RESTRICT_CASE,
        P.SEE_REACH,
        P.SET_COVER,
        P.SEE_ROLES,
        P.PLACE_HOLD,
        P.RELEASE_HOLD,
    },
    Role.RETENTION_OFFICER: frozenset(
        {P.SEE_HISTORY, P.SEE_DISPOSALS, P.APPROVE_DISPOSAL, P.PLACE_HOLD, P.RELEASE_HOLD}
    ),
    Role.DISCLOSURE_OFFICER: _READ | {P.PLACE_HOLD},
    Role.AUDITOR: frozenset(
        {
            P.SEE_HISTORY,
            P.SEE_REFUSALS,
            P.SEE_REACH,
            P.SEE_DISPOSALS,
            P.SEE_ROLES,
            P.REVIEW_EMERGENCY,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {P.MANAGE_PEOPLE, P.MANAGE_TEAMS, P.MANAGE_ROLES, P.MANAGE_REFERENCE, P.SEE_ROLES}
    ),
    Role.OVERSIGHT: _READ,
    Role.SERVICE: frozenset(),
}


def permissions_of(roles: set[Role]) -> frozenset[Permission]:
    """Combine the permissions of several roles."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles)) if roles else frozenset()


ABOUT: dict[Role, str] = {
    Role.COMPLAINT_HANDLER: (
        "Takes complaints in, decides how they are handled and by which team, finds the footage "
        "and has it preserved. Does not watch it."
    ),
    Role.INVESTIGATOR: (
        "Watches the footage, marks the moments that matter, decides each allegation and submits "
        "the case."
    ),
    Role.SUPERVISOR: (
        "Signs off cases in which they took no part, or returns them. Opens cases to named people "
        "and sees who was refused."
    ),
    Role.APPROPRIATE_AUTHORITY: (
        "Acts for the chief officer: finalises and reopens cases, gives access, places and "
        "releases holds."
    ),
    Role.RETENTION_OFFICER: (
        "Approves what is destroyed, always with a second retention officer, and keeps the holds."
    ),
    Role.DISCLOSURE_OFFICER: (
        "Reads cases and watches footage to answer requests, and places holds for them."
    ),
    Role.AUDITOR: (
        "Reads histories, refusals and disposals, and what each role may do. Changes nothing."
    ),
    Role.ADMINISTRATOR: (
        "Keeps people, accounts, teams, roles and reference data. Opens no case, belongs to no "
        "team, and changes nothing about themselves: that takes a second administrator."
    ),
    Role.OVERSIGHT: (
        "Somebody from outside the force, such as the IOPC. Reads the cases opened to them by "
        "name, and nothing else."
    ),
    Role.SERVICE: "A machine that calls the API with a token. Judges nothing.",
}


class Clash(NamedTuple):
    """Roles that one human being may not hold together with another, and why."""

    role: Role
    others: frozenset[Role]
    why: str


_ON_CASES = frozenset(
    {
        Role.COMPLAINT_HANDLER,
        Role.INVESTIGATOR,
        Role.SUPERVISOR,
        Role.APPROPRIATE_AUTHORITY,
        Role.RETENTION_OFFICER,
        Role.DISCLOSURE_OFFICER,
    }
)
# Investigator with supervisor is no clash: who signs a case must have taken no part in that case,
# and this is asked for each case. The same for two approvals of one disposal.
CLASHES: tuple[Clash, ...] = (
    Clash(
        Role.ADMINISTRATOR,
        frozenset(Role) - {Role.ADMINISTRATOR},
        "whoever decides who has which role must not work on cases or check the work",
    ),
    Clash(
        Role.OVERSIGHT,
        frozenset(Role) - {Role.OVERSIGHT},
        "oversight comes from outside the force and takes no part in its work",
    ),
    Clash(Role.AUDITOR, _ON_CASES, "an auditor checks what these roles do"),
    Clash(
        Role.SERVICE,
        frozenset(Role) - {Role.SERVICE, Role.COMPLAINT_HANDLER, Role.DISCLOSURE_OFFICER},
        "a machine judges nothing",
    ),
)


def clash_with(role: Role, held: Iterable[Role]) -> tuple[Role, str] | None:
    """Find the first role held that this one may not be combined with, and why; None if there is none."""
    for other in held:
        for clash in CLASHES:
            if (role == clash.role and other in clash.others) or (
                other == clash.role and role in clash.others
            ):
                return other, clash.why
    return None
