"""Naming somebody who holds a role: from a list where it is short, by number or name where it is not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from accounts.models import User
from accounts.people import holders_of
from accounts.roles import Role
from incidents.models import Complaint
from incidents.selectors.officers import find_accounts

# A list of more is not read but scrolled past, and would be sent with every page.
MOST_OFFERED = 100


def holder_field(
    case: Complaint, role: Role, *, but_not: Collection[Any], label: str, help_text: str
) -> forms.Field:
    """Make a field that gives an open account holding a role, or None for nobody yet.

    `but_not` are the ids of people who may not be named: they are as if they held no role.
    """
    people = holders_of(role).exclude(person_id__in=list(but_not))
    offered = list(people.prefetch_related("memberships")[: MOST_OFFERED + 1])
    given: dict[str, Any] = {"label": label, "help_text": help_text, "required": False}
    if len(offered) <= MOST_OFFERED:
        return ChosenHolder(offered, case, **given)
    return TypedHolder(role, but_not, **given)


class ChosenHolder(forms.ChoiceField):
    """An account chosen from a list, the case's own team first."""

    def __init__(self, people: list[User], case: Complaint, **kwargs: Any) -> None:
        super().__init__(choices=_grouped(case, people), **kwargs)
        self._people = {str(user.pk): user for user in people}

    def clean(self, value: Any) -> User | None:
        """Give the account chosen."""
        return self._people.get(super().clean(value))


class TypedHolder(forms.CharField):
    """An account named by collar number, surname or user name."""

    def __init__(self, role: Role, but_not: Collection[Any], **kwargs: Any) -> None:
        help_text = f"{kwargs.pop('help_text')}. Enter a collar number, surname or user name"
        attrs = {"class": "govuk-input--width-20", "autocomplete": "off"}
        super().__init__(
            max_length=64, widget=forms.TextInput(attrs=attrs), help_text=help_text, **kwargs
        )
        self._role = role
        self._but_not = set(but_not)

    def prepare_value(self, value: Any) -> Any:
        """Show who was chosen before as one would type them."""
        if isinstance(value, UUID):
            user = User.objects.select_related("person").filter(pk=value).first()
            return user.display_name if user else ""
        return value

    def clean(self, value: Any) -> User | None:
        """Find the one account that is meant."""
        typed = super().clean(value)
        if not typed:
            return None
        named = [user.pk for user in find_accounts(typed) if user.person_id not in self._but_not]
        found = list(holders_of(self._role).filter(pk__in=named))
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(user.display_name for user in found)
            raise forms.ValidationError(f"Enter the collar number of one of: {names}")
        raise forms.ValidationError(
            f"Enter somebody who is {_article(self._role.label)} and may be named here. "
            f"You entered {typed}"
        )


def _article(label: str) -> str:
    return f"{'an' if label[0] in 'AEIOU' else 'a'} {label.lower()}"


def _grouped(case: Complaint, people: list[User]) -> list[Any]:
    """Offer the people of the case's own team first."""
    now = timezone.now()
    own, others = [], []
    for user in people:
        is_own = any(
            membership.team_id == case.team_id
            and (membership.until is None or membership.until > now)
            for membership in user.memberships.all()
        )
        (own if is_own else others).append((str(user.pk), user.display_name))
    groups = [(case.team.name, own), ("Other teams", others)]
    return [("", "Nobody yet"), *[(name, choices) for name, choices in groups if choices]]
