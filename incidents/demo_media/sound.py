"""The sound of an invented recording: a tone at each second of the camera's clock, over a faint hum of a place.

The tone makes the sound's position measurable. During the pre-event buffer there is no sound at all,
as on real cameras.
"""

from __future__ import annotations

import math
import random
from array import array
from datetime import datetime, timedelta
from functools import lru_cache

SAMPLE_RATE = 48_000
TONE_MS = 100
_TONE_HZ, _MINUTE_TONE_HZ = 1000, 2000
_EVENT_HZ, EVENT_MS = 300, 250
_ONE_SECOND = timedelta(seconds=1)


def soundtrack(
    *,
    first_at: datetime,
    sound_from: datetime,
    seconds: float,
    event_at: datetime | None,
    seed: int,
) -> array[int]:
    """Make the mono 16-bit samples of a recording, at 48 kHz.

    `first_at` is the camera's clock at the first sample and `sound_from` the end of the silent
    buffer. A 100 ms tone begins at each whole second (an octave higher at whole minutes), and a
    deep note at `event_at`, which is also told by the camera's clock.
    """
    total = round(seconds * SAMPLE_RATE)
    quiet = min(total, max(0, _samples(sound_from - first_at)))
    hum = _hum(seed)
    repeats = (total - quiet) // len(hum) + 1
    samples = array("h", bytes(2 * quiet)) + (hum * repeats)[: total - quiet]
    for second in whole_seconds(first_at, seconds):
        if second >= sound_from:
            pitch = _MINUTE_TONE_HZ if second.second == 0 else _TONE_HZ
            _place(samples, _samples(second - first_at), _note(pitch, TONE_MS, 9000))
    if event_at is not None and event_at >= sound_from:
        _place(samples, _samples(event_at - first_at), _note(_EVENT_HZ, EVENT_MS, 16000))
    return samples


def whole_seconds(first_at: datetime, seconds: float) -> list[datetime]:
    """List the whole seconds of the clock that fall within a recording."""
    second = first_at.replace(microsecond=0)
    if second < first_at:
        second += _ONE_SECOND
    end = first_at + timedelta(seconds=seconds)
    found = []
    while second < end:
        found.append(second)
        second += _ONE_SECOND
    return found


def _samples(length: timedelta) -> int:
    return round(length.total_seconds() * SAMPLE_RATE)


@lru_cache(maxsize=8)
def _hum(seed: int) -> array[int]:
    """Make one second of low noise that can be repeated without a click."""
    source = random.Random(seed)  # noqa: S311 - scenery, not a secret
    level = 0.0
    hum = array("h")
    for place in range(SAMPLE_RATE):
        level = 0.97 * level + source.uniform(-25, 25)
        # Fading at both ends hides the seam.
        fade = min(1.0, place / 2400, (SAMPLE_RATE - 1 - place) / 2400)
        hum.append(int(level * fade))
    return hum


@lru_cache(maxsize=8)
def _note(hertz: int, milliseconds: int, loudness: int) -> array[int]:
    count = SAMPLE_RATE * milliseconds // 1000
    edge = SAMPLE_RATE // 1000
    note = array("h")
    for place in range(count):
        fade = min(1.0, place / edge, (count - 1 - place) / edge)
        note.append(int(loudness * fade * math.sin(2 * math.pi * hertz * place / SAMPLE_RATE)))
    return note


def _place(samples: array[int], start: int, note: array[int]) -> None:
    end = min(len(samples), start + len(note))
    if start < end:
        samples[start:end] = note[: end - start]
