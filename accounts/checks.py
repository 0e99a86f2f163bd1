"""System checks of the accounts app."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from accounts.single_sign_on.configuration import problems


@register(Tags.security)
def single_sign_on_is_whole_or_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse single sign-on that is half configured: it would be off without anybody noticing."""
    return [
        Error(
            said,
            hint="Set the variables BWC_SSO_... as docs/how-to/connect-single-sign-on.md says, "
            "or unset them all",
            id="accounts.E001",
        )
        for said in problems()
    ]
