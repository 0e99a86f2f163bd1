"""Making invented recordings: MP4 or WebM whose every claim about time can be checked.

    make_clip(path, serial="X6-20417", model="Camera 3", mount="CHEST", collar="915QX",
              starts_at=datetime(2026, 11, 6, 21, 36, 30, tzinfo=UTC), seconds=40, buffer_seconds=10,
              scene_seed=7, viewpoint=0, flash_at=datetime(2026, 11, 6, 21, 36, 45, tzinfo=UTC))

Cameras of one incident share `scene_seed`, `scene` and `flash_at`, and differ in `viewpoint`. A camera
whose clock is wrong has `camera_offset_ms`: its printed clock, its tones and its Recorded On are that
much ahead of the true time, while the flash happens when it happens.
"""

from __future__ import annotations

import os
import threading
import time
import zlib
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import cast

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from incidents.demo_media.overlay import (
    BASE_WIDTH,
    LARGEST_FRAME_NUMBER,
    clock_plates,
    number_plates,
)
from incidents.demo_media.pictures import Camera, Planes, movement_step
from incidents.demo_media.scenes import build_scene
from incidents.demo_media.sound import SAMPLE_RATE, soundtrack
from incidents.footage_sources.protocol import Mount
from incidents.footage_sources.sidecar import Sidecar

FLASH_MS = 200
_FORMATS = {"libx264": ("mp4", "aac"), "libvpx-vp9": ("webm", "libopus")}


@dataclass(frozen=True)
class ClipPlan:
    """Everything that decides what an invented recording shows.

    `starts_at` and `flash_at` are true times (aware). `seconds` is the length of the whole file,
    the silent `buffer_seconds` at its start included. `viewpoint` is which of the scene's four
    cameras this is; without one it follows from the serial.
    """

    path: Path
    serial: str
    model: str
    mount: Mount
    collar: str
    starts_at: datetime
    seconds: float
    buffer_seconds: float = 0
    fps: int | Fraction = 25
    size: tuple[int, int] = (640, 360)
    codec: str = "libx264"
    scene_seed: int = 1
    scene: str = "street"
    camera_offset_ms: int = 0
    viewpoint: int | None = None
    flash_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.codec not in _FORMATS:
            raise ValueError(f"codec must be one of {', '.join(_FORMATS)}")
        if self.starts_at.utcoffset() is None:
            raise ValueError("starts_at needs a time zone")
        if not 0 <= self.buffer_seconds < self.seconds:
            raise ValueError("the buffer must be shorter than the recording")
        if not 0 < self.frame_count <= LARGEST_FRAME_NUMBER:
            raise ValueError(f"a recording has 1 to {LARGEST_FRAME_NUMBER} frames")
        width, height = self.size
        if width % 32 or height % 2 or width * 9 != height * 16:
            raise ValueError("the picture must be 16:9 and a multiple of 32 wide")

    @property
    def frame_count(self) -> int:
        """How many frames the recording has."""
        return int(Fraction(self.seconds) * Fraction(self.fps))

    @property
    def buffer_ms(self) -> int:
        """The length of the silent buffer in milliseconds."""
        return round(self.buffer_seconds * 1000)

    @property
    def recorded_on(self) -> datetime:
        """When the button was pressed, by the camera's own clock (UTC)."""
        return self.starts_at.astimezone(UTC) + timedelta(milliseconds=self.camera_offset_ms)

    @property
    def first_picture_at(self) -> datetime:
        """The camera's clock at the first picture (UTC)."""
        return self.recorded_on - timedelta(milliseconds=self.buffer_ms)


@dataclass(frozen=True)
class Clip:
    """A recording that was made."""

    plan: ClipPlan
    frame_count: int
    duration_ms: int

    @property
    def path(self) -> Path:
        """Where the recording is."""
        return self.plan.path

    def sidecar(self, *, title: str, clock_verified: bool = True, locked_by: str = "") -> Sidecar:
        """Describe the recording the way its evidence system would."""
        plan = self.plan
        return Sidecar(
            serial=plan.serial,
            model=plan.model,
            mount=plan.mount,
            wearer_collar_number=plan.collar,
            recorded_on=plan.recorded_on,
            buffer_ms=plan.buffer_ms,
            title=title,
            clock_verified=clock_verified,
            locked_by=locked_by,
        )


def make_clip(
    path: Path,
    *,
    serial: str,
    model: str,
    mount: Mount | str,
    collar: str,
    starts_at: datetime,
    seconds: float,
    buffer_seconds: float = 0,
    fps: int | Fraction = 25,
    size: tuple[int, int] = (640, 360),
    codec: str = "libx264",
    scene_seed: int = 1,
    scene: str = "street",
    camera_offset_ms: int = 0,
    viewpoint: int | None = None,
    flash_at: datetime | None = None,
) -> Clip:
    """Write one invented recording to `path`, whole or not at all; the parameters are those of `ClipPlan`.

    Raises ValueError for a plan that cannot be carried out.
    """
    return render(
        ClipPlan(
            path=path,
            serial=serial,
            model=model,
            mount=Mount(mount),
            collar=collar,
            starts_at=starts_at,
            seconds=seconds,
            buffer_seconds=buffer_seconds,
            fps=fps,
            size=size,
            codec=codec,
            scene_seed=scene_seed,
            scene=scene,
            camera_offset_ms=camera_offset_ms,
            viewpoint=viewpoint,
            flash_at=flash_at,
        )
    )


def make_clips(plans: Sequence[ClipPlan], *, processes: int | None = None) -> Iterator[Clip]:
    """Make several recordings at once, one process per processor unless told, and yield each in order."""
    count = min(processes or os.cpu_count() or 1, max(1, len(plans)))
    if count == 1:
        yield from map(render, plans)
        return
    # spawn: a forked copy of a process with threads and open connections is not safe to use.
    with ProcessPoolExecutor(
        count,
        mp_context=get_context("spawn"),
        initializer=_end_with_parent,
        initargs=(os.getpid(),),
    ) as pool:
        yield from pool.map(render, plans)


def _end_with_parent(parent: int) -> None:
    """Watch for the death of the process that asked for the clips: killed, it cannot end its pool."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def render(plan: ClipPlan) -> Clip:
    """Carry out one plan. A file already at the path is replaced when the new one is complete."""
    container_format, sound_codec = _FORMATS[plan.codec]
    unfinished = plan.path.with_name(f".{plan.path.name}.part")
    options = {"movflags": "+faststart"} if container_format == "mp4" else {}
    try:
        with av.open(str(unfinished), "w", format=container_format, options=options) as container:
            container.metadata["creation_time"] = plan.first_picture_at.strftime(
                "%Y-%m-%dT%H:%M:%S.%fZ"
            )
            container.metadata["title"] = f"{plan.model} {plan.serial}"
            _write(container, plan, sound_codec)
        os.replace(unfinished, plan.path)
    finally:
        unfinished.unlink(missing_ok=True)
    length = Fraction(plan.frame_count) / Fraction(plan.fps)
    return Clip(plan, plan.frame_count, round(length * 1000))


def _write(container: OutputContainer, plan: ClipPlan, sound_codec: str) -> None:
    video = _video_stream(container, plan)
    coding = {"aac_coder": "fast"} if sound_codec == "aac" else {}
    audio = cast(
        AudioStream,
        container.add_stream(sound_codec, rate=SAMPLE_RATE, options=coding, layout="mono"),
    )
    audio.bit_rate = 48_000
    sounds = _sound_frames(plan)
    sound_until = Fraction(0)
    rate = Fraction(plan.fps)
    for number, planes in enumerate(_pictures(plan)):
        container.mux(video.encode(_video_frame(planes, number, rate)))
        while sound_until <= Fraction(number) / rate and (sound := next(sounds, None)):
            container.mux(audio.encode(sound))
            sound_until += Fraction(sound.samples, SAMPLE_RATE)
    for sound in sounds:
        container.mux(audio.encode(sound))
    container.mux(video.encode(None))
    container.mux(audio.encode(None))


def _video_stream(container: OutputContainer, plan: ClipPlan) -> VideoStream:
    rate = Fraction(plan.fps)
    second = max(1, round(rate))
    if plan.codec == "libx264":
        # No B-frames: stepping back by one frame then needs no frame after it.
        options = {
            "preset": "ultrafast",
            "crf": "30",
            "bf": "0",
            "sc_threshold": "0",
            "keyint_min": str(second),
        }
    else:
        options = {
            "deadline": "realtime",
            "cpu-used": "8",
            "lag-in-frames": "0",
            "crf": "36",
            "b": "0",
        }
    stream = cast(VideoStream, container.add_stream(plan.codec, rate=rate, options=options))
    stream.width, stream.height = plan.size
    stream.pix_fmt = "yuv420p"
    stream.gop_size = second
    # Without this a default bit rate would overrule the constant quality asked for above.
    stream.bit_rate = 0
    stream.time_base = 1 / rate
    # One thread each: the clips themselves are made side by side.
    stream.codec_context.thread_count = 1
    return stream


def _pictures(plan: ClipPlan) -> Iterator[Planes]:
    width, height = plan.size
    number_of_view = (
        plan.viewpoint if plan.viewpoint is not None else zlib.crc32(plan.serial.encode())
    )
    camera = Camera(
        build_scene(plan.scene, plan.scene_seed),
        number=number_of_view,
        mount=plan.mount.value,
        serial=plan.serial,
        width=width,
        height=height,
    )
    label = f"{plan.model} {plan.serial}".upper()
    error = timedelta(milliseconds=plan.camera_offset_ms)
    seen: tuple[int, datetime, bool] | None = None
    for number in range(plan.frame_count):
        # Exact to the microsecond: a float would put the change of a second one frame off now and then.
        elapsed = timedelta(microseconds=int(Fraction(number * 1_000_000) / Fraction(plan.fps)))
        shown = plan.first_picture_at + elapsed
        truly = shown - error
        step, flash = movement_step(truly.timestamp() % 3600), _flashing(plan, truly)
        # Frames between two movements differ in their number alone, so the rest is drawn once.
        if seen != (seen := (step, shown.replace(microsecond=0), flash)):
            picture = camera.picture(step, flash=flash)
            for plate, (left, top) in clock_plates(shown, label):
                _paste_plate(picture, plate, left, top, width)
        numbered = picture.copy_luma()
        for plate, (left, top) in number_plates(number):
            _paste_plate(numbered, plate, left, top, width)
        yield numbered


def _flashing(plan: ClipPlan, truly: datetime) -> bool:
    if plan.flash_at is None:
        return False
    return timedelta(0) <= truly - plan.flash_at < timedelta(milliseconds=FLASH_MS)


def _paste_plate(picture: Planes, plate: Image.Image, left: int, top: int, width: int) -> None:
    if width != BASE_WIDTH:
        scale = width / BASE_WIDTH
        plate = plate.resize((round(plate.width * scale), round(plate.height * scale)))
        left, top = round(left * scale), round(top * scale)
    picture.paste_grey(plate, left, top)


def _video_frame(planes: Planes, number: int, rate: Fraction) -> VideoFrame:
    frame = VideoFrame(planes.luma.width, planes.luma.height, "yuv420p")
    for plane, image in zip(frame.planes, (planes.luma, planes.blue, planes.red), strict=True):
        # The encoder's rows may be longer than the picture's.
        padded = (
            image
            if plane.line_size == image.width
            else image.crop((0, 0, plane.line_size, image.height))
        )
        plane.update(padded.tobytes())
    frame.pts = number
    frame.time_base = 1 / rate
    return frame


def _sound_frames(plan: ClipPlan) -> Iterator[AudioFrame]:
    flash = plan.flash_at
    samples = soundtrack(
        first_at=plan.first_picture_at,
        sound_from=plan.recorded_on,
        seconds=float(Fraction(plan.frame_count) / Fraction(plan.fps)),
        event_at=flash + timedelta(milliseconds=plan.camera_offset_ms) if flash else None,
        seed=zlib.crc32(plan.serial.encode()),
    )
    for start in range(0, len(samples), SAMPLE_RATE // 4):
        yield _sound_frame(samples[start : start + SAMPLE_RATE // 4], start)


def _sound_frame(samples: array[int], start: int) -> AudioFrame:
    frame = AudioFrame(format="s16", layout="mono", samples=len(samples))
    frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate = SAMPLE_RATE
    frame.pts = start
    frame.time_base = Fraction(1, SAMPLE_RATE)
    return frame
