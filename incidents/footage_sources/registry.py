"""Which evidence systems this portal talks to, by their codes.

The configuration is handed in, so nothing here depends on settings:

    registry = SourceRegistry({"folder": {"adapter": "folder", "path": "/srv/bwv", "auto_delete_days": 31}})
    registry.get("folder").search(query)
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from importlib import import_module

from incidents.footage_sources.protocol import FootageSource

# Loaded when first used: a server that has no folder needs no video decoder.
ADAPTERS = {"folder": "incidents.footage_sources.folder"}


class UnknownSource(LookupError):
    """No evidence system of this code is configured, or its adapter does not exist."""


class SourceRegistry:
    """The configured evidence systems, each made once and then shared."""

    def __init__(self, configuration: Mapping[str, Mapping[str, object]]) -> None:
        """Take the configuration: code -> options, among them `adapter`. Raises UnknownSource for a bad adapter."""
        for code, options in configuration.items():
            if options.get("adapter") not in ADAPTERS:
                raise UnknownSource(
                    f"evidence system {code!r}: adapter must be one of {', '.join(sorted(ADAPTERS))}"
                )
        self._configuration = {code: dict(options) for code, options in configuration.items()}
        self._made: dict[str, FootageSource] = {}
        self._lock = threading.Lock()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the configured evidence systems, sorted."""
        return tuple(sorted(self._configuration))

    def get(self, code: str) -> FootageSource:
        """Give the evidence system of a code.

        Raises UnknownSource, or ValueError when its options are unusable.
        """
        with self._lock:
            if code not in self._made:
                if code not in self._configuration:
                    raise UnknownSource(f"no evidence system {code!r} is configured")
                options = dict(self._configuration[code])
                adapter = import_module(ADAPTERS[str(options.pop("adapter"))])
                self._made[code] = adapter.build(options)
            return self._made[code]
