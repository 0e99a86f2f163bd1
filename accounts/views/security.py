"""Helping somebody at the door: unlock, set-up codes, lost phones and passkeys, ending sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.forms.administration import ReasonForm, SetUpCodeForm
from accounts.permissions import check_may, check_not_oneself
from accounts.roles import Permission
from accounts.selectors.directory import get_account
from accounts.selectors.person import get_reset
from accounts.services import lost_factors, sessions, set_up_codes
from accounts.views.administering import Act, draw, run

# A code to hand over, and whether a new password is set with it.
Handed = tuple[str, bool]


def _account(request: HttpRequest, user_id: UUID) -> Any:
    check_may(request.user, Permission.MANAGE_PEOPLE)
    user = get_account(user_id)
    check_not_oneself(request.user, user.person)
    return user


def _act(user: Any, title: str, button: str, lead: str) -> Act:
    address = reverse("accounts:person", args=[user.person_id])
    return Act(title, button, "people", address, user.person.title, lead=lead)


def _with_reason(
    request: HttpRequest, user: Any, act: Act, service: Callable[..., object], done: str
) -> HttpResponse:
    def perform(cleaned: dict[str, Any]) -> object:
        return service(actor=request.user, user_id=user.pk, now=timezone.now(), **cleaned)

    form = ReasonForm(request.POST or None)
    return run(request, act=act, form=form, perform=perform, done=done, to=act.back)


@require_http_methods(["GET", "POST"])
def end_sessions(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """End every session of an account, with the reason."""
    user = _account(request, user_id)
    act = _act(
        user,
        f"End the sessions of {user.username}",
        "End the sessions",
        "Wherever they are signed in, they are out with their next click. The account stays open "
        "and they can sign in again: close it if they should not.",
    )
    return _with_reason(request, user, act, sessions.end_sessions, "The sessions are ended")


@require_http_methods(["GET", "POST"])
def unlock(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Forget the wrong tries at an account, with the reason."""
    user = _account(request, user_id)
    act = _act(
        user,
        f"Unlock the account {user.username}",
        "Unlock the account",
        "Make sure that it was they who tried: ring back on a number that you know, or see them.",
    )
    return _with_reason(request, user, act, sessions.unlock_account, "The account is unlocked")


@require_http_methods(["GET", "POST"])
def set_up_code(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Hand out a code by which somebody sets their account up; it is shown once."""
    user = _account(request, user_id)
    has_password = user.has_usable_password()
    act = _act(
        user,
        f"Give {user.display_name} a set-up code",
        "Make the code",
        f"For the account {user.username}. It is shown once and works once, for 72 hours; a code "
        "given before stops working.",
    )

    def perform(cleaned: dict[str, Any]) -> Handed:
        sets_password = cleaned.get("what", "password") == "password"
        code = set_up_codes.issue_set_up_code(
            actor=request.user,
            user_id=user_id,
            sets_password=sets_password,
            reason=cleaned["reason"],
            now=timezone.now(),
        )
        return code, sets_password

    form = SetUpCodeForm(request.POST or None, has_password=has_password)
    return _run_and_show_code(request, user, act, form, perform)


@require_http_methods(["GET", "POST"])
def ask_reset(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Ask that the phones and passkeys of an account be removed; a second administrator approves."""
    user = _account(request, user_id)
    act = _act(
        user,
        f"Remove the lost phone or passkey of {user.display_name}",
        "Ask for it",
        "Every phone, passkey and recovery code of the account goes, once a second administrator "
        "has approved it within three days. Make sure that it is they who ask.",
    )
    done = "It is asked for. A second administrator must approve it"
    return _with_reason(request, user, act, lost_factors.ask_for_factor_reset, done)


@require_http_methods(["GET", "POST"])
def approve_reset(request: HttpRequest, reset_id: UUID) -> HttpResponse:
    """Approve that lost phones and passkeys are removed, and show the code to hand over, once."""
    check_may(request.user, Permission.MANAGE_PEOPLE)
    reset = get_reset(reset_id)
    user = reset.user
    check_not_oneself(request.user, user.person)
    act = _act(
        user,
        f"Remove the phones and passkeys of {user.display_name}",
        "Approve and show the code",
        f"Asked by {reset.asked_by.display_name}: {reset.reason}. Make sure yourself that it is "
        "they who ask. Their sessions end, and you get a set-up code to hand over.",
    )

    def perform(cleaned: dict[str, Any]) -> Handed:
        code = lost_factors.approve_factor_reset(
            actor=request.user, reset_id=reset_id, now=timezone.now()
        )
        return code, False

    # An empty form is unbound unless it is given data, and a POST without answers is an act.
    form = forms.Form({} if request.method == "POST" else None)
    return _run_and_show_code(request, user, act, form, perform)


@require_http_methods(["GET", "POST"])
def drop_reset(request: HttpRequest, reset_id: UUID) -> HttpResponse:
    """Drop a request to remove lost phones and passkeys."""
    check_may(request.user, Permission.MANAGE_PEOPLE)
    reset = get_reset(reset_id)
    check_not_oneself(request.user, reset.user.person)
    act = _act(
        reset.user,
        f"Drop the request for {reset.user.display_name}",
        "Drop the request",
        f"Asked by {reset.asked_by.display_name}: {reset.reason}. Their phones and passkeys stay.",
    )

    def perform(cleaned: dict[str, Any]) -> object:
        return lost_factors.drop_factor_reset(
            actor=request.user, reset_id=reset_id, now=timezone.now()
        )

    form = forms.Form({} if request.method == "POST" else None)
    return run(
        request, act=act, form=form, perform=perform, done="The request is dropped", to=act.back
    )


def _run_and_show_code(
    request: HttpRequest,
    user: Any,
    act: Act,
    form: forms.Form,
    perform: Callable[[dict[str, Any]], Handed],
) -> HttpResponse:
    made: list[Handed] = []

    def keep(cleaned: dict[str, Any]) -> object:
        made.append(perform(cleaned))
        return made[0]

    response = run(request, act=act, form=form, perform=keep, done="", to=act.back)
    if not made:
        return response
    # The answer to the POST itself, so that the code stands in no address and no message.
    code, sets_password = made[0]
    opens = "accounts:set-up" if sets_password else settings.LOGIN_URL
    context = {
        "code": code,
        "account": user,
        "sets_password": sets_password,
        "address": request.build_absolute_uri(reverse(opens)),
        "back": act.back,
    }
    return draw(request, "accounts/code_shown.html", context, tab=act.tab)
