"""Reading an ID token: by whom, for whom, for which request, until when.

The library of the flow trusts the connection and leaves the signature out; here it counts.
Rules: OpenID Connect Core 1.0, section 3.1.3.7.
"""

from __future__ import annotations

from typing import Any

import jwt
from django.utils.crypto import constant_time_compare

# Signatures made with a private key only: "none" and shared secrets are not among them.
ALGORITHMS = [
    f"{family}{size}" for family in ("RS", "PS", "ES") for size in ("256", "384", "512")
] + ["EdDSA"]
# Two clocks may differ by this much.
LEEWAY_S = 60
_REQUIRED = ["iss", "aud", "exp", "iat", "sub", "nonce"]


class Untrusted(Exception):
    """The token is not one that this sign-in may rest on."""


def read_id_token(
    token: Any, *, keys: Any, issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """Give the claims of a token that these keys signed for this client and this request.

    Raises Untrusted for anything else, and never says which part was wrong.
    """
    try:
        claims = jwt.decode(
            token,
            key=_key_for(token, keys),
            algorithms=ALGORITHMS,
            audience=client_id,
            issuer=issuer,
            leeway=LEEWAY_S,
            options={"require": _REQUIRED},
        )
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise Untrusted from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", "" if several else client_id) != client_id:
        raise Untrusted
    if not constant_time_compare(str(claims["nonce"]), nonce):
        raise Untrusted
    return claims


def _key_for(token: Any, keys: Any) -> Any:
    """Find the key that the token names; the only one there is when it names none."""
    found = [
        key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use in {None, "sig"}
    ]
    named = jwt.get_unverified_header(token).get("kid")
    if named is not None:
        found = [key for key in found if key.key_id == named]
    if len(found) != 1:
        raise Untrusted
    return found[0].key
