"""Proofs out of the database: that an event is in the signed tree, that a tree extends another."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection

from audit.models import Subtree
from audit.sealing import merkle
from audit.sealing.sealer import SUBTREE_LEVELS

_TILE = 1 << SUBTREE_LEVELS
_CACHED_TILES = 4_096


class StoredNodes:
    """Reads the hashes of complete subtrees, 256 at a time, keeping the tiles it has seen."""

    def __init__(self) -> None:
        self._tile = lru_cache(maxsize=_CACHED_TILES)(self._read_tile)

    def __call__(self, level: int, position: int) -> bytes:
        """Return the hash of the complete subtree at a place; raises LookupError if it is missing."""
        stored, above = divmod(level, SUBTREE_LEVELS)
        first, width = position << above, 1 << above
        tile = self._tile(stored * SUBTREE_LEVELS, first // _TILE)
        hashes = [tile[number] for number in range(first, first + width)]
        while len(hashes) > 1:
            hashes = [
                merkle.node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)
            ]
        return hashes[0]

    @staticmethod
    def _read_tile(level: int, number: int) -> dict[int, bytes]:
        first, last = number * _TILE, (number + 1) * _TILE
        if level:
            rows = Subtree.objects.filter(level=level, position__gte=first, position__lt=last)
            return {row.position: bytes(row.hash) for row in rows}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seq, leaf_hash, case_seq, case_link FROM audit_entry"
                " WHERE seq >= %s AND seq < %s",
                [first, last],
            )
            return {
                seq: merkle.entry_hash(bytes(leaf), case_seq, bytes(link))
                for seq, leaf, case_seq, link in cursor.fetchall()
            }
