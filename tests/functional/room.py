"""A review room with four real cameras, to be opened in a real browser."""

from __future__ import annotations

import base64
import io
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from PIL import Image

from accounts.sessions import SessionStore
from incidents.demo_media.clips import Clip, ClipPlan, make_clips
from incidents.demo_media.overlay import read_frame_number
from incidents.footage_sources.protocol import Mount
from incidents.footage_sources.recordings import external_id_of
from incidents.models import Complaint, FootageLink
from incidents.services.footage import SearchCriteria, attach_footage, search_footage
from tests.factories.cases import INCIDENT_AT, NOW, handled_case
from tests.factories.people import Force, make_person

SECONDS = 12
BUFFER_SECONDS = 3
NTSC = Fraction(30000, 1001)
# How much later than the first each camera begins, and its frame rate.
CAMERAS = ((0, Fraction(25)), (2.48, NTSC), (-1.5, Fraction(25)), (4.2, Fraction(25)))


def film_scene(folder: Path) -> list[Clip]:
    """Make four recordings of one scene, overlapping but not alike, one at a broken frame rate."""
    plans = [
        ClipPlan(
            path=folder / f"camera-{place}.mp4",
            serial=f"X6-{30000 + place}",
            model="Camera 3",
            mount=Mount.CHEST,
            collar="1QX",
            starts_at=INCIDENT_AT + timedelta(seconds=later),
            seconds=SECONDS,
            buffer_seconds=BUFFER_SECONDS,
            fps=rate,
            viewpoint=place,
            scene_seed=7,
        )
        for place, (later, rate) in enumerate(CAMERAS)
    ]
    return list(make_clips(plans))


@dataclass
class Scene:
    """A handled case with its recordings, in order of their numbers."""

    force: Force
    case: Complaint
    links: list[FootageLink]

    @property
    def path(self) -> str:
        """The address of the room."""
        return f"/cases/{self.case.pk}/room/"


def attach_scene(clips: Sequence[Clip], folder: Path) -> Scene:
    """Log a case, give the recordings to people of a fresh force, and attach them by the services."""
    force = Force()
    wearers = [force.officer, force.second_officer, make_person("Oduya"), make_person("Tarn")]
    for clip, wearer in zip(clips, wearers, strict=True):
        path = shutil.copy(clip.path, folder)
        sidecar = replace(clip.sidecar(title="Street"), wearer_collar_number=wearer.collar_number)
        sidecar.write_beside(Path(path))
    case = handled_case(force)
    criteria = SearchCriteria(
        window_from=INCIDENT_AT - timedelta(hours=1),
        window_to=INCIDENT_AT + timedelta(hours=1),
        collar_numbers=tuple(person.collar_number for person in wearers),
    )
    search_footage(actor=force.investigator, case_id=case.pk, criteria=criteria, now=NOW)
    links = [
        attach_footage(
            actor=force.investigator,
            case_id=case.pk,
            external_id=external_id_of(clip.path.name),
            reason="Present at the incident",
            now=NOW,
        )
        for clip in clips
    ]
    case.refresh_from_db()
    return Scene(force, case, links)


def session_cookie(user: Any, url: str) -> dict[str, str]:
    """Sign a person in and give the cookie of the session."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}


def until(page: Any, expression: str, *, seconds: float = 20) -> None:
    """Wait until an expression holds in the page.

    Playwright's own waiting evaluates text inside the page, which the page's policy refuses.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise AssertionError(f"never came true within {seconds} s: {expression}")
        page.wait_for_timeout(50)


def enter(page: Any, *, query: str = "", scene: Scene, url: str) -> None:
    """Open the room, pass the warning and wait until every picture is there."""
    page.goto(f"{url}{scene.path}{query}")
    page.click("#open-room")
    page.wait_for_selector("body[data-room=open]")
    until(page, "bwcRoom.deck.cameras.every(camera => camera.ready)")


def shown_frame(page: Any, number: int) -> int:
    """Read the frame number burnt into the picture that a camera shows now."""
    picture = page.evaluate(
        """number => {
          const camera = bwcRoom.deck.cameras.find(each => each.recording.number === number);
          const canvas = document.createElement("canvas");
          canvas.width = camera.video.videoWidth;
          canvas.height = camera.video.videoHeight;
          canvas.getContext("2d").drawImage(camera.video, 0, 0);
          return canvas.toDataURL("image/png").split(",")[1];
        }""",
        number,
    )
    return read_frame_number(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB"))


def go_to_frame(page: Any, number: int, frame: int) -> None:
    """Make a camera big, show one of its frames and wait until it is on screen."""
    page.evaluate(
        """async ([number, frame]) => {
          const { deck } = bwcRoom;
          const camera = deck.cameras.find(each => each.recording.number === number);
          deck.makeBig(camera);
          const [num, den] = camera.rate;
          await deck.go(camera.startsAt + Math.round(frame * den * 1000 / num));
        }""",
        [number, frame],
    )


def settle(page: Any) -> None:
    """Wait until the frames asked for by key presses have been shown."""
    page.evaluate("bwcRoom.deck.stepping")


def wait_until_saved(page: Any) -> None:
    """Wait until nothing is left to save."""
    page.wait_for_selector("#saved[data-state=saved]")


def wait_for_server(seconds: float = 10) -> None:
    """Wait until the live server's threads have let go of the database, so that it can be emptied."""
    end = time.monotonic() + seconds
    question = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(question)
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.1)
