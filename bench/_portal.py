"""A whole portal with the demo force, on servers of its own, for the benchmarks."""

from __future__ import annotations

import contextlib
import http.cookies
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

from bwcportal.launcher import assets
from bwcportal.launcher.paths import ROOT, Paths
from bwcportal.launcher.stack import HOST, Stack
from bwcportal.local_services.places import throw_away_folder
from bwcportal.local_services.services import LocalServices
from bwcportal.local_services.valkey import free_port


@contextlib.contextmanager
def demo_portal() -> Iterator[Stack]:
    """Start the portal as the launcher does, with the demo force loaded, and remove it afterwards."""
    built = Paths(root=ROOT, venv=Path(sys.prefix), var=ROOT / "var")
    assets.ensure(built)
    var = throw_away_folder()
    (var / "assets").symlink_to(built.assets)
    paths = Paths(root=ROOT, venv=Path(sys.prefix), var=var)
    stack = Stack(paths, free_port(), LocalServices(var, throw_away=True))
    try:
        stack.services.start()
        stack.prepare(collect_static=True, report=lambda line: print(line, file=sys.stderr))
        for name in stack.parts():
            stack.start_part(name)
        stack.wait_until_answering()
        yield stack
    finally:
        stack.stop()
        shutil.rmtree(stack.services.home, ignore_errors=True)
        shutil.rmtree(var, ignore_errors=True)


class Visitor:
    """Somebody signed in. Each request has a connection of its own, so that both web processes get some."""

    def __init__(self, port: int, username: str = "", password: str = "") -> None:
        self._port = port
        self._cookies: dict[str, str] = {}
        if username:
            self._sign_in(username, password)

    def get(self, path: str) -> tuple[int, float]:
        """Fetch a page and return its status and the time until its last byte, in milliseconds."""
        begun = time.perf_counter()
        status, _ = self._ask("GET", path)
        return status, (time.perf_counter() - begun) * 1000

    def _sign_in(self, username: str, password: str) -> None:
        self._send_form("/sign-in/", username=username, password=password)
        # The demonstration fills its code in.
        _, page = self._ask("GET", "/sign-in/code/")
        shown = re.search(r'name="code" value="(\d+)"', page)
        self._send_form("/sign-in/code/", code=shown[1] if shown else "")

    def _send_form(self, path: str, **fields: str) -> None:
        _, page = self._ask("GET", path)
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        form = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token})
        status, _ = self._ask("POST", path, form)
        if status != 302:
            raise SystemExit(f"Nobody could sign in at {path}: {status}")

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://{HOST}:{self._port}"
        connection = HTTPConnection(HOST, self._port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read().decode("utf-8", "replace")
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self._cookies[name] = morsel.value
        return answer.status, content


def percentile(values: list[float], share: int) -> float:
    """Return the value below which `share` percent of the values lie."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def machine() -> str:
    """Describe the machine and the versions that a result was measured with."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if "model name" in line), "?")
    total = Path("/proc/meminfo").read_text(encoding="utf-8").split()[1]
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{datetime.now(tz=UTC):%Y-%m-%d}, {os.cpu_count()} processors ({model}), "
        f"{int(total) / 2**20:.1f} GiB memory, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, load of the machine at the end {load}"
    )


def server_version(stack: Stack) -> str:
    """Ask the database for its version."""
    done = subprocess.run(
        [sys.executable, "-c", "import psycopg, sys; print(psycopg.connect(sys.argv[1])"
         ".execute('SHOW server_version').fetchone()[0])", stack.addresses.database_url],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return f"PostgreSQL {done.stdout.split()[0]}"
