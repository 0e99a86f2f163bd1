"""Indexing a directory of camera files (incidents.footage_sources.ingest)."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from incidents.demo_media.clips import Clip
from incidents.footage_sources.ingest import IngestReason, index_directory
from incidents.footage_sources.protocol import StartSource
from incidents.media import sha256_of


def test_every_file_has_one_outcome_in_order_and_none_stops_the_rest(tmp_path: Path, clip: Clip):
    whole = clip.path.read_bytes()
    (tmp_path / "b").mkdir()
    (tmp_path / "a.mp4").write_bytes(whole)
    clip.sidecar(title="A").write_beside(tmp_path / "a.mp4")
    (tmp_path / "b" / "copy of a.MP4").write_bytes(whole)
    (tmp_path / "b" / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "b" / "zero.mp4").touch()
    (tmp_path / "c.mp4").write_text("not a video")
    (tmp_path / "d.mp4").symlink_to(tmp_path / "a.mp4")
    (tmp_path / "e.mp4").write_bytes(whole + b"\0\0\0\x08free")
    (tmp_path / "e.json").write_text("[]")
    (tmp_path / "orphan.json").write_text("{}")
    (tmp_path / ".hidden.mp4").write_text("left out")

    outcomes = list(index_directory(tmp_path))

    assert [(outcome.name, outcome.reason) for outcome in outcomes] == [
        ("a.mp4", IngestReason.ACCEPTED),
        ("b/copy of a.MP4", IngestReason.DUPLICATE),
        ("b/cut.mp4", IngestReason.TRUNCATED),
        ("b/zero.mp4", IngestReason.ZERO_BYTES),
        ("c.mp4", IngestReason.NOT_A_VIDEO),
        ("d.mp4", IngestReason.LINK),
        ("e.mp4", IngestReason.BAD_SIDECAR),
        ("orphan.json", IngestReason.NOT_A_VIDEO),
    ]
    assert outcomes[1].duplicate_of == "a.mp4"
    assert all(outcome.message for outcome in outcomes)
    assert outcomes[0].footage is not None
    assert outcomes[0].footage.clock_verified


def test_a_recording_the_caller_has_already_is_a_duplicate(tmp_path: Path, clip: Clip):
    shutil.copyfile(clip.path, tmp_path / "a.mp4")
    with clip.path.open("rb") as file:
        known = {sha256_of(file): "footage F1"}

    (outcome,) = index_directory(tmp_path, known_hashes=known)

    assert (outcome.reason, outcome.duplicate_of) == (IngestReason.DUPLICATE, "footage F1")


def test_the_start_is_flagged_when_only_the_file_vouches_for_it(
    tmp_path: Path, clip: Clip, real_recordings: Path
):
    shutil.copyfile(clip.path, tmp_path / "a.mp4")
    shutil.copyfile(real_recordings / "bikes.mp4", tmp_path / "b.mp4")

    first, second = index_directory(tmp_path)

    assert first.footage is not None
    assert second.footage is not None
    assert first.footage.start_source is StartSource.CONTAINER
    assert second.footage.start_source is StartSource.FILE_TIME
    for outcome in (first, second):
        assert not outcome.footage.clock_verified
        assert "clock unverified" in outcome.message


def test_real_recordings_are_accepted_and_their_broken_copies_refused(
    tmp_path: Path, real_recordings: Path
):
    names = ["bigbuckbunny.mp4", "bikes.mp4", "carphone_distorted.mp4", "carphone_pristine.mp4"]
    for name in names:
        content = (real_recordings / name).read_bytes()
        (tmp_path / name).write_bytes(content)
        (tmp_path / f"cut-{name}").write_bytes(content[: len(content) // 2])
        (tmp_path / f"renamed-{name}.doc").write_bytes(content)
        (tmp_path / f"zero-{name}").touch()

    reasons = {outcome.name: outcome.reason for outcome in index_directory(tmp_path)}

    for name in names:
        assert reasons[name] is IngestReason.ACCEPTED
        assert reasons[f"cut-{name}"] is IngestReason.TRUNCATED
        # A name says nothing: the same bytes under another name are the same recording.
        assert reasons[f"renamed-{name}.doc"] is IngestReason.DUPLICATE
        assert reasons[f"zero-{name}"] is IngestReason.ZERO_BYTES
    assert len(reasons) == 16


def test_names_that_are_no_text_can_be_printed(tmp_path: Path, clip: Clip):
    shutil.copyfile(clip.path, os.fsencode(tmp_path) + b"/bad\xff\nname.mp4")

    (outcome,) = index_directory(tmp_path)

    assert outcome.accepted
    assert outcome.name.encode("utf-8").decode("utf-8").isprintable()
    assert outcome.footage is not None
    assert outcome.footage.title.isprintable()


def test_a_missing_directory_is_told_as_such(tmp_path: Path):
    with pytest.raises(NotADirectoryError):
        list(index_directory(tmp_path / "missing"))


INDEX_AND_TELL = """
import json, os
from pathlib import Path
from incidents.footage_sources.ingest import index_directory
if os.geteuid() == 0:
    # Root may read anything, so the question is put as an account without rights.
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(json.dumps([[outcome.name, outcome.reason] for outcome in index_directory(Path("."))]))
"""


def test_what_may_not_be_read_is_reported_and_the_rest_is_indexed(tmp_path: Path, clip: Clip):
    folder = tmp_path / "dock"
    folder.mkdir()
    for name in ("a.mp4", "b.mp4"):
        shutil.copyfile(clip.path, folder / name)
    (folder / "a.mp4").chmod(0)
    (folder / "closed").mkdir(mode=0)
    folder.chmod(folder.stat().st_mode | stat.S_IROTH | stat.S_IXOTH)

    answer = subprocess.run(
        [sys.executable, "-c", INDEX_AND_TELL],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )

    (folder / "closed").chmod(0o700)
    assert json.loads(answer.stdout) == [
        ["a.mp4", "NO_PERMISSION"],
        ["b.mp4", "ACCEPTED"],
        ["closed", "NO_PERMISSION"],
    ]
