"""Taking a story through the services, step by step, each at its own moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Person, Team, User
from accounts.services.step_up import StepUpAct, Target, prove
from bwcportal.demo.stories import STEPS, Story
from bwcportal.phrasing import london_day
from incidents.enums import Channel, ComplainantKind, ContactBy, Handling, ReviewBody
from incidents.models import (
    AllegationCategory,
    Complaint,
    ComplaintFactor,
    DecisionOption,
    FootageLink,
    NoFootageReason,
)
from incidents.services import footage, handling, logging, outcomes, preservation
from retention.services import finalising
from retention.services.holds import NewHold, place_hold
from reviews.models import Annotation
from reviews.services import annotations, findings, signing, submissions

SOURCE_WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Crew:
    """Who works on the cases of one team."""

    team: Team
    logger: User
    investigator: User
    supervisor: User
    finaliser: User


@dataclass
class Telling:
    """One story on its way: the case, and the moment it has come to (UTC)."""

    story: Story
    crew: Crew
    officers: dict[str, Person]
    began: datetime
    recordings: dict[int, str]
    now: datetime = field(init=False)
    case: Complaint = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.began + timedelta(days=self.story.made_after, hours=3)

    def tell(self) -> Complaint:
        """Take the case as far as its story goes."""
        ending = self.story.until
        steps = {
            "suspended": ("logged", "handled", "attached", "preserved"),
            "withdrawn": ("logged", "handled"),
            "due": ("logged", "handled", "attached", "preserved", "marked"),
            "reopened": STEPS,
        }.get(ending) or STEPS[: STEPS.index(ending) + 1]
        if ending in {"signed", "outcome_sent", "finalised", "reopened"}:
            steps = tuple(step for step in steps if step != "returned")
        for step in steps:
            getattr(self, f"_{step}")()
            self._later(hours=20)
        if ending in {"suspended", "withdrawn", "due", "reopened"}:
            getattr(self, f"_{ending}")()
        return self.case

    def _later(self, **length: float) -> None:
        """Let time pass, but never beyond the present."""
        self.now = min(self.now + timedelta(**length), timezone.now())

    def _reload(self) -> None:
        self.case = Complaint.objects.get(pk=self.case.pk)

    def _logged(self) -> None:
        story, day = self.story, london_day(self.now)
        subjects = [
            logging.NewSubject(person=self.officers[name])
            if name in self.officers
            else logging.NewSubject(description=name)
            for name in story.subjects
        ]
        data = logging.NewComplaint(
            channel=Channel(story.channel),
            made_on=day,
            title=story.title,
            original_words=story.words,
            incident=logging.NewIncident(
                place=story.place,
                unit=self._unit(),
                starts_at=self.began,
                ends_at=self.began + timedelta(minutes=story.minutes),
            ),
            complainant=logging.NewComplainant(
                kind=ComplainantKind.DIRECTLY_AFFECTED,
                name=story.complainant,
                email=f"{story.complainant.split()[-1].lower()}@example.test",
                prefers=ContactBy.EMAIL,
                was_under_18=story.under_18,
            ),
            subjects=subjects,
            allegations=[
                logging.NewAllegation(
                    AllegationCategory.objects.current(code, on=day),
                    words,
                    (index % len(subjects),),
                )
                for index, (code, words) in enumerate(story.allegations)
            ],
            team=self.crew.team,
            is_restricted=story.restricted,
            factors=[ComplaintFactor.objects.current(code, on=day) for code in story.factors],
        )
        self.case = logging.log_complaint(actor=self.crew.logger, data=data, now=self.now)

    def _unit(self) -> object:
        named = next(
            name for name in (*self.story.subjects, *self.officers) if name in self.officers
        )
        unit = self.officers[named].unit
        return type(unit).objects.get(code=self.story.unit)

    def _handled(self) -> None:
        self.case = handling.decide_handling(
            actor=self.crew.logger,
            case_id=self.case.pk,
            version=None,
            handling=Handling(self.story.handling),
            investigator=self.crew.investigator,
            supervisor=self.crew.supervisor,
            now=self.now,
        )

    def _attached(self) -> None:
        """Search for everybody who was there; attach what the story attaches."""
        names = [name for name in self.story.subjects if name in self.officers]
        names += [shot.wearer for shot in self.story.shots if shot.wearer not in names]
        criteria = footage.SearchCriteria(
            window_from=self.began - SOURCE_WINDOW,
            window_to=self.began + timedelta(minutes=self.story.minutes) + SOURCE_WINDOW,
            collar_numbers=tuple(self.officers[name].collar_number for name in names),
        )
        _, found = footage.search_footage(
            actor=self.crew.investigator, case_id=self.case.pk, criteria=criteria, now=self.now
        )
        wanted = {
            self.recordings[index] for index, shot in enumerate(self.story.shots) if shot.attach
        }
        for item in found:
            if item.external_id in wanted:
                footage.attach_footage(
                    actor=self.crew.investigator,
                    case_id=self.case.pk,
                    external_id=item.external_id,
                    reason="Worn by an officer at the incident",
                    now=self.now,
                )

    def _preserved(self) -> None:
        keep = [self.recordings[index] for index, shot in enumerate(self.story.shots) if shot.keep]
        links = FootageLink.objects.filter(complaint=self.case, footage__external_id__in=keep)
        for link in links.order_by("number"):
            preservation.request_preservation(
                actor=self.crew.investigator, link_id=link.pk, now=self.now
            )

    def _marked(self) -> None:
        links = {link.footage.external_id: link for link in self._links()}
        allegations = list(self.case.allegations.order_by("number"))
        for mark in self.story.marks:
            self._later(minutes=4)
            annotations.add_annotation(
                actor=self.crew.investigator,
                link_id=links[self.recordings[mark.shot]].pk,
                kind="CLIP" if mark.length else "MARKER",
                mark_type=mark.kind,
                start_ms=round(mark.second * 1000),
                end_ms=round((mark.second + mark.length) * 1000) if mark.length else None,
                observation=mark.observation,
                assessment="",
                bearings={allegations[mark.allegation].pk: mark.bearing},
                now=self.now,
            )

    def _links(self) -> list[FootageLink]:
        return list(FootageLink.objects.filter(complaint=self.case).select_related("footage"))

    def _decided(self) -> None:
        day = london_day(self.now)
        for index, allegation in enumerate(self.case.allegations.order_by("number")):
            code = self.story.decisions[index]
            decision = DecisionOption.objects.current(code, on=day)
            cited = list(
                Annotation.objects.filter(bearings__allegation=allegation).values_list(
                    "pk", flat=True
                )
            )
            reason = None
            if decision.needs_reason or not cited:
                reason = NoFootageReason.objects.current(self._why_none(), on=day)
            findings.decide_allegation(
                actor=self.crew.investigator,
                allegation_id=allegation.pk,
                version=None,
                decision=decision,
                rationale=_RATIONALES.get(code, _RATIONALE),
                cited_ids=cited,
                no_footage_reason=reason,
                no_footage_link_id=None,
                action_codes=[],
                now=self.now,
            )

    def _why_none(self) -> str:
        if self.story.lost:
            return "BWV_NOT_AVAILABLE"
        return "NOT_SHOWN" if self.story.shots else "NOT_A_FOOTAGE_MATTER"

    def _submitted(self) -> None:
        submissions.submit(
            actor=self.crew.investigator,
            case_id=self.case.pk,
            version=None,
            supervisor=self.crew.supervisor,
            now=self.now,
        )

    def _returned(self) -> None:
        submission = self.case.submissions.get(state="AWAITING")
        second = self.case.allegations.order_by("number").last()
        submissions.return_submission(
            actor=self.crew.supervisor,
            submission_id=submission.pk,
            points=[
                submissions.NewPoint(
                    text="Says that it cannot be determined. Say which part of the recording you "
                    "watched, and whether another camera was there",
                    allegation_id=second.pk if second else None,
                )
            ],
            answer_by=london_day(timezone.now()) + timedelta(days=4),
            now=self.now,
        )

    def _signed(self) -> None:
        submission = self.case.submissions.get(state="AWAITING")
        signing.sign(
            actor=self.crew.supervisor,
            submission_id=submission.pk,
            digest=submission.digest,
            unwatched_reason="Watched together with the investigator before submission",
            proof=prove(
                user=self.crew.supervisor,
                session="web:demonstration",
                target=Target.of(StepUpAct.SIGN, submission.pk, submission.digest),
                factor="demo_code",
                now=self.now,
            ),
            now=self.now,
        )

    def _outcome_sent(self) -> None:
        body = None if self.story.handling == Handling.OUTSIDE_S3 else ReviewBody.LPB
        outcomes.send_outcome(
            actor=self.crew.investigator,
            case_id=self.case.pk,
            version=None,
            sent_on=london_day(self.now),
            how=ContactBy.EMAIL,
            review_body=body,
            now=self.now,
        )

    def _finalised(self) -> None:
        finalising.finalise(
            actor=self.crew.finaliser, case_id=self.case.pk, version=None, now=self.now
        )

    def _reopened(self) -> None:
        self._later(days=30)
        finalising.reopen(
            actor=self.crew.finaliser,
            case_id=self.case.pk,
            version=None,
            reason="The review body asked for it to be looked at again",
            now=self.now,
        )

    def _suspended(self) -> None:
        handling.suspend(
            actor=self.crew.investigator,
            case_id=self.case.pk,
            version=None,
            reason="Criminal proceedings against the officer",
            now=self.now,
        )

    def _withdrawn(self) -> None:
        handling.withdraw(
            actor=self.crew.investigator,
            case_id=self.case.pk,
            version=None,
            reason="Signed notice of withdrawal received",
            now=self.now,
        )

    def _due(self) -> None:
        """A case of years ago, withdrawn and finalised, whose period has passed."""
        self._withdrawn()
        self._later(days=3)
        self._finalised()
        if self.story.hold:
            place_hold(
                actor=self.crew.supervisor,
                case_id=self.case.pk,
                data=NewHold(
                    reason_code=self.story.hold,
                    authority="Letter before claim DLS/26/0417",
                    review_on=london_day(timezone.now()) + timedelta(days=60),
                ),
                now=timezone.now() - timedelta(days=20),
            )


_RATIONALE = (
    "The recordings were watched in full. What they show is set out in the moments relied on."
)
_RATIONALES = {
    "UTD": (
        "The words complained of would have been said out of hearing of every camera. What can be "
        "seen fits both accounts."
    ),
    "SPNA": (
        "The recording shows what is complained of. The officer's account does not explain it."
    ),
    "RESOLVED": "Spoken with the complainant, who is content with the explanation and the apology.",
}
