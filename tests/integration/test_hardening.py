"""What the process refuses to start with, what every answer carries, and what every write needs.

Numbers such as T59 are those of the catalogue of attacks that the portal was designed against.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.factories.callers import Caller
from tests.factories.people import make_user
from tests.factories.sign_in import PASSWORD, with_app
from tests.factories.world import World
from tests.integration.test_access_matrix import ROWS, Row, address

pytestmark = pytest.mark.django_db

GOOD = {
    "BWC_ENVIRONMENT": "production",
    "SECRET_KEY": "Jd8#kq2!vPz7mWx4^tRb9@LsY3eNc6uHgF1oQiAa5ZxKp0Bw-0123456789",
    "ALLOWED_HOSTS": "portal.force.example",
    "DATABASE_URL": "postgresql://bwc_app@/bwcportal?host=%2Fnonexistent",
}


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own, as a server that starts would."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from bwcportal import settings as s; print(s.SESSION_COOKIE_NAME, "
            "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS)",
        ],
        env={**kept, **GOOD, **changes},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_t59_production_starts_with_cookies_for_https_alone() -> None:
    started = start()

    assert started.returncode == 0, started.stderr
    assert started.stdout.split() == ["__Host-session", "True", "True", "63072000"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + GOOD["SECRET_KEY"]}, "SECRET_KEY"),
        ({"DEBUG": "true"}, "DEBUG"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "portal.force.example,*"}, "ALLOWED_HOSTS"),
        ({"BWC_DEMO_CODE": "123456"}, "BWC_DEMO_CODE"),
        ({"BWC_DEMO_CODE": "123456", "BWC_ENVIRONMENT": "development"}, "BWC_DEMO_CODE"),
        ({"BWC_DEMO_CODE": "123456", "BWC_ENVIRONMENT": "test"}, "BWC_DEMO_CODE"),
        ({"BWC_ENVIRONMENT": "prod"}, "BWC_ENVIRONMENT"),
        ({"TRUSTED_PROXIES": "everybody"}, "TRUSTED_PROXIES"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_t59_the_process_refuses_to_start(changes: dict[str, str], named: str) -> None:
    started = start(**changes)

    assert started.returncode != 0
    assert named in started.stderr.splitlines()[-1]


def test_t59_nothing_lets_a_library_skip_the_second_factor() -> None:
    assert not getattr(settings, "MFA_TOTP_INSECURE_BYPASS_CODE", None)
    assert not getattr(settings, "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", False)
    assert settings.MFA_WEBAUTHN_USER_VERIFICATION == "required"


DECLARED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def answers(user: Any) -> list[HttpResponse]:
    """One answer of each kind: pages, refusals, the API, a redirect, a fragment, a download."""
    inside, outside = Client(), Client()
    inside.force_login(user)
    paths = ["/", "/cases/", "/account/", "/no/such/page/", "/disposal/", "/api/v1/me", "/api/v1/x"]
    return [
        outside.get("/sign-in/"),
        outside.post("/sign-in/", {"username": "nobody", "password": "not it at all"}),
        outside.get("/sign-in/code/"),
        outside.get("/sign-in/set-up/"),
        outside.get("/api/v1/me"),
        outside.get("/health/live"),
        outside.put("/sign-in/"),
        outside.get("/cases/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}),
        *[inside.get(path) for path in paths],
        inside.post("/sign-out/"),
    ]


def test_t59_every_answer_carries_the_declared_headers() -> None:
    for answer in answers(make_user()):
        where = (answer.request["PATH_INFO"], answer.status_code)
        for name, value in DECLARED.items():
            assert answer.headers.get(name) == value, (where, name)
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert part in policy, where
        assert "unsafe" not in policy, where
        assert answer.headers["Referrer-Policy"] in {"same-origin", "strict-origin"}, where
        assert "camera=()" in answer.headers["Permissions-Policy"], where


def test_t59_the_nonce_is_fresh_in_every_answer() -> None:
    client = Client()
    found = [re.findall(r"'nonce-([^']+)'", client.get("/sign-in/")["Content-Security-Policy"])
             for _ in range(3)]  # fmt: skip
    used = [each for each in found if each]

    assert len({nonce for (nonce,) in used}) == len(used)


WRITES = [row for row in ROWS if row.method not in {"GET", "HEAD"}]


@pytest.mark.parametrize("row", WRITES, ids=lambda row: f"{row.method} {row.route}")
def test_t60_every_write_needs_the_token_of_the_page(row: Row, csrf_world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(csrf_world.force.everything)

    answer = client.generic(
        row.method,
        address(row, csrf_world.ids),
        b"{}" if row.is_api else b"",
        content_type="application/json" if row.is_api else "application/x-www-form-urlencoded",
        headers={"Idempotency-Key": "once-1", "If-Match": '"1"'} if row.is_api else {},
    )

    assert answer.status_code == 403
    assert b"csrf" in answer.content.lower() or b"open too long" in answer.content


@pytest.fixture(scope="module")
def csrf_world(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The walk's world, made once: nothing here changes it, because everything is refused."""
    from django.db import transaction

    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer._from_testcase = True
        outer.__enter__()
        try:
            yield World.make()
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-HTTP-Method-Override": "DELETE"},
        {"X-Method-Override": "PUT"},
        {"X-HTTP-Method": "PATCH"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_t60_a_method_cannot_be_overridden(headers: dict[str, str]) -> None:
    caller = Caller(make_user())

    plain = caller.send("POST", "/me", {}, **headers)
    asked = caller.send("GET", "/me", **headers)

    assert plain.status == 405
    assert asked.status == 200
    client = Client()
    assert client.post("/sign-in/", {"_method": "PUT"}, headers=headers).status_code == 400


def test_t60_a_doubled_parameter_signs_nobody_in_by_the_other_value() -> None:
    user = make_user()
    with_app(user)
    body = f"username=nobody&username={user.username}&password=wrong&password={PASSWORD}"
    kind = "application/x-www-form-urlencoded"
    client = Client()

    first = client.post("/sign-in/", f"{body}&password=wrong", content_type=kind)

    assert first.status_code == 400
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "text/xml", ""]
)
def test_t60_the_api_reads_json_alone(kind: str) -> None:
    caller = Caller(make_user())

    reply = caller.send("POST", "/step-ups", raw=b'{"act": "sign"}', content_type=kind)

    assert reply.status == 415


def test_t60_another_site_can_neither_write_nor_load() -> None:
    client = Client()
    client.force_login(make_user())
    away = {"Sec-Fetch-Site": "cross-site"}

    assert client.post(reverse("accounts:sign-out"), headers=away).status_code == 403
    embedded = {**away, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert client.get("/cases/", headers=embedded).status_code == 403
    followed = {**away, "Sec-Fetch-Mode": "navigate"}
    assert client.get("/cases/", headers=followed).status_code == 200
