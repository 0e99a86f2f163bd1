"""The events of the accounts app."""

from audit.registry import Operation, event_type

SIGNED_IN = event_type("accounts.signed_in", Operation.SIGN_IN, "signed in")
SIGNED_OUT = event_type("accounts.signed_out", Operation.SIGN_IN, "signed out")
SIGN_IN_REFUSED = event_type(
    "accounts.sign_in_refused", Operation.SIGN_IN, "was refused at sign-in"
)
TOKEN_ISSUED = event_type(
    "accounts.token_issued", Operation.ADMINISTRATION, "was issued an API token"
)
