"""Being refused a case, being given it, seeing why, and losing it while it is open in another tab."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bwcportal.demo.stories import FOUR_CAMERAS
from tests.functional.journey.people import Person
from tests.functional.journey.record import Record

pytestmark = pytest.mark.functional

REASON = "Second opinion on the restraint"
NOTHING = "Nothing can be shown at this address"


@pytest.fixture
def people(running_portal: Any, browser: Any) -> Any:
    """Give the supervisor of the case's team, and an investigator of another team."""
    supervisor = Person(browser, running_portal, "vasey")
    visitor = Person(browser, running_portal, "harkin")
    yield supervisor, visitor
    supervisor.context.close()
    visitor.context.close()


def test_a_right_that_ends_is_gone_from_every_open_tab(running_portal: Any, people: Any) -> None:
    supervisor, visitor = people
    record = Record(running_portal.database_url)
    case_id = record.case_id(FOUR_CAMERAS.title)
    reference = record.reference(case_id)

    assert visitor.open_case(case_id).status == 404
    visitor.sees(NOTHING)

    supervisor.open_case(case_id, "access/give")
    supervisor.fill("Collar number, surname or user name", "harkin")
    supervisor.fill("Reason", REASON)
    supervisor.press("Give access")
    supervisor.sees("Access is given", REASON)

    assert visitor.open_case(case_id, "access").status == 200
    visitor.sees(REASON, "Personal grant from DI 6120 Vasey")
    room = visitor.context.new_page()
    room.goto(f"{running_portal.url}/cases/{case_id}/room/")
    room.get_by_role("button", name="Open the room, paused").click()
    room.locator("body[data-room=open]").wait_for()
    stream = next(
        src
        for src in room.locator("video").evaluate_all("all => all.map((each) => each.currentSrc)")
        if src
    )
    part = {"Range": "bytes=0-99"}
    assert visitor.context.request.get(stream, headers=part).status == 206

    supervisor.open_case(case_id, "access")
    supervisor.page.get_by_role("link", name=re.compile("End the access of .*Harkin")).click()
    supervisor.fill("Reason", "The opinion is written")
    supervisor.press("End access")
    supervisor.sees("Access is ended")

    assert visitor.context.request.get(stream, headers=part).status == 404
    # The room is still on the screen; the first thing that is done in it takes everything away.
    room.keyboard.press("m")
    room.get_by_text(NOTHING).wait_for()
    assert reference not in room.content()
    visitor.page.reload()
    visitor.sees(NOTHING)
    visitor.open("/cases/")
    assert reference not in visitor.text
