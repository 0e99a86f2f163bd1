"""What the database of the running portal says: the record of events, and facts of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg


@dataclass(frozen=True)
class Event:
    """One row of the record."""

    name: str
    actor: str
    outcome: str
    label: str


class Record:
    """Reads the portal's database with a connection of its own for each question."""

    def __init__(self, url: str) -> None:
        self._url = url

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self._url) as connection:
            return connection.execute(question, values).fetchall()  # type: ignore[arg-type]

    def events(self, case_id: str) -> list[Event]:
        """List the events of a case in the order in which they were recorded."""
        rows = self.rows(
            "SELECT name, actor_name, outcome, subject_label FROM audit_event "
            "WHERE case_id = %s ORDER BY id",
            case_id,
        )
        return [Event(*row) for row in rows]

    def incident(self, title: str) -> tuple[datetime, datetime, str]:
        """Give when the incident of a demonstration case began and ended (UTC), and where."""
        [row] = self.rows(
            "SELECT i.starts_at, i.ends_at, i.place FROM incidents_incident i "
            "JOIN incidents_complaint c ON c.incident_id = i.id WHERE c.title = %s",
            title,
        )
        return row[0], row[1], row[2]

    def case_id(self, title: str) -> str:
        """Give the id of the demonstration case with this title."""
        [row] = self.rows("SELECT id FROM incidents_complaint WHERE title = %s", title)
        return str(row[0])

    def reference(self, case_id: str) -> str:
        """Give the reference that people see."""
        [row] = self.rows("SELECT reference FROM incidents_complaint WHERE id = %s", case_id)
        return str(row[0])
