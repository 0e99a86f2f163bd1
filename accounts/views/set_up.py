"""Setting an account up, or getting back into it, by a code that was handed over."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import notices
from accounts.factors import codes, passkeys
from accounts.forms.sign_in import ChoosePasswordForm, NewAppForm, SetUpCodeForm
from accounts.services import signing_in
from accounts.views.sign_in import next_page, welcome
from bwcportal.errors import DomainError, NotNow

_SECRET = "new_app_secret"  # noqa: S105


@login_not_required
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def start(request: HttpRequest) -> HttpResponse:
    """Ask for the set-up code, and for the user name unless a password told it already."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    now = timezone.now()
    step = signing_in.where(request, now=now)
    known = step is not None and step.name == "set-up-code"
    form = SetUpCodeForm(request.POST or None, known=known)
    status = 400 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        username = step.user.username if step and known else typed["username"]
        try:
            signing_in.begin_with_code(request, username=username, code=typed["code"], now=now)
        except DomainError as error:
            form.add_error(None, error.message)
            status = error.status
        else:
            return next_page(signing_in.where(request, now=now))
    return render(request, "accounts/set_up.html", {"form": form, "known": known}, status=status)


@login_not_required
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
def choose_password(request: HttpRequest) -> HttpResponse:
    """Ask whoever gave a set-up code for a new password."""
    step = signing_in.where(request, now=timezone.now())
    if step is None or step.name != "password":
        return next_page(step)
    form = ChoosePasswordForm(request.POST or None)
    status = 400 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            after = signing_in.choose_password(request, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field or None, error.message)
        else:
            return next_page(after)
    page = {"form": form, "person": step.user}
    return render(request, "accounts/set_up_password.html", page, status=status)


@login_not_required
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def enrol(request: HttpRequest) -> HttpResponse:
    """Show how to set up an app or a passkey; take the first code of the app."""
    step = signing_in.where(request, now=timezone.now())
    if step is None or step.name != "enrol":
        return next_page(step)
    form = NewAppForm(request.POST or None)
    secret = request.session.setdefault(_SECRET, codes.new_app_secret())
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        return _enrol(
            request,
            step,
            form,
            lambda: signing_in.enrol_app(request, secret=secret, code=code, now=timezone.now()),
        )
    return _enrol_page(request, step, form, 400 if request.method == "POST" else 200)


@login_not_required
@require_http_methods(["POST"])
def passkey_challenge(request: HttpRequest) -> HttpResponse:
    """Give the browser what it needs to make a passkey. Raises NotNow out of turn."""
    step = signing_in.where(request, now=timezone.now())
    if step is None or step.name != "enrol":
        raise NotNow("This took too long. Sign in again", code="sign_in_again")
    return JsonResponse(passkeys.begin_enrolment(request, step.user))


@login_not_required
@require_http_methods(["POST"])
@sensitive_post_parameters("answer")
def enrol_passkey(request: HttpRequest) -> HttpResponse:
    """Keep the passkey that the browser made."""
    step = signing_in.where(request, now=timezone.now())
    if step is None or step.name != "enrol":
        return next_page(step)
    answer = request.POST.get("answer", "")
    name = request.POST.get("name", "").strip()[:60] or "Passkey"
    return _enrol(
        request,
        step,
        NewAppForm(),
        lambda: signing_in.enrol_passkey(request, name=name, answer=answer, now=timezone.now()),
    )


@login_not_required
@require_http_methods(["GET", "POST"])
def done(request: HttpRequest) -> HttpResponse:
    """Sign in whoever has set everything up; the codes themselves were shown by the step before."""
    step = signing_in.where(request, now=timezone.now())
    if step is None or step.name != "done":
        return next_page(step)
    if request.method == "GET":
        return render(request, "accounts/set_up_done.html", {"codes": []})
    following = signing_in.finish(request, now=timezone.now())
    # What the person has just done themselves need not be told at once.
    notices.take_unseen(step.user, now=timezone.now())
    return welcome(request, following)


def _enrol(
    request: HttpRequest,
    step: signing_in.Step,
    form: NewAppForm,
    act: Callable[[], list[str]],
) -> HttpResponse:
    try:
        made = act()
    except DomainError as error:
        if error.field and form.is_bound:
            form.add_error(error.field, error.message)
            return _enrol_page(request, step, form, error.status)
        return _enrol_page(request, step, form, error.status, trouble=error.message)
    request.session.pop(_SECRET, None)
    return render(request, "accounts/set_up_done.html", {"codes": made})


def _enrol_page(
    request: HttpRequest,
    step: signing_in.Step,
    form: NewAppForm,
    status: int,
    *,
    trouble: str = "",
) -> HttpResponse:
    secret = request.session[_SECRET]
    page = {
        "form": form,
        "trouble": trouble,
        "picture": codes.app_picture(step.user, secret),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    }
    return render(request, "accounts/set_up_factor.html", page, status=status)
