"""Signing in and out: password or passkey first, then the second factor."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import notices
from accounts.factors import passkeys
from accounts.forms.sign_in import CodeForm, SignInForm
from accounts.services import signing_in
from accounts.services.single_sign_on import single_sign_on_name
from bwcportal.errors import DomainError
from bwcportal.phrasing import sentence_date

_PAGES = {
    "factor": "accounts:second-factor",
    "set-up-code": "accounts:set-up",
    "password": "accounts:set-up-password",
    "enrol": "accounts:set-up-factor",
    "done": "accounts:set-up-done",
}


def next_page(step: signing_in.Step | None) -> HttpResponse:
    """Go to the page of the step that comes next."""
    return redirect(_PAGES[step.name] if step else "accounts:sign-in")


@login_not_required
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; then for the second factor."""
    following = safe_next(request)
    if request.user.is_authenticated:
        return redirect(following or settings.LOGIN_REDIRECT_URL)
    form = SignInForm(request.POST or None)
    status = 400 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            signing_in.begin_with_password(
                request, following=following, now=now, **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(None, error.message)
            status = error.status
        else:
            return next_page(signing_in.where(request, now=now))
    return sign_in_page(request, form, following, status)


@login_not_required
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for a code or a passkey of whoever has given the password."""
    now = timezone.now()
    step = signing_in.where(request, now=now)
    if step is None or step.name != "factor":
        return next_page(step)
    form = CodeForm(request.POST or None, initial={"code": settings.DEMO_CODE})
    status = 400 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            return go_on(request, signing_in.show_code(request, now=now, **form.cleaned_data))
        except DomainError as error:
            form.add_error(error.field or None, error.message)
            status = error.status
    return _factor_page(request, form, step, status)


@login_not_required
@require_http_methods(["POST"])
def passkey_challenge(request: HttpRequest) -> HttpResponse:
    """Give the browser a challenge: for the person who gave a password, else for any passkey."""
    step = signing_in.where(request, now=timezone.now())
    user = step.user if step and step.name == "factor" else None
    return JsonResponse(passkeys.begin_check(request, user, purpose=signing_in.PASSKEY_PURPOSE))


@login_not_required
@require_http_methods(["POST"])
@sensitive_post_parameters("answer")
def passkey(request: HttpRequest) -> HttpResponse:
    """Sign in by the passkey that answered the challenge, after a password or alone."""
    now = timezone.now()
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    step = signing_in.where(request, now=now)
    second = step is not None and step.name == "factor"
    answer, following = request.POST.get("answer", ""), safe_next(request)
    try:
        if second:
            return go_on(request, signing_in.show_passkey(request, answer=answer, now=now))
        signing_in.sign_in_with_passkey(request, answer=answer, now=now)
    except DomainError as error:
        if step is not None and second:
            form = CodeForm(initial={"code": settings.DEMO_CODE})
            return _factor_page(request, form, step, error.status, trouble=error.message)
        return sign_in_page(request, SignInForm(), following, error.status, trouble=error.message)
    return welcome(request, following)


@require_http_methods(["POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and tell the browser to forget what it kept."""
    signing_in.sign_out(request, now=timezone.now())
    response = redirect("accounts:sign-in")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def go_on(request: HttpRequest, step: signing_in.Step) -> HttpResponse:
    """Go to the page of the step that comes next, or sign in when that was the last one."""
    if step.name != "done":
        return next_page(step)
    following = signing_in.finish(request, now=timezone.now())
    return welcome(request, following)


def welcome(request: HttpRequest, following: str) -> HttpResponse:
    """Go on to the page that was asked for, and tell what happened at the account meanwhile."""
    now = timezone.now()
    for notice in notices.take_unseen(request.user, now=now):
        words = notice.get_what_display()
        messages.warning(request, f"{words}: {sentence_date(notice.at)}")
    return redirect(following or resolve_url(settings.LOGIN_REDIRECT_URL))


def sign_in_page(
    request: HttpRequest, form: SignInForm, following: str, status: int, *, trouble: str = ""
) -> HttpResponse:
    """Show the sign-in page; `trouble` is what went wrong other than the password."""
    page = {
        "form": form,
        "next": following,
        "trouble": trouble,
        "single_sign_on": single_sign_on_name(),
    }
    return render(request, "accounts/sign_in.html", page, status=status)


def _factor_page(
    request: HttpRequest,
    form: CodeForm,
    step: signing_in.Step,
    status: int,
    *,
    trouble: str = "",
) -> HttpResponse:
    page = {
        "form": form,
        "trouble": trouble,
        "has_passkey": step.has_passkey,
        "demo_code": settings.DEMO_CODE,
    }
    return render(request, "accounts/second_factor.html", page, status=status)


def safe_next(request: HttpRequest) -> str:
    """Give the address to go on to that the request names, if it is one of the portal's."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    here = {request.get_host()}
    if url_has_allowed_host_and_scheme(
        address, allowed_hosts=here, require_https=request.is_secure()
    ):
        return address
    return ""
