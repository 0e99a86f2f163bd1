"""What people type to sign in and to set their account up."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.form_fields import PlainWords
from accounts.passwords import LONGEST, LengthValidator

_NAME_ATTRS = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
_CODE_ATTRS = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


class SignInForm(forms.Form):
    """User name and password. Which of the two was wrong is never said."""

    username = forms.CharField(
        label="User name",
        max_length=64,
        widget=forms.TextInput(attrs=_NAME_ATTRS),
        error_messages={"required": "Enter your user name"},
    )
    password = forms.CharField(
        label="Password",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password"},
    )


class CodeForm(PlainWords, forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=24,
        help_text="The six figures that your authenticator app shows now, or one of your recovery codes",
        widget=forms.TextInput(
            attrs={**_CODE_ATTRS, "class": "govuk-input--width-10", "inputmode": "numeric"}
        ),
        error_messages={"required": "Enter the code"},
    )


class SetUpCodeForm(PlainWords, forms.Form):
    """A set-up code, with the user name unless the password was given before."""

    username = forms.CharField(
        label="User name",
        max_length=64,
        widget=forms.TextInput(attrs=_NAME_ATTRS),
        error_messages={"required": "Enter your user name"},
    )
    code = forms.CharField(
        label="Set-up code",
        max_length=40,
        help_text="For example ABCD-EF23-GHJK-46LM. An administrator gives it to you",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": "Enter the set-up code"},
    )

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["username"]


class ChoosePasswordForm(PlainWords, forms.Form):
    """A new password, typed once: it can be shown, and managers fill it in."""

    password = forms.CharField(
        label="New password",
        max_length=LONGEST,
        strip=False,
        help_text=LengthValidator().get_help_text(),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={
            "required": "Enter a new password",
            "max_length": f"Use at most {LONGEST} characters",
        },
    )


class NewAppForm(PlainWords, forms.Form):
    """The first code of a new app, which proves that it was set up rightly."""

    code = forms.CharField(
        label="Code from the app",
        max_length=16,
        help_text="Six figures, which change every 30 seconds",
        widget=forms.TextInput(
            attrs={**_CODE_ATTRS, "class": "govuk-input--width-10", "inputmode": "numeric"}
        ),
        error_messages={"required": "Enter the code that the app shows"},
    )


class PasskeyNameForm(PlainWords, forms.Form):
    """What a passkey is called, to tell it from others."""

    name = forms.CharField(
        label="Name of the passkey",
        max_length=60,
        help_text="For example, work phone or blue key",
        error_messages={"required": "Enter a name, for example work phone"},
    )


class ChangePasswordForm(PlainWords, forms.Form):
    """The password of now, and the new one."""

    current = forms.CharField(
        label="Your password now",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password"},
    )
    password = forms.CharField(
        label="New password",
        max_length=LONGEST,
        strip=False,
        help_text=LengthValidator().get_help_text(),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={
            "required": "Enter a new password",
            "max_length": f"Use at most {LONGEST} characters",
        },
    )
