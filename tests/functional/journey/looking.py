"""One look at a page: what axe, the console and the width of a phone have against it."""

from __future__ import annotations

import pytest

from tests.functional.journey.people import Person

AXE = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="no axe: pip install -r requirements-dev.txt"
).Axe()
PHONE = {"width": 400, "height": 900}
DESK = {"width": 1280, "height": 900}


def what_is_wrong(person: Person) -> list[str]:
    """List what is wrong with the page that a person has open, on a desk and on a phone."""
    page = person.page
    page.wait_for_load_state("networkidle")
    found = [
        f"{violation['id']}: {[node['target'] for node in violation['nodes']]}"
        for violation in AXE.run(page).response["violations"]
    ]
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > PHONE["width"]:
        found.append(f"{width} pixels wide on a phone of {PHONE['width']}")
    page.set_viewport_size(DESK)
    # An answer that is no page to be read is mentioned by the browser: that is no complaint.
    found += [text for text in person.complaints if "status of 404" not in text]
    person.complaints.clear()
    return found
