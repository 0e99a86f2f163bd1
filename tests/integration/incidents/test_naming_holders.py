"""Naming an investigator or a supervisor: from a list where it is short, typed where it is not."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.utils import timezone

from accounts.roles import Role
from incidents.forms import holders
from incidents.forms.acts import HandlingForm
from incidents.models import Complaint
from tests.factories.cases import make_case
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every list too long to be offered."""
    monkeypatch.setattr(holders, "MOST_OFFERED", 0)


def named(case: Complaint, typed: str, **initial: Any) -> HandlingForm:
    data = {"handling": "S3_LOCAL_NON_SPECIAL", "investigator": typed, "supervisor": ""}
    return HandlingForm(data, initial=initial, case=case)


def test_a_short_list_is_offered_the_own_team_first(force: Force) -> None:
    form = HandlingForm(case=make_case(force))
    field = form.fields["investigator"]
    assert isinstance(field, forms.ChoiceField)
    groups = [name for name, _ in field.choices]
    assert groups[:2] == ["", force.team.name]


@pytest.mark.usefixtures("large")
def test_many_are_typed_by_number_surname_or_user_name(force: Force) -> None:
    case = make_case(force)
    person = force.investigator.person
    for typed in (person.collar_number, person.title, force.investigator.username):
        form = named(case, typed)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["investigator"] == force.investigator
        assert form.cleaned_data["supervisor"] is None
    assert "option" not in str(named(case, "")["investigator"])


@pytest.mark.usefixtures("large")
def test_who_may_not_be_named_is_like_nobody_and_the_typed_words_stay(force: Force) -> None:
    case = make_case(force)
    subject = make_user(Role.INVESTIGATOR, team=force.team)
    case.subjects.create(person=subject.person, named_at=timezone.now())
    messages = set()
    for typed in (subject.username, force.handler.username, "nobody-at-all"):
        form = named(case, typed)
        assert not form.is_valid()
        (message,) = form.errors["investigator"]
        assert typed in str(form["investigator"])
        messages.add(message.replace(typed, ""))
    assert len(messages) == 1
    assert "an investigator" in messages.pop()


@pytest.mark.usefixtures("large")
def test_who_was_chosen_before_is_shown_as_one_would_type_them(force: Force) -> None:
    case = make_case(force)
    form = HandlingForm(initial={"investigator": force.investigator.pk}, case=case)
    assert force.investigator.display_name in str(form["investigator"])
