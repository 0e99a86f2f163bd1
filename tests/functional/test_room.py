"""The review room in a real browser with real recordings: exact to the frame, and nothing is lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.staticfiles.finders import get_finder

from incidents.footage_sources.recordings import external_id_of
from incidents.services.preservation import request_preservation
from reviews.models import Annotation, Viewing
from reviews.selectors.room import watched
from reviews.services.annotations import edit_annotation
from tests.factories.cases import NOW
from tests.factories.decisions import decide, submit_case
from tests.factories.reviews import make_mark, mark_values
from tests.functional import room

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    return room.film_scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture
def scene(clips, tmp_path, settings):
    settings.FOOTAGE_FOLDER = tmp_path
    return room.attach_scene(clips, tmp_path)


@pytest.fixture
def open_page(browser, live_server, settings, built_assets):
    """Open pages as a person, at a width; what the browser complains about is in `complaints`."""
    settings.STATICFILES_DIRS = [built_assets, settings.BASE_DIR / "bwcportal" / "static"]
    get_finder.cache_clear()
    contexts = []

    def open_as(user, *, width=1440, height=900):
        context = browser.new_context(viewport={"width": width, "height": height})
        context.add_cookies([room.session_cookie(user, live_server.url)])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield open_as
    for context in contexts:
        context.close()
    get_finder.cache_clear()
    room.wait_for_server()


@pytest.fixture
def page(open_page, scene, live_server):
    """Give the room as its investigator sees it, every camera open and paused at the start."""
    page = open_page(scene.force.investigator)
    room.enter(page, scene=scene, url=live_server.url)
    return page


def complaints(page):
    return [
        text for text in page.complaints if re.search("Content Security|error|refused", text, re.I)
    ]


def pressed(page, *keys):
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.parametrize("number", [1, 2], ids=["25 per second", "29.97 per second"])
def test_a_step_shows_exactly_the_next_frame_and_a_mark_names_it(page, scene, number):
    room.go_to_frame(page, number, 150)
    assert room.shown_frame(page, number) == 150
    seen = []
    for key in ["ArrowRight"] * 6 + ["ArrowLeft"] * 4:
        pressed(page, key)
        room.settle(page)
        seen.append(room.shown_frame(page, number))
    assert seen == [151, 152, 153, 154, 155, 156, 155, 154, 153, 152]
    pressed(page, "m")
    room.wait_until_saved(page)
    mark = Annotation.objects.get()
    rate = room.CAMERAS[number - 1][1]
    assert mark.start_ms == round(152 * 1000 / rate)
    assert (mark.kind, mark.end_ms, mark.link) == ("MARKER", None, scene.links[number - 1])
    # From elsewhere and from another camera, the mark in the list leads back to its very frame.
    room.go_to_frame(page, 3, 40)
    page.click(f"[data-mark='{mark.pk}']")
    room.until(page, f"bwcRoom.deck.big.recording.number === {number}")
    room.until(page, "bwcRoom.deck.big.frame === 152 && !bwcRoom.deck.big.video.seeking")
    assert room.shown_frame(page, number) == 152
    assert complaints(page) == []


def test_keys_held_down_lose_no_frame(page):
    room.go_to_frame(page, 1, 100)
    pressed(page, *["ArrowRight"] * 12)
    room.settle(page)
    assert room.shown_frame(page, 1) == 112


def test_a_range_includes_the_frame_at_which_it_was_ended(page, scene):
    room.go_to_frame(page, 1, 100)
    pressed(page, "i")
    room.go_to_frame(page, 1, 104)
    pressed(page, "o", "m")
    room.wait_until_saved(page)
    mark = Annotation.objects.get()
    assert (mark.kind, mark.start_ms, mark.end_ms) == ("CLIP", 4000, 4200)
    pressed(page, "e")
    room.until(page, "bwcRoom.deck.big.frame === 104 && !bwcRoom.deck.big.video.seeking")
    assert room.shown_frame(page, 1) == 104
    pressed(page, "s")
    room.until(page, "bwcRoom.deck.big.frame === 100 && !bwcRoom.deck.big.video.seeking")
    assert room.shown_frame(page, 1) == 100


def test_a_mark_is_typed_tied_changed_deleted_and_put_back_without_the_mouse(page, scene):
    first = scene.case.allegations.get(number=1)
    room.go_to_frame(page, 1, 120)
    pressed(page, "Shift+M")
    page.keyboard.type("Steps back, hands open")
    pressed(page, "Alt+3", "Enter", "a", "1")
    room.wait_until_saved(page)
    mark = Annotation.objects.get()
    assert (mark.mark_type, mark.observation) == (3, "Steps back, hands open")
    assert list(mark.bearings.values_list("allegation_id", "bearing")) == [(first.pk, "UNCLEAR")]
    page.click("text=Contradicts")
    page.fill("#card-assessment", "He was calm")
    page.locator("#card-assessment").blur()
    room.until(page, "!bwcRoom.marks.saver.unsaved().length")
    mark.refresh_from_db()
    assert mark.assessment == "He was calm"
    assert mark.bearings.get().bearing == "CONTRADICTS"
    page.click("#stage .room-tile.is-big .room-pic")
    pressed(page, "Delete")
    room.until(page, "!bwcRoom.marks.saver.unsaved().length")
    assert not Annotation.objects.exists()
    pressed(page, "Control+z")
    room.until(page, "!bwcRoom.marks.saver.unsaved().length")
    again = Annotation.objects.get()
    assert (again.mark_type, again.start_ms) == (3, 4800)
    assert (again.observation, again.assessment) == ("Steps back, hands open", "He was calm")
    assert again.bearings.get().bearing == "CONTRADICTS"
    assert complaints(page) == []


def test_four_cameras_keep_step_and_what_played_is_recorded(page, scene):
    force, link = scene.force, scene.links[0]
    page.evaluate("bwcRoom.deck.go(bwcRoom.deck.cameras[3].startsAt + 500)")
    started = page.evaluate("bwcRoom.deck.moment - bwcRoom.deck.big.startsAt")
    pressed(page, "Space")
    page.wait_for_timeout(4000)
    drift = page.evaluate("[...bwcRoom.deck.drift.values()].map(Math.abs)")
    pressed(page, "Space")
    assert len(drift) == 3
    assert max(drift) < 250
    ended = page.evaluate("bwcRoom.deck.big.placeMs")
    assert ended > started + 1500
    room.until(page, "!bwcRoom.watching.queue.length && !bwcRoom.watching.sending")
    stretches = watched(link, force.investigator)
    assert stretches[0][0] == pytest.approx(started, abs=250)
    assert stretches[-1][1] == pytest.approx(ended, abs=250)
    viewings = Viewing.objects.all()
    assert {viewing.link_id for viewing in viewings} == {link.pk}
    assert not any(viewing.with_sound for viewing in viewings)
    # Paused, every camera shows the same moment of the incident.
    room.until(page, "bwcRoom.deck.cameras.every(camera => !camera.video.seeking)")
    moments = page.evaluate("bwcRoom.deck.cameras.map(camera => camera.startsAt + camera.placeMs)")
    assert max(moments) - min(moments) <= 50


def test_what_is_marked_without_a_connection_is_kept_and_saved_later(page, scene):
    room.go_to_frame(page, 1, 60)
    page.context.set_offline(True)
    pressed(page, "m", "4")
    page.wait_for_selector("#saved[data-state=away]")
    assert page.inner_text("#saved") == "Not saved, kept here, trying again"
    assert page.evaluate("JSON.stringify(localStorage)") == "{}"
    assert not Annotation.objects.exists()
    page.context.set_offline(False)
    room.wait_until_saved(page)
    mark = Annotation.objects.get()
    assert (mark.start_ms, mark.mark_type) == (2400, 4)


def test_a_mark_changed_elsewhere_is_shown_and_nothing_typed_is_lost(open_page, scene, live_server):
    mark = make_mark(scene.links[0], scene.force, start_ms=6000, observation="As it was")
    page = open_page(scene.force.investigator)
    room.enter(page, scene=scene, url=live_server.url, query=f"?mark={mark.pk}")
    assert room.shown_frame(page, 1) == 150
    edit_annotation(
        actor=scene.force.investigator,
        annotation_id=mark.pk,
        version=1,
        **mark_values(start_ms=6000, observation="Changed elsewhere"),
        now=NOW + timedelta(minutes=1),
    )
    pressed(page, "Enter")
    page.keyboard.type(", and more")
    pressed(page, "Enter")
    page.wait_for_selector("#saved[data-state=refused]")
    problem = page.inner_text(".room-problem")
    assert "Changed elsewhere" in problem
    assert page.input_value("#card-observation") == "As it was, and more"
    mark.refresh_from_db()
    assert mark.observation == "Changed elsewhere"
    page.click("text=Save mine over it")
    room.wait_until_saved(page)
    mark.refresh_from_db()
    assert mark.observation == "As it was, and more"


def test_single_keys_can_be_switched_off(page):
    pressed(page, "?")
    page.uncheck("#single-keys")
    pressed(page, "Escape")
    page.click("#stage .room-tile.is-big .room-pic")
    pressed(page, "m")
    page.wait_for_timeout(300)
    assert page.evaluate("bwcRoom.marks.all.size") == 0
    pressed(page, "Alt+m")
    room.wait_until_saved(page)
    assert Annotation.objects.count() == 1


def test_a_picture_whose_link_has_run_out_comes_back_where_it_was(page):
    room.go_to_frame(page, 1, 130)
    page.evaluate("bwcRoom.deck.big.video.src = '/footage/stream/run-out'")
    room.until(page, "bwcRoom.deck.big.state !== 'open'")
    room.until(page, "bwcRoom.deck.big.ready && bwcRoom.deck.big.frame === 130")
    room.until(page, "!bwcRoom.deck.big.video.seeking")
    assert room.shown_frame(page, 1) == 130


def test_a_recording_that_is_gone_says_so_and_the_others_play(open_page, scene, live_server):
    name = "camera-1.mp4"
    (live_server_footage := scene.links[1].footage).status = "LOST"
    live_server_footage.lost_noticed_at = NOW
    live_server_footage.save()
    assert live_server_footage.external_id == external_id_of(name)
    page = open_page(scene.force.investigator)
    page.goto(f"{live_server.url}{scene.path}")
    page.click("#open-room")
    page.wait_for_selector("body[data-room=open]")
    assert page.locator("text=This recording is lost. Its marks remain").is_visible()
    room.go_to_frame(page, 1, 90)
    assert room.shown_frame(page, 1) == 90


def test_the_supervisor_plays_what_is_cited_and_marks_nothing(open_page, scene, live_server):
    force, case = scene.force, scene.case
    clip = {"kind": "CLIP", "start_ms": 4000, "end_ms": 5500}
    ids = list(case.allegations.order_by("number").values_list("pk", flat=True))
    mark = make_mark(scene.links[0], force, **clip, bearings=dict.fromkeys(ids, "SUPPORTS"))
    for link in scene.links:
        request_preservation(actor=force.investigator, link_id=link.pk, now=NOW)
    for number in (1, 2):
        decide(force, case, number, cited_ids=[mark.pk], no_footage_reason=None)
    case.refresh_from_db()
    submit_case(force, case)
    page = open_page(force.supervisor)
    room.enter(page, scene=scene, url=live_server.url)
    assert page.inner_text("h1") == "Supervisor\u2019s replay"
    assert "You have watched 0 of 1 cited moments" in page.inner_text("#panel-cited")
    pressed(page, "m", "n")
    room.until(
        page, "document.getElementById('panel-cited').innerText.includes('You have watched 1 of 1')"
    )
    room.until(page, "!bwcRoom.deck.playing && !bwcRoom.deck.big.video.seeking")
    # It rests on the last frame of the range.
    assert room.shown_frame(page, 1) == 137
    room.until(page, "!bwcRoom.watching.queue.length && !bwcRoom.watching.sending")
    (stretch,) = watched(scene.links[0], force.supervisor)
    assert stretch[0] == pytest.approx(4000, abs=250)
    # A busy machine shows a few frames more before it stops.
    assert 5500 - 250 <= stretch[1] <= 5500 + 600
    assert Annotation.objects.count() == 1


@pytest.mark.parametrize("width", [1440, 1024, 400])
def test_no_barrier_is_found_and_nothing_is_refused_by_the_policy(
    open_page, scene, live_server, width
):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe installed")
    first = scene.case.allegations.first()
    make_mark(scene.links[0], scene.force, start_ms=6000, bearings={first.pk: "SUPPORTS"})
    page = open_page(scene.force.investigator, width=width)
    barriers = []

    def look(where):
        found = axe.Axe().run(page, options={"runOnly": RULES}).response["violations"]
        barriers.extend(
            (where, rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found
        )

    page.goto(f"{live_server.url}{scene.path}")
    page.wait_for_selector("#open-room")
    look("warning")
    page.click("#open-room")
    page.wait_for_selector("body[data-room=open]")
    look("open")
    pressed(page, "ArrowDown")
    look("mark")
    pressed(page, "?")
    look("keys")
    pressed(page, "Escape", "g")
    look("go to")
    pressed(page, "Escape")
    page.goto(f"{live_server.url}/cases/{scene.case.pk}/marks/")
    look("typed")
    assert barriers == []
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
