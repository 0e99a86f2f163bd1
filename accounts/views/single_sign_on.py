"""Single sign-on: going to the force's identity provider and coming back."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.forms.sign_in import SignInForm
from accounts.services import single_sign_on
from accounts.views.sign_in import go_on, safe_next, sign_in_page
from bwcportal.errors import DomainError, NotFound

# What a provider sends back; nothing else is passed on to ourselves.
_SENT_BACK = ("state", "code", "error")
_LONGEST = 4096
_HERE = "here"


@login_not_required
@require_http_methods(["POST"])
def go(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider, by a page of ours and not by a redirect.

    A redirect from a form is held to the policy's form-action at every hop, also the provider's own.
    """
    following = safe_next(request)
    if request.user.is_authenticated:
        return redirect(following or settings.LOGIN_REDIRECT_URL)
    try:
        address = single_sign_on.begin(request, following=following)
    except NotFound:
        raise
    except DomainError as error:
        return sign_in_page(request, SignInForm(), following, error.status, trouble=error.message)
    return _onward(request, address, leaving=True)


@login_not_required
@require_http_methods(["GET"])
def back(request: HttpRequest) -> HttpResponse:
    """Take whoever comes back from the provider, in two steps.

    The browser leaves our strict cookies out of a request that another site began. So the first
    answer only sends it to this address again, from a page of ours, and touches no session.
    """
    if not single_sign_on.single_sign_on_name():
        raise NotFound
    if _HERE not in request.GET:
        sent = {name: request.GET[name][:_LONGEST] for name in _SENT_BACK if name in request.GET}
        address = f"{reverse('accounts:single-sign-on-back')}?{urlencode({**sent, _HERE: '1'})}"
        return _onward(request, address, leaving=False)
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    try:
        step = single_sign_on.come_back(
            request,
            state=request.GET.get("state", ""),
            failed="error" in request.GET or "code" not in request.GET,
            now=timezone.now(),
        )
        return _unreferred(go_on(request, step))
    except DomainError as error:
        return _unreferred(
            sign_in_page(request, SignInForm(), "", error.status, trouble=error.message)
        )


def _onward(request: HttpRequest, address: str, *, leaving: bool) -> HttpResponse:
    page = {"address": address, "leaving": leaving, "name": single_sign_on.single_sign_on_name()}
    return _unreferred(render(request, "accounts/single_sign_on.html", page))


def _unreferred(response: HttpResponse) -> HttpResponse:
    """Keep this page's address, which may hold a code, out of the next request and its log line.

    Not "no-referrer": forms of the page would then be sent without an origin, and be refused.
    """
    response["Referrer-Policy"] = "strict-origin"
    return response
