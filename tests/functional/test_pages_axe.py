"""Every page of the portal in a browser: axe finds nothing, the policy is kept, and a phone is wide enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bwcportal.demo.stories import FOUR_CAMERAS, STORIES
from tests.functional.journey.looking import what_is_wrong
from tests.functional.journey.people import Person
from tests.functional.journey.record import Record

pytestmark = pytest.mark.functional


def _told(until: str, team: str = "T1") -> str:
    return next(each.title for each in STORIES if each.until == until and each.team == team)


FILMED = FOUR_CAMERAS.title
NEW, SUBMITTED, RETURNED = _told("logged"), _told("submitted"), _told("returned")
FINALISED = _told("finalised")
# Due, but held: nobody destroys it while the pages are looked at.
HELD = next(each.title for each in STORIES if each.until == "due" and each.hold)
LOST = next(each.title for each in STORIES if each.lost)
# Who looks, at which story ("" for none), and at which address below the case.
PAGES = [
    *[(who, "", "/") for who in ("farrow", "orrell", "vasey", "quillam", "dorrin", "umber")],
    ("orrell", "", "/cases/"),
    ("orrell", "", "/cases/?q=zzzz"),
    ("umber", "", "/cases/"),
    ("farrow", "", "/cases/log/"),
    ("quillam", "", "/disposal/"),
    ("orrell", "", "/no/such/page/"),
    *[
        ("vasey", "", f"/account/{part}")
        for part in ("", "app/", "passkey/", "recovery-codes/", "password/")
    ],
    *[
        ("orrell", FILMED, part)
        for part in (
            *("", "footage/", "footage/search/", "room/", "marks/", "findings/", "sign-off/"),
            *("access/", "history/", "retention/", "retention/hold/", "update/", "suspend/"),
        )
    ],
    *[("farrow", NEW, part) for part in ("", "handling/", "footage/", "findings/", "sign-off/")],
    *[("vasey", SUBMITTED, part) for part in ("", "sign-off/", "sign-off/versions/1/")],
    *[("orrell", RETURNED, part) for part in ("", "findings/", "sign-off/")],
    ("vasey", FILMED, "access/give/"),
    ("fennel", FILMED, ""),
    ("tennick", LOST, "footage/"),
    ("tennick", FINALISED, "retention/"),
    ("quillam", HELD, "retention/"),
    *[
        ("umber", "", f"/administration/{part}")
        for part in (
            *("people/", "people/?q=zzzz", "people/add/", "teams/", "teams/add/", "units/"),
            *("units/add/", "roles/", "access-matrix/", "reference/", "reference/unconfirmed/"),
            *("reference/deadline-rule/", "reference/retention-rule/CASE_S3_NFA/"),
            "reference/retention-rule/CASE_S3_NFA/amend/",
        )
    ],
    ("dorrin", "", "/administration/roles/"),
]


@pytest.fixture(scope="module")
def record(running_portal: Any) -> Record:
    return Record(running_portal.database_url)


@pytest.fixture(scope="module")
def person(running_portal: Any, browser: Any) -> Iterator[Callable[[str], Person]]:
    people: dict[str, Person] = {}

    def signed_in(username: str) -> Person:
        if username not in people:
            people[username] = Person(browser, running_portal, username)
        return people[username]

    yield signed_in
    for each in people.values():
        each.context.close()


def _address(record: Record, story: str, part: str) -> str:
    return f"/cases/{record.case_id(story)}/{part}" if story else part


@pytest.mark.parametrize(
    ("username", "story", "part"), PAGES, ids=[f"{w}: {s[:24]} {p}" for w, s, p in PAGES]
)
def test_a_page_has_nothing_against_it(person, record, username, story, part):
    who = person(username)
    who.open(_address(record, story, part))
    assert what_is_wrong(who) == []


# What is pressed on a form that was left empty, and something the error summary then says.
FORMS = [
    ("farrow", "", "/cases/log/", "Save and continue", "Enter the date of the incident"),
    ("farrow", NEW, "handling/", "Save the decision", "Choose how the complaint is handled"),
    ("orrell", FILMED, "suspend/", "Suspend the case", "Enter the reason"),
    ("orrell", FILMED, "retention/hold/", "Place hold", "Choose why the record is held"),
    ("orrell", FILMED, "marks/", "Add the mark", "Enter where in the file the moment begins"),
    ("vasey", FILMED, "access/give/", "Give access", "Enter whom the case is opened to"),
    ("vasey", SUBMITTED, "sign-off/", "Confirm for version 1", "Choose whether to return it"),
]


@pytest.mark.parametrize(
    ("username", "story", "part", "button", "words"), FORMS, ids=[form[3] for form in FORMS]
)
def test_a_form_left_empty_says_what_is_missing_and_leads_there(
    person, record, username, story, part, button, words
):
    who = person(username)
    who.open(_address(record, story, part))
    who.press(button)
    summary = who.page.locator(".govuk-error-summary")
    summary.wait_for()
    assert words in summary.inner_text()
    assert who.page.title().startswith("Error: ")
    assert what_is_wrong(who) == []
    summary.get_by_role("link").first.click()
    assert who.page.evaluate("document.activeElement.matches('input, select, textarea')")


def test_the_sign_in_page_has_nothing_against_it_and_does_not_say_what_was_wrong(
    running_portal, browser, person
):
    stranger = person("lomas")
    stranger.context.clear_cookies()
    stranger.open("/sign-in/")
    assert what_is_wrong(stranger) == []
    stranger.fill("User name", "nobody-of-that-name")
    stranger.fill("Password", "wrong")
    stranger.press("Sign in")
    stranger.page.locator(".govuk-error-summary").wait_for()
    unknown = stranger.page.locator(".govuk-error-summary").inner_text()
    assert what_is_wrong(stranger) == []
    stranger.fill("User name", "lomas")
    stranger.fill("Password", "wrong")
    stranger.press("Sign in")
    stranger.page.locator(".govuk-error-summary").wait_for()
    assert stranger.page.locator(".govuk-error-summary").inner_text() == unknown


def test_the_keyboard_goes_through_a_case_from_top_to_bottom(person, record):
    who = person("orrell")
    who.open(_address(record, FILMED, ""))
    who.page.wait_for_load_state("networkidle")
    words: list[str] = []
    while len(words) < 60:
        who.page.keyboard.press("Tab")
        said, is_shown = who.page.evaluate(
            """() => {
              const at = document.activeElement;
              if (at === document.body) return ["", true];
              const style = getComputedStyle(at);
              const marked = style.boxShadow !== "none" || style.outlineStyle !== "none";
              return [at.innerText.trim() || at.ariaLabel || at.name || at.tagName, marked];
            }"""
        )
        if not said:
            break
        assert is_shown, f"no focus to be seen at {said}"
        words.append(said)
    assert words[0] == "Skip to main content"
    way = ["My work", "Overview", "Footage", "Retention", "Decide every allegation", "Findings"]
    assert [each for each in words if each in way] == [*way[:3], "Findings", *way[3:]]
    assert words[-1] == "Record a withdrawal"
