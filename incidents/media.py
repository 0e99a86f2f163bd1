"""Reading the bytes of a recording: which bytes were asked for, in bounded pieces, and their SHA-256.

A browser seeks in a video by asking for byte ranges. Two rules here keep a server alive: one answer
never carries more than `ANSWER_LIMIT` bytes, because an open-ended answer holds a worker thread
for as long as somebody looks at a paused picture, and nothing reads a whole file into memory.

Example: of a 5,000,000 byte file, `parse_range("bytes=0-", 5_000_000)` is bytes 0 to 1,048,576
(half-open), and the browser comes back for the rest when it needs it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader

ANSWER_LIMIT = 1024 * 1024
CHUNK_SIZE = 64 * 1024

# 19 digits hold every size a file can have, and a longer number is an attack on int().
_SINGLE_RANGE = re.compile(
    r"bytes[ \t]*=[ \t]*([0-9]{0,19})[ \t]*-[ \t]*([0-9]{0,19})[ \t]*", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True)
class ByteRange:
    """The bytes `start` to `end` (half-open) of a file that has `size` bytes."""

    start: int
    end: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes the range holds, which is what Content-Length says."""
        return self.end - self.start

    @property
    def content_range(self) -> str:
        """The value of the Content-Range header of a 206 answer (RFC 9110, 14.4: the last byte is inclusive)."""
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


@dataclass(frozen=True)
class Unsatisfiable:
    """The range asked for begins after the last byte: the answer is 416 with this Content-Range."""

    size: int

    @property
    def content_range(self) -> str:
        """The value of the Content-Range header of a 416 answer."""
        return f"bytes */{self.size}"


class UnreadableBytes(OSError):
    """The file ended before the bytes that were promised: it was cut short while it was being read."""


def parse_range(
    header: str | None, size: int, *, limit: int = ANSWER_LIMIT
) -> ByteRange | Unsatisfiable | None:
    """Say which bytes a Range header asks for, cut to `limit` bytes.

    `size` is the length of the file in bytes. The answer is None when the header is missing, is not
    a range of bytes, is malformed or names several ranges: RFC 9110 (14.2) lets a server ignore
    those, and the caller then answers 200. `Unsatisfiable` means 416.
    """
    match = _SINGLE_RANGE.fullmatch(header.strip(" \t")) if header else None
    if match is None:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        return _last_bytes(int(last), size, limit)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        return Unsatisfiable(size)
    end = min(int(last) + 1, size) if last else size
    return ByteRange(start, min(end, start + limit), size)


def _last_bytes(count: int, size: int, limit: int) -> ByteRange | Unsatisfiable:
    if count == 0 or size == 0:
        return Unsatisfiable(size)
    start = max(0, size - count)
    return ByteRange(start, min(size, start + limit), size)


def whole_file(size: int) -> ByteRange:
    """Give the range that covers every byte of a file of `size` bytes."""
    return ByteRange(0, size, size)


def read_chunks(
    file: BufferedReader, start: int, end: int, *, chunk_size: int = CHUNK_SIZE
) -> Iterator[bytes]:
    """Yield the bytes `start` to `end` (half-open) of an open file, at most `chunk_size` at a time.

    The file is closed when the last piece was taken and also when the reader goes away half way.
    Raises UnreadableBytes when the file turns out to be shorter, so that the connection breaks
    instead of ending as if all had been sent.
    """
    with file:
        file.seek(start)
        left = end - start
        while left > 0:
            chunk = file.read(min(chunk_size, left))
            if not chunk:
                raise UnreadableBytes(f"{left} bytes are missing at the end of the file")
            left -= len(chunk)
            yield chunk


def sha256_of(file: BufferedReader) -> str:
    """Compute the SHA-256 of an open file from its first byte, as 64 lower-case hexadecimal digits."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()
