"""The Merkle tree of RFC 6962 (leaf prefix 0x00, node prefix 0x01), and the chain of a case.

An entry of the tree is an event's leaf together with its place in its case's chain, so that the
tree vouches for the chains as well. Trees are only ever extended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
CHAIN_START = bytes(HASH_BYTES)
NO_CASE_LINK = bytes(HASH_BYTES)

# (level, position) of a complete subtree of 2**level entries to its hash.
NodeReader = Callable[[int, int], bytes]


def entry_hash(leaf: bytes, case_seq: int, case_link: bytes) -> bytes:
    """Return the tree's leaf: SHA-256(0x00, event leaf, place in the case as 8 bytes, chain link).

    An event without a case has place 0 and a link of zeros.
    """
    return hashlib.sha256(b"\x00" + leaf + case_seq.to_bytes(8, "big") + case_link).digest()


def chain_link(previous: bytes, leaf: bytes) -> bytes:
    """Return a case's next link: SHA-256(0x02, link before, event leaf); it starts from zeros."""
    return hashlib.sha256(b"\x02" + previous + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The right edge of a tree: its size, and the complete subtrees that it falls into.

    It is all that is needed to extend a tree and to know its root. ``nodes`` go from the largest
    subtree to the smallest, one for each bit set in ``size``.
    """

    size: int
    nodes: list[bytes]

    @classmethod
    def empty(cls) -> Frontier:
        """Return the frontier of a tree without entries."""
        return cls(0, [])

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> Frontier:
        """Return the frontier stored as one row of bytes; raises ValueError if it cannot be one."""
        nodes = [packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)]
        if len(packed) != HASH_BYTES * size.bit_count():
            raise ValueError(f"a frontier of {len(packed)} bytes is not that of {size} entries")
        return cls(size, nodes)

    def pack(self) -> bytes:
        """Return the nodes one after another."""
        return b"".join(self.nodes)

    def copy(self) -> Frontier:
        """Return a frontier that can be extended apart from this one."""
        return Frontier(self.size, list(self.nodes))

    def append(self, entry: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add an entry and yield (level, position, hash) of each subtree that it completes."""
        position, level = self.size, 0
        self.nodes.append(entry)
        self.size += 1
        while position & 1:
            right, left = self.nodes.pop(), self.nodes.pop()
            position, level = position >> 1, level + 1
            self.nodes.append(node_hash(left, right))
            yield level, position, self.nodes[-1]

    def extend(self, entries: Iterable[bytes]) -> None:
        """Add entries without asking which subtrees they complete."""
        for entry in entries:
            for _ in self.append(entry):
                pass

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for left in reversed(self.nodes[:-1]):
            root = node_hash(left, root)
        return root


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """Return the audit path of entry ``index`` in the tree of ``size`` entries (RFC 6962 2.1.1).

    Raises ValueError when the tree has no such entry.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} entries has no entry {index}")
    return _path(index, 0, size, read)


def consistency_proof(old: int, new: int, read: NodeReader) -> list[bytes]:
    """Return the proof that the tree of ``new`` entries extends that of ``old`` (RFC 6962 2.1.2).

    Raises ValueError when it cannot: an older tree is never empty and never larger.
    """
    if not 0 < old <= new:
        raise ValueError(f"a tree of {new} entries does not extend one of {old}")
    return _subproof(old, 0, new, read)


def subtree_root(start: int, size: int, read: NodeReader) -> bytes:
    """Return the root of the entries from ``start`` on, ``size`` of them, both as RFC 6962 splits."""
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, start >> level)
    split = _split(size)
    return node_hash(
        subtree_root(start, split, read), subtree_root(start + split, size - split, read)
    )


def _path(index: int, start: int, size: int, read: NodeReader) -> list[bytes]:
    if size == 1:
        return []
    split = _split(size)
    if index < split:
        sibling = subtree_root(start + split, size - split, read)
        return [*_path(index, start, split, read), sibling]
    sibling = subtree_root(start, split, read)
    return [*_path(index - split, start + split, size - split, read), sibling]


def _subproof(
    old: int, start: int, size: int, read: NodeReader, *, known: bool = True
) -> list[bytes]:
    # Known: the verifier holds this subtree's root already, as the older tree's.
    if old == size:
        return [] if known else [subtree_root(start, size, read)]
    split = _split(size)
    if old <= split:
        sibling = subtree_root(start + split, size - split, read)
        return [*_subproof(old, start, split, read, known=known), sibling]
    sibling = subtree_root(start, split, read)
    return [*_subproof(old - split, start + split, size - split, read, known=False), sibling]


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1
