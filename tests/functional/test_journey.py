"""A complaint from its first word to a certificate of destruction: real people, worker and video.

The tests follow one another: each is a station, and each leaves the case where the next begins.
After every station two people from whom the case is hidden ask for every address that was used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from bwcportal.demo.stories import STORIES
from tests.functional import room
from tests.functional.journey.looking import what_is_wrong
from tests.functional.journey.people import Outsider, Person
from tests.functional.journey.record import Record

pytestmark = pytest.mark.functional

LONDON = ZoneInfo("Europe/London")
AUTO_DELETE_DAYS = 31
# The story whose recording nobody has attached: our complainant lives in the same street.
FILMED = next(story for story in STORIES if any(not shot.attach for shot in story.shots))
# The story that is due and held by nothing.
DUE = next(story for story in STORIES if story.until == "due" and not story.hold)
WEARER = next(shot.wearer for shot in FILMED.shots if not shot.attach)
SUBJECT = "Brannick"
TITLE = "Woken by hammering on the door"
COMPLAINANT = "SELECT count(*) FROM incidents_complainant WHERE complaint_id = %s"
# Every act of the stations in order, by surname, without the views and the edits of marks.
ACTS = [
    ("Farrow", "incidents.complaint_logged"),
    ("Farrow", "incidents.handling_decided"),
    ("Farrow", "incidents.assigned"),
    ("Orrell", "incidents.footage_searched"),
    ("Orrell", "incidents.footage_attached"),
    ("Orrell", "incidents.preservation_requested"),
    ("Orrell", "incidents.preservation_confirmed"),
    ("Orrell", "incidents.search_recorded"),
    ("Orrell", "reviews.annotation_added"),
    ("Orrell", "reviews.annotation_added"),
    ("Orrell", "reviews.annotation_added"),
    ("Orrell", "reviews.annotation_deleted"),
    ("Orrell", "reviews.allegation_decided"),
    ("Orrell", "reviews.allegation_decided"),
    ("Orrell", "reviews.submitted"),
    ("Vasey", "reviews.returned"),
    ("Orrell", "reviews.point_answered"),
    ("Orrell", "reviews.submitted"),
    ("Vasey", "reviews.signed"),
    ("Orrell", "incidents.outcome_sent"),
    ("Tennick", "retention.finalised"),
    ("Tennick", "retention.hold_placed"),
    ("Quillam", "retention.hold_released"),
]
VIEWS = {
    ("Farrow", "incidents.case_viewed"),
    ("Orrell", "incidents.case_viewed"),
    ("Orrell", "incidents.footage_viewed"),
    ("Orrell", "incidents.playback_link_issued"),
    ("Orrell", "reviews.room_viewed"),
    ("Orrell", "reviews.footage_watched"),
    ("Orrell", "reviews.findings_viewed"),
    ("Orrell", "reviews.sign_off_viewed"),
    ("Vasey", "incidents.playback_link_issued"),
    ("Vasey", "reviews.room_viewed"),
    ("Vasey", "reviews.footage_watched"),
    ("Vasey", "reviews.sign_off_viewed"),
    ("Tennick", "retention.retention_viewed"),
    ("Quillam", "retention.retention_viewed"),
    ("Dorrin", "incidents.history_viewed"),
}


@dataclass
class Journey:
    """What the stations hand on: who is signed in, the case, and which addresses were checked."""

    browser: Any
    portal: Any
    record: Record
    people: dict[str, Person] = field(default_factory=dict)
    outsiders: dict[str, Outsider] = field(default_factory=dict)
    case_id: str = ""
    reference: str = ""

    def as_(self, username: str) -> Person:
        """Give the browser of a person, signing them in the first time."""
        if username not in self.people:
            self.people[username] = Person(self.browser, self.portal, username)
        return self.people[username]

    def outsider(self, username: str) -> Outsider:
        """Give the browser of somebody who may not know of the case."""
        if username not in self.outsiders:
            self.outsiders[username] = Outsider(self.browser, self.portal, username)
        return self.outsiders[username]

    def check_outsiders(self, *usernames: str) -> None:
        """Ask for everything used so far as people who must see none of it, and clear the list."""
        addresses = [address for person in self.people.values() for address in person.used]
        assert addresses
        for username in usernames:
            outsider = self.outsider(username)
            outsider.finds_nothing(addresses, secrets=(self.reference, TITLE))
            outsider.lists_nothing(secrets=(self.reference, TITLE))
        for person in self.people.values():
            assert person.complaints == [], f"{person.username}: {person.complaints}"
            person.used.clear()


@pytest.fixture(scope="module")
def journey(running_portal: Any, browser: Any) -> Iterator[Journey]:
    journey = Journey(browser, running_portal, Record(running_portal.database_url))
    yield journey
    for person in (*journey.people.values(), *journey.outsiders.values()):
        person.context.close()


def in_words(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y} at {local:%H:%M}"


def test_1_a_complaint_is_logged_and_the_page_says_when_its_footage_goes(journey):
    farrow = journey.as_("farrow")
    began, ended, place = journey.record.incident(FILMED.title)
    local = began.astimezone(LONDON)
    farrow.follow("Log a complaint")
    farrow.fill_date("happened_on", local)
    farrow.fill("Time it started", "27:99")
    farrow.fill("Where it happened", place)
    farrow.page.get_by_label("Borough or unit").select_option("Calder")
    farrow.fill("In a few words, what it is about", TITLE)
    farrow.fill("What the complainant says, in their words", "They hammered on my door at night.")
    farrow.fill_date("made_on", datetime.now(LONDON).date())
    farrow.press("Save and continue")
    # One wrong answer: the page says which, and keeps the rest as it was typed.
    summary = farrow.page.locator(".govuk-error-summary")
    summary.wait_for()
    assert "27:99" in summary.inner_text()
    assert farrow.page.get_by_label("Time it started", exact=True).input_value() == "27:99"
    assert farrow.page.get_by_label("Where it happened").input_value() == place
    summary.get_by_role("link").first.click()
    assert farrow.page.evaluate("document.activeElement.name") == "started"
    farrow.fill("Time it started", f"{local:%H:%M}")
    farrow.fill("Time it ended, if known", f"{ended.astimezone(LONDON):%H:%M}")
    farrow.press("Save and continue")
    farrow.page.get_by_label("How the complaint came in").select_option("ONLINE")
    farrow.page.locator("[name=kind]").first.check()
    farrow.fill("Name", "Morwen Pascoe")
    farrow.fill("Email", "morwen.pascoe@example.org")
    farrow.choose("Email")
    farrow.press("Save and continue")
    farrow.fill("Collar number or surname", WEARER)
    farrow.press("Add another officer")
    farrow.page.get_by_label("Collar number or surname").nth(1).fill(SUBJECT)
    farrow.press("Save and continue")
    for index, (words, category) in enumerate(
        (
            ("They hammered on my door in the middle of the night.", "h-intolerant"),
            ("They would not say what they wanted.", "a-information"),
        )
    ):
        if index:
            farrow.press("Add another allegation")
        farrow.page.get_by_label("In the complainant's words").nth(index).fill(words)
        farrow.page.locator("select[name$=category]").nth(index).select_option(category)
        for box in farrow.page.locator(f"#row-{index + 1} [name$=subjects]").all():
            box.check()
    farrow.press("Save and continue")
    farrow.sees("Check before logging", "Morwen Pascoe")
    assert what_is_wrong(farrow) == []
    farrow.press("Log the complaint")
    farrow.sees("Logged as CM-", in_words(began + timedelta(days=AUTO_DELETE_DAYS)))
    journey.case_id = re.search(r"/cases/([0-9a-f-]{36})/", farrow.page.url)[1]
    journey.reference = journey.record.reference(journey.case_id)
    assert journey.reference in farrow.text
    assert farrow.page.locator(".bwc-clock__n").inner_text().split("\n")[0].isdigit()
    journey.check_outsiders("harkin", "brannick")


def test_2_its_handling_is_decided_and_an_investigator_assigned(journey):
    farrow = journey.as_("farrow")
    farrow.open_case(journey.case_id)
    farrow.follow("Decide the handling")
    farrow.choose("Schedule 3, local investigation")
    farrow.page.get_by_label("Investigator", exact=True).select_option("DS 7714 Orrell")
    farrow.page.get_by_label("Supervisor who will sign it off").select_option("DI 6120 Vasey")
    farrow.press("Save the decision")
    farrow.sees("The handling is decided")
    journey.check_outsiders("harkin", "brannick")


def test_3_footage_is_found_attached_and_preserved_and_none_found_is_a_fact(journey):
    orrell = journey.as_("orrell")
    orrell.open("/")
    orrell.sees(journey.reference)
    orrell.open_case(journey.case_id, "footage")
    orrell.follow("Record a search")
    orrell.press("Record this search")
    orrell.sees("1 recording found")
    assert what_is_wrong(orrell) == []
    orrell.press("Attach the chosen recordings")
    orrell.sees("Enter why these recordings belong to the case")
    orrell.fill("Why they belong to the case", "Worn by an officer complained about")
    orrell.page.get_by_label("Ask the evidence system to preserve them at once").uncheck()
    orrell.press("Attach the chosen recordings")
    orrell.sees("Preserve 1 recording")
    orrell.press("Preserve 1 recording")
    orrell.sees_when_reloaded("PR-")
    assert "Preserved" in orrell.page.locator("#F1").inner_text()
    assert re.search(r"PR-\w+-\d+", orrell.page.locator("#F1").inner_text())
    orrell.follow("Record a search")
    orrell.choose("Say what you found out elsewhere")
    orrell.choose("Camera not worn")
    orrell.fill("Where you looked", "Dock log, Calder")
    orrell.fill("What it says, and from whom", "Not on duty in that street, says the duty sheet")
    for box in orrell.page.locator("[name=officers]").all():
        box.set_checked(SUBJECT in box.locator("xpath=..").inner_text())
    orrell.press("Record this search")
    orrell.sees("Camera not worn.", "says the duty sheet")
    journey.check_outsiders("harkin", "brannick")


def test_4_the_recording_is_played_stepped_and_marked(journey):
    orrell = journey.as_("orrell")
    page = orrell.page
    orrell.open_case(journey.case_id, "room")
    page.click("#open-room")
    page.wait_for_selector("body[data-room=open]")
    orrell.until("bwcRoom.deck.cameras.every(camera => camera.ready)")
    room.go_to_frame(page, 1, 300)
    assert room.shown_frame(page, 1) == 300
    page.keyboard.press("ArrowRight")
    room.settle(page)
    assert room.shown_frame(page, 1) == 301
    # A moment, with its words and what it says of the first allegation.
    page.keyboard.press("Shift+M")
    page.keyboard.type("The door is struck four times")
    for key in ("Alt+1", "Enter", "a", "1"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Supports").click()
    # A passage, tied to the second.
    room.go_to_frame(page, 1, 425)
    page.keyboard.press("i")
    room.go_to_frame(page, 1, 449)
    for key in ("o", "m", "a", "2"):
        page.keyboard.press(key)
    page.fill("#card-observation", "Nobody answers the question")
    page.locator("#card-observation").blur()
    # One too many, which is deleted again.
    room.go_to_frame(page, 1, 475)
    page.keyboard.press("m")
    room.wait_until_saved(page)
    orrell.until("!bwcRoom.marks.saver.unsaved().length")
    page.keyboard.press("Delete")
    orrell.until("!bwcRoom.marks.saver.unsaved().length")
    # The first is edited: it contradicts rather than supports.
    page.get_by_role("tabpanel").get_by_text("The door is struck four times").click()
    page.get_by_role("button", name="Contradicts").click()
    orrell.until("!bwcRoom.marks.saver.unsaved().length")
    page.click("#play")
    orrell.until("bwcRoom.deck.big.frame > 315")
    page.click("#play")
    orrell.until("!bwcRoom.watching.queue.length && !bwcRoom.watching.sending")
    marks = journey.record.rows(
        "SELECT kind, start_ms, end_ms, observation FROM reviews_annotation a "
        "JOIN incidents_footagelink l ON l.id = a.link_id WHERE l.complaint_id = %s "
        "ORDER BY start_ms",
        journey.case_id,
    )
    assert marks == [
        ("MARKER", 301 * 40, None, "The door is struck four times"),
        ("CLIP", 425 * 40, 450 * 40, "Nobody answers the question"),
    ]
    journey.check_outsiders("harkin", "brannick")


def test_5_every_allegation_is_decided_on_its_moments(journey):
    orrell = journey.as_("orrell")
    orrell.open_case(journey.case_id, "findings")
    orrell.follow("Decide allegation 1")
    orrell.press("Save decision")
    orrell.page.locator(".govuk-error-summary").wait_for()
    orrell.choose("The service provided was acceptable")
    orrell.page.locator("[name=cited]").first.check()
    orrell.page.locator("[name=rationale]").fill("Four knocks, at an address given by a caller.")
    orrell.press("Save and go to allegation 2")
    orrell.page.get_by_role("heading", name="Decide allegation 2").wait_for()
    assert what_is_wrong(orrell) == []
    orrell.choose("The service provided was not acceptable")
    orrell.page.locator("[name=cited]").first.check()
    orrell.page.locator("[name=rationale]").fill("The question is heard and nobody answers it.")
    orrell.press("Save decision")
    orrell.sees("2 decided")
    journey.check_outsiders("harkin", "brannick")


def submit(journey, version):
    orrell = journey.as_("orrell")
    orrell.open_case(journey.case_id, "sign-off")
    orrell.choose("DI 6120 Vasey")
    orrell.press(f"Submit version {version}")
    orrell.sees(f"Version {version} is with the supervisor")


def test_6_it_is_submitted_returned_with_a_point_and_submitted_again(journey):
    submit(journey, 1)
    vasey = journey.as_("vasey")
    vasey.open("/")
    row = vasey.page.get_by_role("row").filter(has_text=journey.reference)
    row.get_by_role("link", name="Sign off version 1, or return it").click()
    vasey.choose("Return it, with points to answer")
    vasey.press("Confirm for version 1")
    vasey.sees("Enter at least one point to answer")
    vasey.fill("Point 1", "Say how long they waited for an answer.")
    vasey.press("Confirm for version 1")
    vasey.sees("Returned")
    orrell = journey.as_("orrell")
    orrell.open("/")
    orrell.page.get_by_role("row").filter(has_text=journey.reference).get_by_role(
        "link", name="Answer the return"
    ).click()
    orrell.fill("Your answer", "One second: it is in the reasons now.")
    orrell.press("Answer point 1")
    orrell.sees("Nothing missing")
    submit(journey, 2)
    journey.check_outsiders("harkin", "brannick")


def test_7_the_supervisor_watches_what_it_relies_on_and_signs(journey):
    vasey = journey.as_("vasey")
    page = vasey.page
    vasey.open_case(journey.case_id, "sign-off")
    vasey.sees("You have watched 0 of 2 cited moments")
    vasey.follow("M1")
    page.click("#open-room")
    page.wait_for_selector("body[data-room=open]")
    vasey.until("bwcRoom.deck.cameras.every(camera => camera.ready)")
    for watched in (1, 2):
        page.keyboard.press("n")
        page.get_by_text(f"You have watched {watched} of 2 cited moments").wait_for()
    vasey.until("!bwcRoom.watching.queue.length && !bwcRoom.watching.sending")
    viewings = journey.record.rows(
        "SELECT min(v.from_ms), max(v.to_ms) FROM reviews_viewing v "
        "JOIN incidents_footagelink l ON l.id = v.link_id "
        "JOIN accounts_user u ON u.id = v.viewer_id "
        "WHERE l.complaint_id = %s AND u.username = 'vasey'",
        journey.case_id,
    )
    [(first, last)] = viewings
    assert first <= 301 * 40
    assert last >= 449 * 40
    vasey.open_case(journey.case_id, "sign-off")
    vasey.sees("You have watched 2 of 2 cited moments")
    vasey.choose("Sign it")
    vasey.press("Confirm for version 2")
    vasey.sees("DI 6120 Vasey signed version 2")
    assert what_is_wrong(vasey) == []
    journey.check_outsiders("harkin", "brannick")


def test_8_the_outcome_is_sent_and_the_case_finalised_under_a_rule(journey):
    orrell = journey.as_("orrell")
    orrell.open_case(journey.case_id)
    orrell.follow("Record that the outcome was sent")
    orrell.choose("Letter")
    orrell.page.locator("[name=review_body]").first.check()
    orrell.press("Record the outcome")
    tennick = journey.as_("tennick")
    tennick.open_case(journey.case_id, "retention")
    tennick.press("Finalise case")
    tennick.sees("Case finalised. Its retention clock has started", "Expires on", "version 1")
    [(due_on, rule, version)] = journey.record.rows(
        "SELECT c.due_on, r.label, r.version FROM retention_retentionclock c "
        "JOIN retention_retentionrule r ON r.id = c.rule_id WHERE c.complaint_id = %s",
        journey.case_id,
    )
    assert f"because of rule {rule}, version {version}" in tennick.text
    assert f"{due_on.day} {due_on:%B %Y}" in tennick.text
    tennick.follow("Place a hold")
    tennick.page.get_by_label("Why must it be kept?").select_option(index=1)
    tennick.fill("Who asked for it, and their reference", "Letter before claim DLS/26/0417")
    tennick.fill_date("review_on", datetime.now(LONDON).date() + timedelta(days=90))
    tennick.press("Place hold")
    tennick.sees("Nothing of this case is destroyed", "Paused by a hold")
    # Whoever placed it cannot release it.
    assert not tennick.page.get_by_role("link", name="Release").count()
    quillam = journey.as_("quillam")
    quillam.open_case(journey.case_id, "retention")
    quillam.follow("Release")
    quillam.page.locator("textarea[name=reason]").fill("The claim was settled")
    quillam.press("Release hold")
    quillam.sees("released")
    assert "Paused by a hold" not in quillam.text
    journey.check_outsiders("harkin", "brannick")


def test_9_the_history_shows_every_act_and_every_view(journey):
    dorrin = journey.as_("dorrin")
    dorrin.open_case(journey.case_id, "history")
    events = journey.record.events(journey.case_id)
    shown = dorrin.page.locator(".bwc-led li").count()
    words = dorrin.text
    while dorrin.page.get_by_role("link", name="Older events").count():
        with dorrin.page.expect_navigation():
            dorrin.follow("Older events")
        shown += dorrin.page.locator(".bwc-led li").count()
        words += dorrin.text
    assert shown == len(events)
    done = [(event.actor.split()[-1], event.name) for event in events if event.outcome == "ALLOWED"]
    acts = [each for each in done if each not in VIEWS and each[1] != "reviews.annotation_changed"]
    assert acts == ACTS
    assert set(done) >= VIEWS
    assert ("Orrell", "reviews.annotation_changed") in done
    refused = {event.actor for event in events if event.outcome == "DENIED"}
    assert refused == {"DS 7802 Harkin", "PC 2487QX Brannick"}
    for sentence in (
        "Logged the complaint",
        "Camera not worn",
        "Deleted a draft mark: M3",
        "Signed",
    ):
        assert sentence.lower() in words.lower()
    assert not re.search(r"\b[A-Z]+_[A-Z_]+\b", words), "a code instead of words"
    # Whoever may see histories but not refusals does not learn who asked.
    quillam = journey.as_("quillam")
    quillam.open_case(journey.case_id, "history")
    assert "Harkin" not in quillam.text
    for question in ("UPDATE audit_event SET purpose = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(psycopg.Error, match=r"insert-only|append-only|denied|refused"):
            journey.record.rows(f"{question} WHERE case_id = %s", journey.case_id)
    assert journey.record.events(journey.case_id)[: len(events)] == events
    journey.check_outsiders("harkin", "brannick")


def test_10_what_is_due_is_destroyed_after_two_approvals_and_a_certificate_stays(journey):
    case_id = journey.record.case_id(DUE.title)
    reference = journey.record.reference(case_id)
    quillam, ashmoor = journey.as_("quillam"), journey.as_("ashmoor")
    quillam.open("/disposal/")
    quillam.follow(reference)
    disposal = quillam.page.url.removeprefix(journey.portal.url)
    quillam.press("Approve destruction")
    quillam.page.locator(".govuk-error-summary").wait_for()
    assert what_is_wrong(quillam) == []
    quillam.fill("What did you consider?", "Period over, nothing pending")
    quillam.press("Approve destruction")
    quillam.sees("Approved. A second person must approve it too")
    assert not quillam.page.get_by_role("button", name="Approve destruction").count()
    assert journey.record.rows(COMPLAINANT, case_id) == [(1,)]
    ashmoor.open(disposal)
    ashmoor.fill("What did you consider?", "Read it, agreed")
    ashmoor.press("Approve destruction")
    ashmoor.sees_when_reloaded("This record was destroyed")
    assert what_is_wrong(ashmoor) == []
    ashmoor.follow("Read certificate")
    ashmoor.sees("Disposal certificate", "They cannot be brought back")
    assert what_is_wrong(ashmoor) == []
    for words in (reference, "Quillam", "Ashmoor", "SHA-256"):
        assert words in ashmoor.text
    for secret in (DUE.title, DUE.complainant, DUE.place, DUE.words):
        assert secret not in ashmoor.text
    assert journey.record.rows(COMPLAINANT, case_id) == [(0,)]
    done = [(event.actor, event.name) for event in journey.record.events(case_id)]
    assert done.count(("Ms 88213 Quillam", "retention.disposal_approved")) == 1
    assert done.count(("Ms 80417 Ashmoor", "retention.disposal_approved")) == 1
    # The rest is the worker's: it destroys, erases the personal parts of the record, and certifies.
    by_worker = [name for actor, name in done if actor == "Disposal job"]
    assert by_worker == ["retention.destroying", "audit.personal_erased", "retention.destroyed"]
    assert ("Ms 80417 Ashmoor", "retention.certificate_viewed") in done
    ashmoor.open_case(case_id)
    ashmoor.sees("Everything in this case was destroyed")
    assert what_is_wrong(ashmoor) == []
    assert DUE.complainant not in ashmoor.text
    journey.check_outsiders("harkin")
