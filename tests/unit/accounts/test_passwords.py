"""Which passwords are fit: long ones of any kind, and none that is guessed first (T59)."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import CommandUnit, Person, User
from accounts.passwords import check_password_is_fit
from bwcportal.errors import Invalid

OWNER = User(
    username="vasey",
    person=Person(
        rank="DI",
        collar_number="6120QX",
        given_names="Marian",
        surname="Vasey",
        unit=CommandUnit(code="NM", name="Northmarsh"),
    ),
)


@pytest.mark.parametrize(
    "password",
    [
        "crumpet sundial gravel",
        "lantern-harbour-54",
        "zwölf große Dächer",
        "нет ничего лучше",
        "a" * 6 + "bcdefghijk",
        " spaces at both ends ",
        "x1" * 4 + "quiet meadow " * 4,
        "quiet meadow " * 9,
    ],
)
def test_t59_long_passwords_of_any_kind_are_fit(password: str) -> None:
    validate_password(password, OWNER)


@pytest.mark.parametrize(
    "password",
    [
        "short one",
        "x" * 129,
        "aaaaaaaaaaaaaaa",
        "121212121212",
        "password1234",
        "Passw0rd!2026",
        "1234567890123",
        "qwertyuiop123",
        "Metropolitan2026",
        "metropolitan demo force",
        "MarianVasey6120",
        "VaseyVaseyVasey",
        "6120QX 6120QX",
        "2186QX-7714QX-88213",
        "B0dyW0rn2026!!",
        "Northmarsh police",
        "constable constable",
        "iloveyou123456",
    ],
)
def test_t59_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, OWNER)


@given(
    words=st.lists(
        st.sampled_from(
            ["crumpet", "sundial", "gravel", "anvil", "harvest", "pewter", "meadow", "lantern"]
        ),
        min_size=3,
        max_size=5,
        unique=True,
    )
)
def test_three_random_words_always_do(words: list[str]) -> None:
    validate_password(" ".join(words), OWNER)


def test_t59_a_password_is_set_in_one_place_alone() -> None:
    """So that the rules hold on every path: page, set-up code, API, command."""
    allowed = {"accounts/passwords.py", "bwcportal/demo/people.py", "accounts/backends.py"}
    found = set()
    for app in ("audit", "accounts", "incidents", "reviews", "retention", "bwcportal"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if re.search(r"\.set_password\(|make_password\(|\.password = ", text):
                found.add(str(path.relative_to(settings.BASE_DIR)))

    assert found == allowed


def test_one_reason_is_given_at_a_time() -> None:
    """`password1234` is guessed first and also too common: two sentences in one line are noise."""
    with pytest.raises(Invalid) as refused:
        check_password_is_fit("password1234", OWNER)
    assert refused.value.message.endswith("Use three random words instead")
