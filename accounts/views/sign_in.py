"""Signing in and out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms.sign_in import SignInForm
from accounts.services import signing_in
from bwcportal.errors import Invalid


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; then go on to the page that was asked for."""
    following = _safe_next(request)
    if request.user.is_authenticated:
        return redirect(following or settings.LOGIN_REDIRECT_URL)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signing_in.sign_in(request, now=timezone.now(), **form.cleaned_data)
        except Invalid as error:
            form.add_error(None, error.message)
        else:
            return redirect(following or resolve_url(settings.LOGIN_REDIRECT_URL))
    status = 400 if request.method == "POST" else 200
    return render(
        request, "accounts/sign_in.html", {"form": form, "next": following}, status=status
    )


@require_http_methods(["POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and tell the browser to forget what it kept."""
    signing_in.sign_out(request, now=timezone.now())
    response = redirect("accounts:sign-in")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _safe_next(request: HttpRequest) -> str:
    address = request.POST.get("next") or request.GET.get("next") or ""
    here = {request.get_host()}
    if url_has_allowed_host_and_scheme(
        address, allowed_hosts=here, require_https=request.is_secure()
    ):
        return address
    return ""
