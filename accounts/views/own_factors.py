"""Changing how one signs in: phones and passkeys, recovery codes, the password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.factors import codes, passkeys
from accounts.factors.rows import factors_of
from accounts.forms.sign_in import ChangePasswordForm, NewAppForm, PasskeyNameForm
from accounts.proving import Proving
from accounts.services import own_factors as acts
from accounts.services.step_up import ProofNeeded, StepUpAct
from bwcportal.errors import DomainError, NotFound, NotPermitted

_SECRET = "new_app_secret"  # noqa: S105
Act = Callable[[dict[str, Any], Proving], HttpResponse]


@dataclass(frozen=True)
class Change:
    """One change as a page: its words, and what the factor is shown for."""

    what: str
    title: str
    button: str
    lead: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code", "step_up-code")
def app(request: HttpRequest) -> HttpResponse:
    """Set up an app, or one in place of the one before."""
    secret = request.session.setdefault(_SECRET, codes.new_app_secret())
    picture = {
        "picture": codes.app_picture(request.user, secret),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    }

    def perform(typed: dict[str, Any], proving: Proving) -> HttpResponse:
        acts.replace_app(
            actor=request.user, secret=secret, proof=proving.proof, now=timezone.now(), **typed
        )
        request.session.pop(_SECRET, None)
        return _done(request, "The app is set up. One that you had before no longer works")

    change = Change("app", "Set up an authenticator app", "Use this app", extra=picture)
    return _change(request, change, NewAppForm(request.POST or None), perform)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("step_up-code")
def passkey(request: HttpRequest) -> HttpResponse:
    """Ask who it is, then for the new passkey."""
    form = PasskeyNameForm(request.POST or None)

    def perform(typed: dict[str, Any], proving: Proving) -> HttpResponse:
        if proving.proof is None:
            raise ProofNeeded("Show your second factor first")
        return _passkey_page(request, typed["name"], proving)

    change = Change(
        "passkey",
        "Add a passkey",
        "Continue",
        "Your phone, computer or security key shows that it is you, by fingerprint, face or PIN.",
    )
    return _change(request, change, form, perform)


@require_http_methods(["POST"])
def passkey_challenge(request: HttpRequest) -> HttpResponse:
    """Give the browser what it needs to make a passkey."""
    return JsonResponse(passkeys.begin_enrolment(request, request.user))


@require_http_methods(["POST"])
@sensitive_post_parameters("answer")
def keep_passkey(request: HttpRequest) -> HttpResponse:
    """Keep the passkey that the browser made."""
    proving = Proving(request, StepUpAct.ACCOUNT, request.user.pk, "passkey")
    form = PasskeyNameForm(request.POST)
    name = form.cleaned_data["name"] if form.is_valid() else "Passkey"
    if not proving.take(now=timezone.now()) or proving.proof is None:
        return redirect("accounts:own-passkey")
    try:
        acts.add_passkey(
            request,
            actor=request.user,
            name=name,
            answer=request.POST.get("answer", ""),
            proof=proving.proof,
            now=timezone.now(),
        )
    except NotPermitted:
        raise
    except DomainError as error:
        return _passkey_page(request, name, proving, trouble=error.message, status=error.status)
    return _done(request, "The passkey is set up")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("step_up-code")
def remove(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Remove an app or a passkey."""
    found = next((each for each in factors_of(request.user) if each.id == factor_id), None)
    if found is None or not found.counts:
        raise NotFound
    words = found.name or found.word

    def perform(typed: dict[str, Any], proving: Proving) -> HttpResponse:
        acts.remove_factor(
            actor=request.user, factor_id=factor_id, proof=proving.proof, now=timezone.now()
        )
        return _done(request, f"{words} is removed")

    change = Change(
        f"remove-{factor_id}", f"Remove {words}", "Remove it", "It signs you in no more."
    )
    return _change(request, change, forms.Form(request.POST or None), perform)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("step_up-code")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them once."""

    def perform(typed: dict[str, Any], proving: Proving) -> HttpResponse:
        made = acts.make_recovery_codes(actor=request.user, proof=proving.proof, now=timezone.now())
        return render(request, "accounts/own_codes.html", {"codes": made})

    change = Change(
        "codes",
        "Make new recovery codes",
        "Make new codes",
        "The codes that you have stop working.",
    )
    return _change(request, change, forms.Form(request.POST or None), perform)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("current", "password", "step_up-code")
def password(request: HttpRequest) -> HttpResponse:
    """Change the password."""

    def perform(typed: dict[str, Any], proving: Proving) -> HttpResponse:
        acts.change_password(
            request, actor=request.user, proof=proving.proof, now=timezone.now(), **typed
        )
        return _done(request, "Your password is changed. You are signed out everywhere else")

    change = Change("password", "Change your password", "Change it")
    return _change(request, change, ChangePasswordForm(request.POST or None), perform)


def _change(request: HttpRequest, change: Change, form: forms.Form, perform: Act) -> HttpResponse:
    proving = Proving(request, StepUpAct.ACCOUNT, request.user.pk, change.what)
    page = {"change": change, "form": form, "proving": proving, **change.extra}
    status = 200
    if request.method == "POST":
        status = 400
        # An empty form of Django is not valid unless something was sent.
        if (form.is_valid() or not form.fields) and proving.take(now=timezone.now()):
            try:
                return perform(getattr(form, "cleaned_data", {}), proving)
            except ProofNeeded:
                proving.ask()
            except (NotFound, NotPermitted):
                raise
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
                status = error.status
        elif proving.form.errors:
            status = proving.status
    return render(request, "accounts/own_change.html", page, status=status)


def _passkey_page(
    request: HttpRequest, name: str, proving: Proving, *, trouble: str = "", status: int = 200
) -> HttpResponse:
    page = {"name": name, "proving": proving, "trouble": trouble}
    return render(request, "accounts/own_passkey.html", page, status=status)


def _done(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("accounts:own-account")
