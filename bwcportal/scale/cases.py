"""The complaints of the made-up force, newest first, with everything that stands with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from django.contrib.auth.models import Permission as ModelPermission

from bwcportal.scale.force import FEW, NEWEST, Force, Size, identifier
from bwcportal.scale.tables import NULL, Table, flag, through
from incidents.enums import CaseState
from incidents.models import (
    Allegation,
    AllegationCategory,
    CaseExclusion,
    CasePlacement,
    Complainant,
    Complaint,
    ComplaintGrant,
    ComplaintSubject,
    Deadline,
    DeadlineRule,
    FootageItem,
    FootageLink,
    GrantPeriod,
    Incident,
    Preservation,
)
from retention.models import Disposal, RetentionRule
from reviews.models import Submission

CHUNK = 10_000
_SIGNS = "23456789BCDFGHJKMNPQRSTVWXYZ"
_ALL_REFERENCES = len(_SIGNS) ** 5
# Neither even nor a multiple of seven, so that every number gives another reference.
_STEP = 7_919_939
_HANDLING = {
    CaseState.LOCAL_INV: "S3_LOCAL_NON_SPECIAL",
    CaseState.OUTSIDE_S3: "OUTSIDE_S3",
    CaseState.OTBI: "S3_OTBI",
}
_OPEN = (
    (CaseState.LOGGED, 0.15),
    (CaseState.LOCAL_INV, 0.55),
    (CaseState.OTBI, 0.74),
    (CaseState.OUTSIDE_S3, 0.86),
    (CaseState.SUPERVISOR_REVIEW, 0.94),
    (CaseState.SUSPENDED, 0.96),
    (CaseState.AA_DECISION, 0.98),
    (CaseState.OUTCOME_SENT, 1.0),
)
_CONTENT = '{"seeded":true}'
_YEARS = 8
_ARITHMETIC = '[["Seeded", "28 days"]]'


class Cases:
    """Writes complaints, in chunks, in an order that depends on the size and the seed alone."""

    def __init__(self, size: Size, force: Force, random: Random) -> None:
        self.size = size
        self.force = force
        self.random = random
        # Nothing is kept from the few at the ends, whose lists are compared with plain ones.
        self._kept_out = force.staff[3 * FEW :]
        self._between = timedelta(days=365 * _YEARS) / size.complaints
        self._categories = [str(row.pk) for row in AllegationCategory.objects.order_by("code")]
        rules = DeadlineRule.objects.filter(valid_to__isnull=True)
        self._rules = [str(rules.get(code=code).pk) for code in ("UPDATE_FIRST", "UPDATE_NEXT")]
        retention = RetentionRule.objects.filter(valid_to__isnull=True, years__isnull=False)
        self._retention_rule = str(retention.order_by("code")[0].pk)
        self._permission = ModelPermission.objects.get(
            codename="view_complaint", content_type__app_label="incidents"
        ).pk
        self._make_tables()

    def _make_tables(self) -> None:
        self.incidents = Table(Incident, "id", "place", "unit_id", "starts_at", "ends_at")
        self.complaints = Table(
            Complaint,
            *("id", "reference", "state", "handling", "regime", "channel", "title", "summary"),
            *("original_words", "incident_id", "team_id", "is_restricted", "investigator_id"),
            *("supervisor_id", "logged_by_id", "made_on", "logged_at", "handling_since"),
            *("finalised_at", "incident_starts_at"),
        )
        self.complainants = Table(Complainant, "complaint_id", "kind", "name")
        self.subjects = Table(
            ComplaintSubject,
            *("id", "complaint_id", "person_id", "named_at", "case_team", "case_is_restricted"),
            *("case_state", "case_investigator", "case_logged_at"),
        )
        self.allegations = Table(Allegation, "id", "complaint_id", "number", "category_id", "words")
        self.about = Table(through(Allegation, "subjects"), "allegation_id", "complaintsubject_id")
        self.deadlines = Table(
            Deadline, "id", "complaint_id", "rule_id", "started_on", "due_on", "arithmetic"
        )
        self.placements = Table(
            CasePlacement,
            *("id", "complaint_id", "team_id", "is_restricted", "since", "moved_by_id", "reason"),
        )
        self.periods = Table(
            GrantPeriod,
            *("id", "complaint_id", "user_id", "kind", "reason", "granted_by_id", "since"),
        )
        self.grants = Table(
            ComplaintGrant,
            *("permission_id", "user_id", "reason", "granted_by_id", "granted_at"),
            *("content_object_id", "period_id", "case_team", "case_is_restricted", "case_state"),
            *("case_investigator", "case_logged_at"),
        )
        self.exclusions = Table(
            CaseExclusion, "complaint_id", "person_id", "reason", "made_by_id", "made_at"
        )
        self.recordings = Table(
            FootageItem,
            *("id", "source", "external_id", "title", "camera_serial", "recorded_on"),
            *("duration_ms", "frame_rate_numerator", "codec", "size_bytes", "sha256"),
        )
        self.links = Table(
            FootageLink,
            *("id", "complaint_id", "footage_id", "number", "reason", "attached_by_id"),
            "attached_at",
        )
        self.preservations = Table(
            Preservation, "id", "link_id", "state", "requested_by_id", "requested_at"
        )
        self.submissions = Table(
            Submission,
            *("id", "complaint_id", "number", "content", "digest", "submitted_by_id"),
            *("submitted_at", "supervisor_id", "case_team", "case_is_restricted", "case_state"),
        )
        self.disposals = Table(Disposal, "id", "complaint_id", "rule_id", "due_on", "proposed_at")

    @property
    def tables(self) -> list[Table]:
        """The tables to load, those that others point at first."""
        return [
            *(self.incidents, self.complaints, self.complainants, self.subjects, self.allegations),
            *(self.about, self.deadlines, self.placements, self.periods, self.grants),
            *(self.exclusions, self.recordings, self.links, self.preservations),
            *(self.submissions, self.disposals),
        ]

    def chunks(self) -> Iterator[int]:
        """Write the complaints, giving how many there are after each chunk."""
        for number in range(self.size.complaints):
            self._write(number)
            if (number + 1) % CHUNK == 0:
                yield number + 1
        if self.size.complaints % CHUNK:
            yield self.size.complaints

    def _write(self, number: int) -> None:
        """Write one complaint: mostly one subject and one allegation, one in ten still open."""
        random, force = self.random, self.force
        case, incident = identifier(random), identifier(random)
        when = NEWEST - self._between * number
        at, day = f"{when:%Y-%m-%dT%H:%M:%S.%fZ}", f"{when:%Y-%m-%d}"
        state = self._state(number)
        team = force.teams[int(random.random() * self.size.teams)]
        restricted = flag(random.random() < 0.02)
        logger = _any(force.handlers, random)
        investigator = _any(force.investigators, random)
        supervisor = _any(force.supervisors, random)
        is_logged = state == CaseState.LOGGED
        self.incidents.add(
            incident, f"{number % 300} Seeded Road", force.units[number % 40], at, at
        )
        self.complaints.add(
            *(case, reference(number, when.year), state.value, _HANDLING.get(state, ""), "2025"),
            *("ONLINE", f"Seeded complaint {number}", "What happened, in a few words."),
            *("He said that he had been stopped and that nobody told him why.", incident, team),
            *(restricted, NULL if is_logged else investigator, NULL if is_logged else supervisor),
            *(logger, day, at, NULL if is_logged else at),
            *(at if state == CaseState.FINALISED else NULL, at),
        )
        self.complainants.add(case, "DIRECTLY_AFFECTED", "A. N. Other")
        self.placements.add(
            identifier(random), case, team, restricted, at, logger, "The complaint was logged"
        )
        of_case = (team, restricted, state.value)
        copies = (*of_case, NULL if is_logged else investigator, at)
        self._write_matters(case, at, copies)
        self._write_access(case, at, None if is_logged else investigator, supervisor, copies)
        if state not in {CaseState.FINALISED, CaseState.WITHDRAWN}:
            self._write_work(case, number, when.date(), at, investigator)
        if state == CaseState.SUPERVISOR_REVIEW:
            digest = hashlib.sha256(_CONTENT.encode()).hexdigest()
            self.submissions.add(
                *(identifier(random), case, 1, _CONTENT, digest, investigator, at, supervisor),
                *of_case,
            )
        elif state == CaseState.FINALISED and random.random() < 0.005:
            self.disposals.add(identifier(random), case, self._retention_rule, day, at)

    def _state(self, number: int) -> CaseState:
        """Most of the newest are open, few of the others: one in ten in all."""
        draw = self.random.random()
        if draw < (0.7 if number < self.size.complaints // 8 else 0.015):
            chosen = self.random.random()
            return next(state for state, share in _OPEN if chosen < share)
        return CaseState.WITHDRAWN if draw > 0.98 else CaseState.FINALISED

    def _write_matters(self, case: str, at: str, of_case: tuple[str, ...]) -> None:
        random = self.random
        subjects = []
        for _ in range(2 if random.random() < 0.1 else 1):
            # Now and then it is about somebody on the staff, who must not find it in a list.
            people = self._kept_out if random.random() < 0.01 else self.force.officers
            person = _any(people, random)
            if person not in {each[1] for each in subjects}:
                subjects.append((identifier(random), person))
        for subject, person in subjects:
            self.subjects.add(subject, case, person, at, *of_case)
        for index in range(2 if random.random() < 0.2 else 1):
            allegation = identifier(random)
            category = _any(self._categories, random)
            self.allegations.add(allegation, case, index + 1, category, "He was not told why.")
            self.about.add(allegation, subjects[0][0])

    def _write_access(
        self,
        case: str,
        at: str,
        investigator: str | None,
        supervisor: str,
        of_case: tuple[str, ...],
    ) -> None:
        random = self.random
        chosen = {} if investigator is None else {investigator: "ASSIGNMENT"}
        if random.random() < 0.78:
            chosen.setdefault(_any(self.force.investigators, random), "PERSONAL")
        for user, kind in chosen.items():
            period = identifier(random)
            self.periods.add(period, case, user, kind, "Seeded", supervisor, at)
            self.grants.add(
                *(self._permission, user, "Seeded", supervisor, at, case, period), *of_case
            )
        if random.random() < 0.005:
            person = _any(self._kept_out, random)
            self.exclusions.add(case, person, "Declared interest", supervisor, at)

    def _write_work(self, case: str, number: int, day: date, at: str, by: str) -> None:
        random = self.random
        for index, rule in enumerate(self._rules):
            due = day + timedelta(days=28 * (index + 1))
            self.deadlines.add(identifier(random), case, rule, day, due, _ARITHMETIC)
        if random.random() < 0.4:
            return
        recording, link = identifier(random), identifier(random)
        self.recordings.add(
            *(recording, "folder", f"scale-{number}", "Seeded recording", f"S-{number % 9000}"),
            *(at, 600_000, 25, "h264", 1_000_000, ""),
        )
        self.links.add(link, case, recording, 1, "Worn at the scene", by, at)
        self.preservations.add(identifier(random), link, "REQUESTED", by, at)


def reference(number: int, year: int) -> str:
    """Make the reference of a number: all different, and in no order that can be seen."""
    value = number * _STEP % _ALL_REFERENCES
    signs = ""
    for _ in range(5):
        value, rest = divmod(value, len(_SIGNS))
        signs += _SIGNS[rest]
    return f"CM-{year % 100:02d}-{signs}"


def _any(among: list[str], random: Random) -> str:
    return among[int(random.random() * len(among))]
