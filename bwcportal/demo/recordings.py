"""Making the recordings of the stories in the evidence system's folder."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from accounts.models import Person
from bwcportal.demo.stories import Shot, Story
from incidents.demo_media.clips import ClipPlan, make_clips
from incidents.footage_sources.protocol import Mount
from incidents.footage_sources.recordings import external_id_of
from incidents.models import CameraIssue

# The same flash is seen by every camera of an incident, so that their clocks can be compared.
FLASH_AFTER_S = 40


def file_name(story_index: int, shot_index: int, shot: Shot) -> str:
    """Name the file of a shot, without telling what it shows."""
    suffix = ".webm" if shot.codec == "libvpx-vp9" else ".mp4"
    return f"{story_index:02d}-{shot_index + 1}-{shot.wearer.lower()}{suffix}"


def make_recordings(
    stories: list[tuple[int, Story, datetime]], *, folder: Path, officers: dict[str, Person]
) -> dict[tuple[int, int], str]:
    """Write a clip and its sidecar for each shot; return the evidence system's ids by story and shot.

    `stories` pairs each story with its number and the moment its incident began (UTC).
    """
    folder.mkdir(parents=True, exist_ok=True)
    issues = {
        issue.person_id: issue.camera for issue in CameraIssue.objects.select_related("camera")
    }
    plans, keys, titles = [], [], []
    for index, story, began in stories:
        for number, shot in enumerate(story.shots):
            wearer = officers[shot.wearer]
            camera = issues[wearer.pk]
            plans.append(
                ClipPlan(
                    path=folder / file_name(index, number, shot),
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
            )
            keys.append((index, number))
            titles.append(story.place)
    clips = list(make_clips(plans))
    for clip, title in zip(clips, titles, strict=True):
        clip.sidecar(title=title).write_beside(clip.path)
    return {key: external_id_of(clip.path.name) for key, clip in zip(keys, clips, strict=True)}
