"""An authenticator made of software: real passkeys for tests that run without a browser."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

PRESENT, VERIFIED, HOLDS_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey (WebAuthn level 2, ES256, no attestation) for the portal at an address."""

    origin: str = "http://localhost"
    unlocked: bool = True
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    user_handle: str = ""

    def make(self, options: dict[str, Any]) -> str:
        """Answer navigator.credentials.create()."""
        self.user_handle = options["publicKey"]["user"]["id"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        data = self._data(HOLDS_KEY) + b"\0" * 16
        data += len(self.credential_id).to_bytes(2, "big") + self.credential_id + public
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            options, "webauthn.create", attestationObject=websafe_encode(attestation)
        )

    def answer(self, options: dict[str, Any]) -> str:
        """Answer navigator.credentials.get()."""
        data = self._data()
        client = self._client(options, "webauthn.get")
        signed = data + hashlib.sha256(client).digest()
        return self._answer(
            options,
            "webauthn.get",
            authenticatorData=websafe_encode(data),
            signature=websafe_encode(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            userHandle=self.user_handle,
        )

    def _data(self, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.unlocked else 0)
        host = self.origin.partition("//")[2].partition(":")[0]
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + b"\0\0\0\1"

    def _client(self, options: dict[str, Any], kind: str) -> bytes:
        said = {
            "type": kind,
            "challenge": options["publicKey"]["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _answer(self, options: dict[str, Any], kind: str, **response: str) -> str:
        client = websafe_encode(self._client(options, kind))
        return json.dumps(
            {
                "id": websafe_encode(self.credential_id),
                "rawId": websafe_encode(self.credential_id),
                "type": "public-key",
                "response": {"clientDataJSON": client, **response},
                "clientExtensionResults": {},
            }
        )
