"""The first two administrators are appointed at the command line, and no third one."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Person, User
from accounts.roles import Role
from audit.models import Event
from tests.factories.administration import make_administrator
from tests.factories.people import make_team, make_user

pytestmark = pytest.mark.django_db


def appoint(username: str, number: str, *more: str) -> str:
    out = StringIO()
    call_command(
        "appoint_administrator", username, "--number", number, "--given-names", "Glen",
        "--surname", "Umber", "--unit", "PSD", *more, stdout=out,
    )  # fmt: skip
    return out.getvalue()


def test_a_new_portal_gets_two_administrators_and_no_third() -> None:
    with pytest.raises(CommandError, match="Add --unit-name"):
        appoint("umber", "86110")
    said = appoint("umber", "86110", "--unit-name", "Professional Standards", "--staff")
    assert "issue_set_up_code umber" in said
    appoint("second", "86111")

    for name in ("umber", "second"):
        assert User.objects.get(username=name).role_set == {Role.ADMINISTRATOR}
    with pytest.raises(CommandError, match="two administrators already"):
        appoint("third", "86112")
    assert not Person.objects.filter(collar_number="86112").exists()
    assert {event.actor_id for event in Event.objects.all()} == {"command-line"}


def test_two_accounts_of_one_person_are_one_administrator() -> None:
    first = make_administrator()
    make_user(Role.ADMINISTRATOR, person=first.person)
    appoint("second", "86111", "--unit-name", "Professional Standards")


def test_who_is_in_a_team_is_not_appointed() -> None:
    member = make_user(team=make_team("T1"))
    with pytest.raises(CommandError, match="in a team"):
        appoint("extra", member.person.collar_number, "--unit-name", "Professional Standards")
    assert not User.objects.filter(username="extra").exists()


@pytest.mark.parametrize(
    ("username", "number", "says"),
    [
        ("Not A Name", "86110", "begins with a letter"),
        ("umber", "not a number", "letters, figures"),
    ],
)
def test_a_mistake_is_said(username: str, number: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        appoint(username, number, "--unit-name", "Professional Standards")
    assert not User.objects.exists()
