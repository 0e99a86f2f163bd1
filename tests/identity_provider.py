"""An OpenID Connect provider on this machine, for tests, which can also be wrong in many ways.

It is strict where it stands for a real one: client secret, redirect address, PKCE, codes that
serve once. It listens on `localhost`, which for a browser is another site than 127.0.0.1.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import html
import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "bwcportal-test", "a-client-secret-of-the-tests"
GROUP = "bwc-users"


@functools.cache
def _key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _jwk(name: str) -> dict[str, Any]:
    public = jwt.algorithms.RSAAlgorithm.to_jwk(_key(name).public_key(), as_dict=True)
    return {**public, "kid": name, "use": "sig", "alg": "RS256"}


@dataclass
class IdentityProvider:
    """What the provider knows, and how it is wrong: `faults` are words that the tests use."""

    port: int = 0
    claims: dict[str, Any] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    faults: set[str] = field(default_factory=set)
    described: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    drops: int = 0
    # A silent provider waits for this, and notes when it was in vain.
    released: Event = field(default_factory=Event)
    waited_out: bool = False
    # Whatever must reach no log.
    secrets: set[str] = field(default_factory=lambda: {CLIENT_SECRET})
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    # Ends the provider: nothing listens at its address afterwards.
    stop: Callable[[], None] = lambda: None

    @property
    def issuer(self) -> str:
        """Give the issuer's address."""
        return f"http://localhost:{self.port}/force"

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Give the portal's settings for this provider."""
        return {
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "name": "your force account",
            "group": GROUP,
            **changes,
        }

    def sign_in(self, address: str, name: str) -> str:
        """Sign a person in who was sent to this address; give the address that they return to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        self.asked = asked
        back = {"state": asked["state"]}
        if "denied" in self.faults:
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe(24)
            self._codes[back["code"]] = {**asked, "name": name}
        self.secrets |= {*back.values(), asked["nonce"], asked["code_challenge"]} - {
            "access_denied"
        }
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer the token address: (status, body)."""
        if not self._knows_client(form, authorization):
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "")
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        proven = (
            asked is not None
            and asked["code_challenge"] == challenge
            and asked["code_challenge_method"] == "S256"
            and asked["redirect_uri"] == form.get("redirect_uri")
        )
        if asked is None or not proven:
            return 400, {"error": "invalid_grant", "error_description": form.get("code", "")}
        access, signed = secrets.token_urlsafe(24), self.id_token(asked)
        self.secrets |= {verifier, access, signed}
        return 200, {"access_token": access, "token_type": "Bearer", "id_token": signed}

    def id_token(self, asked: dict[str, str]) -> str:
        """Make the ID token for a request, as right or wrong as the test wants it."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": hashlib.sha256(asked["name"].encode()).hexdigest(),
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
            "preferred_username": asked["name"],
            "groups": ["everybody", GROUP],
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if name not in self.left_out}
        if "unsigned" in self.faults:
            return jwt.encode(kept, None, algorithm="none")
        if "shared_secret" in self.faults:
            # Long enough to be one; the attack is to take what everybody knows for the key.
            shared = (CLIENT_SECRET * 2)[:40]
            return jwt.encode(kept, shared, algorithm="HS256", headers={"kid": "one"})
        signer = "another" if "wrong_signature" in self.faults else "one"
        named = "unknown" if "unknown_key" in self.faults else "one"
        return jwt.encode(kept, _key(signer), algorithm="RS256", headers={"kid": named})

    def description(self) -> dict[str, Any]:
        """Describe the provider (OpenID Connect Discovery 1.0)."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            **self.described,
        }

    @staticmethod
    def _knows_client(form: dict[str, str], authorization: str) -> bool:
        if authorization.startswith("Basic "):
            given = base64.b64decode(authorization[6:]).decode().split(":", 1)
            return [unquote(each) for each in given] == [CLIENT_ID, CLIENT_SECRET]
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)


class _Handler(BaseHTTPRequestHandler):
    provider: IdentityProvider

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.removeprefix("/force")
        self.provider.calls.append(path)
        if path == "/authorize":
            self._page()
        elif path == "/keys":
            self._answer(200, {"keys": [_jwk("one")]})
        elif path == "/.well-known/openid-configuration":
            self._describe()
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        path = urlsplit(self.path).path.removeprefix("/force")
        self.provider.calls.append(path)
        length = int(self.headers.get("Content-Length", 0))
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
        if path == "/authorize":
            self._redirect(self.provider.sign_in(self.path, form["name"]))
        elif path == "/token" and "token_down" in self.provider.faults:
            self._answer(500, {"error": form.get("code", "")})
        elif path == "/token" and "token_text" in self.provider.faults:
            self._send(200, "text/html", b"<p>" + form.get("code", "").encode())
        else:
            self._answer(*self.provider.token(form, self.headers.get("Authorization", "")))

    def _describe(self) -> None:
        faults = self.provider.faults
        if "redirects" in faults:
            self._redirect(f"http://127.0.0.1:{self.provider.port}{self.path}")
        elif "broken" in faults:
            self._answer(503, {})
        elif "endless" in faults:
            described = json.dumps(self.provider.description()).encode()
            self._send(200, "application/json", described + b" " * 2_000_000)
        elif "no_json" in faults:
            self._send(200, "application/json", b"<p>Down for maintenance")
        elif "silent" in faults:
            self.provider.waited_out = not self.provider.released.wait(20)
        elif "drips" in faults:
            self._drip()
        else:
            self._answer(200, self.provider.description())

    def _drip(self) -> None:
        self._head(200, "application/json", 100)
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                self.wfile.write(b" ")
                self.provider.drops += 1
                time.sleep(0.1)

    def _page(self) -> None:
        action = html.escape(self.path)
        self._send(
            200,
            "text/html",
            f"""<!DOCTYPE html><html lang="en"><title>Force account</title><h1>Force account</h1>
            <form method="post" action="{action}"><label>Name <input name="name"></label>
            <button>Sign in here</button></form></html>""".encode(),
        )

    def _redirect(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.end_headers()

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self._head(status, kind, len(body))
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def _head(self, status: int, kind: str, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """Run a provider on a free port until the end of the block."""
    provider = IdentityProvider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("localhost", 0), handler)
    provider.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with contextlib.ExitStack() as ending:
        ending.callback(thread.join)
        ending.callback(server.server_close)
        ending.callback(server.shutdown)
        provider.stop = ending.pop_all().close
        try:
            yield provider
        finally:
            provider.stop()
