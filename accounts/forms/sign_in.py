"""What people type to sign in."""

from __future__ import annotations

from django import forms


class SignInForm(forms.Form):
    """User name and password. Which of the two was wrong is never said."""

    username = forms.CharField(
        label="User name",
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "Enter your user name"},
    )
    password = forms.CharField(
        label="Password",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password"},
    )
