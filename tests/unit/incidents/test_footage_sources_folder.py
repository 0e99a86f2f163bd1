"""The folder evidence system: searching, describing, playing (incidents.footage_sources.folder)."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from incidents.demo_media.clips import Clip
from incidents.footage_sources.errors import (
    FootageDamaged,
    FootageUnknown,
    SourceUnavailable,
    UnusableQuery,
)
from incidents.footage_sources.folder import FolderSource
from incidents.footage_sources.protocol import (
    FootageQuery,
    FootageSource,
    Mount,
    PlaybackKind,
    StartSource,
)
from incidents.footage_sources.recordings import external_id_of
from incidents.footage_sources.registry import SourceRegistry, UnknownSource

BUTTON = datetime(2026, 11, 6, 21, 36, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def put(folder: Path, name: str, clip: Clip, **changes: object) -> str:
    """Put a recording with its sidecar into the folder, and give its identifier."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(clip.path, path)
    sidecar = clip.sidecar(title=f"Recording {path.stem}").write_beside(path)
    sidecar.write_text(json.dumps({**json.loads(sidecar.read_text()), **changes}))
    return external_id_of(name)


@pytest.fixture
def source(tmp_path: Path) -> FolderSource:
    (tmp_path / "bwv").mkdir()
    return FolderSource(tmp_path / "bwv", auto_delete_days=31, clock=lambda: NOW)


def window(start: timedelta, end: timedelta, **criteria: object) -> FootageQuery:
    """Ask for a window counted from the moment the button was pressed, without tolerance unless given."""
    return FootageQuery(BUTTON + start, BUTTON + end, **{"tolerance": timedelta(0), **criteria})


HOUR = timedelta(hours=1)


class TestSearch:
    def test_a_recording_is_described_from_its_sidecar_and_its_media(
        self, source: FolderSource, clip: Clip
    ):
        external_id = put(source.root, "north/night.mp4", clip)

        (found,) = source.search(window(-HOUR, HOUR))

        assert found.external_id == external_id
        assert "north" not in found.external_id
        assert found.title == "Recording night"
        assert (found.camera_serial, found.camera_model) == ("X6-20417", "Camera 3")
        assert (found.mount, found.wearer_collar_number) == (Mount.CHEST, "915QX")
        assert (found.recorded_on, found.buffer_ms, found.duration_ms) == (BUTTON, 2000, 5000)
        assert found.starts_at == BUTTON - timedelta(seconds=2)
        assert found.ends_at == BUTTON + timedelta(seconds=3)
        assert found.frame_rate == Fraction(25)
        assert (found.codec, found.content_type, found.has_audio) == ("h264", "video/mp4", True)
        assert found.auto_delete_at == BUTTON + timedelta(days=31)
        assert (found.on_hold, found.sha256) == (False, None)
        assert (found.clock_verified, found.start_source) == (True, StartSource.RECORDED)
        assert source.describe(external_id) == found

    @pytest.mark.parametrize(
        ("start_s", "end_s", "tolerance_s", "fits"),
        [
            (-10, -2.001, 0, False),
            (-10, -2, 0, True),
            (-1, 1, 0, True),
            (3, 10, 0, True),
            (3.001, 10, 0, False),
            (13, 20, 9, False),
            (13, 20, 10, True),
            (-20, -12, 10, True),
        ],
    )
    def test_the_window_counts_the_buffer_and_the_tolerance(
        self, source: FolderSource, clip: Clip, start_s, end_s, tolerance_s, fits
    ):
        put(source.root, "night.mp4", clip)
        query = window(
            timedelta(seconds=start_s),
            timedelta(seconds=end_s),
            tolerance=timedelta(seconds=tolerance_s),
        )

        assert bool(source.search(query)) is fits

    def test_officers_and_cameras_are_alternatives(self, source: FolderSource, clip: Clip):
        mine = put(source.root, "a.mp4", clip)
        lent = put(source.root, "b.mp4", clip, wearer_collar_number="111QX")
        other = put(source.root, "c.mp4", clip, wearer_collar_number="222QX", serial="X6-9")

        def found(**criteria: object) -> set[str]:
            return {item.external_id for item in source.search(window(-HOUR, HOUR, **criteria))}

        assert found() == {mine, lent, other}
        assert found(collar_numbers=("915 qx",)) == {mine}
        assert found(camera_serials=("x6-20417",)) == {mine, lent}
        assert found(collar_numbers=("222QX",), camera_serials=("X6-20417",)) == {mine, lent, other}
        assert found(collar_numbers=("999QX",)) == set()

    def test_the_earliest_come_first_and_no_more_than_asked_for(
        self, source: FolderSource, clip: Clip
    ):
        late = put(source.root, "a.mp4", clip, recorded_on="2026-11-06T22:00:00Z")
        # The same instant written in another zone.
        early = put(source.root, "b.mp4", clip, recorded_on="2026-11-06T22:30:00+01:00")

        found = source.search(window(-HOUR, HOUR, limit=2))

        assert [item.external_id for item in found] == [early, late]
        assert [item.external_id for item in source.search(window(-HOUR, HOUR, limit=1))] == [early]

    def test_damaged_files_hide_no_others_and_are_listed_with_reasons(
        self, source: FolderSource, clip: Clip, tmp_path: Path
    ):
        whole = put(source.root, "whole.mp4", clip)
        cut = put(source.root, "cut.mp4", clip)
        os.truncate(source.root / "cut.mp4", 9000)
        (source.root / "empty.mp4").touch()
        (source.root / "notes.mp4").write_text("not a video")
        put(source.root, "sidecar.mp4", clip)
        (source.root / "sidecar.json").write_text("{")
        (source.root / "link.mp4").symlink_to(clip.path)
        (source.root / "outside").symlink_to(tmp_path)

        found = source.search(window(-HOUR, HOUR))

        assert [item.external_id for item in found] == [whole]
        assert {fault.name: fault.fault for fault in source.faults()} == {
            "cut.mp4": "TRUNCATED",
            "empty.mp4": "ZERO_BYTES",
            "notes.mp4": "NOT_A_VIDEO",
            "sidecar.mp4": "BAD_SIDECAR",
            "link.mp4": "LINK",
            "outside": "LINK",
        }
        # Asked again, the answers come from what was measured before.
        assert len(source.faults()) == 6
        with pytest.raises(FootageDamaged, match="cut short") as damaged:
            source.describe(cut)
        assert damaged.value.fault == "TRUNCATED"

    def test_a_file_that_was_replaced_is_measured_again(
        self, source: FolderSource, clip: Clip, webm_clip: Clip
    ):
        external_id = put(source.root, "night.mp4", clip)
        assert source.describe(external_id).codec == "h264"

        shutil.copyfile(webm_clip.path, source.root / "night.mp4")

        assert source.describe(external_id).codec == "vp9"

    @pytest.mark.parametrize(
        ("content", "part"),
        [
            ({"serial": ""}, "serial"),
            ({"recorded_on": "2026-11-06T21:36:30"}, "recorded_on"),
            ({"recorded_on": "0001-01-01T00:00:00+14:00"}, "recorded_on"),
            ({"recorded_on": "9999-12-31T23:59:59Z"}, "recorded_on"),
            ({"recorded_on": 5}, "recorded_on"),
            ({"buffer_ms": -1}, "buffer_ms"),
            ({"buffer_ms": True}, "buffer_ms"),
            ({"buffer_ms": 2.5}, "buffer_ms"),
            ({"mount": "HAT"}, "mount"),
            ({"mount": ["CHEST"]}, "mount"),
            ({"title": 7}, "title"),
            ({"title": "x" * 70_000}, "larger"),
            ({"clock_verified": "yes"}, "clock_verified"),
            ({"sha256": "abc"}, "sha256"),
        ],
    )
    def test_a_sidecar_that_cannot_be_believed_says_which_part(
        self, source: FolderSource, clip: Clip, content, part
    ):
        put(source.root, "night.mp4", clip, **content)

        assert source.search(window(-HOUR, HOUR)) == []
        (fault,) = source.faults()
        assert fault.fault == "BAD_SIDECAR"
        assert part in fault.message

    def test_a_folder_that_is_not_there_asks_to_try_again(self, tmp_path: Path):
        missing = FolderSource(tmp_path / "unplugged", auto_delete_days=31)

        with pytest.raises(SourceUnavailable):
            missing.search(window(-HOUR, HOUR))

    def test_a_query_that_cannot_be_asked_names_the_field(self):
        with pytest.raises(UnusableQuery) as no_zone:
            FootageQuery(datetime(2026, 11, 6), BUTTON)  # noqa: DTZ001 - the point of the test
        with pytest.raises(UnusableQuery) as backwards:
            window(HOUR, -HOUR)

        assert (no_zone.value.field, backwards.value.field) == ("window_from", "window_to")


class TestWithoutSidecar:
    def test_the_start_is_what_the_container_claims(self, source: FolderSource, clip: Clip):
        shutil.copyfile(clip.path, source.root / "phone.mp4")

        found = source.describe(external_id_of("phone.mp4"))

        assert found.recorded_on == BUTTON - timedelta(seconds=2)
        assert (found.clock_verified, found.start_source) == (False, StartSource.CONTAINER)
        assert (found.title, found.wearer_collar_number) == ("phone.mp4", "")

    def test_a_real_recording_that_does_not_say_has_the_time_of_its_file(
        self, source: FolderSource, real_recordings: Path
    ):
        shutil.copyfile(real_recordings / "bikes.mp4", source.root / "bikes.mp4")
        os.utime(source.root / "bikes.mp4", (1_790_000_000, 1_790_000_000))

        found = source.describe(external_id_of("bikes.mp4"))

        assert found.recorded_on == datetime.fromtimestamp(1_790_000_000, UTC)
        assert (found.clock_verified, found.start_source) == (False, StartSource.FILE_TIME)


class TestPlaying:
    def test_the_bytes_are_those_of_the_file_in_bounded_pieces(
        self, source: FolderSource, clip: Clip
    ):
        external_id = put(source.root, "night.mp4", clip)
        content = clip.path.read_bytes()

        playback = source.playback(external_id)
        pieces = list(source.open_range(external_id, 1000, playback.size_bytes))

        assert (playback.kind, playback.content_type) == (PlaybackKind.STREAM, "video/mp4")
        assert playback.url == ""
        assert b"".join(pieces) == content[1000:]
        assert max(map(len, pieces)) <= 65536

    @pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (6, 5), (0, 10**9)])
    def test_bytes_that_are_not_there_are_refused_at_once(
        self, source: FolderSource, clip: Clip, start, end
    ):
        external_id = put(source.root, "night.mp4", clip)

        with pytest.raises(UnusableQuery):
            source.open_range(external_id, start, end)

    @pytest.mark.parametrize(
        "identifier",
        [
            "",
            "../secret.mp4",
            "/etc/passwd",
            "night.mp4",
            "..\\..",
            "FF-" + "0" * 24,
            "a\0b",
            "%2e%2e/x",
            "x" * 5000,
        ],
    )
    def test_no_identifier_from_outside_reaches_a_path(
        self, source: FolderSource, clip: Clip, identifier
    ):
        put(source.root, "night.mp4", clip)
        shutil.copyfile(clip.path, source.root.parent / "secret.mp4")

        for question in (source.describe, source.playback, source.preservation_status):
            with pytest.raises(FootageUnknown):
                question(identifier)
        with pytest.raises(FootageUnknown):
            source.open_range(identifier, 0, 1)

    def test_a_recording_replaced_by_a_link_is_not_followed(
        self, source: FolderSource, clip: Clip, tmp_path: Path
    ):
        external_id = put(source.root, "night.mp4", clip)
        source.describe(external_id)
        (source.root / "night.mp4").unlink()
        (source.root / "night.mp4").symlink_to(tmp_path / "elsewhere.mp4")
        shutil.copyfile(clip.path, tmp_path / "elsewhere.mp4")

        with pytest.raises(FootageUnknown):
            source.open_range(external_id, 0, 10)

    def test_a_folder_replaced_by_a_link_is_not_followed(
        self, source: FolderSource, clip: Clip, tmp_path: Path
    ):
        external_id = put(source.root, "north/night.mp4", clip)
        source.describe(external_id)
        (source.root / "north").rename(tmp_path / "north")
        (source.root / "north").symlink_to(tmp_path / "north")

        with pytest.raises(FootageUnknown):
            source.open_range(external_id, 0, 10)


class TestRegistry:
    def test_a_source_is_made_once_from_its_configuration(self, tmp_path: Path):
        registry = SourceRegistry(
            {"bwv": {"adapter": "folder", "path": str(tmp_path), "auto_delete_days": 31}}
        )

        made: FootageSource = registry.get("bwv")

        assert made is registry.get("bwv")
        assert made.search(window(-HOUR, HOUR)) == []
        assert registry.codes == ("bwv",)

    def test_unknown_codes_adapters_and_options_are_refused(self, tmp_path: Path):
        with pytest.raises(UnknownSource, match="adapter must be one of folder"):
            SourceRegistry({"x": {"adapter": "os.system"}})
        with pytest.raises(UnknownSource):
            SourceRegistry({}).get("folder")
        for options in ({}, {"path": str(tmp_path)}, {"path": "x", "auto_delete_days": 0}):
            with pytest.raises(ValueError, match="auto_delete_days"):
                SourceRegistry({"x": {"adapter": "folder", **options}}).get("x")
