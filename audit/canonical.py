"""The bytes that are hashed: one way, and only one, to write an event down.

Format 1 is the tag ``bwc-event/1`` and a line feed, then one JSON object: keys sorted, no spaces,
UTF-8, whole numbers of at most 2^53 - 1 (so that any JSON reader agrees), no fractions. Times are
whole microseconds since 1970 UTC. JSON quotes every text, so no two events share their bytes. The
bytes are stored as they were hashed: nothing is ever re-encoded to check a hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from uuid import UUID

from audit.errors import ContentRefused

FORMAT_VERSION = 1
EVENT_TAG = b"bwc-event/1\n"
PAYLOAD_TAG = b"bwc-payload/1\n"
NO_PAYLOAD = bytes(32)
SALT_BYTES = 32

_LARGEST_NUMBER = 2**53 - 1
_CODE_LENGTH = 200
_TEXT_LENGTH = 20_000
_DEPTH = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Return whole microseconds since 1970 UTC; raises ContentRefused for a naive time."""
    if moment.tzinfo is None:
        raise ContentRefused("a time without a time zone cannot be recorded")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def plain(content: Mapping, *, free_text: bool) -> dict:
    """Return the content as plain JSON values, ready to be written down.

    UUIDs, dates and enum members become their text; times become ISO 8601 in UTC. Without
    ``free_text`` every text must look like an id or a code: no white space, no "@", at most 200
    characters, because what goes there can never be erased. Raises ContentRefused otherwise, and
    for fractions, oversized numbers, texts the database cannot hold, and nesting beyond six.
    """
    if not isinstance(content, Mapping):
        raise ContentRefused("content is a mapping")
    words = _text if free_text else _code
    return {_key(key): _plain(item, words, _DEPTH - 1) for key, item in content.items()}


def _plain(value: object, words: Callable[[str], str], depth: int) -> object:
    if depth == 0:
        raise ContentRefused("content is nested too deeply")
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST_NUMBER:
            raise ContentRefused(f"{value} is too large for every reader to agree on")
        return value
    if isinstance(value, datetime):
        microseconds(value)
        value = value.astimezone(UTC)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str):
        return words(value)
    if isinstance(value, Mapping):
        return {_key(key): _plain(item, words, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, words, depth - 1) for item in value]
    raise ContentRefused(f"{type(value).__name__} cannot be recorded")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise ContentRefused(f"the key {key!r} is not text")
    return _code(key)


def _text(value: str) -> str:
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ContentRefused("the text holds a character the database cannot keep")
    if len(value) > _TEXT_LENGTH:
        raise ContentRefused(f"a text of {len(value)} characters is too long to record")
    return value


def _code(value: str) -> str:
    if len(value) > _CODE_LENGTH or "@" in value or any(letter.isspace() for letter in value):
        raise ContentRefused(
            f"{value[:40]!r} is not an id or a code: what a person wrote or is called belongs in "
            "the personal part, which can be erased"
        )
    return _text(value)


def encode(tag: bytes, content: Mapping) -> bytes:
    """Return the tag followed by the canonical JSON of plain content."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return tag + text.encode("utf-8")


def payload_digest(salt: bytes, payload: Mapping) -> bytes:
    """Return the digest that stands for the personal part in the leaf: SHA-256 of salt and bytes.

    The 32 random bytes of salt keep the digest from answering "was this name mentioned?".
    """
    return hashlib.sha256(salt + encode(PAYLOAD_TAG, payload)).digest()


def leaf_hash(canonical: bytes, digest: bytes) -> bytes:
    """Return SHA-256(0x00, canonical bytes, payload digest).

    The digest is always 32 bytes and comes last, so the two cannot run into one another.
    """
    return hashlib.sha256(b"\x00" + canonical + digest).digest()


def decode(tag: bytes, content: bytes) -> dict:
    """Return what canonical bytes say; raises ContentRefused when they carry another tag."""
    if not content.startswith(tag):
        raise ContentRefused("these bytes are of another format")
    said: dict = json.loads(content[len(tag) :])
    return said
