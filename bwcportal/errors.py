"""The five ways in which the portal says no.

Every refusal that a person or a machine can meet is one of these, with a stable code and a
sentence fit to be shown. Nothing in the portal ever decides by the words of the sentence.
`bwcportal.http` maps them to pages, fragments and problem details in one place.
"""

from __future__ import annotations


class DomainError(Exception):
    """A refusal with a stable code and a sentence that says what to do next."""

    status = 400
    default_code = "invalid"

    def __init__(self, message: str, *, code: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.field = field


class NotFound(DomainError):
    """The thing does not exist, or the person may not know that it does."""

    status = 404
    default_code = "not_found"

    def __init__(self, message: str = "Page not found", *, code: str = "", field: str = "") -> None:
        super().__init__(message, code=code, field=field)


class NotPermitted(DomainError):
    """The person can see the thing but may not do this to it."""

    status = 403
    default_code = "not_permitted"


class NotNow(DomainError):
    """The person may do this, but the state of the thing does not allow it."""

    status = 409
    default_code = "not_now"


class StaleVersion(DomainError):
    """The person acted on a version that somebody has changed since."""

    status = 412
    default_code = "stale_version"

    def __init__(
        self,
        message: str = (
            "Somebody changed this after you opened it. Look at the current version, "
            "then make your change again"
        ),
        *,
        code: str = "",
        field: str = "",
    ) -> None:
        super().__init__(message, code=code, field=field)


class Invalid(DomainError):
    """The input cannot be used. `field` names the answer to repair."""

    status = 400
    default_code = "invalid"
