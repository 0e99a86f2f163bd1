"""People and their accounts, units, teams and roles."""

from accounts.models.accounts import Membership, NobodySignedIn, RoleAssignment, User, UserManager
from accounts.models.closures import AccountClosure
from accounts.models.delegations import Delegation
from accounts.models.identities import CollarNumber, PersonLink, PersonName, Posting
from accounts.models.lines import DeclaredInterest, ReportingLine
from accounts.models.machines import ApiToken, IdempotencyKey
from accounts.models.people import CommandUnit, Person, Team
from accounts.models.sessions import FactorReset, SecurityNotice, SignedInSession
from accounts.models.sign_in import SetUpCode, WrongTries
from accounts.models.step_up import StepUp, StepUpAct

__all__ = [
    "AccountClosure",
    "ApiToken",
    "CollarNumber",
    "CommandUnit",
    "DeclaredInterest",
    "Delegation",
    "FactorReset",
    "IdempotencyKey",
    "Membership",
    "NobodySignedIn",
    "Person",
    "PersonLink",
    "PersonName",
    "Posting",
    "ReportingLine",
    "RoleAssignment",
    "SecurityNotice",
    "SetUpCode",
    "SignedInSession",
    "StepUp",
    "StepUpAct",
    "Team",
    "User",
    "UserManager",
    "WrongTries",
]
