"""When packages are installed, and from what."""

import os
import re
from pathlib import Path

import pytest

from bwcportal.launcher import environment
from bwcportal.launcher.paths import ROOT, Paths

FILES = (
    environment.NEWCOMER,
    environment.DEVELOPER,
    environment.RECORDINGS,
    environment.BOOTSTRAP,
)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    for name in FILES:
        (tmp_path / name).write_text(f"{name} 1\n")
    made = Paths(root=tmp_path, venv=tmp_path / ".venv", var=tmp_path / "var")
    made.python.parent.mkdir(parents=True)
    made.python.symlink_to(os.path.realpath("/usr/bin/env"))
    return made


def _install(paths: Paths, requirements: str) -> None:
    stamp = paths.venv / f".installed-{requirements}"
    stamp.write_text(environment.wanted(paths, requirements))


def test_nothing_installed_is_not_satisfied(paths: Paths) -> None:
    assert not environment.is_satisfied(paths, environment.NEWCOMER)


def test_newcomers_set_is_satisfied_by_the_developers(paths: Paths) -> None:
    _install(paths, environment.DEVELOPER)

    assert environment.is_satisfied(paths, environment.NEWCOMER)


def test_developers_set_is_not_satisfied_by_the_newcomers(paths: Paths) -> None:
    _install(paths, environment.NEWCOMER)

    assert not environment.is_satisfied(paths, environment.DEVELOPER)


def test_changed_requirements_are_installed_again(paths: Paths) -> None:
    _install(paths, environment.NEWCOMER)

    (paths.root / environment.NEWCOMER).write_text("something newer\n")

    assert not environment.is_satisfied(paths, environment.NEWCOMER)


def test_another_interpreter_is_not_satisfied(paths: Paths) -> None:
    _install(paths, environment.NEWCOMER)

    paths.python.unlink()
    paths.python.symlink_to("/bin/sh")

    assert not environment.is_satisfied(paths, environment.NEWCOMER)


def test_ensure_does_nothing_when_satisfied(paths: Paths) -> None:
    _install(paths, environment.NEWCOMER)

    environment.ensure(paths, environment.NEWCOMER)

    assert not paths.var.exists()


@pytest.mark.parametrize("name", sorted(p.name for p in ROOT.glob("requirements*.txt")))
def test_lock_files_hold_hashes_and_name_no_index(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    pinned = [i for i, line in enumerate(lines) if re.match(r"[a-zA-Z0-9]", line)]

    assert pinned
    assert all("--hash=sha256:" in lines[i + 1] for i in pinned)
    assert not [line for line in lines if "://" in line or line.startswith("--")]


@pytest.mark.parametrize("name", sorted(p.name for p in ROOT.glob("requirements*.in")))
def test_each_requirement_is_pinned_and_has_its_reason(name: str) -> None:
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith(("#", "-r ")):
            assert re.fullmatch(r"[\w\[\],.-]+==[\w.]+ +# \w.+", line), line


@pytest.mark.parametrize("name", sorted(p.stem for p in ROOT.glob("requirements*.in")))
def test_lock_file_holds_each_version_that_is_asked_for(name: str) -> None:
    locked = (ROOT / f"{name}.txt").read_text().lower()
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        if line and not line.startswith(("#", "-r ")):
            package, version = line.split("#")[0].strip().split("==")
            plain = re.sub(r"\[.*\]", "", package).lower()
            assert re.search(
                rf"^{re.escape(plain)}(\[.*\])?=={re.escape(version)} ", locked, re.M
            ), line
