"""Worlds made of steps, each visible to one person or hidden from them.

`twin(world)` is the same world without its hidden steps. Every step draws its own chance and counts
its own numbers, so that what a visible step makes does not depend on which hidden steps went before.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from accounts.roles import Role
from audit.sealing import sealer
from audit.sealing.run import seal_and_sign
from incidents.models import CaseExclusion, Complaint, ComplaintDraft
from incidents.services.access import end_access, grant_access
from retention.services.destroying import dispose_approved
from reviews.models import SignOff
from tests.factories.cases import NOW, handled_case, make_case
from tests.factories.decisions import ready_case, returned_case, signed_case, submitted_case
from tests.factories.people import Force
from tests.factories.retention import approved_disposal, finalised_case, proposed_disposal
from tests.twins.chance import Chance, numbers_from
from tests.twins.crawler import Probes
from tests.twins.evidence import EvidenceFolder
from tests.twins.happenings import HIDDEN_ACTS, VISIBLE_ACTS
from tests.twins.stage import CRAWLED_AT, ROLES_OF_MINE, Stage, set_stage

_STRIDE = 10_000


@dataclass(frozen=True)
class Step:
    """Something that happens. `kind` names what is made, `why` how it opens to me or not."""

    kind: str
    why: str

    @property
    def is_hidden(self) -> bool:
        """Tell whether I may not know of what this step makes."""
        return self.why in WHY_HIDDEN or self.kind in HIDDEN_ACTS


# What can be made of a force's people, with changes to the complaint.
CASES: dict[str, Callable[..., Any]] = {
    "logged": make_case,
    "handled": handled_case,
    "ready": ready_case,
    "submitted": submitted_case,
    "returned": returned_case,
    "signed": signed_case,
    "finalised": finalised_case,
    "disposal": lambda force, **changes: proposed_disposal(force, now=timezone.now(), **changes),
    "certificate": lambda force, **changes: _destroyed(force, **changes),
}


def _destroyed(force: Force, **changes: Any) -> Complaint:
    disposal = approved_disposal(force, now=timezone.now(), **changes)
    dispose_approved()
    return disposal.complaint


def _case_of(made: Any) -> Complaint:
    if isinstance(made, SignOff):
        return made.submission.complaint
    return made if isinstance(made, Complaint) else made.complaint


def _by_team(stage: Stage, make: Callable[..., Any]) -> Complaint:
    return _case_of(make(stage.mine))


def _by_grant(stage: Stage, make: Callable[..., Any]) -> Complaint:
    case = _case_of(make(stage.other))
    _grant(stage, stage.other, case, lasts=None)
    return case


def _restricted_to_me(stage: Stage, make: Callable[..., Any]) -> Complaint:
    case = _case_of(make(stage.mine, is_restricted=True))
    _grant(stage, stage.mine, case, lasts=None)
    return case


def _of_other_team(stage: Stage, make: Callable[..., Any]) -> Complaint:
    return _case_of(make(stage.other))


def _restricted(stage: Stage, make: Callable[..., Any]) -> Complaint:
    return _case_of(make(stage.mine, is_restricted=True))


def _about_me(stage: Stage, make: Callable[..., Any]) -> Complaint:
    about_me = copy(stage.mine)
    about_me.officer = stage.me.person
    # Nobody investigates somebody of their own team or unit.
    about_me.investigator, about_me.supervisor = stage.other.investigator, stage.other.supervisor
    return _case_of(make(about_me))


def _excluded(stage: Stage, make: Callable[..., Any]) -> Complaint:
    case = _case_of(make(stage.mine))
    CaseExclusion.objects.create(
        complaint=case,
        person=stage.me.person,
        reason="Lives with the complainant",
        made_by=stage.mine.supervisor,
        made_at=NOW,
    )
    return case


def _grant_expired(stage: Stage, make: Callable[..., Any]) -> Complaint:
    case = _case_of(make(stage.other))
    _grant(stage, stage.other, case, lasts=timedelta(hours=1))
    return case


def _grant_ended(stage: Stage, make: Callable[..., Any]) -> Complaint:
    case = _case_of(make(stage.other))
    _grant(stage, stage.other, case, lasts=None)
    end_access(
        actor=stage.other.supervisor, case_id=case.pk, user=stage.me, reason="Not needed", now=NOW
    )
    return case


def _grant(stage: Stage, force: Force, case: Complaint, *, lasts: timedelta | None) -> None:
    supervisor = force.supervisor
    if case.is_restricted:
        supervisor = case.supervisor or force.handler
    grant_access(
        actor=supervisor,
        case_id=case.pk,
        user=stage.me,
        reason="Asked for",
        expires_at=NOW + lasts if lasts else None,
        now=NOW,
    )


WHY_VISIBLE = {"by team": _by_team, "by grant": _by_grant, "restricted, granted": _restricted_to_me}
WHY_HIDDEN = {
    "of another team": _of_other_team,
    "restricted": _restricted,
    "about me": _about_me,
    "excluded": _excluded,
    "grant expired": _grant_expired,
    "grant ended": _grant_ended,
}
CLOSED_TO_EMERGENCIES = {"restricted", "about me", "excluded"}
# Restricted cases open to nobody but by grant; these kinds need people who have none.
_NEEDS_A_TEAM = {"logged", "finalised", "disposal", "certificate"}
# A tombstone is not opened to anybody.
_NO_GRANT = {"certificate"}


def can_be(kind: str, why: str) -> bool:
    """Tell whether the services let such a case come about."""
    if why.startswith("restricted"):
        return kind not in _NEEDS_A_TEAM
    return not (("grant" in why or why == "excluded") and kind in _NO_GRANT)


def all_steps() -> list[Step]:
    """List everything that can happen in a world."""
    cases = [
        Step(kind, why)
        for kind in CASES
        for why in (*WHY_VISIBLE, *WHY_HIDDEN)
        if can_be(kind, why)
    ]
    return cases + [Step(kind, "") for kind in (*VISIBLE_ACTS, *HIDDEN_ACTS)]


def run_step(stage: Stage, step: Step) -> None:
    """Make what a step says."""
    if step.kind in CASES:
        {**WHY_VISIBLE, **WHY_HIDDEN}[step.why](stage, CASES[step.kind])
    else:
        {**VISIBLE_ACTS, **HIDDEN_ACTS}[step.kind](stage)


@dataclass
class Builder:
    """Makes worlds in the database of the test; whoever calls undoes them."""

    chance: Chance
    evidence: EvidenceFolder
    signer: Path
    roles: tuple[Role, ...] = ROLES_OF_MINE
    hidden_ids: dict[str, str] = field(default_factory=dict)
    hidden_words: dict[str, None] = field(default_factory=dict)

    def build(self, steps: Sequence[Step]) -> Stage:
        """Make a world of these steps in this order, and seal its record of events."""
        self.evidence.restore()
        self.hidden_ids.clear()
        self.hidden_words.clear()
        stage = self._stage()
        done: Counter[Step] = Counter()
        for step in steps:
            done[step] += 1
            # By itself and not by its place: its twin has another one.
            self.chance.begin(step, done[step])
            before = _rows_with_random_ids() if step.is_hidden else set()
            with numbers_from(_number_of(step, done[step])):
                run_step(stage, step)
            if step.is_hidden:
                self._note_hidden(step, before)
        self._seal()
        return stage

    def _stage(self) -> Stage:
        self.chance.begin("stage")
        with numbers_from(_STRIDE // 2):
            return set_stage(self.roles, self.evidence.recordings)

    def _note_hidden(self, step: Step, before: set[tuple[str, Any]]) -> None:
        """Remember what somebody could try who suspects these records: an id of each kind, words.

        No words of cases that emergency access would open: that is a declared way in. No drafts: it
        is declared that the random id of somebody else's is refused.
        """
        for label, pk in sorted(_rows_with_random_ids() - before):
            if label == ComplaintDraft._meta.label:
                continue
            self.hidden_ids.setdefault(label, str(pk))
            if label == Complaint._meta.label and step.why in CLOSED_TO_EMERGENCIES:
                self.hidden_words.setdefault(Complaint.objects.get(pk=pk).reference)

    def probes(self) -> Probes:
        """Give what somebody would try who suspects what the last world hides."""
        labels = {str(pk): label for label, pk in _rows_with_random_ids()}
        return Probes(
            dict(self.hidden_ids), tuple(self.hidden_words), lambda each: labels.get(each, "")
        )

    def _seal(self) -> None:
        """Seal what has happened, although its transaction is still open."""
        self.chance.begin("seal")
        shutil.rmtree(self.signer, ignore_errors=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sealer, "_HORIZON", "SELECT (pg_current_xact_id()::text::numeric + 1)")
            seal_and_sign(now=CRAWLED_AT)


def _number_of(step: Step, times: int) -> int:
    """Give the number that the factories count from in a step: far from that of any other."""
    digest = hashlib.sha256(repr((step, times)).encode()).digest()
    return int.from_bytes(digest[:3], "big") * _STRIDE


def _rows_with_random_ids() -> set[tuple[str, Any]]:
    """List every row of every model whose id is random, as (model, id)."""
    return {
        (model._meta.label, pk)
        for model in apps.get_models()
        if isinstance(model._meta.pk, models.UUIDField)
        for pk in model._base_manager.values_list("pk", flat=True)
    }


@contextmanager
def clocks_at_rest() -> Iterator[None]:
    """Let the database's clock stand still with the portal's, wherever the portal reads it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            for clock in _DATABASE_CLOCKS:
                if name.split(".")[0] in _APPS and hasattr(module, clock):
                    patch.setattr(module, clock, lambda *_: timezone.now())
        yield


_APPS = {"audit", "accounts", "incidents", "reviews", "retention"}
_DATABASE_CLOCKS = ("_database_clock", "_database_now", "_clock_beside")
