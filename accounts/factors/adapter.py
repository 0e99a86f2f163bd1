"""What the library of factors asks of us: names, and keeping secrets unreadable in the database."""

from __future__ import annotations

import base64
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def _key(secret: str) -> Fernet:
    raw = salted_hmac("accounts.factors", "key", secret=secret, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(raw))


def _keys() -> MultiFernet:
    return MultiFernet(
        [_key(each) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


class FactorAdapter(DefaultMFAAdapter):
    """Names the portal in apps and keys, and encrypts the secrets that codes are made from.

    The key is made from SECRET_KEY: after changing that, keep the old one among
    SECRET_KEY_FALLBACKS, or every app and every recovery code is lost.
    """

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for its row."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Read a secret back; raises InvalidToken when no key in use wrote it."""
        return _keys().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """Name the portal and the force, as the app will list it."""
        return f"bwcportal {settings.FORCE_NAME}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the portal for passkeys; the id is the host name, without its port."""
        return {**super().get_public_key_credential_rp_entity(), "name": "bwcportal"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """Name the account for passkeys."""
        return {
            "id": str(user.pk).encode(),
            "display_name": user.display_name,
            "name": user.username,
        }
