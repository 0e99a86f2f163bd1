"""Moving a case between teams, restricting it and lifting that: who loses it, and that they do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from accounts.services.step_up import ProofNeeded
from audit.models import Event
from bwcportal.errors import DomainError, Invalid, NotFound, NotNow, NotPermitted, StaleVersion
from incidents.enums import CaseState, GrantKind
from incidents.models import Complaint
from incidents.references import is_of_restricted_register
from incidents.selectors.access_preview import preview_of
from incidents.services.access import grant_access
from incidents.services.relocating import (
    lift_restriction,
    restrict_case,
    restricting,
    transfer_case,
)
from tests.factories.callers import Caller, random_id
from tests.factories.cases import NOW, handled_case, make_case
from tests.factories.people import Force, make_team, make_user
from tests.factories.proofs import in_form, in_header, proof_for

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def force() -> Force:
    return Force()


def move(case: Complaint, force: Force, **changes: Any) -> Complaint:
    values = {
        "actor": force.handler, "version": case.version, "team": force.other_team,
        "reason": "Their borough", "now": LATER,
    } | changes  # fmt: skip
    return transfer_case(case_id=case.pk, **values)


def restrict(case: Complaint, force: Force, **changes: Any) -> Complaint:
    values = {
        "actor": force.supervisor, "version": case.version, "reason": "Corruption", "now": LATER,
        "keep": [force.supervisor.pk],
    } | changes  # fmt: skip
    values.setdefault("proof", proof_for(values["actor"], restricting(case), now=LATER))
    return restrict_case(case_id=case.pk, **values)


def lift(case: Complaint, force: Force, **changes: Any) -> Complaint:
    values = {
        "actor": force.supervisor, "version": case.version, "reason": "Over", "now": LATER,
        "proof": proof_for(force.supervisor, restricting(case), now=LATER),
    } | changes  # fmt: skip
    return lift_restriction(case_id=case.pk, **values)


def sees(user: User, case: Complaint) -> bool:
    fresh = User.objects.get(pk=user.pk)
    return Complaint.objects.visible_to(fresh).filter(pk=case.pk).exists()


def last_event(name: str) -> Event:
    return Event.objects.filter(name=name).latest("id")


def test_the_old_team_loses_the_case_and_the_new_one_gains_it(force: Force) -> None:
    case = handled_case(force)

    moved = move(case, force)

    assert moved.team == force.other_team
    assert moved.version == case.version + 1
    assert not sees(force.investigator, case)
    assert not sees(force.handler, case)
    assert sees(force.stranger, case)
    row = case.placements.get(until=None)
    assert (row.team, row.since, row.moved_by, row.reason) == (
        force.other_team, LATER, force.handler, "Their borough",
    )  # fmt: skip
    assert '"was":"T1"' in bytes(last_event("incidents.transferred").canonical).decode()


def test_investigator_and_supervisor_of_the_old_team_lose_their_parts(force: Force) -> None:
    case = handled_case(force)

    moved = move(case, force)

    assert (moved.investigator, moved.supervisor) == (None, None)
    assert last_event("incidents.assigned").case_id == case.pk


def test_an_investigator_who_is_kept_holds_the_case_by_name(force: Force) -> None:
    case = handled_case(force)

    moved = move(case, force, keep=[force.investigator.pk])

    assert moved.investigator == force.investigator
    assert moved.supervisor is None
    assert sees(force.investigator, case)
    period = case.grant_periods.get(user=force.investigator)
    assert (period.kind, period.reason) == (GrantKind.ASSIGNMENT, "Their borough")


def test_a_personal_grant_outlasts_the_move(force: Force) -> None:
    case = handled_case(force)
    grant_access(
        actor=force.supervisor, case_id=case.pk, user=force.auditor, reason="Audit",
        expires_at=None, now=NOW,
    )  # fmt: skip

    preview = preview_of(case, now=LATER, team=force.other_team)
    move(case, force)

    assert [keeper.user for keeper in preview.keeps] == [force.auditor]
    assert sees(force.auditor, case)


def test_what_is_shown_is_what_happens(force: Force) -> None:
    case = handled_case(force)
    both = make_user(Role.INVESTIGATOR, team=force.team)
    both.memberships.create(team=force.other_team, since=NOW)

    preview = preview_of(case, now=LATER, team=force.other_team)
    move(case, force, shown=preview.digest)

    assert {words for words, _ in preview.parts} == {"Investigator", "Supervisor"}
    assert not any(sees(user, case) for user in preview.loses)
    assert all(sees(user, case) for user in [*preview.gains, *preview.stays])
    assert preview.stays == [both]


def test_a_preview_that_is_not_true_any_more_is_refused(force: Force) -> None:
    case = handled_case(force)
    shown = preview_of(case, now=LATER, team=force.other_team).digest
    make_user(Role.INVESTIGATOR, team=force.other_team)

    with pytest.raises(StaleVersion, match="Look at the list again"):
        move(case, force, shown=shown)

    assert sees(force.investigator, case)


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"actor": "stranger"}, NotFound, ""),
        ({"actor": "auditor"}, NotPermitted, ""),
        ({"version": 99}, StaleVersion, ""),
        ({"team": "team"}, Invalid, "team"),
        ({"reason": " "}, Invalid, "reason"),
        ({"keep": "stranger"}, Invalid, "keep"),
        ({"team": "closed"}, Invalid, "team"),
    ],
)
def test_a_move_is_refused(
    force: Force, changes: dict[str, Any], error: type[DomainError], field: str
) -> None:
    case = handled_case(force)
    closed = make_team("T9")
    closed.closed_at = NOW
    closed.save()
    known = {"closed": closed, "team": force.team}
    values = {
        name: known.get(value) or getattr(force, value, value) if isinstance(value, str) else value
        for name, value in changes.items()
    }
    if "keep" in values:
        values["keep"] = [values["keep"].pk]

    with pytest.raises(error) as refused:
        move(case, force, **values)

    assert refused.value.field == field
    assert Complaint.objects.get(pk=case.pk).team == force.team
    assert case.placements.count() == 1


def test_a_restricted_case_and_one_with_its_supervisor_do_not_move(force: Force) -> None:
    restricted = make_case(force, is_restricted=True)
    waiting = make_case(force)
    Complaint.objects.filter(pk=waiting.pk).update(state=CaseState.SUPERVISOR_REVIEW)

    for case, code in ((restricted, "restricted"), (waiting, "wrong_state")):
        with pytest.raises(NotNow) as refused:
            move(case, force)
        assert refused.value.code == code


def test_a_restricted_case_opens_only_by_name(force: Force) -> None:
    case = handled_case(force)

    done = restrict(case, force, keep=[force.supervisor.pk, force.investigator.pk])

    assert done.is_restricted
    assert (done.investigator, done.supervisor) == (force.investigator, force.supervisor)
    assert sees(force.supervisor, case)
    assert sees(force.investigator, case)
    assert not sees(force.handler, case)
    assert case.placements.get(until=None).is_restricted
    assert last_event("incidents.restricted").case_id == case.pk


def test_somebody_must_be_left(force: Force) -> None:
    case = handled_case(force)

    with pytest.raises(Invalid) as refused:
        restrict(case, force, keep=[])

    assert refused.value.field == "keep"
    assert sees(force.handler, case)
    assert not case.grant_periods.exists()


def test_a_restriction_can_be_lifted(force: Force) -> None:
    case = restrict(handled_case(force), force)

    opened = lift(case, force)

    assert not opened.is_restricted
    assert sees(force.handler, case)
    assert case.grants.filter(user=force.supervisor).exists()
    assert last_event("incidents.restriction_lifted").case_id == case.pk


def test_restriction_is_refused_by_row_role_version_and_state(force: Force) -> None:
    case = handled_case(force)
    restricted = make_case(force, actor=force.supervisor, is_restricted=True)

    for wrong, error in (
        ({"actor": force.stranger}, NotFound),
        ({"actor": force.handler}, NotPermitted),
        ({"version": 99}, StaleVersion),
        ({"reason": ""}, Invalid),
    ):
        with pytest.raises(error):
            restrict(case, force, **wrong)
    with pytest.raises(NotNow):
        restrict(restricted, force)
    with pytest.raises(NotNow):
        lift(case, force)


@pytest.mark.parametrize("act", [restrict, lift])
def test_a_restriction_changes_only_with_a_second_factor(force: Force, act: Any) -> None:
    case = handled_case(force)
    if act is lift:
        case = restrict(case, force)
    was = case.is_restricted
    spent = proof_for(force.supervisor, restricting(case), now=NOW)

    for proof in (None, spent):
        with pytest.raises(ProofNeeded):
            act(case, force, proof=proof)

    assert Complaint.objects.get(pk=case.pk).is_restricted == was


def test_references_do_not_tell_of_a_restriction(force: Force) -> None:
    """T31: the registers are apart, and nothing in a reference says from which it is."""
    shape = re.compile(r"CM-26-[23456789BCDFGHJKMNPQRSTVWXYZ]{5}")
    for is_restricted in (True, False):
        for _ in range(5):
            reference = make_case(force, is_restricted=is_restricted).reference
            assert shape.fullmatch(reference)
            assert is_of_restricted_register(reference) == is_restricted


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_shows_who_loses_the_case_before_it_moves(force: Force) -> None:
    case = handled_case(force)
    client = client_of(force.handler)
    address = reverse("incidents:transfer", args=[case.pk])
    typed = {"version": case.version, "team": force.other_team.pk, "reason": "Their borough"}

    asked = client.get(address).content.decode()
    shown = client.post(address, typed)
    text = shown.content.decode()
    digest = re.search(r'name="shown" value="(\w{64})"', text)
    assert digest is not None
    done = client.post(address, {**typed, "shown": digest[1]}, follow=True)

    assert "Show who loses and gains it" in asked
    assert shown.status_code == 200
    assert "6\u00a0people lose" in text
    assert "investigator of the case, and no longer if not kept" in text
    assert "checked" not in text
    assert "Their borough" in text
    assert done.redirect_chain == [(reverse("incidents:case-list"), 302)]
    assert f"The case is with {force.other_team.name} now" in done.content.decode()


def test_the_page_refuses_a_list_that_is_not_true_any_more(force: Force) -> None:
    case = handled_case(force)
    address = reverse("incidents:restrict", args=[case.pk])
    typed = {"version": case.version, "reason": "Corruption", "shown": "0" * 64}

    answer = client_of(force.supervisor).post(address, typed)

    assert answer.status_code == 412
    assert "Look at the list again" in answer.content.decode()
    assert "Corruption" in answer.content.decode()
    assert not Complaint.objects.get(pk=case.pk).is_restricted


def test_the_page_restricts_and_lifts(force: Force) -> None:
    case = handled_case(force)
    client = client_of(force.supervisor)
    for name, words in (("restrict", "The case is restricted"), ("lift-restriction", "is open to")):
        address = reverse(f"incidents:{name}", args=[case.pk])
        page = client.get(address).content.decode()
        digest = re.search(r'name="shown" value="(\w{64})"', page)
        version = re.search(r'name="version" value="(\d+)"', page)
        kept = re.findall(r'value="([0-9a-f-]{36})" checked', page)
        assert digest is not None
        assert version is not None
        typed = {"version": version[1], "reason": "As told", "shown": digest[1], "keep": kept}
        unproven = client.post(address, typed)
        assert unproven.status_code == 403
        assert "As told" in unproven.content.decode()
        target = restricting(Complaint.objects.get(pk=case.pk))
        proven = in_form(client, force.supervisor, target)
        done = client.post(address, {**typed, **proven}, follow=True)
        assert words in done.content.decode()
    assert Complaint.objects.get(pk=case.pk).investigator == force.investigator


def test_the_api_moves_and_restricts(force: Force) -> None:
    case = handled_case(force)
    caller = Caller(force.supervisor)

    restricted = caller.post(
        f"/complaints/{case.pk}/restrict",
        {"reason": "Corruption", "keep": [str(force.supervisor.pk)]}, version=case.version,
        **in_header(caller, restricting(case)),
    )  # fmt: skip
    fresh = Complaint.objects.get(pk=case.pk)
    unproven = caller.post(
        f"/complaints/{case.pk}/restrict/lift", {"reason": "Over"}, version=case.version + 1
    )
    lifted = caller.post(
        f"/complaints/{case.pk}/restrict/lift", {"reason": "Over"}, version=case.version + 1,
        **in_header(caller, restricting(fresh)),
    )  # fmt: skip
    assert (unproven.status, unproven.json["code"]) == (403, "step_up_needed")
    moved = caller.post(
        f"/complaints/{case.pk}/transfer", {"team": "T2", "reason": "Theirs"},
        version=case.version + 2,
    )  # fmt: skip

    assert [restricted.status, lifted.status, moved.status] == [204, 204, 204]
    assert Complaint.objects.get(pk=case.pk).team == force.other_team


def test_a_hidden_account_is_kept_no_more_than_an_absent_one(force: Force) -> None:
    case = handled_case(force)
    caller = Caller(force.handler)
    answers = [
        caller.post(
            f"/complaints/{case.pk}/transfer",
            {"team": "T2", "reason": "Theirs", "keep": [str(force.investigator.pk), other]},
            version=case.version,
        )
        for other in (str(force.stranger.pk), random_id())
    ]

    assert answers[0].content == answers[1].content
    assert answers[0].status == 400
