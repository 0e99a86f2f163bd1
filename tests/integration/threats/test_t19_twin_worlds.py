"""T19, the master test: for whoever may not know of a record, the portal is as if it did not exist.

A crawler walks every page, fragment and endpoint as one person, over a world and over its twin
without the records hidden from that person. Every answer must be the same: status, headers, cookies,
body, order. Clocks stand still and chance is played again, so that nothing is masked.

The suite tries the world that has everything, and a few random ones. For many:

    TWINS_EXAMPLES=200 ./bwc test tests/integration/threats/test_t19_twin_worlds.py -n 2

TWINS_DEPTH=deep looks at several addresses of a route, with more forms and choices and a hidden id of
every kind everywhere; everything at every address, with every method, choice and probe, for hours.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as django_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from accounts.roles import Role
from tests.twins.asking import Asker, undone
from tests.twins.chance import Chance, fixed_chance
from tests.twins.comparing import differences
from tests.twins.crawler import (
    ADMINISTRATION,
    API,
    EVERYTHING,
    PAGES,
    Crawl,
    Crawler,
    Depth,
    Probes,
    all_routes,
)
from tests.twins.evidence import EvidenceFolder
from tests.twins.stage import CRAWLED_AT, OFFICERS_NUMBER, ROLES_OF_MINE
from tests.twins.worlds import Builder, Step, all_steps, clocks_at_rest

pytestmark = pytest.mark.django_db

# Routes that the crawler does not reach, each with its reason.
NOT_REACHED: dict[str, str] = {
    "accounts:own-remove-factor": "names a factor of one's own, and whoever walks has none",
    "accounts:single-sign-on-back": "is not there unless the force has single sign-on",
}

QUICK = Depth(cases=4, addresses=1, methods=1, forms=1, choices=1, words=1, every_probe=False)
# Of random worlds the suite looks at what can be read; what can be sent is tried in the world above.
TINY = Depth(cases=2, addresses=1, methods=0, forms=0, choices=1, words=1, every_probe=False)
EXAMPLES = int(os.environ.get("TWINS_EXAMPLES", "1"))
DEEP = Depth(cases=6, addresses=3, methods=2, forms=2, choices=3, words=1)
if deeper := {"deep": DEEP, "everything": EVERYTHING}.get(os.environ.get("TWINS_DEPTH", "")):
    QUICK = TINY = deeper


@pytest.fixture(scope="module")
def _still(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Chance]:
    """Stop the clocks and fix chance, in one transaction that is undone after the module."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(CRAWLED_AT, tick=False),
        clocks_at_rest(),
        fixed_chance() as chance,
        undone(),
    ):
        yield chance


@pytest.fixture(scope="module")
def builder(_still: Chance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """Make worlds over one evidence system, with a signer of their own."""
    folder: Path = tmp_path_factory.mktemp("evidence")
    signer = tmp_path_factory.mktemp("signer") / "audit"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "FOOTAGE_FOLDER", folder)
        patch.setattr(django_settings, "AUDIT_DIR", signer)
        yield Builder(_still, EvidenceFolder(folder, OFFICERS_NUMBER), signer)


def walk(
    builder: Builder, steps: Sequence[Step], depth: Depth, area: str, probes: Probes | None = None
) -> tuple[Crawl, Probes]:
    """Build a world, walk it as its person, and undo both.

    What to probe with is what this world hides, unless it is given.
    """
    with undone():
        stage = builder.build(steps)
        probes = probes or builder.probes()
        person = stage.admin if area == ADMINISTRATION else stage.me
        asker = Asker(person, builder.chance, builder.evidence)
        return Crawler(asker, probes, depth, area=area, but=NOT_REACHED).crawl(), probes


EVERYTHING_VISIBLE = [
    Step("with everything", ""),
    Step("with footage", ""),
    Step("signed", "by team"),
    Step("certificate", "by team"),
    Step("disposal", "by team"),
    Step("logged", "by team"),
    Step("suspended", ""),
    Step("submitted", "restricted, granted"),
    Step("ready", "by grant"),
    Step("my draft", ""),
    Step("my interest", ""),
    Step("in conflict", ""),
    Step("opened in emergency", ""),
    Step("i am deputy", ""),
    Step("a token", ""),
]
EVERYTHING_HIDDEN = [
    Step("their everything", ""),
    Step("their footage", ""),
    Step("their suspended", ""),
    Step("their draft", ""),
    Step("their interest", ""),
    Step("their conflict", ""),
    Step("their emergency", ""),
    Step("returned", "about me"),
    Step("signed", "restricted"),
    Step("logged", "about me"),
    Step("submitted", "excluded"),
    Step("disposal", "about me"),
    Step("disposal", "of another team"),
    Step("certificate", "about me"),
    Step("certificate", "of another team"),
    Step("ready", "grant expired"),
    Step("handled", "grant ended"),
]


# Hidden records before, between and after the visible ones.
_HALF = len(EVERYTHING_HIDDEN) // 2
WORLD = [
    *EVERYTHING_HIDDEN[:_HALF],
    *EVERYTHING_VISIBLE[:6],
    *EVERYTHING_HIDDEN[_HALF:-1],
    *EVERYTHING_VISIBLE[6:],
    EVERYTHING_HIDDEN[-1],
    Step("their link", ""),
]


# From an administrator every case is hidden. What they are told all the same is the same in both
# worlds: how many personal grants an account has, what somebody declares of themselves, and to
# whoever tries to close a team, whether it has a case.
_TOLD = {"a token", "my interest", "their interest", "in conflict", "their conflict"}
_GIVES_GRANTS = {"with everything", "their everything"}


def for_administrators(steps: Sequence[Step]) -> list[Step]:
    """Give the same world without what is hidden from an administrator."""
    kept = _TOLD | _GIVES_GRANTS
    return [
        step
        for step in steps
        if step.kind in kept
        or "grant" in step.why
        or "restricted" in step.why
        or step in {Step("logged", "by team"), Step("disposal", "of another team")}
    ]


def twin(steps: Sequence[Step]) -> list[Step]:
    """Give the same world without what is hidden."""
    return [step for step in steps if not step.is_hidden]


@pytest.mark.parametrize("area", [PAGES, API, ADMINISTRATION])
def test_t19_nothing_hidden_can_be_told(builder: Builder, area: str) -> None:
    with_hidden, probes = walk(builder, WORLD, QUICK, area)
    rest = for_administrators(WORLD) if area == ADMINISTRATION else twin(WORLD)
    without, _ = walk(builder, rest, QUICK, area, probes)

    found = differences(with_hidden, without)
    assert not found, "\n".join(found)
    every = {name for name, route in all_routes().items() if route.area == area}
    assert every - with_hidden.reached - NOT_REACHED.keys() == set(), "walk these, or say why not"
    faults = [str(ask) for ask, answer in with_hidden.answers.items() if answer.status >= 500]
    assert faults == []


STEPS = all_steps()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == 1,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate] if EXAMPLES == 1 else list(Phase),
)
@given(
    steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=8).filter(
        lambda steps: any(step.is_hidden for step in steps)
    ),
    roles=st.sets(st.sampled_from(ROLES_OF_MINE), min_size=2),
    area=st.sampled_from([PAGES, API]),
)
def test_t19_nothing_hidden_can_be_told_in_random_worlds(
    builder: Builder, steps: list[Step], roles: set[Role], area: str
) -> None:
    usual, builder.roles = builder.roles, tuple(role for role in ROLES_OF_MINE if role in roles)
    try:
        with_hidden, probes = walk(builder, steps, TINY, area)
        without, _ = walk(builder, twin(steps), TINY, area, probes)
    finally:
        builder.roles = usual

    found = differences(with_hidden, without)
    assert not found, "\n".join(found)
