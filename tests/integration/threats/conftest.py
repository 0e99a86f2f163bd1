"""One world for the tests of a module. Imports no models: pytest reads this before Django is set up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    """Give a case with everything on it; what a test changes is undone by its own transaction."""
    from tests.factories.world import World
    from tests.twins.asking import undone

    with django_db_blocker.unblock(), undone():
        yield World.make()


@pytest.fixture(scope="module")
def hidden(world: Any, django_db_blocker: DjangoDbBlocker) -> dict[str, Any]:
    """Make a case of another team, and name what is in it; undone with the world."""
    from tests.factories.decisions import returned_case
    from tests.factories.people import Force, make_team

    with django_db_blocker.unblock():
        case = returned_case(Force(make_team("T8"), make_team("T9"))).complaint
        return {
            "complaint": case.pk,
            "allegation": case.allegations.first().pk,
            "footage": case.footage_links.first().pk,
            "annotation": case.annotations.first().pk,
            "subject": case.subjects.first().pk,
        }
