"""Servers for the tests, and what every test may rely on.

With nothing configured, real throw-away PostgreSQL and Valkey servers are started before Django
reads its settings; DATABASE_URL and REDIS_URL, when set, are used instead. Each worker of
pytest-xdist has servers of its own: the horizon behind which events are sealed is that of the
whole server, so one worker's long transaction would hold up another worker's sealing.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from hypothesis import HealthCheck, settings

from bwcportal.local_services.children import ServiceProblem
from bwcportal.local_services.places import throw_away_folder
from bwcportal.local_services.services import throw_away_services
from tests.flushing import empty_the_database, keep_reference_rows

# How long an example takes tells of the machine's load and not of the rule that is tested. The suite
# tries the same examples each time, so that it fails for a change and not by luck; to go looking for
# others: --hypothesis-profile=explore.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", _PATIENT)
settings.register_profile("suite", _PATIENT, derandomize=True)
settings.load_profile("suite")

SERVERS = pytest.StashKey[contextlib.ExitStack]()
LOOPBACK = {"localhost", "127.0.0.1", "::1", ""}


def pytest_configure(config: pytest.Config) -> None:
    """Start what is not configured, then set Django up: it must not read its settings earlier."""
    servers = config.stash[SERVERS] = contextlib.ExitStack()
    hands_out = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if hands_out:
        # The workers do what follows, each for itself. They inherit this environment, and must not
        # find the settings' name in it: Django would read them before their servers run.
        return
    if not (config.option.help or config.option.version):
        try:
            prepare_environment(servers)
        except ServiceProblem as problem:
            pytest.exit(str(problem), returncode=3)
    os.environ["DJANGO_SETTINGS_MODULE"] = "bwcportal.settings"
    django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers and remove their folders."""
    config.stash[SERVERS].close()


def prepare_environment(servers: contextlib.ExitStack) -> None:
    """Give the tests an environment of their own: folders, key and servers, whatever the shell has.

    The tests run as the owner of the database, which may create the test database.
    """
    var = throw_away_folder()
    servers.callback(shutil.rmtree, var, ignore_errors=True)
    # WhiteNoise warns of a folder that is not there, and a warning fails a test.
    (var / "static").mkdir(parents=True)
    for name in (
        "DEBUG",
        "ALLOWED_HOSTS",
        "FOOTAGE_FOLDER",
        "BWC_AUTO_DELETE_DAYS",
        "BWC_DEMO_CODE",
    ):
        os.environ.pop(name, None)
    for name in [each for each in os.environ if each.startswith("BWC_SSO_")]:
        del os.environ[name]
    os.environ["BWC_ENVIRONMENT"] = "test"
    os.environ["BWC_VAR"] = str(var)
    os.environ["SECRET_KEY"] = "only for tests: " + "0123456789abcdef" * 4
    given = {
        name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)
    }
    if os.environ.get("DATABASE_OWNER_URL"):
        given["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    if len(given) < 2:
        addresses = servers.enter_context(throw_away_services(var)).environment()
        addresses["DATABASE_URL"] = addresses["DATABASE_OWNER_URL"]
        os.environ.update(addresses)
    os.environ.update(given)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Remember the rows that migrations brought, which a flush must not lose."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        keep_reference_rows()


@pytest.fixture(scope="session", autouse=True)
def _flush_keeps_reference_rows() -> Iterator[None]:
    """Let transactional tests clean up although the audit record refuses TRUNCATE."""
    with empty_the_database():
        yield


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Refuse every connection that leaves this machine, naming the address."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in {socket.AF_INET, socket.AF_INET6} and host not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {host}: tests use this machine only")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything under tests/functional, so that `-m 'not functional'` leaves it out."""
    functional = Path(__file__).parent / "functional"
    for item in items:
        if functional in item.path.parents:
            item.add_marker(pytest.mark.functional)
