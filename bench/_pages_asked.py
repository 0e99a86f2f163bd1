"""Names the demo's pages and counts what each asks of the database. Run in a portal's environment.

Prints JSON: the password of the demo accounts, and for each page its name, who opens it, its path,
how many queries it takes, and how often the query that comes most often comes (an N+1 shows there).
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections import Counter
from dataclasses import asdict, dataclass

import django

django.setup()

from django.conf import settings  # noqa: E402 - the models need Django
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.services.step_up import StepUpAct, Target, prove  # noqa: E402
from bwcportal.demo.people import PASSWORD  # noqa: E402
from bwcportal.demo.stories import FOUR_CAMERAS  # noqa: E402
from incidents.enums import CaseState  # noqa: E402
from incidents.models import Complaint  # noqa: E402
from retention.models import Certificate, Disposal  # noqa: E402
from retention.services.destroying import dispose_approved  # noqa: E402
from retention.services.disposing import approve  # noqa: E402

_LITERAL = re.compile(r"'(?:[^']|'')*'(?:::\w+)?|\b\d+\b")


@dataclass
class Page:
    """A page, who opens it, and what it asks of the database."""

    name: str
    username: str
    path: str
    queries: int = 0
    most_often: int = 0


def pages() -> list[Page]:
    """List every page that people of the demo open in a day, on cases that have something to show."""
    big = Complaint.objects.get(title=FOUR_CAMERAS.title)
    waiting = Complaint.objects.filter(state=CaseState.SUPERVISOR_REVIEW, team=big.team).first()
    certificate = _destroy_one()
    due = Disposal.objects.exclude(pk=certificate.disposal_id).first()
    allegation = big.allegations.order_by("number").first()
    listed = [
        ("health", "", reverse("health-live")),
        ("sign in", "", reverse("accounts:sign-in")),
        *(
            ("my work", who, reverse("reviews:my-work"))
            for who in ("farrow", "orrell", "vasey", "quillam")
        ),
        ("cases", "orrell", reverse("incidents:case-list")),
        ("cases, all teams", "tennick", reverse("incidents:case-list")),
        ("log a complaint", "farrow", reverse("incidents:log-complaint")),
        ("finding", "orrell", reverse("reviews:finding", args=[big.pk, allegation.pk])),
        ("disposal list", "quillam", reverse("retention:disposal-list")),
        ("certificate", "quillam", reverse("retention:certificate", args=[certificate.pk])),
    ]
    if due is not None:
        listed.append(("disposal", "quillam", reverse("retention:disposal", args=[due.pk])))
    of_case = {
        "case": "incidents:case",
        "footage": "incidents:footage",
        "review room": "reviews:room",
        "findings": "reviews:findings",
        "sign-off": "reviews:sign-off",
        "access": "incidents:access",
        "history": "incidents:history",
        "retention": "retention:case",
    }
    listed += [
        (f"four cameras: {name}", "vasey", reverse(route, args=[big.pk]))
        for name, route in of_case.items()
    ]
    listed += [
        (f"awaiting sign-off: {name}", "vasey", reverse(of_case[name], args=[waiting.pk]))
        for name in ("case", "sign-off")
    ]
    return [Page(*row) for row in listed]


def _destroy_one() -> Certificate:
    """Take the demo's due case to its certificate."""
    disposal = Disposal.objects.filter(state="PROPOSED").order_by("due_on").first()
    for name in ("quillam", "ashmoor"):
        user, now = User.objects.get(username=name), timezone.now()
        target = Target.of(StepUpAct.APPROVE_DISPOSAL, disposal.pk, disposal.complaint.version)
        approve(
            actor=user,
            disposal_id=disposal.pk,
            reason="Read for the benchmark",
            proof=prove(user=user, session="web:bench", target=target, factor="demo_code", now=now),
            now=now,
        )
    dispose_approved()
    return disposal.certificate


def count_queries(page: Page) -> None:
    """Open a page twice and keep the counts of the second time, when the process is warm."""
    client = Client()
    if page.username:
        client.post(reverse("accounts:sign-in"), {"username": page.username, "password": PASSWORD})
        client.post(reverse("accounts:second-factor"), {"code": settings.DEMO_CODE})
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(page.path)
    if answer.status_code != 200:
        sys.exit(f"{page.name} for {page.username} answers {answer.status_code}")
    forms = Counter(_LITERAL.sub("?", query["sql"]) for query in captured)
    page.queries = len(captured)
    page.most_often = max(forms.values(), default=0)


def main() -> None:
    """Count for every page and print the result."""
    logging.disable(logging.CRITICAL)
    listed = pages()
    for page in listed:
        count_queries(page)
    json.dump({"password": PASSWORD, "pages": [asdict(page) for page in listed]}, sys.stdout)


if __name__ == "__main__":
    main()
