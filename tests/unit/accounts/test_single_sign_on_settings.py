"""Single sign-on is whole or off, and says what is missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks

from accounts.single_sign_on.configuration import current, origin_of, problems
from bwcportal.single_sign_on import read

WHOLE = {
    "issuer": "https://login.force.example/realms/force",
    "client_id": "bwcportal",
    "client_secret": "a secret",
    "group": "bwc-users",
    "name": "your force account",
}
VARIABLES = {
    "issuer": "BWC_SSO_ISSUER",
    "client_id": "BWC_SSO_CLIENT_ID",
    "client_secret": "BWC_SSO_CLIENT_SECRET",
    "group": "BWC_SSO_GROUP",
}


def test_nothing_is_set_and_nothing_is_wrong(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SINGLE_SIGN_ON = read()

    assert problems() == []
    assert current() is None


def test_the_variables_are_read(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, variable in VARIABLES.items():
        monkeypatch.setenv(variable, WHOLE[key])
    monkeypatch.setenv("BWC_SSO_SECOND_FACTOR", "amr=mfa, acr=urn:force:strong=2")
    settings.SINGLE_SIGN_ON = read()

    found = current()

    assert found is not None
    assert found.origin == "https://login.force.example:443"
    assert found.group_claim == "groups"
    assert found.user_name_claim == "preferred_username"
    assert found.factors == (("amr", "mfa"), ("acr", "urn:force:strong=2"))
    assert found.classes == "urn:force:strong=2"
    assert "a secret" not in repr(found)


@pytest.mark.parametrize("missing", sorted(VARIABLES))
def test_half_configured_is_off_and_an_error_that_names_the_variable(
    settings: Any, missing: str
) -> None:
    settings.SINGLE_SIGN_ON = {**WHOLE, missing: ""}

    assert current() is None
    errors = [each for each in run_checks() if each.id == "accounts.E001"]
    assert [each.msg for each in errors] == [f"{VARIABLES[missing]} is not set"]


@pytest.mark.parametrize(
    ("environment", "issuer", "usable"),
    [
        ("production", "https://login.force.example", True),
        ("production", "http://login.force.example", False),
        ("production", "http://localhost:8080", False),
        ("test", "http://localhost:8080", True),
        ("demo", "http://login.force.example", False),
        ("production", "login.force.example", False),
        ("production", "https://", False),
        ("production", "https://user@login.force.example", False),
        ("production", "https://login.force.example/?tenant=1", False),
        ("production", "https://login.force.example/.well-known/openid-configuration", False),
        ("production", "https://login.force.example:port/", False),
    ],
)
def test_an_issuer_that_cannot_be_used_is_an_error(
    settings: Any, environment: str, issuer: str, usable: bool
) -> None:
    settings.ENVIRONMENT = environment
    settings.SINGLE_SIGN_ON = {**WHOLE, "issuer": issuer}

    assert (problems() == []) is usable
    assert (current() is not None) is usable


@pytest.mark.parametrize("value", ["mfa", "amr=", "groups=mfa", "=mfa"])
def test_a_second_factor_that_names_no_claim_is_an_error(settings: Any, value: str) -> None:
    settings.SINGLE_SIGN_ON = {**WHOLE, "second_factor": (value,)}

    assert current() is None
    assert "BWC_SSO_SECOND_FACTOR" in problems()[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/", "http://a.example/"),
        ("https://a.example/", "https://a.example:8443/"),
        ("https://a.example/", "https://a.example.evil.example/"),
        ("https://a.example/", "https://a.example@evil.example/"),
    ],
)
def test_two_places_have_two_origins(one: str, other: str) -> None:
    assert origin_of(one) != origin_of(other)
    assert origin_of(one) == origin_of("HTTPS://A.example:443/x?y")
