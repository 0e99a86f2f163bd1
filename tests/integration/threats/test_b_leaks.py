"""T22, T23, T26-T28, T31-T34: what hidden records could show through. Numbers as in the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from incidents.references import make_reference
from tests.factories.callers import Caller
from tests.factories.cases import NOW, make_case, new_complaint
from tests.factories.people import Force, make_team, make_user
from tests.factories.world import World
from tests.twins.asking import Answer, Ask, Asker, Nothing, undone
from tests.twins.bodies import document, operations
from tests.twins.chance import fixed_chance
from tests.twins.worlds import clocks_at_rest

pytestmark = pytest.mark.django_db

APPS = ("audit", "accounts", "incidents", "reviews", "retention", "bwcportal")
LISTS = ("reviews:my-work", "incidents:case-list", "retention:disposal-list", "retention:waiting")
API_LISTS = sorted(
    operation.path
    for operation in operations()
    if operation.method == "get" and "{" not in operation.path
)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sources() -> Iterator[tuple[Path, str]]:
    """Read every module of the portal that is not a migration."""
    for app in APPS:
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path, path.read_text(encoding="utf-8")


# T22, T23


def test_t22_t23_fifty_hidden_cases_change_no_count_and_no_search() -> None:
    force, other = Force(), Force(make_team("T8"), make_team("T9"))
    other.officer = force.officer
    make_case(force)
    person = make_user(*(set(Role) - {Role.ADMINISTRATOR, Role.OVERSIGHT}), team=force.team)
    with (
        time_machine.travel(timezone.now(), tick=False),
        clocks_at_rest(),
        fixed_chance() as chance,
    ):
        with undone():
            before = looked_at(Asker(person, chance, Nothing()), [])
        chance.begin("fifty cases")
        hidden = [
            make_case(other, title=f"Hidden matter {number}", is_restricted=number % 2 == 0)
            for number in range(50)
        ]
        with undone():
            after = looked_at(Asker(person, chance, Nothing()), [])
        words = ["Hidden matter 1", hidden[0].reference, hidden[1].reference[-5:], "Kestle"]
        words += [force.officer.surname, force.officer.collar_number, str(hidden[0].pk)]
        with undone():
            searched = looked_at(Asker(person, chance, Nothing()), words)

    assert before == after
    for ask, answer in searched.items():
        # What was typed stands in the box again, and says nothing.
        typed = ask.path.partition("=")[2].encode()
        shown = answer.body.replace(typed, b"") if typed else answer.body
        assert [case.pk for case in hidden if str(case.pk).encode() in shown] == []
        assert [case.title for case in hidden if b"%s<" % case.title.encode() in shown] == []


def looked_at(asker: Asker, words: list[str]) -> dict[Ask, Answer]:
    """Ask for every list, and for every search with these words."""
    paths = [reverse(name) for name in LISTS] + API_LISTS
    for word in words:
        paths += [
            f"{reverse('incidents:case-list')}?q={word}",
            f"{reverse('incidents:log-officers')}?officer={word}",
            f"/api/v1/officers?q={word}",
        ]
    return {ask: asker.ask(ask) for ask in (Ask("GET", path) for path in paths)}


# T26


@pytest.mark.parametrize(
    "path", [operation.path for operation in operations() if operation.method == "get"]
)
def test_t26_nothing_more_can_be_asked_for(path: str, world: World) -> None:
    caller = Caller(world.force.everything)
    plain = re.sub(r"{(\w+)}", lambda part: str(world.ids[part.group(1)]), path)
    usual = caller.get(plain)

    for more in ("depth=5", "expand=user", "fields=password", "include=grants", "format=api"):
        reply = caller.get(f"{plain}?{more}")
        assert reply.status in {400, 404} or reply.content == usual.content, more
    for secret in (b"password", b"pbkdf2", b"md5$", b"mfa", b"session_key", b'"digest":"$'):
        if "/schema" not in path:
            assert secret not in usual.content


# T27


def test_t27_the_document_and_options_offer_no_rows(world: World) -> None:
    words = str(document())
    for secret in (world.case.reference, str(world.case.pk), world.force.officer.surname):
        assert secret not in words
    for operation in operations():
        path = re.sub(r"{(\w+)}", lambda part: str(world.ids[part.group(1)]), operation.path)
        reply = Caller(world.force.everything).send("OPTIONS", path)
        assert b"choices" not in reply.content
        assert b"actions" not in reply.content
        break


@pytest.mark.parametrize("path", API_LISTS)
def test_t27_options_are_the_same_for_everybody(path: str, world: World) -> None:
    mine = Caller(world.force.everything).send("OPTIONS", path)
    others = Caller(world.force.stranger).send("OPTIONS", path)

    assert mine.content == others.content
    assert b"choices" not in mine.content


# T28


def test_t28_a_mention_of_a_hidden_case_is_plain_words() -> None:
    force, other = Force(), Force(make_team("T8"), make_team("T9"))
    hidden = make_case(other)
    pages = []
    for mention in (hidden.reference, "CM-26-ZZZZZ"):
        words = f"Compare {mention} @{mention} /cases/{hidden.pk}/"
        case = make_case(force, summary=words, original_words=words)
        page = signed_in(force.handler).get(reverse("incidents:case", args=[case.pk]))
        body = page.content.decode()
        assert f'href="/cases/{hidden.pk}/"' not in body
        for own in (str(case.pk), case.reference, mention):
            body = body.replace(own, "OWN")
        body = re.sub(r'value="[A-Za-z0-9]{64}"|nonce="[^"]+"|"X-CSRFToken": "\w+"', "", body)
        pages.append(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", body))

    assert pages[0] == pages[1]


def test_t28_no_page_is_kept_for_anybody_else() -> None:
    kept = re.compile(r"cache_page|{% cache|from django\.core\.cache|@cached_view")
    assert [str(path) for path, text in sources() if kept.search(text)] == []
    templates = (settings.BASE_DIR / "templates").rglob("*.html")
    assert [str(path) for path in templates if kept.search(path.read_text())] == []


# T31


def test_t31_nobody_chooses_a_reference_and_none_says_how_many() -> None:
    force = Force()
    fields = vars(new_complaint(force))
    made = [make_reference("CM", now=NOW) for _ in range(400)]

    assert not {"reference", "id", "number"} & fields.keys()
    assert len(set(made)) == len(made)
    assert made != sorted(made)
    assert all(re.fullmatch(r"CM-26-[2-9BCDFGHJKMNPQRSTVWXYZ]{5}", each) for each in made)
    post = next(o for o in operations() if str(o) == "POST /api/v1/complaints")
    assert not {"reference", "id"} & post.properties().keys()


# T32, T33


def test_t32_nothing_of_a_case_leaves_by_mail_or_push() -> None:
    sends = re.compile(r"django\.core\.mail|smtplib|send_mail|webpush|EmailMessage")
    assert [str(path) for path, text in sources() if sends.search(text)] == []


def test_t33_there_is_no_channel_that_could_stay_open() -> None:
    channel = re.compile(r"WebSocket|EventSource|text/event-stream|AsyncConsumer")
    assert [str(path) for path, text in sources() if channel.search(text)] == []
    assert not {"channels", "daphne"} & set(settings.INSTALLED_APPS)
    assert not getattr(settings, "ASGI_APPLICATION", None)


# T34


def test_t34_logs_hold_ids_and_no_words(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    client = signed_in(world.force.everything)
    words = [world.case.title, world.case.reference, "Kestle", world.force.officer.surname]
    client.get(reverse("incidents:case", args=[world.case.pk]))
    for word in words:
        client.get(reverse("incidents:case-list"), {"q": word})
        client.get(reverse("incidents:log-officers"), {"officer": word})
        client.post(reverse("incidents:give-access", args=[world.case.pk]), {"who": word})
    client.get(f"/cases/{world.case.reference}/")

    written = "".join(capsys.readouterr()) + caplog.text
    assert str(world.force.everything.pk) in written
    assert [word for word in words if word in written] == []


def test_t34_a_task_carries_ids_only() -> None:
    sent = re.compile(r"\.(?:delay|apply_async|delay_on_commit)\(([^)]*)\)")
    for path, text in sources():
        for arguments in sent.findall(text):
            assert re.fullmatch(r"[\w.\s,=()\[\]]*", arguments), f"{path}: {arguments}"
            assert not re.search(r"title|name|reason|note|words|text|query", arguments), path


def test_t34_the_history_of_a_case_counts_without_gaps(world: World) -> None:
    page = signed_in(world.force.everything).get(reverse("incidents:history", args=[world.case.pk]))

    assert page.context["history"].events
    assert "in all" not in page.content.decode()
    assert not re.search(r"checkpoint [\d,]+", page.content.decode())
