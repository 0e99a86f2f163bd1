"""Builds the front-end files from package-lock.json: published files, without fonts, crest or maps."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from bwcportal.launcher.paths import Paths
from bwcportal.launcher.programs import must_succeed
from bwcportal.launcher.progress import step

LOCK_FILES = ("package.json", "package-lock.json")
FONT = "@fontsource-variable/atkinson-hyperlegible-next"
PUBLISHED = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.css": "govuk-frontend.css",
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk-frontend.js",
    "@ministryofjustice/frontend/moj/moj-frontend.min.css": "moj-frontend.css",
    "@ministryofjustice/frontend/moj/moj-frontend.min.js": "moj-frontend.js",
    f"{FONT}/files/atkinson-hyperlegible-next-latin-wght-normal.woff2": (
        "atkinson-hyperlegible-next.woff2"
    ),
    f"{FONT}/LICENSE": "atkinson-hyperlegible-next.LICENCE.txt",
}
ICONS = "@ministryofjustice/frontend/moj/assets/images"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# Our own: the typeface of the portal, set in its stylesheet.
FONT_STACK = "var(--bwc-font)"

_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_GDS_STACK = re.compile(r"""["']?GDS Transport["']?\s*,\s*arial\s*,\s*sans-serif""", re.I)
_ICON = re.compile(r"""url\(["']?/assets/images/(icon-[\w.-]+)["']?\)""")
_OTHER_ASSET = re.compile(r"""url\(["']?/assets/[^)]*\)""")
_SOURCE_MAP = re.compile(r"\n?(?://|/\*)# sourceMappingURL=[^\n]*")


def ensure(paths: Paths) -> None:
    """Build the assets when they are missing or made from another lock file or by another builder.

    Raises CannotContinue when the packages cannot be fetched.
    """
    stamp = paths.assets / ".built-from"
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted(paths):
        return
    with step("Building the front-end files"):
        _build(paths)
        stamp.write_text(wanted(paths), encoding="ascii")


def wanted(paths: Paths) -> str:
    """Derive the stamp of the assets from the lock file and this builder."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name in LOCK_FILES:
        digest.update((paths.root / name).read_bytes())
    return digest.hexdigest()


def clean_css(text: str) -> str:
    """Take typeface, crest and source map out of a stylesheet, and set our own typeface."""
    text = _FONT_FACE.sub("", text)
    text = _GDS_STACK.sub(FONT_STACK, text)
    text = _ICON.sub(r"url(images/\1)", text)
    text = _OTHER_ASSET.sub("none", text)
    return _SOURCE_MAP.sub("", text)


def clean_js(text: str) -> str:
    """Take the source map out of a script: the files it names are not served."""
    return _SOURCE_MAP.sub("", text)


def _build(paths: Paths) -> None:
    log = paths.logs / "assets.log"
    with tempfile.TemporaryDirectory(prefix="bwc-assets-") as name:
        folder = Path(name)
        for lock_file in LOCK_FILES:
            shutil.copy(paths.root / lock_file, folder)
        _fetch(paths, folder, log)
        built = folder / "vendor"
        built.mkdir()
        _copy(folder / "node_modules", built)
        (built / "LICENCES.txt").write_text(_licences(folder), encoding="utf-8")
        paths.assets.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(paths.assets / "vendor", ignore_errors=True)
        shutil.copytree(built, paths.assets / "vendor")


def _fetch(paths: Paths, folder: Path, log: Path) -> None:
    """Let npm fetch what the lock file names, checking each file's hash and running no script."""
    environment = dict(os.environ)
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")
    if CERTIFICATES.exists():
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(CERTIFICATES))
    npm = None if environment.get("BWC_WITHOUT_SYSTEM_NODE") else shutil.which("npm")
    if npm is None:
        npm = _temporary_npm(paths, folder, log)
        environment["PATH"] = f"{Path(npm).parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
    must_succeed(
        "Fetching the front-end packages",
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"],
        folder=folder,
        log=log,
        environment=environment,
        mirror_setting="npm_config_registry",
    )


def _temporary_npm(paths: Paths, folder: Path, log: Path) -> str:
    """Install Node.js from a wheel into an environment that goes with the folder."""
    home = folder / "node"
    must_succeed(
        "Making an environment for Node.js",
        [sys.executable, "-m", "venv", str(home)],
        folder=folder,
        log=log,
    )
    must_succeed(
        "Installing Node.js",
        [
            *(str(home / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"),
            *("--retries", "1", "--require-hashes"),
            *("-r", str(paths.root / "requirements-node.txt")),
        ],
        folder=folder,
        log=log,
    )
    return str(home / "bin" / "npm")


def _copy(packages: Path, built: Path) -> None:
    for source, name in PUBLISHED.items():
        target = built / name
        if target.suffix == ".css":
            cleaned = clean_css((packages / source).read_text(encoding="utf-8"))
            target.write_text(cleaned, encoding="utf-8")
        elif target.suffix == ".js":
            cleaned = clean_js((packages / source).read_text(encoding="utf-8"))
            target.write_text(cleaned, encoding="utf-8")
        else:
            shutil.copyfile(packages / source, target)
    (built / "images").mkdir()
    for icon in sorted((packages / ICONS).glob("icon-*.svg")):
        shutil.copyfile(icon, built / "images" / icon.name)


def _licences(folder: Path) -> str:
    """Name every package, its version and licence: two of them carry no licence file of their own."""
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    direct = lock["packages"][""]["dependencies"]
    lines = [
        f"{name} {lock['packages'][f'node_modules/{name}']['version']}: "
        f"{lock['packages'][f'node_modules/{name}']['license']}"
        for name in sorted(direct)
    ]
    note = "Taken as published, without typeface, crest and source maps. See NOTICE.\n"
    return note + "\n".join(lines) + "\n"
