"""Where the signer keeps its key and its memory: a folder that the database cannot write to."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from audit.errors import AuditError
from audit.sealing import notes
from audit.sealing.merkle import Frontier


class NoSigningKey(AuditError):
    """There is no usable signing key; the message says what to do."""


@dataclass(frozen=True)
class SignerFolder:
    """The signer's folder: ``signing-key.pem``, ``verifier-key.txt`` and ``remembered.json``."""

    path: Path
    origin: str

    @classmethod
    def configured(cls) -> SignerFolder:
        """Return the folder named by the settings AUDIT_DIR and AUDIT_ORIGIN, made if missing."""
        folder = cls(Path(settings.AUDIT_DIR), settings.AUDIT_ORIGIN)
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def key(self) -> Ed25519PrivateKey:
        """Return the signing key; outside production the first call makes one.

        Raises NoSigningKey when there is none in production, or the file is no Ed25519 key.
        """
        file = self.path / "signing-key.pem"
        if not file.exists():
            if settings.PRODUCTION:
                raise NoSigningKey(
                    f"There is no signing key at {file}. Make one with "
                    "'openssl genpkey -algorithm ed25519', owned by the sealer alone, mode 0600"
                )
            self._make(file)
        try:
            key = load_pem_private_key(file.read_bytes(), password=None)
        except ValueError as error:
            raise NoSigningKey(f"{file} cannot be read as a PEM private key") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise NoSigningKey(f"{file} is a key of another kind; Ed25519 is needed")
        return key

    def remembered(self) -> Frontier | None:
        """Return the edge of the tree last signed, or None before the first signature.

        Raises AuditError when the memory is damaged: it must be looked at, not begun anew.
        """
        file = self.path / "remembered.json"
        try:
            content = json.loads(file.read_text())
            return Frontier.unpack(content["size"], bytes.fromhex(content["frontier"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise AuditError(f"{file} is damaged: restore it from a backup") from error

    def remember(self, frontier: Frontier) -> None:
        """Keep the edge of the tree about to be signed, durably, before it is signed."""
        content = {
            "size": frontier.size,
            "root": frontier.root().hex(),
            "frontier": frontier.pack().hex(),
        }
        self._write(self.path / "remembered.json", json.dumps(content).encode())

    def set_aside(self, now: datetime) -> None:
        """Keep the memory under another name, when a person has accepted another history."""
        (self.path / "remembered.json").rename(
            self.path / f"remembered-until-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.json"
        )

    def _make(self, file: Path) -> None:
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = notes.verifier_key(self.origin, notes.public_bytes(key))
        self._write(file, pem)
        self._write(self.path / "verifier-key.txt", f"{public}\n".encode())

    def _write(self, file: Path, content: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self.path)  # mode 0600
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(name, file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
