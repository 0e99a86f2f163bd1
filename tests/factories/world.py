"""One case with everything on it, for tests that walk every address of the portal."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.roles import Role
from incidents.enums import SearchResult
from incidents.models import Complaint
from incidents.services.access import give_seat
from incidents.services.footage import record_search
from retention.services.destroying import dispose_approved
from retention.services.holds import NewHold, place_hold
from tests.factories.covers import set_cover_for
from tests.factories.decisions import returned_case, signed_case
from tests.factories.emergencies import open_in_emergency_for
from tests.factories.footage import around_incident
from tests.factories.people import Force, make_user
from tests.factories.retention import approved_disposal, proposed_disposal
from tests.factories.sign_in import app_of, session_of

# What a part of an address names when it is on a case that was destroyed.
_TOMBSTONES = {"certificate_id"}


@dataclass
class World:
    """The force, the ids that addresses are made of, and the case that strangers do not know of."""

    force: Force
    case: Complaint
    ids: dict[str, Any]

    @classmethod
    def make(cls) -> World:
        """Make a returned case with footage, marks, findings, a hold; a disposal; a certificate."""
        force = Force()
        force.everything = make_user(*Role, team=force.team)
        approved_disposal(force, now=timezone.now())
        (certificate,) = dispose_approved()
        disposal = proposed_disposal(force, now=timezone.now())
        submission = returned_case(force)
        case = submission.complaint
        search = record_search(
            actor=force.investigator,
            case_id=case.pk,
            criteria=around_incident(force.officer.collar_number),
            result=SearchResult.NONE,
            place="Station log",
            note="Nobody wore a camera.",
            now=timezone.now(),
        )
        hold = place_hold(
            actor=force.supervisor,
            case_id=case.pk,
            data=NewHold("CIVIL_CLAIM", "Claim 1", timezone.localdate() + timedelta(days=9)),
            now=timezone.now(),
        )
        guest = make_user(Role.OVERSIGHT, team=None)
        give_seat(
            actor=force.supervisor,
            case_id=case.pk,
            user=guest,
            reason="Asked for",
            expires_at=timezone.now() + timedelta(days=30),
            now=timezone.now(),
        )
        emergency = open_in_emergency_for(case)
        ids = {
            "case_id": case.pk,
            "complaint_id": case.pk,
            "incident_id": case.incident_id,
            "allegation_id": case.allegations.order_by("number").first().pk,
            "link_id": case.footage_links.first().pk,
            "footage_id": case.footage_links.first().pk,
            "annotation_id": case.annotations.first().pk,
            "search_id": search.pk,
            "preservation_id": case.footage_links.first().preservation.pk,
            "submission_id": submission.pk,
            "review_id": submission.pk,
            "point_id": submission.points.first().pk,
            "finding_id": case.allegations.get(number=1).finding.pk,
            "signoff_id": signed_case(force).pk,
            "officer_id": force.officer.pk,
            "concern_id": uuid.uuid4(),
            "interest_id": uuid.uuid4(),
            "line_id": uuid.uuid4(),
            "other_id": uuid.uuid4(),
            "subject_id": case.subjects.get(person=force.officer).pk,
            "camera_id": uuid.uuid4(),
            "list_name": "decision-option",
            "hold_id": hold.pk,
            "disposal_id": disposal.pk,
            "certificate_id": certificate.pk,
            "grant_id": case.grants.get(user=guest).pk,
            "user_id": guest.pk,
            "delegation_id": set_cover_for(force.supervisor).pk,
            "emergency_id": emergency.pk,
            "notice_id": emergency.notices.first().pk,
            "number": submission.number,
            "person_id": guest.person_id,
            "team_id": force.team.pk,
            "unit_id": force.team.unit_id,
            "token_id": uuid.uuid4(),
            "reset_id": uuid.uuid4(),
            "row_id": uuid.uuid4(),
            "part": "number",
            "factor_id": app_of(force.everything).pk,
            "session_id": session_of(force.everything).public_id,
            "role": Role.OVERSIGHT.value,
            "code": "SPA",
            "token": "no-such-token",
        }
        return cls(force=force, case=case, ids=ids)

    def random_ids(self) -> dict[str, Any]:
        """Give ids of the same kinds that name nothing."""
        return {
            name: uuid.uuid4() if isinstance(value, uuid.UUID) else value
            for name, value in self.ids.items()
        }

    def is_tombstone(self, part: str) -> bool:
        """Tell whether the part of an address names something of a destroyed case."""
        return part in _TOMBSTONES
