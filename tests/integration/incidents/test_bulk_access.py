"""Oversight seats, and giving several people several cases: shown first, then exactly that."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.services.step_up import ProofNeeded
from audit.models import Event
from bwcportal.errors import DomainError, Invalid, NotFound, NotPermitted, StaleVersion
from incidents.enums import BulkChange, BulkMode, GrantKind
from incidents.models import Complaint, ComplaintGrant
from incidents.services.access import give_seat, grant_access
from incidents.services.bulk_access import BulkPlan, giving, grant_in_bulk, plan_bulk
from tests.factories.callers import Caller, random_id
from tests.factories.cases import make_case
from tests.factories.people import Force, make_user
from tests.factories.proofs import in_form, in_header, proof_for

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def force() -> Force:
    return Force()


def values(force: Force, cases: list[Any], users: list[User], **changes: Any) -> dict[str, Any]:
    return {
        "actor": force.supervisor,
        "case_ids": [getattr(case, "pk", case) for case in cases],
        "users": users,
        "mode": BulkMode.ADD,
        "expires_at": None,
        "now": timezone.now(),
    } | changes


def carry_out(asked: dict[str, Any]) -> BulkPlan:
    shown = plan_bulk(**asked).digest
    proof = proof_for(asked["actor"], giving(shown))
    return grant_in_bulk(**asked, reason="Joint review", shown=shown, proof=proof)


def seat(case: Complaint, force: Force, **changes: Any) -> Complaint:
    given = {
        "actor": force.supervisor, "user": make_user(Role.OVERSIGHT), "reason": "Sample",
        "expires_at": timezone.now() + 30 * DAY, "now": timezone.now(),
    } | changes  # fmt: skip
    return give_seat(case_id=case.pk, **given)


def sees(user: User, case: Complaint) -> bool:
    return Complaint.objects.visible_to(User.objects.get(pk=user.pk)).filter(pk=case.pk).exists()


def test_a_seat_opens_one_case_until_its_end(force: Force, time_machine: Any) -> None:
    case, other, reviewer = make_case(force), make_case(force), make_user(Role.OVERSIGHT)

    seat(case, force, user=reviewer)

    assert sees(reviewer, case)
    assert not sees(reviewer, other)
    assert case.grant_periods.get().kind == GrantKind.OVERSIGHT
    time_machine.move_to(timezone.now() + 30 * DAY + timedelta(seconds=1))
    assert not sees(reviewer, case)


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"actor": "stranger"}, NotFound, ""),
        ({"actor": "handler"}, NotPermitted, ""),
        ({"user": "auditor"}, Invalid, "user"),
        ({"days": 0}, Invalid, "expires_at"),
        ({"days": 93}, Invalid, "expires_at"),
        ({"reason": " "}, Invalid, "reason"),
    ],
)
def test_a_seat_is_refused(
    force: Force, changes: dict[str, Any], error: type[DomainError], field: str
) -> None:
    case = make_case(force)
    wanted = {
        name: getattr(force, value) if name in {"actor", "user"} else value
        for name, value in changes.items()
    }
    if "days" in wanted:
        wanted["expires_at"] = timezone.now() + wanted.pop("days") * DAY

    with pytest.raises(error) as refused:
        seat(case, force, **wanted)

    assert refused.value.field == field
    assert not case.grants.exists()


def test_an_outside_reviewer_gets_a_seat_and_nothing_else(force: Force) -> None:
    case, reviewer = make_case(force), make_user(Role.OVERSIGHT)

    with pytest.raises(Invalid, match="oversight seat"):
        grant_access(
            actor=force.supervisor, case_id=case.pk, user=reviewer, reason="x", expires_at=None,
            now=timezone.now(),
        )  # fmt: skip
    with pytest.raises(Invalid, match="oversight seat"):
        plan_bulk(**values(force, [case], [reviewer]))


def test_everybody_named_gets_every_case(force: Force) -> None:
    cases = [make_case(force), make_case(force)]
    people = [make_user(Role.AUDITOR), make_user(Role.DISCLOSURE_OFFICER)]

    done = carry_out(values(force, cases, people))

    assert [change.what for change in done.changes] == [BulkChange.GIVE] * 4
    assert all(sees(user, case) for user in people for case in cases)
    event = Event.objects.filter(name="incidents.bulk_given").latest("id")
    assert '"give":4' in bytes(event.canonical).decode()
    assert Event.objects.filter(name="incidents.access_granted", case_id=cases[1].pk).count() == 2


def test_adding_leaves_what_is_there(force: Force) -> None:
    case, had, gets = make_case(force), make_user(Role.AUDITOR), make_user(Role.AUDITOR)
    carry_out(values(force, [case], [had]))
    period = case.grant_periods.get()

    done = carry_out(values(force, [case], [had, gets]))

    assert {change.user: change.what for change in done.changes} == {
        had: BulkChange.SAME, gets: BulkChange.GIVE,
    }  # fmt: skip
    period.refresh_from_db()
    assert period.ended_at is None


def test_replacing_leaves_exactly_those_named_and_every_seat(force: Force) -> None:
    case = make_case(force)
    had, stays, gets = (make_user(Role.AUDITOR) for _ in range(3))
    reviewer = make_user(Role.OVERSIGHT)
    seat(case, force, user=reviewer)
    carry_out(values(force, [case], [had, stays]))

    done = carry_out(values(force, [case], [stays, gets], mode=BulkMode.REPLACE))

    assert {change.user: change.what for change in done.changes} == {
        had: BulkChange.END, stays: BulkChange.RENEW, gets: BulkChange.GIVE,
    }  # fmt: skip
    assert set(case.grants.values_list("user", flat=True)) == {stays.pk, gets.pk, reviewer.pk}
    assert sees(reviewer, case)
    assert not sees(had, case)


def test_a_restricted_case_stays_open_to_somebody(force: Force) -> None:
    case = make_case(force, actor=force.supervisor, is_restricted=True)
    asked = values(
        force, [case], [force.auditor], mode=BulkMode.REPLACE, expires_at=timezone.now() + DAY
    )

    with pytest.raises(Invalid, match="must stay open to somebody"):
        plan_bulk(**asked)


def test_a_plan_that_is_not_true_any_more_is_refused(force: Force) -> None:
    case, guest = make_case(force), make_user(Role.AUDITOR)
    asked = values(force, [case], [guest])
    shown = plan_bulk(**asked).digest
    carry_out(asked)

    with pytest.raises(StaleVersion, match="Look at the list again"):
        grant_in_bulk(**asked, reason="Joint review", shown=shown, proof=None)

    assert case.grant_periods.count() == 1


def test_access_in_bulk_needs_a_second_factor_for_this_plan(force: Force) -> None:
    case, guest = make_case(force), make_user(Role.AUDITOR)
    asked = values(force, [case], [guest])
    shown = plan_bulk(**asked).digest

    for proof in (None, proof_for(force.supervisor, giving("0" * 64))):
        with pytest.raises(ProofNeeded):
            grant_in_bulk(**asked, reason="Joint review", shown=shown, proof=proof)

    assert not case.grants.exists()


def test_t11_one_hidden_case_refuses_all_as_an_absent_one_does(force: Force) -> None:
    mine = [make_case(force), make_case(force)]
    hidden = make_case(force, actor=force.stranger)
    caller = Caller(force.supervisor)
    body = {"accounts": [str(force.auditor.pk)], "mode": "ADD", "expires_at": None}
    ids = [str(case.pk) for case in mine]

    for path, more in (
        ("/bulk-access/preview", {}),
        ("/bulk-access", {"reason": "x", "digest": "0" * 64}),
    ):
        answers = [
            caller.post(path, {**body, **more, "complaints": [ids[0], other, ids[1]]})
            for other in (str(hidden.pk), random_id())
        ]
        assert [answer.status for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    assert not ComplaintGrant.objects.exists()


def test_t11_owning_every_case_does_not_replace_the_role(force: Force) -> None:
    case = make_case(force)
    body = {
        "complaints": [str(case.pk)], "accounts": [str(force.auditor.pk)], "mode": "ADD",
        "expires_at": None,
    }  # fmt: skip

    assert Caller(force.handler).post("/bulk-access/preview", body).status == 403
    with pytest.raises(NotPermitted):
        plan_bulk(**values(force, [case], [force.auditor], actor=force.handler))


def test_the_api_shows_and_does(force: Force) -> None:
    case, caller = make_case(force), Caller(force.supervisor)
    guest = make_user(Role.AUDITOR)
    body = {
        "complaints": [str(case.pk)], "accounts": [str(guest.pk)], "mode": "ADD",
        "expires_at": None,
    }  # fmt: skip

    plan = caller.post("/bulk-access/preview", body)
    assert plan.json["changes"][0]["change"] == "GIVE"
    assert not sees(guest, case)
    confirmed = {**body, "reason": "x", "digest": plan.json["digest"]}
    proven = in_header(caller, giving(plan.json["digest"]))
    unproven = caller.post("/bulk-access", confirmed)
    done = caller.post("/bulk-access", confirmed, **proven)
    again = caller.post("/bulk-access", confirmed, **proven)

    assert (unproven.status, unproven.json["code"]) == (403, "step_up_needed")
    assert (done.status, again.status) == (200, 412)
    assert sees(guest, case)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_shows_then_does(force: Force) -> None:
    case, guest = make_case(force), make_user(Role.AUDITOR)
    client, address = client_of(force.supervisor), reverse("incidents:bulk-access")
    typed = {
        "cases": f"{case.reference}\n", "people": guest.username, "mode": "ADD", "reason": "Audit",
    }  # fmt: skip

    shown = client.post(address, typed).content.decode()
    digest = re.search(r'name="shown"\s+value="(\w{64})"', shown)
    assert digest is not None
    assert not sees(guest, case)
    unproven = client.post(address, {**typed, "shown": digest[1]})
    assert unproven.status_code == 403
    assert "Audit" in unproven.content.decode()
    proven = in_form(client, force.supervisor, giving(digest[1]))
    done = client.post(address, {**typed, **proven, "shown": digest[1]}, follow=True)
    stale = client.post(address, {**typed, "shown": digest[1]})

    assert "Gets access" in shown
    assert "Done: 1\u00a0change" in done.content.decode()
    assert sees(guest, case)
    assert stale.status_code == 412
    assert "Audit" in stale.content.decode()


def test_the_page_answers_hidden_references_as_unknown_ones(force: Force) -> None:
    hidden = make_case(force, actor=force.stranger)
    client, address = client_of(force.supervisor), reverse("incidents:bulk-access")

    texts = []
    for reference in (hidden.reference, "CM-26-22222"):
        answer = client.post(
            address, {"cases": reference, "people": "nobody", "mode": "ADD", "reason": "x"}
        )
        assert answer.status_code == 400
        text = answer.content.decode().replace(reference, "REF")
        texts.append(
            re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": |nonce=)"[^"]+"', "", text)
        )

    assert texts[0] == texts[1]
    assert "You can see no case with the reference REF" in texts[0]


def test_the_page_gives_a_seat(force: Force) -> None:
    case, reviewer = make_case(force), make_user(Role.OVERSIGHT)
    client, address = client_of(force.supervisor), reverse("incidents:give-seat", args=[case.pk])
    last = timezone.localdate() + 30 * DAY
    typed = {
        "version": case.version, "who": reviewer.pk, "reason": "Sample of November",
        "expires_on_day": last.day, "expires_on_month": last.month, "expires_on_year": last.year,
    }  # fmt: skip

    asked = client.get(address).content.decode()
    endless = client.post(address, {**typed, "expires_on_day": ""})
    done = client.post(address, typed, follow=True).content.decode()

    assert "It does not show any other case" in asked
    assert endless.status_code == 400
    assert "The seat is given" in done
    assert "Oversight seat from" in done
    assert "Read only" in done
