"""The words, shapes and colours of every state the portal shows.

A badge is always an icon of its own shape and a word, never colour alone, and never a code
name. Codes are compared without case, hyphens or underscores, so the values of enumerations
can be given as they are: `AT_RISK`, `at-risk` and `atrisk` are one badge.
"""

from __future__ import annotations

from typing import NamedTuple


class Badge(NamedTuple):
    """One state as shown: CSS tone (see css/states.css), icon name, word."""

    tone: str
    icon: str
    word: str


_BADGES = {
    # preservation of a recording
    "preserved": Badge("ok", "tick", "Preserved"),
    "requested": Badge("wait", "clock", "Requested"),
    "unconfirmed": Badge("doubt", "query", "Unconfirmed"),
    "at_risk": Badge("warn", "warn", "At risk"),
    "refused": Badge("warn", "warn", "At risk"),
    "lost": Badge("bad", "cross", "Lost"),
    "not_requested": Badge("open", "dot", "Not requested"),
    "released": Badge("plain", "dot", "Released"),
    # footage of one camera
    "found": Badge("plain", "tick", "Found"),
    "not_found": Badge("badline", "stop", "Not found"),
    "not_worn": Badge("open", "stop", "Not worn"),
    "not_activated": Badge("warn", "stop", "Not activated"),
    "not_searched": Badge("open", "search", "Not searched"),
    "none": Badge("open", "stop", "None found"),
    "deleted": Badge("bad", "cross", "Already deleted"),
    "no_access": Badge("warn", "lock", "No access"),
    "available": Badge("plain", "tick", "Available"),
    # a case
    "logged": Badge("open", "dot", "Logged"),
    "outside_s3": Badge("wait", "half", "Handled outside Schedule 3"),
    "otbi": Badge("wait", "half", "Otherwise than by investigation"),
    "local_inv": Badge("wait", "half", "Local investigation"),
    "directed_inv": Badge("wait", "half", "Directed investigation"),
    "independent_inv": Badge("wait", "half", "Independent investigation"),
    "suspended": Badge("lock", "pause", "Suspended"),
    "supervisor_review": Badge("wait", "eye", "With supervisor"),
    "awaiting": Badge("wait", "eye", "With supervisor"),
    "aa_decision": Badge("ok", "tick", "Signed off"),
    "outcome_sent": Badge("wait", "out", "Outcome sent"),
    "reopened": Badge("warn", "back", "Reopened"),
    "open": Badge("open", "dot", "Open"),
    "draft": Badge("open", "pen", "Draft"),
    "returned": Badge("warn", "back", "Returned to investigator"),
    "with_supervisor": Badge("wait", "eye", "With supervisor"),
    "submitted": Badge("wait", "eye", "With supervisor"),
    "signed": Badge("ok", "tick", "Signed"),
    "voided": Badge("badline", "cross", "Signature voided"),
    "withdrawn": Badge("plain", "back", "Withdrawn"),
    "finalised": Badge("wait", "tick", "Finalised"),
    "restricted": Badge("lock", "lock", "Restricted"),
    # an allegation
    "decided": Badge("ok", "tick", "Decided"),
    "being_changed": Badge("open", "half", "Being changed"),
    "not_decided": Badge("open", "dot", "Not decided"),
    # work
    "overdue": Badge("badline", "warn", "Overdue"),
    "due_today": Badge("warn", "clock", "Due today"),
    "with_you": Badge("wait", "eye", "With you"),
    "returned_to_you": Badge("warn", "back", "Returned"),
    "done": Badge("ok", "tick", "Done"),
    "missing": Badge("warn", "warn", "Missing"),
    "locked": Badge("plain", "lock", "Cannot start yet"),
    # a hold and a disposal
    "in_force": Badge("lock", "pause", "In force"),
    "paused": Badge("lock", "pause", "Paused by a hold"),
    "due": Badge("warn", "clock", "Due"),
    "proposed": Badge("wait", "clock", "Proposed"),
    "approved": Badge("wait", "tick", "Approved"),
    "quarantined": Badge("wait", "pause", "Set apart"),
    "destroying": Badge("warn", "bin", "Being destroyed"),
    "destroyed": Badge("bad", "bin", "Destroyed"),
    "stopped": Badge("open", "stop", "Stopped"),
    "failed": Badge("badline", "warn", "Failed"),
    # access
    "granted": Badge("ok", "link", "Granted"),
    "excluded": Badge("badline", "stop", "Kept out"),
    "ended": Badge("plain", "clock", "Ended"),
    "emergency_open": Badge("badline", "key", "Open now"),
    "to_review": Badge("warn", "eye", "To be reviewed"),
    "review_late": Badge("badline", "clock", "Review late"),
    "justified": Badge("ok", "tick", "Justified"),
    "not_justified": Badge("bad", "cross", "Not justified"),
    "to_acknowledge": Badge("warn", "info", "To acknowledge"),
}

# The six operations of the Data Protection Act 2018, section 62, and two of our own.
OPERATIONS = {
    "COLLECTION": ("down", "Collection"),
    "ALTERATION": ("pen", "Alteration"),
    "CONSULTATION": ("eye", "Consultation"),
    "DISCLOSURE": ("out", "Disclosure"),
    "COMBINATION": ("link", "Combination"),
    "ERASURE": ("bin", "Erasure"),
    "SIGN_IN": ("key", "Sign-in"),
    "ADMINISTRATION": ("cog", "Administration"),
    "REFUSED": ("stop", "Refused"),
}

# How a moment bears on an allegation. Plum and teal, never red and green: neither is good news.
BEARINGS = {
    "supports": "Supports",
    "contradicts": "Contradicts",
    "neutral": "Neutral",
    "unclear": "Unclear",
}


def _key(code: str) -> str:
    return code.lower().replace("-", "").replace("_", "").replace(" ", "")


_BY_KEY = {_key(code): badge for code, badge in _BADGES.items()}


def badge(code: str) -> Badge:
    """Give the badge of a state code. Raises LookupError for a code without a badge."""
    try:
        return _BY_KEY[_key(str(code))]
    except KeyError:
        raise LookupError(
            f"No badge for the state {code!r}. Add it to bwcportal/badges.py"
        ) from None


def codes() -> list[str]:
    """Give every state code that has a badge, in the order of the gallery."""
    return list(_BADGES)
