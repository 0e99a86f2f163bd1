"""The JSON file beside a recording that says what the media itself cannot: which camera, whose, when.

`night.mp4` has the sidecar `night.json`. Example:

    {"serial": "X6-20417", "model": "Camera 3", "mount": "CHEST", "wearer_collar_number": "915QX",
     "recorded_on": "2026-11-06T21:36:30Z", "buffer_ms": 30000, "title": "Station Approach"}
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from incidents.footage_sources.files import write_durably
from incidents.footage_sources.protocol import Mount, utc

SUFFIX = ".json"
_LARGEST = 64 * 1024
_LONGEST_BUFFER_MS = 10 * 60 * 1000
_SHA256_DIGITS = 64
# Outside these years a date is a typing error, and adding a retention period could overflow.
_EARLIEST_YEAR, _LATEST_YEAR = 2000, 2200


class UnusableSidecar(Exception):
    """A sidecar is there but cannot be believed; the message says which part."""


@dataclass(frozen=True)
class Sidecar:
    """What is known of a recording beside its media.

    `sha256` is the hash taken when the recording was uploaded ('' when none was). `locked_by` names
    who stops others from preserving it, for example another department's lock; '' when nobody does.
    """

    serial: str
    model: str
    mount: Mount
    wearer_collar_number: str
    recorded_on: datetime
    buffer_ms: int = 0
    title: str = ""
    clock_verified: bool = True
    sha256: str = ""
    locked_by: str = ""

    def write_beside(self, media: Path) -> Path:
        """Write this sidecar beside the recording `media`, whole or not at all, and give its path."""
        path = media.with_suffix(SUFFIX)
        content = {
            "serial": self.serial,
            "model": self.model,
            "mount": self.mount.value,
            "wearer_collar_number": self.wearer_collar_number,
            "recorded_on": utc(self.recorded_on).isoformat(),
            "buffer_ms": self.buffer_ms,
            "title": self.title,
            "clock_verified": self.clock_verified,
            "sha256": self.sha256,
            "locked_by": self.locked_by,
        }
        write_durably(path, json.dumps(content, indent=1, ensure_ascii=False).encode())
        return path


def parse_sidecar(content: bytes) -> Sidecar:
    """Read a sidecar from its bytes. Raises UnusableSidecar with the part that is wrong."""
    if len(content) > _LARGEST:
        raise UnusableSidecar("the sidecar is larger than 64 KiB")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnusableSidecar("the sidecar is not JSON") from error
    if not isinstance(data, dict):
        raise UnusableSidecar("the sidecar is not a JSON object")
    return Sidecar(
        serial=_text(data, "serial", required=True),
        model=_text(data, "model"),
        mount=_mount(data),
        wearer_collar_number=_text(data, "wearer_collar_number"),
        recorded_on=_moment(data, "recorded_on"),
        buffer_ms=_milliseconds(data, "buffer_ms"),
        title=_text(data, "title"),
        clock_verified=_truth(data, "clock_verified", default=True),
        sha256=_hash(data),
        locked_by=_text(data, "locked_by"),
    )


def _text(data: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = data.get(name, "")
    if not isinstance(value, str) or len(value) > 200 or (required and not value.strip()):
        raise UnusableSidecar(f"{name} must be a text of at most 200 characters")
    # Control characters would end up in lists and logs.
    return "".join(letter for letter in value if letter.isprintable()).strip()


def _mount(data: dict[str, Any]) -> Mount:
    try:
        return Mount(data.get("mount", Mount.UNKNOWN))
    except ValueError as error:
        raise UnusableSidecar("mount must be CHEST, HELMET, CAP or UNKNOWN") from error


def _moment(data: dict[str, Any], name: str) -> datetime:
    try:
        moment = utc(datetime.fromisoformat(data[name]))
        if not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
            raise ValueError("not a time at which a body-worn camera recorded")
        return moment
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnusableSidecar(
            f"{name} must be a time with its zone, such as 2026-11-06T21:36:30Z"
        ) from error


def _milliseconds(data: dict[str, Any], name: str) -> int:
    value = data.get(name, 0)
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not 0 <= value <= _LONGEST_BUFFER_MS
    ):
        raise UnusableSidecar(f"{name} must be whole milliseconds from 0 to {_LONGEST_BUFFER_MS}")
    return value


def _truth(data: dict[str, Any], name: str, *, default: bool) -> bool:
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise UnusableSidecar(f"{name} must be true or false")
    return value


def _hash(data: dict[str, Any]) -> str:
    value = data.get("sha256", "")
    if not isinstance(value, str):
        raise UnusableSidecar("sha256 must be 64 hexadecimal digits")
    lowered = value.lower()
    if lowered and (len(lowered) != _SHA256_DIGITS or set(lowered) - set("0123456789abcdef")):
        raise UnusableSidecar("sha256 must be 64 hexadecimal digits")
    return lowered
