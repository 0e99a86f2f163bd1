"""The outer shape of a video file: which container it is, and whether all of it is there.

Containers say how long their parts are. Adding the parts up finds a file that was cut short even
when it opens and plays for a while, which is how a broken upload looks.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import BufferedReader

_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"
_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}
_MEDIA_BOXES = {b"moov", b"mdat", b"moof"}
_TS_PACKET = 188
_TS_SYNC = 0x47


class CutShort(Exception):
    """The file ends before one of its parts does."""


@dataclass(frozen=True)
class ContainerKind:
    """A container format: our name for it and the decoder's."""

    name: str
    demuxer: str


MP4 = ContainerKind("mp4", "mp4")
WEBM = ContainerKind("webm", "matroska")
MATROSKA = ContainerKind("matroska", "matroska")
AVI = ContainerKind("avi", "avi")
MPEG_TS = ContainerKind("mpegts", "mpegts")


def container_kind(file: BufferedReader) -> ContainerKind | None:
    """Recognise the container from the first bytes of an open file, or answer None."""
    file.seek(0)
    head = file.read(1024)
    if head[4:8] in _FIRST_BOXES:
        return MP4
    if head.startswith(_EBML):
        # The document type is written within the first bytes of the header.
        return WEBM if b"webm" in head[:64] else MATROSKA
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return AVI
    if len(head) > 2 * _TS_PACKET and all(
        head[at] == _TS_SYNC for at in range(0, len(head), _TS_PACKET)
    ):
        return MPEG_TS
    return None


def require_whole(file: BufferedReader, kind: ContainerKind, size: int) -> None:
    """Check that the parts of an open file of `size` bytes lie within it.

    Raises CutShort when one does not, or when an MP4 has no index (which is written last by most
    cameras, so that a recording cut off by a flat battery has none).
    """
    if kind is MP4:
        _require_boxes(file, size)
    elif kind in (WEBM, MATROSKA):
        _require_segment(file, size)
    elif kind is AVI:
        file.seek(4)
        # Large AVI files go on in further chunks; none is ever shorter than its first one says.
        if 8 + int.from_bytes(file.read(4), "little") > size:
            raise CutShort


def _require_boxes(file: BufferedReader, size: int) -> None:
    position = 0
    names: set[bytes] = set()
    while position < size:
        file.seek(position)
        head = file.read(16)
        if len(head) < 8:
            # Some cameras leave a few filler bytes at the end.
            break
        length = int.from_bytes(head[:4], "big")
        if length == 0:
            length = size - position
        elif length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:16], "big")
        if length < 8 or position + length > size:
            # Garbage after a complete index and its media is no reason to refuse the recording.
            if {b"moov", b"mdat"} <= names and head[4:8] not in _MEDIA_BOXES:
                return
            raise CutShort
        names.add(head[4:8])
        position += length
    if b"moov" not in names:
        raise CutShort


def _require_segment(file: BufferedReader, size: int) -> None:
    file.seek(4)
    header_length = _variable_number(file)
    if header_length is None or header_length > size:
        raise CutShort
    file.seek(header_length, os.SEEK_CUR)
    # Fillers may stand between the header and the segment; without a segment there is no recording.
    if file.read(4) != _SEGMENT:
        raise CutShort
    length = _variable_number(file)
    # None: the length was left open, as a live recording does.
    if length is not None and file.tell() + length > size:
        raise CutShort


def _variable_number(file: BufferedReader) -> int | None:
    """Read one EBML length (RFC 8794, section 4); None when it is missing or marked unknown."""
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    width = 9 - first[0].bit_length()
    rest = file.read(width - 1)
    if len(rest) < width - 1:
        return None
    value = int.from_bytes(bytes([first[0] & (0xFF >> width)]) + rest, "big")
    return None if value == (1 << (7 * width)) - 1 else value
