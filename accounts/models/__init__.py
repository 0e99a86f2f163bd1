"""People and their accounts, units, teams and roles."""

from accounts.models.accounts import Membership, NobodySignedIn, RoleAssignment, User, UserManager
from accounts.models.closures import AccountClosure
from accounts.models.delegations import Delegation
from accounts.models.machines import ApiToken, IdempotencyKey
from accounts.models.people import CommandUnit, Person, Team
from accounts.models.sign_in import SetUpCode, WrongTries

__all__ = [
    "AccountClosure",
    "ApiToken",
    "CommandUnit",
    "Delegation",
    "IdempotencyKey",
    "Membership",
    "NobodySignedIn",
    "Person",
    "RoleAssignment",
    "SetUpCode",
    "Team",
    "User",
    "UserManager",
    "WrongTries",
]
