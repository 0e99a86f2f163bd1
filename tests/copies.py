"""Looking for copies of columns that differ from what they are copied from."""

from __future__ import annotations

from django.db import connection

_DIFFERING = {
    "accounts_user": (
        "SELECT 1 FROM accounts_user u JOIN accounts_person p ON p.id = u.person_id"
        " WHERE u.person_surname <> p.surname"
    ),
    "incidents_complaint": (
        "SELECT 1 FROM incidents_complaint c LEFT JOIN incidents_incident i ON i.id = c.incident_id"
        " WHERE c.incident_starts_at IS DISTINCT FROM i.starts_at"
    ),
    "incidents_complaintsubject": (
        "SELECT 1 FROM incidents_complaintsubject s JOIN incidents_complaint c ON c.id = s.complaint_id"
        " WHERE (s.case_team, s.case_is_restricted, s.case_state, s.case_investigator, s.case_logged_at)"
        " IS DISTINCT FROM (c.team_id, c.is_restricted, c.state, c.investigator_id, c.logged_at)"
    ),
    "incidents_complaintgrant": (
        "SELECT 1 FROM incidents_complaintgrant g JOIN incidents_complaint c ON c.id = g.content_object_id"
        " WHERE (g.case_team, g.case_is_restricted, g.case_state, g.case_investigator, g.case_logged_at)"
        " IS DISTINCT FROM (c.team_id, c.is_restricted, c.state, c.investigator_id, c.logged_at)"
    ),
    "reviews_submission": (
        "SELECT 1 FROM reviews_submission s JOIN incidents_complaint c ON c.id = s.complaint_id"
        " WHERE (s.case_team, s.case_is_restricted, s.case_state)"
        " IS DISTINCT FROM (c.team_id, c.is_restricted, c.state)"
    ),
}


def differing() -> list[str]:
    """Name the tables in which a copy differs from its original."""
    found = []
    with connection.cursor() as cursor:
        for table, statement in _DIFFERING.items():
            cursor.execute(f"SELECT EXISTS ({statement})")
            if cursor.fetchone()[0]:
                found.append(table)
    return found
