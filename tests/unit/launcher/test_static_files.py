"""When the demo collects its static files again."""

from pathlib import Path

import pytest

from bwcportal.launcher import assets, static_files
from bwcportal.launcher.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    for name in (*assets.LOCK_FILES, "requirements.txt", "app/__init__.py", "app/static/a.css"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    made = Paths(root=tmp_path, venv=tmp_path / "venv", var=tmp_path / "var")
    (made.var / "static").mkdir(parents=True)
    return made


def test_they_are_collected_the_first_time(paths: Paths) -> None:
    assert not static_files.are_collected(paths)


def test_they_are_not_collected_again_when_nothing_changed(paths: Paths) -> None:
    static_files.remember(paths)
    (paths.var / "static" / "a.css").write_text("what was collected does not count")

    assert static_files.are_collected(paths)


@pytest.mark.parametrize(
    "changed", ["app/static/a.css", "app/static/new.js", "package-lock.json", "requirements.txt"]
)
def test_they_are_collected_again_after_a_change(paths: Paths, changed: str) -> None:
    static_files.remember(paths)

    (paths.root / changed).write_text("something longer")

    assert not static_files.are_collected(paths)
