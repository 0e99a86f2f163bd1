"""When the footage of a case will be auto-deleted: what is still at risk, and until when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from bwcportal.phrasing import LAST_DAYS
from incidents import deadlines
from incidents.enums import FootageStatus, PreservationState
from incidents.models import Complaint, FootageLink


@dataclass(frozen=True)
class FootageClock:
    """The footage clock of one case.

    `moment` (UTC) is the last safe one, None when every recording known is preserved or lost.
    `at_risk` counts the attached recordings that are neither; with none attached (`total` 0) the
    clock runs from the incident, because its footage has still to be found.
    """

    moment: datetime | None
    arithmetic: list[tuple[str, str]]
    at_risk: int
    preserved: int
    lost: int
    total: int

    def tone(self, now: datetime) -> str:
        """Give '' for nothing at risk, 'bad' from seven days before the end, else 'warn'."""
        if self.moment is None:
            return ""
        return "bad" if self.moment - now <= LAST_DAYS else "warn"


def footage_clock(case: Complaint) -> FootageClock:
    """Work out the footage clock of one case, whose incident is loaded (1 query)."""
    return footage_clocks([case])[case.pk]


def links_of(cases: Iterable[Complaint]) -> dict[UUID, list[FootageLink]]:
    """Read the recordings attached to cases in their order, by case id (1 query)."""
    of_case: dict[UUID, list[FootageLink]] = defaultdict(list)
    links = FootageLink.objects.filter(complaint__in=[case.pk for case in cases])
    for link in links.select_related("footage", "preservation").order_by("number"):
        of_case[link.complaint_id].append(link)
    return of_case


def footage_clocks(
    cases: Iterable[Complaint], links: Mapping[UUID, list[FootageLink]] | None = None
) -> dict[UUID, FootageClock]:
    """Work out the footage clocks of cases whose incidents are loaded, by case id (1 query).

    `links` are the recordings of the cases if they were read before (no query). A case that is
    destroyed has none: its clock has no moment.
    """
    cases = list(cases)
    of_case = links_of(cases) if links is None else links
    return {case.pk: _clock(case, of_case.get(case.pk, [])) for case in cases}


def is_preserved(link: FootageLink) -> bool:
    """Tell whether the evidence system has confirmed that it keeps a recording for its case."""
    preservation = getattr(link, "preservation", None)
    return preservation is not None and preservation.state == PreservationState.PRESERVED


def _clock(case: Complaint, links: list[FootageLink]) -> FootageClock:
    lost = [link for link in links if link.footage.status == FootageStatus.LOST]
    kept = [link for link in links if link not in lost and is_preserved(link)]
    at_risk = [link for link in links if link not in lost and link not in kept]
    moment, rows = None, []
    if case.incident is not None and (at_risk or not links):
        worked_out = deadlines.preserve_by(case.incident, at_risk, settings.AUTO_DELETE_DAYS)
        moment, rows = worked_out.moment, worked_out.arithmetic
    return FootageClock(moment, rows, len(at_risk), len(kept), len(lost), len(links))
