"""The second factor that a page asks for beside an act: what is drawn, and what the person showed.

When the rest of the form has to be repaired, what was shown still counts: the page keeps the id of
the proof, and the code is not asked for again.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest

from accounts.models import StepUpAct
from accounts.services import second_factor, step_up
from accounts.services.step_up import Proof, Target
from bwcportal.errors import DomainError, NotPermitted


class ProofForm(forms.Form):
    """A code, or the answer of a passkey, or a proof given a moment ago."""

    code = forms.CharField(
        label="Code",
        max_length=24,
        required=False,
        help_text="The six figures that your authenticator app shows now, or a recovery code",
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "govuk-input--width-10",
            }
        ),
    )
    answer = forms.CharField(widget=forms.HiddenInput, required=False)
    proof = forms.UUIDField(widget=forms.HiddenInput, required=False)


class Proving:
    """Asks for a second factor for one act. Give it to the template as `proving`."""

    def __init__(self, request: HttpRequest, act: StepUpAct, object_id: Any, version: Any) -> None:
        self.request = request
        self.user: Any = request.user
        self.target = Target.of(act, object_id, version)
        self.proof: Proof | None = None
        self.status = 400
        sent = request.POST if request.method == "POST" else None
        self.form = ProofForm(sent, prefix="step_up", initial={"code": settings.DEMO_CODE})

    @cached_property
    def has_factor(self) -> bool:
        """Tell whether there is a factor to show: nobody else than single sign-on may have let them in."""
        return second_factor.has_factor(self.user)

    @cached_property
    def has_passkey(self) -> bool:
        """Tell whether the page should offer the passkey."""
        return self.has_factor and second_factor.has_passkey(self.user)

    @property
    def demo_code(self) -> str:
        """Give the code of the demonstration; empty elsewhere."""
        return settings.DEMO_CODE

    def take(self, *, now: datetime) -> bool:
        """Read what was shown, if anything was, into `proof`; False when it was wrong.

        When nothing was sent the act itself asks for it, after everything else it may object to.
        The session gets a new key. Raises NotPermitted for an account without a second factor.
        """
        if not self.form.is_valid():
            return False
        session = session_of(self.request)
        typed = self.form.cleaned_data
        if typed["proof"]:
            earlier = Proof(typed["proof"], session)
            if step_up.is_good(earlier, user=self.user, target=self.target, now=now):
                self.proof = earlier
                return True
        try:
            self.proof = self._prove(session, typed, now=now)
        except NotPermitted:
            raise
        except DomainError as error:
            self.form.add_error("code", error.message)
            self.status = error.status
            return False
        if self.proof is not None:
            self.request.session.cycle_key()
        return True

    def ask(self) -> None:
        """Say at the field that the act needs the second factor."""
        self.proof = None
        if not self.form.is_valid():
            return
        if self.has_factor:
            self.form.add_error("code", "Enter the code, or use your passkey")
        else:
            self.form.add_error(None, step_up.SET_ONE_UP)

    def _prove(self, session: str, typed: dict[str, Any], *, now: datetime) -> Proof | None:
        about: dict[str, Any] = {
            "user": self.user, "session": session, "target": self.target, "now": now
        }  # fmt: skip
        if typed["answer"]:
            return step_up.prove_by_passkey(self.request, answer=typed["answer"], **about)
        if typed["code"]:
            return step_up.prove_by_code(code=typed["code"], **about)
        return None


def session_of(request: HttpRequest) -> str:
    """Name the browser's session, in the same way while its key changes."""
    return f"web:{request.session.get('public_id', '')}"


def session_of_token(token_id: UUID) -> str:
    """Name an API token as the place where a factor was shown."""
    return f"token:{token_id}"
