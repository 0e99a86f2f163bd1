"""Where things are: the checkout, its environment, and the folder for everything made by running."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Paths:
    """The folders of one run of the launcher."""

    root: Path
    venv: Path
    var: Path

    @property
    def python(self) -> Path:
        """Give the interpreter with the portal's packages."""
        return self.venv / "bin" / "python"

    @property
    def logs(self) -> Path:
        """Give the folder of the logs, made when missing."""
        folder = self.var / "log"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def assets(self) -> Path:
        """Give the folder of the built front-end files, which static files are collected from."""
        return self.var / "assets"

    @property
    def demo_state(self) -> Path:
        """Give the file that says where a running demo answers."""
        return self.var / "demo.json"


def find_paths() -> Paths:
    """Read the folders from the environment: BWC_VAR and BWC_VENV, else those of the checkout."""
    return Paths(
        root=ROOT,
        venv=Path(os.environ.get("BWC_VENV") or ROOT / ".venv").expanduser().absolute(),
        var=Path(os.environ.get("BWC_VAR") or ROOT / "var").expanduser().resolve(),
    )
