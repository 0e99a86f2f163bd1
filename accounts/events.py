"""The events of the accounts app."""

from audit.registry import Operation, event_type

SIGNED_IN = event_type("accounts.signed_in", Operation.SIGN_IN, "signed in")
SIGNED_OUT = event_type("accounts.signed_out", Operation.SIGN_IN, "signed out")
SIGN_IN_REFUSED = event_type(
    "accounts.sign_in_refused", Operation.SIGN_IN, "was refused at sign-in"
)
FACTOR_REFUSED = event_type(
    "accounts.factor_refused", Operation.SIGN_IN, "gave a wrong code or passkey"
)
TRIES_LOCKED = event_type(
    "accounts.tries_locked", Operation.SIGN_IN, "was refused after too many wrong tries"
)
FACTOR_ADDED = event_type(
    "accounts.factor_added", Operation.ADMINISTRATION, "set up a second factor"
)
FACTOR_REMOVED = event_type(
    "accounts.factor_removed", Operation.ADMINISTRATION, "removed a second factor of their own"
)
PASSWORD_CHOSEN = event_type(
    "accounts.password_chosen", Operation.ADMINISTRATION, "chose a new password"
)
SET_UP_CODE_ISSUED = event_type(
    "accounts.set_up_code_issued",
    Operation.ADMINISTRATION,
    "issued a code for setting an account up",
)
FACTOR_SHOWN = event_type(
    "accounts.factor_shown", Operation.SIGN_IN, "showed a second factor anew for an act"
)
SESSION_ENDED = event_type(
    "accounts.session_ended", Operation.SIGN_IN, "ended a session of their own"
)
SESSIONS_ENDED = event_type(
    "accounts.sessions_ended", Operation.ADMINISTRATION, "ended the sessions of an account"
)
ACCOUNT_UNLOCKED = event_type(
    "accounts.account_unlocked", Operation.ADMINISTRATION, "unlocked an account"
)
FACTOR_RESET_ASKED = event_type(
    "accounts.factor_reset_asked",
    Operation.ADMINISTRATION,
    "asked that the second factors of an account be removed",
)
FACTOR_RESET_DONE = event_type(
    "accounts.factor_reset_done",
    Operation.ADMINISTRATION,
    "approved that the second factors of an account were removed",
)
FACTOR_RESET_DROPPED = event_type(
    "accounts.factor_reset_dropped",
    Operation.ADMINISTRATION,
    "dropped a request to remove second factors",
)
TOKEN_ISSUED = event_type(
    "accounts.token_issued", Operation.ADMINISTRATION, "was issued an API token"
)

PERSON_VIEWED = event_type(
    "accounts.person_viewed",
    Operation.CONSULTATION,
    "looked at a person's accounts, roles and teams",
)
PERSON_ADDED = event_type("accounts.person_added", Operation.ADMINISTRATION, "added a person")
PERSON_CHANGED = event_type(
    "accounts.person_changed", Operation.ADMINISTRATION, "changed the record of a person"
)
ACCOUNT_OPENED = event_type(
    "accounts.account_opened", Operation.ADMINISTRATION, "opened an account"
)
ACCOUNT_CLOSED = event_type(
    "accounts.account_closed", Operation.ADMINISTRATION, "closed an account"
)
ACCOUNT_REOPENED = event_type(
    "accounts.account_reopened", Operation.ADMINISTRATION, "reopened an account"
)
TOKEN_REVOKED = event_type(
    "accounts.token_revoked", Operation.ADMINISTRATION, "revoked an API token"
)
ROLE_GIVEN = event_type("accounts.role_given", Operation.ADMINISTRATION, "gave a role")
ROLE_ENDED = event_type("accounts.role_ended", Operation.ADMINISTRATION, "ended a role")
TEAM_JOINED = event_type(
    "accounts.team_joined", Operation.ADMINISTRATION, "put an account into a team"
)
TEAM_LEFT = event_type(
    "accounts.team_left", Operation.ADMINISTRATION, "took an account out of a team"
)
TEAM_ADDED = event_type("accounts.team_added", Operation.ADMINISTRATION, "added a team")
TEAM_CHANGED = event_type("accounts.team_changed", Operation.ADMINISTRATION, "changed a team")
TEAM_CLOSED = event_type("accounts.team_closed", Operation.ADMINISTRATION, "closed a team")
TEAM_REOPENED = event_type("accounts.team_reopened", Operation.ADMINISTRATION, "reopened a team")
UNIT_ADDED = event_type("accounts.unit_added", Operation.ADMINISTRATION, "added a unit")
UNIT_CHANGED = event_type("accounts.unit_changed", Operation.ADMINISTRATION, "changed a unit")

# Cover for absence
COVER_SET = event_type(
    "accounts.cover_set", Operation.ADMINISTRATION, "set who acts for somebody absent"
)
COVER_ENDED = event_type("accounts.cover_ended", Operation.ADMINISTRATION, "ended a cover")
ACTING_BEGUN = event_type(
    "accounts.acting_begun", Operation.ADMINISTRATION, "began to act for somebody absent"
)
ACTING_STOPPED = event_type(
    "accounts.acting_stopped", Operation.ADMINISTRATION, "stopped acting for somebody absent"
)

# People: what they were called, which records are one, who manages them, what they declare
IDENTITY_RECORDED = event_type(
    "accounts.identity_recorded",
    Operation.ADMINISTRATION,
    "recorded a former number or name of a person",
)
IDENTITY_TAKEN_BACK = event_type(
    "accounts.identity_taken_back",
    Operation.ADMINISTRATION,
    "took a former number or name of a person back",
)
RECORDS_LINKED = event_type(
    "accounts.records_linked",
    Operation.ADMINISTRATION,
    "recorded that two records are one human being",
)
RECORDS_UNLINKED = event_type(
    "accounts.records_unlinked",
    Operation.ADMINISTRATION,
    "recorded that two records are not one human being",
)
LINE_BEGUN = event_type(
    "accounts.line_begun", Operation.ADMINISTRATION, "recorded whom a person reports to"
)
LINE_ENDED = event_type("accounts.line_ended", Operation.ADMINISTRATION, "ended a reporting line")
INTEREST_DECLARED = event_type(
    "accounts.interest_declared", Operation.COLLECTION, "declared an interest"
)
INTEREST_ENDED = event_type(
    "accounts.interest_ended", Operation.ALTERATION, "ended a declared interest"
)
