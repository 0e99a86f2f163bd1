"""T05 and T33: a right that ends is gone from the next range, and from a stream on its way."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, Membership, RoleAssignment, User
from accounts.roles import Role
from incidents.media import ANSWER_LIMIT
from incidents.models import CaseExclusion, Complaint, FootageLink
from incidents.services import watched_stream
from incidents.services.cover import end_cover
from incidents.services.emergencies import end_emergency
from incidents.services.playback import playback_link, playback_token
from incidents.services.watched_stream import JUDGE_AGAIN_AFTER, RightEnded, while_allowed
from tests.factories.callers import Caller
from tests.factories.cases import NOW, make_case
from tests.factories.covers import acting, set_cover_for
from tests.factories.emergencies import open_in_emergency_for
from tests.factories.footage import attached
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db

FIRST = {"Range": "bytes=0-"}


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def link(force: Force, folder: Path) -> FootageLink:
    return attached(make_case(force), force, folder, extra_bytes=2 * ANSWER_LIMIT)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge before every piece instead of every two seconds."""
    monkeypatch.setattr(watched_stream, "JUDGE_AGAIN_AFTER", 0.0)


def opened(client: Client, user: User, link: FootageLink) -> tuple[str, Iterator[bytes]]:
    """Begin to play a recording and take the first piece of it."""
    address = playback_link(
        actor=user, session_key=client.session.session_key or "", link=link, now=NOW
    )
    answer: Any = client.get(address, headers=FIRST)
    assert answer.status_code == 206
    pieces = iter(answer.streaming_content)
    assert next(pieces)
    return address, pieces


def keep_out(force: Force, link: FootageLink, client: Client) -> None:
    CaseExclusion.objects.create(
        complaint=link.complaint, person=force.investigator.person, reason="Knows them",
        made_by=force.supervisor, made_at=timezone.now(),
    )  # fmt: skip


def leave_the_team(force: Force, link: FootageLink, client: Client) -> None:
    Membership.objects.filter(user=force.investigator).update(until=timezone.now())


def lose_the_role(force: Force, link: FootageLink, client: Client) -> None:
    RoleAssignment.objects.filter(user=force.investigator).update(until=timezone.now())


def restrict_the_case(force: Force, link: FootageLink, client: Client) -> None:
    Complaint.objects.filter(pk=link.complaint_id).update(is_restricted=True)


def close_the_account(force: Force, link: FootageLink, client: Client) -> None:
    User.objects.filter(pk=force.investigator.pk).update(is_active=False)


def sign_out(force: Force, link: FootageLink, client: Client) -> None:
    other = Client()
    other.cookies = client.cookies
    other.post(reverse("accounts:sign-out"))


ENDS = [
    keep_out, leave_the_team, lose_the_role, restrict_the_case, close_the_account, sign_out,
]  # fmt: skip


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("ends", ENDS)
def test_a_right_that_ends_cuts_the_stream_and_the_next_range(
    force: Force, link: FootageLink, ends: Callable[..., None]
) -> None:
    client = Client()
    client.force_login(force.investigator)
    address, pieces = opened(client, force.investigator, link)

    ends(force, link, client)

    with pytest.raises(RightEnded):
        next(pieces)
    again = client.get(address, headers=FIRST)
    assert again.status_code == 404 or again["Location"].startswith("/sign-in/")


@pytest.mark.usefixtures("at_once")
def test_a_cover_that_ends_cuts_the_stream_of_the_deputy(force: Force, link: FootageLink) -> None:
    deputy = make_user(Role.INVESTIGATOR)
    cover = set_cover_for(force.investigator, deputy)
    client = Client()
    client.force_login(deputy)
    client.post(reverse("incidents:act-for", args=[cover.pk]))
    address, pieces = opened(client, acting(cover), link)

    end_cover(actor=force.investigator, delegation_id=cover.pk, now=timezone.now())

    with pytest.raises(RightEnded):
        next(pieces)
    assert client.get(address, headers=FIRST).status_code == 404


@pytest.mark.usefixtures("at_once")
def test_an_emergency_that_ends_cuts_the_stream(force: Force, link: FootageLink) -> None:
    opener = make_user(Role.SUPERVISOR)
    access = open_in_emergency_for(link.complaint, opener)
    client = Client()
    client.force_login(opener)
    address, pieces = opened(client, opener, link)

    end_emergency(actor=force.supervisor, emergency_id=access.pk, now=timezone.now())

    with pytest.raises(RightEnded):
        next(pieces)
    assert client.get(address, headers=FIRST).status_code == 404


@pytest.mark.usefixtures("at_once")
def test_a_revoked_token_cuts_the_stream_of_a_machine(force: Force, link: FootageLink) -> None:
    caller = Caller(force.investigator)
    row = ApiToken.objects.get(user=force.investigator)
    token = playback_token(
        actor=force.investigator, session_key=f"api-token:{row.pk}", link=link, now=NOW
    )
    path = f"/api/v1/playback/{token}"
    headers = {"Authorization": f"Bearer {caller.token}", **FIRST}
    answer: Any = Client().get(path, headers=headers)
    assert answer.status_code == 206
    pieces = iter(answer.streaming_content)
    assert next(pieces)

    ApiToken.objects.update(revoked_at=timezone.now())

    with pytest.raises(RightEnded):
        next(pieces)
    assert Client().get(path, headers=headers).status_code == 401


def test_a_right_that_stays_lets_everything_through(force: Force, link: FootageLink) -> None:
    client = Client()
    client.force_login(force.investigator)
    _, pieces = opened(client, force.investigator, link)

    assert sum(map(len, pieces)) > 0


@pytest.mark.usefixtures("at_once")
def test_being_judged_at_every_piece_takes_nothing_away(force: Force, link: FootageLink) -> None:
    client = Client()
    client.force_login(force.investigator)
    address = playback_link(
        actor=force.investigator, session_key=client.session.session_key or "", link=link, now=NOW
    )

    answer: Any = client.get(address, headers=FIRST)

    assert len(b"".join(answer.streaming_content)) == ANSWER_LIMIT


# The clock of the judgement


def test_it_is_judged_every_two_seconds_and_not_more_often() -> None:
    seconds = count()
    asked: list[int] = []

    def is_allowed() -> bool:
        asked.append(1)
        return True

    # One second passes between two looks at the clock.
    list(while_allowed([b"x"] * 8, is_allowed, clock=lambda: next(seconds) * 1.0))

    assert JUDGE_AGAIN_AFTER <= 2
    assert 2 <= len(asked) <= 4


def test_what_was_opened_is_closed_and_the_connection_cut() -> None:
    closed = []

    def pieces() -> Iterator[bytes]:
        try:
            yield from [b"a", b"b"]
        finally:
            closed.append(True)

    ticks = iter([0.0, 9.0])

    with pytest.raises(RightEnded) as cut:
        list(while_allowed(pieces(), lambda: False, clock=lambda: next(ticks)))

    assert closed == [True]
    # What a web server takes for a client that went away: it closes and keeps no connection.
    assert cut.value.errno == errno.ECONNRESET
