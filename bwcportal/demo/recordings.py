"""Making the recordings of the stories in the evidence system's folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from accounts.models import Person
from bwcportal.demo.stories import Shot, Story
from incidents.demo_media.clips import Clip, ClipPlan, make_clips
from incidents.footage_sources.protocol import Mount
from incidents.footage_sources.recordings import external_id_of
from incidents.models import Camera, CameraIssue

# The same flash is seen by every camera of an incident, so that their clocks can be compared.
FLASH_AFTER_S = 40
# The evidence system does not look into hidden folders, so nothing half made is ever found.
WORKSHOP = ".being-made"


def file_name(story_index: int, shot_index: int, shot: Shot) -> str:
    """Name the file of a shot, without telling what it shows."""
    suffix = ".webm" if shot.codec == "libvpx-vp9" else ".mp4"
    return f"{story_index:02d}-{shot_index + 1}-{shot.wearer.lower()}{suffix}"


def make_recordings(
    stories: list[tuple[int, Story, datetime]], *, folder: Path, officers: dict[str, Person]
) -> Iterator[dict[int, str]]:
    """Yield for each story, in order, the evidence system's ids of its recordings by shot.

    `stories` pairs each story with its number and the moment its incident began (UTC). The
    recordings of later stories are made meanwhile, in processes of their own; each appears in the
    evidence system's folder whole and with its sidecar.
    """
    workshop = folder / WORKSHOP
    workshop.mkdir(parents=True, exist_ok=True)
    cameras = {
        issue.person_id: issue.camera for issue in CameraIssue.objects.select_related("camera")
    }
    plans = [
        _plan(index, number, shot, began, officers[shot.wearer], cameras, workshop)
        for index, story, began in stories
        for number, shot in enumerate(story.shots)
    ]
    clips = make_clips(plans)
    for _, story, _ in stories:
        yield {
            number: _hand_over(next(clips), folder=folder, title=story.place)
            for number in range(len(story.shots))
        }
    # The generator ends its processes when it has nothing more to give.
    next(clips, None)
    workshop.rmdir()


def _plan(
    index: int,
    number: int,
    shot: Shot,
    began: datetime,
    wearer: Person,
    cameras: dict[UUID, Camera],
    workshop: Path,
) -> ClipPlan:
    camera = cameras[wearer.pk]
    return ClipPlan(
        path=workshop / file_name(index, number, shot),
        serial=camera.serial,
        model=camera.model,
        mount=Mount(camera.mount),
        collar=wearer.collar_number,
        starts_at=began + timedelta(seconds=shot.after),
        seconds=shot.seconds,
        buffer_seconds=shot.buffer,
        codec=shot.codec,
        scene_seed=index + 1,
        scene=shot.scene,
        camera_offset_ms=shot.offset_ms,
        viewpoint=number % 4,
        flash_at=began + timedelta(seconds=FLASH_AFTER_S),
    )


def _hand_over(clip: Clip, *, folder: Path, title: str) -> str:
    """Move a finished recording to where the evidence system finds it, after its sidecar."""
    place = folder / clip.path.name
    clip.sidecar(title=title).write_beside(place)
    clip.path.rename(place)
    return external_id_of(place.name)
