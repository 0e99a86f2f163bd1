"""What a recording says about itself: length, frame rate, picture, sound and when it was made.

Facts are measured from the media and never taken from a label: the frame rate, for instance, is
computed from the time stamps of the frames, because a wrong rate would put every mark on the wrong
picture. A file that cannot be used is refused with the reason that a person needs: it is empty, not
a video, cut short, or not ours to read.

The kind of container is recognised from the first bytes and given to the decoder, which otherwise
would try every format it knows, among them play lists that make it open other files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from io import BufferedReader
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from incidents.container_shape import CutShort, container_kind, require_whole

# A clock that was never set starts at the epoch of its format: 1904 (QuickTime), 1970 (Unix), 1980.
_EARLIEST_PLAUSIBLE = datetime(2000, 1, 1, tzinfo=UTC)
_ATTACHED_PICTURE = 0x400
_BROWSER_CODECS = {"mp4": {"h264", "av1", "vp9"}, "webm": {"vp8", "vp9", "av1"}}


class MediaFault(StrEnum):
    """Why a file cannot be used as a recording."""

    ZERO_BYTES = "ZERO_BYTES"
    NOT_A_VIDEO = "NOT_A_VIDEO"
    TRUNCATED = "TRUNCATED"
    NO_PERMISSION = "NO_PERMISSION"
    NOT_READABLE = "NOT_READABLE"


class UnusableMedia(Exception):
    """A file cannot be used as a recording; `fault` is the reason and `message` a sentence for people."""

    fault: MediaFault = MediaFault.NOT_READABLE

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class EmptyFile(UnusableMedia):
    """The file has no bytes."""

    fault = MediaFault.ZERO_BYTES


class NotAVideo(UnusableMedia):
    """The file holds no picture that can be decoded."""

    fault = MediaFault.NOT_A_VIDEO


class TruncatedMedia(UnusableMedia):
    """The file ends before the recording does."""

    fault = MediaFault.TRUNCATED


class NoPermission(UnusableMedia):
    """The portal's account may not read the file."""

    fault = MediaFault.NO_PERMISSION


@dataclass(frozen=True)
class MediaFacts:
    """The measured facts of one recording.

    `container` is mp4, webm, matroska, avi or mpegts. `frame_rate` is frames per second; with
    `variable_frame_rate` it is the mean and no frame number can be derived from a time.
    `created_at` (aware UTC) is what the container claims, or None; no one has verified it.
    """

    container: str
    codec: str
    width: int
    height: int
    duration_ms: int
    frame_rate: Fraction
    variable_frame_rate: bool
    frame_count: int
    has_audio: bool
    size_bytes: int
    created_at: datetime | None

    @property
    def plays_in_browser(self) -> bool:
        """Whether browsers in common use can play the file as it is."""
        return self.codec in _BROWSER_CODECS.get(self.container, set())


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file for reading, without following a link in its last part.

    Raises NoPermission, NotAVideo for anything that is not a regular file, and UnusableMedia for
    every other failure of the disk.
    """
    try:
        # O_NONBLOCK: opening a pipe that somebody named .mp4 must not wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError as error:
        raise NoPermission("The portal may not read this file. Ask for read permission") from error
    except OSError as error:
        raise UnusableMedia(f"The file could not be opened: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotAVideo("This is not an ordinary file")
    return os.fdopen(descriptor, "rb")


def probe(path: Path) -> MediaFacts:
    """Measure the recording at `path`.

    Raises EmptyFile, NotAVideo, TruncatedMedia, NoPermission or, for a failing disk, UnusableMedia.
    """
    with open_regular(path) as file:
        return probe_file(file)


def probe_file(file: BufferedReader) -> MediaFacts:
    """Measure the recording in an open file; raises as `probe` does."""
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        raise EmptyFile("The file is empty")
    try:
        kind = container_kind(file)
        if kind is None:
            raise NotAVideo("This is not a video in a format that the portal reads")
        require_whole(file, kind, size)
        file.seek(0)
        with av.open(file, mode="r", format=kind.demuxer, metadata_errors="replace") as container:
            return _measure(container, kind.name, size)
    except CutShort as error:
        raise TruncatedMedia(
            "The recording is cut short: the file ends before the video does"
        ) from error
    except av.error.FFmpegError as error:
        raise NotAVideo("The file looks like a video but its content cannot be decoded") from error
    except OSError as error:
        raise UnusableMedia(f"The file could not be read: {error.strerror}") from error


def _measure(container: InputContainer, kind: str, size: int) -> MediaFacts:
    stream = _picture(container)
    times, last_end, step = _frame_times(container, stream)
    if stream.frames and len(times) < stream.frames:
        raise CutShort
    if not times or step is None:
        raise NotAVideo("The file holds no picture")
    container.seek(0)
    if next(container.decode(stream), None) is None or not stream.width:
        raise NotAVideo("The file holds no picture that can be decoded")
    rate, variable = measured_rate(
        times, step, [stream.average_rate, stream.guessed_rate], last_end
    )
    length = (
        Fraction(container.duration, 1_000_000)
        if container.duration
        else (last_end - times[0]) * step
    )
    return MediaFacts(
        container=kind,
        codec=stream.codec_context.name,
        width=stream.width,
        height=stream.height,
        duration_ms=round(length * 1000),
        frame_rate=rate,
        variable_frame_rate=variable,
        frame_count=len(times),
        has_audio=bool(container.streams.audio),
        size_bytes=size,
        created_at=_claimed_creation(container, stream),
    )


def _picture(container: InputContainer) -> VideoStream:
    for stream in container.streams.video:
        # The cover picture of a sound file is a video stream of one frame.
        if not int(stream.disposition) & _ATTACHED_PICTURE:
            return stream
    raise NotAVideo("The file holds no picture, only sound or data")


def _frame_times(
    container: InputContainer, stream: VideoStream
) -> tuple[list[int], int, Fraction | None]:
    """Read the time stamp of every frame without decoding it: sorted ticks, the end in ticks, and the tick in s."""
    times: list[int] = []
    last_end = 0
    for packet in container.demux(stream):
        if packet.pts is None or packet.size == 0:
            continue
        times.append(packet.pts)
        last_end = max(last_end, packet.pts + (packet.duration or 0))
    return sorted(times), last_end, stream.time_base


def measured_rate(
    times: Sequence[int], step: Fraction, declared: Sequence[Fraction | None], last_end: int
) -> tuple[Fraction, bool]:
    """Work out frames per second from sorted frame times, and whether the rate varies.

    `times` and `last_end` are in ticks of `step` seconds. A declared rate is believed only when
    every frame lies on its grid (a container that counts in whole milliseconds rounds 33.37 ms to
    33 and 34, so 30000/1001 cannot be computed from it, only confirmed).
    """
    span = times[-1] - times[0]
    if len(times) < 2 or span == 0:
        length = last_end - times[0]
        return (
            1 / (length * step) if length > 0 else next((r for r in declared if r), Fraction(1))
        ), False
    mean = Fraction(len(times) - 1) / (span * step)
    for rate in [*declared, mean]:
        if rate and _lies_on_grid(times, 1 / (rate * step)):
            return Fraction(rate), False
    return mean.limit_denominator(1001), True


def _lies_on_grid(times: Sequence[int], interval: Fraction) -> bool:
    """Whether frame n is within one tick (or a hundredth of a frame) of n intervals."""
    slack = max(1.0, float(interval) / 100)
    spacing = float(interval)
    return all(
        abs(time - times[0] - number * spacing) <= slack for number, time in enumerate(times)
    )


def _claimed_creation(container: InputContainer, stream: VideoStream) -> datetime | None:
    """Read the time the container says it was made; a clock that was plainly never set counts as none."""
    for labels in (container.metadata, stream.metadata):
        for name in ("com.apple.quicktime.creationdate", "creation_time", "date"):
            moment = _moment(labels.get(name, ""))
            if moment is not None and moment >= _EARLIEST_PLAUSIBLE:
                return moment
    return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    # A bare date or a time without a zone says nothing that can be compared with another camera.
    return moment.astimezone(UTC) if moment.tzinfo else None
