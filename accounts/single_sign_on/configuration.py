"""How single sign-on is configured, and what is missing or unusable in that."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from django.conf import settings

# Claims that may tell how a person was asked (OpenID Connect Core 1.0, section 2).
FACTOR_CLAIMS = ("amr", "acr")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Configuration:
    """What the operator has set. Names of claims are those of the provider's ID token."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    name: str = ""
    group: str = ""
    group_claim: str = "groups"
    user_name_claim: str = "preferred_username"
    user_name_ending: str = ""
    second_factor: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("openid", "profile")

    @property
    def origin(self) -> str:
        """Give scheme, host and port of the issuer: the only place that is ever called."""
        return origin_of(self.issuer)

    @property
    def factors(self) -> tuple[tuple[str, str], ...]:
        """List the claims and values that count as a second factor."""
        pairs = (each.partition("=") for each in self.second_factor)
        return tuple((claim, value) for claim, _, value in pairs)

    @property
    def classes(self) -> str:
        """Give the values of `acr` that count, as a request asks for them."""
        return " ".join(value for claim, value in self.factors if claim == "acr")


def current() -> Configuration | None:
    """Give the configuration in force, or None when there is none or it cannot be used."""
    found = _read()
    return found if found.issuer and not problems() else None


def problems() -> list[str]:
    """Say what is missing or unusable, one sentence for each variable; nothing when it is off."""
    found = _read()
    needed = {
        "BWC_SSO_ISSUER": found.issuer,
        "BWC_SSO_CLIENT_ID": found.client_id,
        "BWC_SSO_CLIENT_SECRET": found.client_secret,
        "BWC_SSO_GROUP": found.group,
    }
    if not any(needed.values()):
        return []
    said = [f"{name} is not set" for name, value in needed.items() if not value]
    if found.issuer:
        said += _problems_of_issuer(found.issuer)
    for claim, value in found.factors:
        if claim not in FACTOR_CLAIMS or not value:
            said.append(
                "BWC_SSO_SECOND_FACTOR must be values of amr or acr, such as amr=mfa, "
                f"not {claim!r}"
            )
    return said


def origin_of(address: str) -> str:
    """Give scheme, host and port of an address, or nothing for what is none."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return ""
    if not parts.hostname or port is None or "@" in parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _read() -> Configuration:
    given = settings.SINGLE_SIGN_ON
    return Configuration(**{each.name: given[each.name] for each in fields(Configuration)
                            if given.get(each.name)})  # fmt: skip


def _problems_of_issuer(issuer: str) -> list[str]:
    if not origin_of(issuer) or re.search(r"[?#\s]", issuer) or "/.well-known/" in issuer:
        return [
            "BWC_SSO_ISSUER must be the issuer's address as the provider writes it, "
            "without /.well-known/ and what follows"
        ]
    parts = urlsplit(issuer)
    if parts.scheme == "https":
        return []
    if settings.ENVIRONMENT == "production" or parts.hostname not in _LOOPBACK:
        return ["BWC_SSO_ISSUER must begin with https://"]
    return []
