"""Checkpoints: the size and root of the tree at a time, as a signed note (C2SP form, Ed25519).

Three lines (who keeps the record, how many entries, the root in base64), a line with the time, an
empty line, and the signature line. Text, so that it can be mailed, printed and typed in again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit.errors import AuditError

_ED25519 = b"\x01"
_DASH = "\u2014"


class BadCheckpoint(AuditError):
    """A checkpoint is out of form, or its signature is not of the key asked for."""


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says: who keeps the record, entries, root, and when it was signed."""

    origin: str
    size: int
    root: bytes
    time: datetime

    def text(self) -> str:
        """Return the text that is signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\ntime {self.time.astimezone(UTC).isoformat()}\n"


def public_bytes(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of the public key."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(origin: str, public: bytes) -> bytes:
    """Return the four bytes that name a key in a signature line."""
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public).digest()[:4]


def verifier_key(origin: str, public: bytes) -> str:
    """Return the key in the one line that readers keep: name, id and key."""
    encoded = base64.b64encode(_ED25519 + public).decode()
    return f"{origin}+{key_id(origin, public).hex()}+{encoded}"


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Return the signed note of a checkpoint."""
    text = checkpoint.text()
    signature = key_id(checkpoint.origin, public_bytes(key)) + key.sign(text.encode())
    return f"{text}\n{_DASH} {checkpoint.origin} {base64.b64encode(signature).decode()}\n"


def read(note: str, origin: str, public: bytes) -> Checkpoint:
    """Return what a signed note says, after checking that this key signed exactly this text.

    Raises BadCheckpoint otherwise.
    """
    text, separator, tail = note.partition("\n\n")
    text += "\n"
    lines = text.split("\n")
    marks = tail.rstrip("\n").split(" ")
    if not separator or len(lines) != 5 or len(marks) != 3 or marks[:2] != [_DASH, origin]:
        raise BadCheckpoint("this is not a checkpoint of this record")
    try:
        signature = base64.b64decode(marks[2], validate=True)
        checkpoint = Checkpoint(
            lines[0],
            int(lines[1]),
            base64.b64decode(lines[2], validate=True),
            datetime.fromisoformat(lines[3].removeprefix("time ")),
        )
        if signature[:4] != key_id(origin, public) or checkpoint.text() != text:
            raise BadCheckpoint("this checkpoint is of another key or another form")
        Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], text.encode())
    except (ValueError, binascii.Error) as error:
        raise BadCheckpoint("this checkpoint cannot be read") from error
    except InvalidSignature as error:
        raise BadCheckpoint("the signature does not belong to this checkpoint") from error
    return checkpoint
