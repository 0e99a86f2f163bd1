"""Signing in, step by step, and out; recorded.

Between the password and the last step nobody is signed in: the session only remembers who is
signing in, for fifteen minutes. So nothing in the portal can be reached half-way.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts import lockout, passwords, sessions
from accounts.events import PASSWORD_CHOSEN, SIGN_IN_REFUSED, SIGNED_IN, SIGNED_OUT, TRIES_LOCKED
from accounts.factors import passkeys
from accounts.models import User
from accounts.notices import What, tell
from accounts.services import second_factor
from accounts.services.accounts import account_subject
from accounts.services.set_up_codes import code_in_force, find_set_up_code, spend_set_up_code
from audit.recorder import Outcome, record, record_alone
from audit.registry import EventType
from audit.values import Actor, Subject
from bwcportal.errors import Invalid, NotNow

REFUSED = "The user name or the password is not right. Check both and try again"
CODE_REFUSED = "The user name or the set-up code is not right, or the code is no longer in force"
PATIENCE = timedelta(minutes=15)
PASSKEY_PURPOSE = "sign-in"
# How somebody began, and the second factor that the force's identity provider has seen itself.
SINGLE_SIGN_ON, VOUCHED = "single_sign_on", "identity_provider"
_KEY = "signing_in"
_SOMEBODY = Actor(kind="SERVICE", id="sign-in", name="Somebody at the sign-in page")


@dataclass(frozen=True)
class Pending:
    """Who is signing in, by what, and what was shown so far. `code` is the id of a set-up code."""

    user_id: str
    began: float
    by: str = "password"
    following: str = ""
    code: str = ""
    factor: str = ""
    password_chosen: bool = False


@dataclass(frozen=True)
class Step:
    """What comes next: `factor`, `set-up-code`, `password`, `enrol` or `done`."""

    name: str
    user: User
    pending: Pending

    @property
    def has_passkey(self) -> bool:
        """Tell whether the account may answer by a passkey."""
        return second_factor.has_passkey(self.user)


def begin_with_password(
    request: HttpRequest, *, username: str, password: str, following: str, now: datetime
) -> None:
    """Check a user name and password and begin to sign in; the session gets a new id.

    Raises Invalid, always in the same words and with the same work done, for an unknown or closed
    account and for a wrong password; TooManyTries for a name or an address that is locked. A
    refusal is recorded with a keyed digest of the name typed, because people type passwords there.
    """
    counters = (lockout.for_name(username), lockout.for_address())
    _count(counters, username, now=now)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        _refused(SIGN_IN_REFUSED, username, now=now)
        raise Invalid(REFUSED, code="sign_in_refused")
    lockout.was_right(*counters, now=now)
    _begin(request, Pending(str(user.pk), now.timestamp(), following=following))


def begin_with_code(request: HttpRequest, *, username: str, code: str, now: datetime) -> None:
    """Begin with a set-up code that was handed over, in place of the password.

    Raises Invalid, in the same words whatever is wrong, and TooManyTries.
    """
    counters = (lockout.for_name(username), lockout.for_address())
    _count(counters, username, now=now)
    row = find_set_up_code(username=username, code=code, now=now)
    if row is None:
        _refused(SIGN_IN_REFUSED, username, now=now)
        raise Invalid(CODE_REFUSED, code="set_up_code")
    lockout.was_right(*counters, now=now)
    before = where(request, now=now)
    by = before.pending.by if before and before.user.pk == row.user_id else "code"
    if by == "code" and not row.sets_password:
        raise Invalid(
            "Sign in with your password first, then type this code", code="password_first"
        )
    _begin(request, Pending(str(row.user_id), now.timestamp(), by=by, code=str(row.pk)))


def begin_known(
    request: HttpRequest, user: User, *, by: str, factor: str, following: str, now: datetime
) -> Step:
    """Begin for an account that single sign-on has vouched for, and say what comes next.

    `factor` is VOUCHED when the identity provider has seen a second factor that counts, else empty.
    """
    pending = Pending(str(user.pk), now.timestamp(), by=by, following=following, factor=factor)
    _begin(request, pending)
    return Step(_next(pending, user, now=now), user, pending)


def where(request: HttpRequest, *, now: datetime) -> Step | None:
    """Say who is signing in here and what comes next, or None when nobody is, or for too long."""
    kept = request.session.get(_KEY)
    if not kept:
        return None
    pending = Pending(**kept)
    user = User.objects.select_related("person").filter(pk=pending.user_id, is_active=True).first()
    if user is None or now.timestamp() - pending.began > PATIENCE.total_seconds():
        del request.session[_KEY]
        return None
    return Step(_next(pending, user, now=now), user, pending)


def show_code(request: HttpRequest, *, code: str, now: datetime) -> Step:
    """Take the second factor as a code. Raises Invalid, TooManyTries, and NotNow when nobody is signing in."""
    step = _require(request, "factor", now=now)
    return _shown(request, step, second_factor.check_code(step.user, code=code, now=now), now=now)


def show_passkey(request: HttpRequest, *, answer: str, now: datetime) -> Step:
    """Take the second factor as a passkey. Raises what show_code raises."""
    step = _require(request, "factor", now=now)
    factor = second_factor.check_passkey(
        request, step.user, answer=answer, purpose=PASSKEY_PURPOSE, now=now
    )
    return _shown(request, step, factor, now=now)


def sign_in_with_passkey(request: HttpRequest, *, answer: str, now: datetime) -> User:
    """Sign in by a passkey alone, which its owner unlocked. Raises Invalid and TooManyTries."""
    counter = lockout.for_address()
    _count((counter,), "", now=now)
    try:
        user = passkeys.check(request, None, answer=answer, purpose=PASSKEY_PURPOSE, now=now)
    except passkeys.WrongPasskey as error:
        _refused(SIGN_IN_REFUSED, "", now=now)
        raise Invalid(second_factor.WRONG_PASSKEY, code="wrong_passkey") from error
    if not user.is_active:
        _refused(SIGN_IN_REFUSED, "", now=now)
        raise Invalid(second_factor.WRONG_PASSKEY, code="wrong_passkey")
    lockout.was_right(counter, now=now)
    _sign_in(request, user, by="passkey", factor=second_factor.PASSKEY, now=now)
    return user


def choose_password(request: HttpRequest, *, password: str, now: datetime) -> Step:
    """Take the new password of who set up by a code. Raises Invalid at `password`, and NotNow."""
    step = _require(request, "password", now=now)
    with transaction.atomic():
        passwords.choose_password(step.user, password)
        record(
            PASSWORD_CHOSEN,
            actor=step.user.audit_actor(),
            subject=account_subject(step.user),
            now=now,
        )
        tell(step.user, What.PASSWORD, now=now)
        if step.pending.factor:
            spend_set_up_code(step.pending.code, now=now)
    return _go_on(request, step, password_chosen=True, now=now)


def enrol_app(request: HttpRequest, *, secret: str, code: str, now: datetime) -> list[str]:
    """Enrol the app of who is signing in, and return new recovery codes. Raises Invalid and NotNow."""
    step = _require(request, "enrol", now=now)
    with transaction.atomic():
        second_factor.enrol_app(step.user, secret=secret, code=code, now=now)
        return _enrolled(request, step, second_factor.APP, now=now)


def enrol_passkey(request: HttpRequest, *, name: str, answer: str, now: datetime) -> list[str]:
    """Enrol a passkey of who is signing in, and return new recovery codes. Raises Invalid and NotNow."""
    step = _require(request, "enrol", now=now)
    with transaction.atomic():
        second_factor.enrol_passkey(request, step.user, name=name, answer=answer, now=now)
        return _enrolled(request, step, second_factor.PASSKEY, now=now)


def finish(request: HttpRequest, *, now: datetime) -> str:
    """Sign in whoever has shown everything; return the address to go on to. Raises NotNow."""
    step = _require(request, "done", now=now)
    pending = step.pending
    _sign_in(request, step.user, by=pending.by, factor=pending.factor, now=now)
    return pending.following


def sign_out(request: HttpRequest, *, now: datetime) -> None:
    """End the session on the server, so that a copied cookie is dead."""
    user = request.user
    if isinstance(user, User):
        with transaction.atomic():
            _record(SIGNED_OUT, user, now=now)
            logout(request)


def _next(pending: Pending, user: User, *, now: datetime) -> str:
    enrolled = second_factor.has_factor(user)
    if enrolled and not pending.factor:
        return "factor"
    code = code_in_force(pending.code, now=now) if pending.code else None
    if code is not None and code.sets_password and not pending.password_chosen:
        return "password"
    if not enrolled and pending.factor != VOUCHED:
        return "enrol" if code is not None else "set-up-code"
    return "done"


def _require(request: HttpRequest, name: str, *, now: datetime) -> Step:
    step = where(request, now=now)
    if step is None or step.name != name:
        raise NotNow("This took too long, or was done already. Sign in again", code="sign_in_again")
    return step


def _begin(request: HttpRequest, pending: Pending) -> None:
    request.session.flush()
    request.session[_KEY] = asdict(pending)


def _shown(request: HttpRequest, step: Step, factor: str, *, now: datetime) -> Step:
    return _go_on(request, step, factor=factor, now=now)


def _enrolled(request: HttpRequest, step: Step, factor: str, *, now: datetime) -> list[str]:
    spend_set_up_code(step.pending.code, now=now)
    made = second_factor.make_recovery_codes(step.user, now=now)
    _go_on(request, step, factor=factor, now=now)
    return made


def _go_on(request: HttpRequest, step: Step, *, now: datetime, **changes: object) -> Step:
    pending = Pending(**{**asdict(step.pending), **changes})
    request.session.cycle_key()
    request.session[_KEY] = asdict(pending)
    return Step(_next(pending, step.user, now=now), step.user, pending)


def _sign_in(request: HttpRequest, user: User, *, by: str, factor: str, now: datetime) -> None:
    request.session.pop(_KEY, None)
    with transaction.atomic():
        _record(SIGNED_IN, user, now=now, details={"by": by, "factor": factor})
        login(request, user)
        sessions.begin(request.session, browser=request.headers.get("User-Agent", ""), now=now)


def _record(
    event: EventType, user: User, *, now: datetime, details: dict[str, str] | None = None
) -> None:
    record(
        event,
        actor=user.audit_actor(),
        subject=account_subject(user),
        now=now,
        details=details or {},
    )


def _count(counters: tuple[lockout.Counter, ...], username: str, *, now: datetime) -> None:
    try:
        lockout.count_try(*counters, now=now)
    except lockout.TooManyTries:
        _refused(TRIES_LOCKED, username, now=now)
        raise


def _refused(event: EventType, username: str, *, now: datetime) -> None:
    typed = salted_hmac("accounts.sign_in", username.strip().lower()).hexdigest()[:16]
    record_alone(
        event,
        actor=_SOMEBODY,
        subject=Subject("account", typed, ""),
        now=now,
        outcome=Outcome.DENIED,
    )
