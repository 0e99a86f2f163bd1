"""Codes of what happened. Values are stable and stored; labels are what people read."""

from __future__ import annotations

from django.db.models import TextChoices


class CaseState(TextChoices):
    """The states of a case. The wording people see is reference data (`CaseStateRow`)."""

    LOGGED = "LOGGED", "Logged"
    OUTSIDE_S3 = "OUTSIDE_S3", "Handled outside Schedule 3"
    OTBI = "OTBI", "Schedule 3, otherwise than by investigation"
    LOCAL_INV = "LOCAL_INV", "Local investigation"
    DIRECTED_INV = "DIRECTED_INV", "Directed investigation"
    INDEPENDENT_INV = "INDEPENDENT_INV", "Independent investigation"
    SUSPENDED = "SUSPENDED", "Suspended"
    SUPERVISOR_REVIEW = "SUPERVISOR_REVIEW", "With supervisor"
    AA_DECISION = "AA_DECISION", "Signed off"
    OUTCOME_SENT = "OUTCOME_SENT", "Outcome sent"
    WITHDRAWN = "WITHDRAWN", "Withdrawn"
    FINALISED = "FINALISED", "Finalised"
    REOPENED = "REOPENED", "Reopened"
    DESTROYED = "DESTROYED", "Destroyed"


# The states in which evidence is gathered and allegations are decided.
HANDLING_STATES = frozenset(
    {
        CaseState.OUTSIDE_S3,
        CaseState.OTBI,
        CaseState.LOCAL_INV,
        CaseState.DIRECTED_INV,
        CaseState.INDEPENDENT_INV,
    }
)
# The states before anybody has decided how the case is handled.
UNASSESSED_STATES = frozenset({CaseState.LOGGED, CaseState.REOPENED})
OPEN_STATES = frozenset(CaseState) - {
    CaseState.FINALISED,
    CaseState.DESTROYED,
    CaseState.WITHDRAWN,
}


class EmergencyOutcome(TextChoices):
    """What the review of an emergency access found."""

    JUSTIFIED = "JUSTIFIED", "Justified"
    NOT_JUSTIFIED = "NOT_JUSTIFIED", "Not justified"


class NoticeRole(TextChoices):
    """In which capacity somebody is told of an emergency access."""

    OWNER = "OWNER", "Works on the case"
    OVERSEER = "OVERSEER", "Oversees access"


class Handling(TextChoices):
    """The ways of handling a complaint; each has its row of reference data."""

    OUTSIDE_S3 = "OUTSIDE_S3", "Outside Schedule 3"
    S3_OTBI = "S3_OTBI", "Schedule 3, otherwise than by investigation"
    S3_LOCAL_NON_SPECIAL = "S3_LOCAL_NON_SPECIAL", "Schedule 3, local investigation"
    S3_LOCAL_SPECIAL = "S3_LOCAL_SPECIAL", "Schedule 3, local investigation, special procedure"
    S3_DIRECTED = "S3_DIRECTED", "Schedule 3, directed investigation"
    S3_INDEPENDENT = "S3_INDEPENDENT", "Schedule 3, independent investigation"


STATE_OF_HANDLING = {
    Handling.OUTSIDE_S3: CaseState.OUTSIDE_S3,
    Handling.S3_OTBI: CaseState.OTBI,
    Handling.S3_LOCAL_NON_SPECIAL: CaseState.LOCAL_INV,
    Handling.S3_LOCAL_SPECIAL: CaseState.LOCAL_INV,
    Handling.S3_DIRECTED: CaseState.DIRECTED_INV,
    Handling.S3_INDEPENDENT: CaseState.INDEPENDENT_INV,
}


class Regime(TextChoices):
    """The regulations that apply, by the day the complaint was made (SI 2025/558)."""

    REGS_2020 = "2020", "2020 Regulations"
    REGS_2025 = "2025", "2020 Regulations as amended from 28 May 2025"


class Channel(TextChoices):
    """How the complaint came in."""

    ONLINE = "ONLINE", "Online form"
    TELEPHONE = "TELEPHONE", "Telephone"
    STATION = "STATION", "At a police station"
    EMAIL = "EMAIL", "Email"
    LETTER = "LETTER", "Letter"
    OVERSIGHT = "OVERSIGHT", "Passed on by an oversight body"


class ComplainantKind(TextChoices):
    """How the complainant stands to the incident."""

    DIRECTLY_AFFECTED = "DIRECTLY_AFFECTED", "Directly affected"
    ADVERSELY_AFFECTED = "ADVERSELY_AFFECTED", "Adversely affected"
    WITNESS = "WITNESS", "Witness"
    REPRESENTATIVE = "REPRESENTATIVE", "Representative"


class ContactBy(TextChoices):
    """How the complainant wants to be told."""

    EMAIL = "EMAIL", "Email"
    TELEPHONE = "TELEPHONE", "Telephone"
    LETTER = "LETTER", "Letter"


class ReviewBody(TextChoices):
    """Who hears an application for a review (SI 2020/2, regulation 32)."""

    LPB = "LPB", "Local policing body"
    IOPC = "IOPC", "IOPC"


class Mount(TextChoices):
    """Where the camera is worn."""

    CHEST = "CHEST", "Chest"
    HELMET = "HELMET", "Helmet"
    CAP = "CAP", "Cap"
    UNKNOWN = "UNKNOWN", "Mount not known"


class SearchResult(TextChoices):
    """What a search for footage found. 'None found' is a fact, recorded like any other."""

    FOUND = "FOUND", "Found"
    NONE = "NONE", "None found"
    NOT_WORN = "NOT_WORN", "Camera not worn"
    NOT_ACTIVATED = "NOT_ACTIVATED", "Camera not activated"
    DELETED = "DELETED", "Already deleted"
    NO_ACCESS = "NO_ACCESS", "No access"


class FootageStatus(TextChoices):
    """Whether the evidence system still has the recording."""

    AVAILABLE = "AVAILABLE", "Available"
    LOST = "LOST", "Lost"


class PreservationState(TextChoices):
    """How far a request to preserve a recording has come."""

    REQUESTED = "REQUESTED", "Requested"
    PRESERVED = "PRESERVED", "Preserved"
    UNCONFIRMED = "UNCONFIRMED", "Unconfirmed"
    REFUSED = "REFUSED", "Refused"
    RELEASED = "RELEASED", "Released"


class ContributionKind(TextChoices):
    """How a person took part in a case. Whoever took part does not sign it off."""

    LOGGED = "LOGGED", "logged the complaint"
    MANAGED = "MANAGED", "chose its handling or investigator"
    INVESTIGATED = "INVESTIGATED", "investigated it"
    SEARCHED = "SEARCHED", "searched for its footage"
    ATTACHED = "ATTACHED", "attached footage"
    ANNOTATED = "ANNOTATED", "marked its footage"
    DECIDED = "DECIDED", "decided an allegation"
    SUBMITTED = "SUBMITTED", "submitted it"


class ClockStart(TextChoices):
    """The event from which a statutory clock runs."""

    COMPLAINT_MADE = "COMPLAINT_MADE", "Complaint made"
    HANDLING_STARTED = "HANDLING_STARTED", "Handling began"
    UPDATE_SENT = "UPDATE_SENT", "Last update"
    SIGNED_OFF = "SIGNED_OFF", "Signed off"
    OUTCOME_SENT = "OUTCOME_SENT", "Outcome sent"
    RETURNED = "RETURNED", "Returned"
    OTHER = "OTHER", "Entered by hand"


class LengthUnit(TextChoices):
    """How the length of a statutory period is counted."""

    DAYS = "DAYS", "days"
    WORKING_DAYS = "WORKING_DAYS", "working days"
    MONTHS = "MONTHS", "months"
    NONE = "NONE", "as soon as practicable"


class GrantKind(TextChoices):
    """Why one account has a personal grant of a case."""

    PERSONAL = "PERSONAL", "Personal grant"
    ASSIGNMENT = "ASSIGNMENT", "Assignment"
    OVERSIGHT = "OVERSIGHT", "Oversight seat"


class ExclusionKind(TextChoices):
    """Why a person is kept out of a case although nobody has named them as complained about."""

    DECLARED = "DECLARED", "Declared"
    POSSIBLE_SUBJECT = "POSSIBLE_SUBJECT", "May be an officer who is not identified yet"


class MatchState(TextChoices):
    """What has become of the thought that a description may mean somebody."""

    PROPOSED = "PROPOSED", "Not decided"
    CONFIRMED = "CONFIRMED", "It is this person"
    REJECTED = "REJECTED", "It is not this person"


class AssignmentRole(TextChoices):
    """What a person is to a case that was given to them."""

    INVESTIGATOR = "INVESTIGATOR", "Investigator"
    SUPERVISOR = "SUPERVISOR", "Supervisor"


class ConflictKind(TextChoices):
    """Why a person and a case do not go together. The label says it of the person."""

    SUBJECT = "SUBJECT", "is complained about"
    EXCLUDED = "EXCLUDED", "is kept out of this case"
    UNDER_SUBJECT = "UNDER_SUBJECT", "works under the management of"
    OVER_SUBJECT = "OVER_SUBJECT", "manages"
    LINKED_PARTY = "LINKED_PARTY", "is complained about in a linked case"
    PRESENT = "PRESENT", "wore a camera that recorded it"
    INTEREST = "INTEREST", "has declared an interest in"
    POSSIBLE_INTEREST = "POSSIBLE_INTEREST", "has declared an interest that may concern the case"
    SAME_UNIT = "SAME_UNIT", "was in the same unit on the day as"
    SAME_TEAM = "SAME_TEAM", "was in the same team on the day as"


class ConcernState(TextChoices):
    """Whether a conflict that came up after an assignment is dealt with."""

    OPEN = "OPEN", "Open"
    STANDS = "STANDS", "The assignment stands"
    OVER = "OVER", "Over"


class BulkMode(TextChoices):
    """What giving several people access does to the grants that are there."""

    ADD = "ADD", "Add"
    REPLACE = "REPLACE", "Replace"


class BulkChange(TextChoices):
    """What happens to one account's grant of one case."""

    GIVE = "GIVE", "Gets access"
    RENEW = "RENEW", "Gets it anew"
    SAME = "SAME", "Has it, stays as it is"
    END = "END", "Loses it"
