"""One's own account: where one is signed in, and what happened at it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.factors import passkeys
from accounts.selectors.own_account import own_account as read
from accounts.services import sessions
from accounts.services.step_up import StepUpAct, Target
from bwcportal.errors import Invalid


@require_safe
def own_account(request: HttpRequest) -> HttpResponse:
    """Show the person's sessions, phones and passkeys, and what happened."""
    page = read(request.user, session_id=request.session.get("public_id", ""), now=timezone.now())
    return render(request, "accounts/own_account.html", {"page": page})


@require_http_methods(["POST"])
def step_up_challenge(request: HttpRequest) -> HttpResponse:
    """Give the browser a challenge for the person's passkeys, good for one act on one thing alone."""
    sent = request.POST
    if sent.get("act") not in StepUpAct.values:
        raise Invalid("Go back, reload the page and try again", field="act")
    target = Target.of(StepUpAct(sent["act"]), sent.get("object", ""), sent.get("version", ""))
    return JsonResponse(passkeys.begin_check(request, request.user, purpose=target.purpose))


@require_http_methods(["POST"])
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """End one of the person's sessions; ending the one at hand is signing out."""
    here = str(session_id) == request.session.get("public_id")
    sessions.end_session(actor=request.user, public_id=session_id, now=timezone.now())
    if here:
        request.session.flush()
        return redirect("accounts:sign-in")
    messages.success(request, "The session is ended")
    return redirect("accounts:own-account")


@require_http_methods(["POST"])
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End every session of the person but the one at hand."""
    ended = sessions.end_other_sessions(
        actor=request.user, keep=UUID(request.session["public_id"]), now=timezone.now()
    )
    messages.success(
        request, "The other sessions are ended" if ended else "There were no other sessions"
    )
    return redirect("accounts:own-account")
