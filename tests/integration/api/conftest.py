"""What the tests of the API share. Imports no models: pytest reads this before Django is set up."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Give the folder of the evidence system that the portal asks during this test."""
    path = tmp_path / "evidence"
    path.mkdir()
    settings.FOOTAGE_FOLDER = path
    return path
