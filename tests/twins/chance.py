"""Chance that can be played again, so that two worlds draw the same tokens, nonces and ids.

Everything random in the portal comes from the operating system through `os.urandom`: UUIDs,
session keys, CSRF tokens, nonces, references, salts. While `fixed_chance` lasts it comes from a
hash of a label instead, and whoever makes something names the label first. Nothing then has to be
masked when two answers are compared: a byte that differs, differs for a reason.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
import pkgutil
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from types import ModuleType

import pytest
from django.db.models import Model

from tests import factories

# So much is made from a hash at a time: a token is drawn letter by letter.
_BLOCK = 1024


class Chance:
    """Bytes that follow from a label, from what draws, and from how much that drew since.

    Each kind of row draws for itself. Where one world makes a row and its twin finds it there
    already (a recording that another case uses), the ids of other rows are the same all the same.
    """

    def __init__(self) -> None:
        self._label = ""
        self._left: dict[str, bytes] = {}
        self._blocks: Counter[str] = Counter()

    def begin(self, *label: object) -> None:
        """Draw from here on what this label gives; a label is used for one thing only."""
        self._label = repr(label)
        self._left.clear()
        self._blocks.clear()

    def draw(self, size: int) -> bytes:
        """Give the next bytes: what `os.urandom` does."""
        kind, shared = _kind_of_row()
        if shared:
            return hashlib.shake_256(f"{kind}/{shared}".encode()).digest(size)
        left = self._left.get(kind, b"")
        while len(left) < size:
            self._blocks[kind] += 1
            block = f"{self._label}/{kind}/{self._blocks[kind]}"
            left += hashlib.shake_256(block.encode()).digest(_BLOCK)
        self._left[kind] = left[size:]
        return left[:size]


_MAKES_A_ROW = Model.__init__.__code__
_FRAMES = 8
# Rows that several cases use: whichever made it, it is the same row, known by the name it has
# outside the portal.
_SHARED = {"FootageItem": "external_id"}


def _kind_of_row() -> tuple[str, str]:
    """Name the model of the row that is being made and draws its id, and if it is shared, its name."""
    frame = inspect.currentframe()
    for _ in range(_FRAMES):
        if frame is None:
            break
        if frame.f_code is _MAKES_A_ROW:
            kind = type(frame.f_locals["self"]).__name__
            return kind, str(frame.f_locals["kwargs"].get(_SHARED.get(kind), ""))
        frame = frame.f_back
    return "", ""


@contextmanager
def fixed_chance() -> Iterator[Chance]:
    """Replace the operating system's randomness in this process, for as long as this lasts."""
    chance = Chance()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "urandom", chance.draw)
        patch.setattr(random, "_urandom", chance.draw)
        yield chance


_COUNT = type(count())


def _counters() -> list[tuple[ModuleType, str]]:
    """Find the running numbers of the factories: of every module, also of those written later."""
    names = [name for _, name, _ in pkgutil.iter_modules(factories.__path__, "tests.factories.")]
    modules = [importlib.import_module(name) for name in names]
    return [
        (module, name)
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, _COUNT)
    ]


@contextmanager
def numbers_from(start: int) -> Iterator[None]:
    """Let the factories count from `start`, so that one step's numbers say nothing of another's."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in _counters():
            patch.setattr(module, name, count(start))
        yield
