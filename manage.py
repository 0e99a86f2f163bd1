#!/usr/bin/env python3
"""Runs a management command. With nothing configured, it brings the local servers up first."""

import contextlib
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from bwcportal.local_services.children import ServiceProblem
from bwcportal.local_services.services import secret_key, shared_services

ROOT = Path(__file__).resolve().parent

# These neither read nor write the database.
WITHOUT_DATABASE = {
    "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages",
    "startapp", "version",
}  # fmt: skip
# These create or fill tables: they run as the owner of the database, when it is known. Everything
# else runs as what the portal runs as.
AS_OWNER = {
    "createcachetable", "flush", "load_demo", "loaddata", "migrate", "prepare_demo", "seed_scale", "sqlflush",
    "sqlmigrate", "squashmigrations", "test",
}  # fmt: skip


def main() -> None:
    """Run one command, on the configured servers or on local ones."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bwcportal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    with contextlib.ExitStack() as stack:
        if wants_local_servers(command):
            var = Path(os.environ.get("BWC_VAR") or ROOT / "var").expanduser()
            try:
                addresses = stack.enter_context(shared_services(var, report=say))
            except ServiceProblem as problem:
                sys.exit(f"manage.py: {problem}")
            os.environ.update(addresses.environment())
            if not os.environ.get("SECRET_KEY"):
                os.environ["SECRET_KEY"] = secret_key(var)
        if command in AS_OWNER and os.environ.get("DATABASE_OWNER_URL"):
            os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
        execute_from_command_line(sys.argv)


def wants_local_servers(command: str) -> bool:
    """Tell whether the command needs servers that nobody has configured.

    Production never starts any: an operator who forgot DATABASE_URL must hear of it.
    """
    configured = os.environ.get("DATABASE_URL", "").strip()
    production = os.environ.get("BWC_ENVIRONMENT", "").strip() == "production"
    asks_for_help = command.startswith("-") or bool({"--help", "-h"} & set(sys.argv[2:]))
    return not (configured or production or asks_for_help or command in WITHOUT_DATABASE)


def say(line: str) -> None:
    """Tell the person at the terminal, without mixing with the command's own output."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
