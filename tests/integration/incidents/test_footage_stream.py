"""Playing: ranges through the real view, and an address that works for one person in one session."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core import signing
from django.test import Client

from accounts.roles import Role
from audit.models import Event
from bwcportal.errors import NotFound, NotNow, NotPermitted
from incidents.enums import FootageStatus
from incidents.media import ANSWER_LIMIT
from incidents.models import CaseExclusion, FootageItem, FootageLink
from incidents.services.playback import playback_link
from tests.factories.cases import NOW, make_case
from tests.factories.footage import attached, path_of
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db

LARGE = 3 * ANSWER_LIMIT


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def link(force: Force, folder: Path) -> FootageLink:
    return attached(make_case(force), force, folder, extra_bytes=LARGE)


@pytest.fixture
def signed_in(client: Client, force: Force) -> Client:
    client.force_login(force.investigator)
    return client


@pytest.fixture
def address(signed_in: Client, force: Force, link: FootageLink) -> str:
    return playback_link(
        actor=force.investigator,
        session_key=signed_in.session.session_key or "",
        link=link,
        now=NOW,
    )


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_an_open_ended_range_gets_one_mebibyte(
    signed_in: Client, address: str, folder: Path, link: FootageLink
) -> None:
    content = path_of(folder, link.footage.external_id).read_bytes()
    response = signed_in.get(address, headers={"Range": "bytes=0-"})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes 0-{ANSWER_LIMIT - 1}/{len(content)}"
    assert response["Content-Length"] == str(ANSWER_LIMIT)
    assert response["Content-Type"] == "video/mp4"
    assert response["Accept-Ranges"] == "bytes"
    assert "no-store" in response["Cache-Control"]
    assert body(response) == content[:ANSWER_LIMIT]


def test_the_whole_recording_comes_in_ranges(
    signed_in: Client, address: str, folder: Path, link: FootageLink
) -> None:
    content = path_of(folder, link.footage.external_id).read_bytes()
    received = b""
    while len(received) < len(content):
        response = signed_in.get(address, headers={"Range": f"bytes={len(received)}-"})
        assert response.status_code == 206
        received += body(response)
    assert received == content
    tail = signed_in.get(address, headers={"Range": "bytes=-100"})
    assert body(tail) == content[-100:]


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=999999999-"},
        {},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "lines=1-2"},
        {"Range": "bytes=0-", "If-Range": '"another-file"'},
    ],
)
def test_what_cannot_be_answered_in_one_small_part_is_416(
    signed_in: Client, address: str, link: FootageLink, headers: dict[str, str]
) -> None:
    response = signed_in.get(address, headers=headers)
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{link.footage.size_bytes}"
    assert response.content == b""


def test_a_small_recording_comes_whole_when_no_range_is_asked(
    signed_in: Client, force: Force, folder: Path
) -> None:
    link = attached(make_case(force), force, folder)
    address = playback_link(
        actor=force.investigator,
        session_key=signed_in.session.session_key or "",
        link=link,
        now=NOW,
    )
    response = signed_in.get(address)
    assert response.status_code == 200
    assert len(body(response)) == link.footage.size_bytes
    head = signed_in.head(address)
    assert head["Content-Length"] == str(link.footage.size_bytes)
    assert signed_in.post(address).status_code == 405


def test_opening_is_one_event_and_names_no_path(
    force: Force, link: FootageLink, signed_in: Client, address: str
) -> None:
    for _ in range(2):
        playback_link(
            actor=force.investigator,
            session_key=signed_in.session.session_key or "",
            link=link,
            now=NOW,
        )
    event = Event.objects.get(name="incidents.playback_link_issued")
    assert event.subject_id == str(link.pk)
    assert link.footage.external_id not in str(event.details)
    assert link.footage.external_id not in address


def test_nobody_else_and_no_other_session_can_use_the_address(
    force: Force, link: FootageLink, address: str
) -> None:
    refused = []
    for user in (force.supervisor, force.stranger, force.investigator):
        client = Client()
        client.force_login(user)
        refused.append(client.get(address, headers={"Range": "bytes=0-"}))
    assert [response.status_code for response in refused] == [404, 404, 404]
    assert Client().get(address).status_code == 302


def test_forged_and_old_addresses_are_the_same_404_as_a_page_that_never_was(
    signed_in: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = signed_in.get("/footage/stream/never-was")
    forged = signed_in.get(address[:-2] + ("aa" if not address.endswith("aa") else "bb"))
    monkeypatch.setattr(signing.time, "time", lambda: __import__("time").time_ns() / 1e9 + 601)
    old = signed_in.get(address)
    assert absent.status_code == forged.status_code == old.status_code == 404


def test_each_request_asks_again_whether_the_case_may_be_known_of(
    signed_in: Client, force: Force, link: FootageLink, address: str
) -> None:
    assert len(body(signed_in.get(address, headers={"Range": "bytes=0-9"}))) == 10
    CaseExclusion.objects.create(
        complaint=link.complaint,
        person=force.investigator.person,
        reason="Knows the complainant",
        made_by=force.supervisor,
        made_at=NOW,
    )
    assert signed_in.get(address, headers={"Range": "bytes=0-9"}).status_code == 404


def test_a_role_that_may_not_watch_gets_no_address(force: Force, link: FootageLink) -> None:
    with pytest.raises(NotPermitted):
        playback_link(actor=force.handler, session_key="a-session", link=link, now=NOW)
    assert not Event.objects.filter(name="incidents.playback_link_issued").exists()


def test_no_session_no_address(force: Force, link: FootageLink) -> None:
    with pytest.raises(NotFound):
        playback_link(actor=force.investigator, session_key="", link=link, now=NOW)


def test_what_is_lost_or_unplayable_has_no_address(force: Force, link: FootageLink) -> None:
    link.footage.plays_in_browser, link.footage.codec = False, "mpeg4"
    with pytest.raises(NotNow, match="mpeg4"):
        playback_link(actor=force.investigator, session_key="a", link=link, now=NOW)
    link.footage.status = FootageStatus.LOST
    with pytest.raises(NotNow, match="lost"):
        playback_link(actor=force.investigator, session_key="a", link=link, now=NOW)


def test_a_recording_that_is_deleted_while_it_is_watched_is_409(
    signed_in: Client, address: str, folder: Path, link: FootageLink
) -> None:
    path_of(folder, link.footage.external_id).unlink()
    response = signed_in.get(address, headers={"Range": "bytes=0-"})
    assert response.status_code in {404, 409}
    assert FootageItem.objects.get().status == FootageStatus.AVAILABLE


def test_oversight_may_watch_what_is_opened_to_it(
    client: Client, force: Force, folder: Path, link: FootageLink
) -> None:
    reader = make_user(Role.OVERSIGHT, team=force.team)
    client.force_login(reader)
    address = playback_link(
        actor=reader, session_key=client.session.session_key or "", link=link, now=NOW
    )
    assert len(body(client.get(address, headers={"Range": "bytes=0-9"}))) == 10
