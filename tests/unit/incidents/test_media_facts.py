"""Measuring recordings (incidents.media_facts), on invented and on real ones."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from incidents.demo_media.clips import Clip
from incidents.media_facts import (
    EmptyFile,
    MediaFault,
    NotAVideo,
    TruncatedMedia,
    UnusableMedia,
    measured_rate,
    probe,
)


def write_video(path: Path, times_ms: list[int], *, sound: bool = False, **labels: str) -> Path:
    """Write a small MP4 whose frames stand at the given times."""
    with av.open(str(path), "w") as container:
        container.metadata.update(labels)
        stream = container.add_stream("libx264", rate=25, options={"bf": "0"})
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for number, time in enumerate(times_ms):
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 64), (number % 255, 0, 0)))
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


class TestProbe:
    def test_an_mp4_says_everything_about_itself(self, clip: Clip):
        facts = probe(clip.path)

        assert (facts.container, facts.codec) == ("mp4", "h264")
        assert (facts.width, facts.height) == (640, 360)
        assert facts.frame_rate == Fraction(25)
        assert not facts.variable_frame_rate
        assert facts.frame_count == 125
        assert facts.duration_ms == 5000
        assert facts.has_audio
        assert facts.size_bytes == clip.path.stat().st_size
        assert facts.created_at == datetime(2026, 11, 6, 21, 36, 28, tzinfo=UTC)
        assert facts.plays_in_browser

    def test_a_webm_says_everything_about_itself(self, webm_clip: Clip):
        facts = probe(webm_clip.path)

        assert (facts.container, facts.codec) == ("webm", "vp9")
        assert facts.frame_rate == Fraction(25)
        assert facts.frame_count == 75
        assert abs(facts.duration_ms - 3000) <= 20
        assert facts.created_at == datetime(2026, 11, 6, 21, 36, 30, tzinfo=UTC)
        assert facts.plays_in_browser

    @pytest.mark.parametrize(
        ("name", "rate", "frames", "length_ms", "size", "sound"),
        [
            ("bikes.mp4", Fraction(25), 250, 10_000, (640, 272), False),
            ("carphone_pristine.mp4", Fraction(30000, 1001), 120, 4004, (176, 144), False),
            ("bigbuckbunny.mp4", Fraction(25), 132, 5312, (1280, 720), True),
        ],
    )
    def test_real_recordings_are_measured_exactly(
        self, real_recordings: Path, name, rate, frames, length_ms, size, sound
    ):
        facts = probe(real_recordings / name)

        assert facts.frame_rate == rate
        assert not facts.variable_frame_rate
        assert facts.frame_count == frames
        assert facts.duration_ms == length_ms
        assert (facts.width, facts.height) == size
        assert facts.has_audio is sound

    def test_a_clock_that_was_never_set_counts_as_none(self, real_recordings: Path):
        # bigbuckbunny.mp4 says it was made on 1 January 1970.
        assert probe(real_recordings / "bigbuckbunny.mp4").created_at is None

    def test_an_irregular_recording_is_known_to_have_a_variable_rate(self, tmp_path: Path):
        path = write_video(tmp_path / "phone.mp4", [0, 33, 80, 200, 233, 400, 450, 700])

        facts = probe(path)

        assert facts.variable_frame_rate
        assert facts.frame_rate == Fraction(10)

    def test_an_empty_file_is_told_as_such(self, tmp_path: Path):
        path = tmp_path / "empty.mp4"
        path.touch()

        with pytest.raises(EmptyFile):
            probe(path)

    @pytest.mark.parametrize(
        "content",
        [b"not a video at all", b"\0" * 5000, b"\x1a\x45\xdf", b"RIFF", b"#EXTM3U\n/etc/passwd\n"],
    )
    def test_other_content_is_not_a_video(self, tmp_path: Path, content: bytes):
        path = tmp_path / "film.mp4"
        path.write_bytes(content)

        with pytest.raises(NotAVideo):
            probe(path)

    def test_a_picture_renamed_to_mp4_is_not_a_video(self, tmp_path: Path):
        path = tmp_path / "still.mp4"
        Image.new("RGB", (64, 64)).save(path, format="PNG")

        with pytest.raises(NotAVideo):
            probe(path)

    def test_sound_alone_is_not_a_video(self, tmp_path: Path):
        path = tmp_path / "sound.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("aac", rate=48000, layout="mono")
            frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            frame.sample_rate = 48000
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))

        with pytest.raises(NotAVideo, match="only sound"):
            probe(path)

    def test_a_pipe_is_refused_without_waiting_for_a_writer(self, tmp_path: Path):
        path = tmp_path / "pipe.mp4"
        os.mkfifo(path)

        with pytest.raises(NotAVideo):
            probe(path)

    def test_a_link_is_not_followed(self, tmp_path: Path, clip: Clip):
        link = tmp_path / "link.mp4"
        link.symlink_to(clip.path)

        with pytest.raises(UnusableMedia):
            probe(link)

    @pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.97, 0.9999])
    def test_a_recording_cut_short_is_told_as_such(
        self, tmp_path: Path, clip: Clip, webm_clip: Clip, share: float
    ):
        for whole in (clip.path, webm_clip.path):
            content = whole.read_bytes()
            path = tmp_path / whole.name
            path.write_bytes(content[: int(len(content) * share)])

            with pytest.raises(TruncatedMedia):
                probe(path)

    def test_real_recordings_cut_short_are_told_as_such(
        self, real_recordings: Path, tmp_path: Path
    ):
        for name in ("bikes.mp4", "bigbuckbunny.mp4", "carphone_distorted.mp4"):
            content = (real_recordings / name).read_bytes()
            path = tmp_path / name
            path.write_bytes(content[: len(content) * 2 // 3])

            with pytest.raises(TruncatedMedia):
                probe(path)

    def test_a_missing_permission_is_told_as_such(self, tmp_path: Path, clip: Clip):
        path = tmp_path / "secret.mp4"
        path.write_bytes(clip.path.read_bytes())
        path.chmod(0)

        assert probe_as_nobody(path) == MediaFault.NO_PERMISSION

    @given(place=st.integers(0, 4999), value=st.integers(0, 255), data=st.data())
    @settings(max_examples=60, deadline=None)
    def test_damage_anywhere_gives_facts_or_a_reason_and_never_another_error(
        self, clip: Clip, tmp_path_factory: pytest.TempPathFactory, place, value, data
    ):
        content = bytearray(clip.path.read_bytes())
        content[place] = value
        content[data.draw(st.integers(0, len(content) - 1))] ^= 0xFF
        path = tmp_path_factory.mktemp("damaged") / "clip.mp4"
        path.write_bytes(content)

        try:
            told = f"{probe(path).frame_count} frames"
        except UnusableMedia as refusal:
            told = refusal.message

        assert told not in ("", "0 frames")
        path.unlink()


class TestMeasuredRate:
    def test_whole_milliseconds_confirm_a_rate_that_they_cannot_give(self):
        ntsc = Fraction(30000, 1001)
        times = [round(number * 1000 / ntsc) for number in range(300)]

        rate, variable = measured_rate(times, Fraction(1, 1000), [ntsc], times[-1] + 33)

        assert (rate, variable) == (ntsc, False)

    def test_a_wrong_declared_rate_is_not_believed(self):
        times = list(range(0, 4000, 40))

        rate, variable = measured_rate(times, Fraction(1, 1000), [Fraction(30)], 4000)

        assert (rate, variable) == (Fraction(25), False)

    def test_one_dropped_frame_makes_the_rate_variable(self):
        times = [time for time in range(0, 4000, 40) if time != 2000]

        assert measured_rate(times, Fraction(1, 1000), [Fraction(25)], 4000)[1]

    def test_a_single_frame_lasts_as_long_as_it_says(self):
        assert measured_rate([0], Fraction(1, 1000), [Fraction(25)], 50) == (Fraction(20), False)


PROBE_AND_TELL = """
import os, sys
from pathlib import Path
from incidents.media_facts import UnusableMedia, probe
if os.geteuid() == 0:
    # Root may read anything, so the question is put as an account without rights.
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    probe(Path(os.path.basename(sys.argv[1])))
except UnusableMedia as refusal:
    print(refusal.fault.value)
"""


def probe_as_nobody(path: Path) -> str:
    """Probe a file in a process without rights, from inside its folder, and give the fault."""
    path.parent.chmod(path.parent.stat().st_mode | stat.S_IROTH | stat.S_IXOTH)
    answer = subprocess.run(
        [sys.executable, "-c", PROBE_AND_TELL, str(path)],
        cwd=path.parent,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.strip()
