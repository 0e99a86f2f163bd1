"""The pages of the end of a record, as people use them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from retention.models import Disposal, Hold
from retention.services.destroying import dispose_approved
from tests.factories.cases import handled_case
from tests.factories.people import Force
from tests.factories.proofs import approving, in_form, releasing
from tests.factories.retention import approved_disposal, finalised_case, proposed_disposal
from tests.factories.sign_in import with_app

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def hold_answers(**changes: str) -> dict[str, str]:
    ahead = timezone.localdate() + timedelta(days=40)
    return {
        "reason": "CIVIL_CLAIM",
        "authority": "Letter before claim DLS/26/0417",
        "review_on_day": str(ahead.day),
        "review_on_month": str(ahead.month),
        "review_on_year": str(ahead.year),
        **changes,
    }


def test_the_page_says_when_why_and_by_which_rule(force: Force) -> None:
    case = finalised_case(force)

    page = signed_in(force.investigator).get(reverse("retention:case", args=[case.pk]))

    text = page.content.decode()
    assert "2 March 2026" in text
    assert "Withdrawn, or covered by no other rule, version 1" in text
    assert "unconfirmed" in text
    assert Event.objects.filter(name="retention.retention_viewed", case_id=case.pk).count() == 1


def test_before_anything_is_decided_the_page_lists_the_rules_that_may_apply(force: Force) -> None:
    case = handled_case(force)

    page = signed_in(force.investigator).get(reverse("retention:case", args=[case.pk]))

    text = page.content.decode()
    assert "Not known yet" in text
    assert "The service provided was acceptable" in text


def test_a_hold_is_placed_and_released_by_another_person(force: Force) -> None:
    with_app(force.retention_officer)
    case = finalised_case(force)
    supervisor = signed_in(force.supervisor)

    supervisor.post(reverse("retention:place-hold", args=[case.pk]), hold_answers())

    hold = Hold.objects.get(complaint=case)
    release = reverse("retention:release-hold", args=[case.pk, hold.pk])
    assert supervisor.post(release, {"reason": "Settled"}).status_code == 403
    officer = signed_in(force.retention_officer)
    unproven = officer.post(release, {"reason": "Settled"})
    assert unproven.status_code == 400
    assert "Enter the code, or use your passkey" in unproven.content.decode()
    shown = in_form(officer, force.retention_officer, releasing(hold))
    assert officer.post(release, {"reason": "Settled", **shown}).status_code == 302
    hold.refresh_from_db()
    assert hold.released_by == force.retention_officer


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"authority": ""}, "Enter who asked for the hold, and their reference"),
        ({"reason": ""}, "Choose why the record is held"),
        ({"review_on_year": "2020"}, "The day to review the hold must be after today"),
    ],
)
def test_a_hold_that_cannot_be_placed_keeps_what_was_typed(
    force: Force, changes: dict[str, str], said: str
) -> None:
    case = finalised_case(force)
    answers = hold_answers(**changes)

    page = signed_in(force.supervisor).post(
        reverse("retention:place-hold", args=[case.pk]), answers
    )

    text = page.content.decode()
    assert page.status_code == 400
    assert said in text
    assert answers["review_on_day"] in text
    assert answers["authority"] in text
    assert not Hold.objects.exists()


def test_two_officers_approve_and_the_certificate_can_be_read(force: Force) -> None:
    disposal = proposed_disposal(force, now=timezone.now())
    address = reverse("retention:approve", args=[disposal.pk])

    first = signed_in(force.retention_officer)
    assert first.post(address, {"approve-reason": "No use left"}).status_code == 400
    shown = in_form(first, force.retention_officer, approving(disposal))
    assert first.post(address, {"approve-reason": "No use left", **shown}).status_code == 302
    assert first.post(address, {"approve-reason": "Again"}).status_code == 403
    second = signed_in(force.second_retention_officer)
    shown = in_form(second, force.second_retention_officer, approving(disposal))
    assert second.post(address, {"approve-reason": "Agreed", **shown}).status_code == 302
    (certificate,) = dispose_approved()

    page = second.get(reverse("retention:certificate", args=[certificate.pk]))
    text = page.content.decode()
    assert certificate.number in text
    assert force.retention_officer.display_name in text
    assert "Kestle" not in text
    assert second.get(reverse("retention:disposal", args=[disposal.pk])).status_code == 200
    assert signed_in(force.stranger).get(page.request["PATH_INFO"]).status_code == 404


def test_an_empty_approval_says_what_to_do(force: Force) -> None:
    disposal = proposed_disposal(force, now=timezone.now())

    page = signed_in(force.retention_officer).post(
        reverse("retention:approve", args=[disposal.pk]), {"approve-reason": ""}
    )

    assert page.status_code == 400
    assert "Enter what you considered before approving" in page.content.decode()
    assert disposal.approvals.count() == 0


def test_keeping_a_record_stops_its_disposal(force: Force) -> None:
    disposal = proposed_disposal(force, now=timezone.now())
    ahead = timezone.localdate() + timedelta(days=365)
    answers = {
        "keep-reason": "Pattern of complaints",
        "keep-keep_until_day": str(ahead.day),
        "keep-keep_until_month": str(ahead.month),
        "keep-keep_until_year": str(ahead.year),
    }

    page = signed_in(force.retention_officer).post(
        reverse("retention:stop", args=[disposal.pk]), answers
    )

    assert page.status_code == 302
    assert Disposal.objects.get(pk=disposal.pk).keep_until == ahead


def test_a_destroyed_case_is_gone_for_the_team_and_a_tombstone_for_the_officer(
    force: Force,
) -> None:
    case = approved_disposal(force, now=timezone.now()).complaint
    dispose_approved()

    assert (
        signed_in(force.investigator).get(reverse("retention:case", args=[case.pk])).status_code
        == 404
    )
    assert (
        signed_in(force.retention_officer)
        .get(reverse("retention:case", args=[case.pk]))
        .status_code
        == 200
    )


def test_finalising_and_reopening_from_the_page(force: Force) -> None:
    case = finalised_case(force)
    supervisor = signed_in(force.supervisor)

    assert supervisor.post(reverse("retention:finalise", args=[case.pk])).status_code == 409
    page = supervisor.post(
        reverse("retention:reopen", args=[case.pk]), {"reason": "", "version": case.version}
    )
    assert page.status_code == 400
    stale = supervisor.post(
        reverse("retention:reopen", args=[case.pk]), {"reason": "Review upheld", "version": "1"}
    )
    assert stale.status_code == 412
    done = supervisor.post(
        reverse("retention:reopen", args=[case.pk]),
        {"reason": "Review upheld", "version": case.version},
    )
    assert done.status_code == 302
    case.refresh_from_db()
    assert case.state == "REOPENED"
    assert Event.objects.filter(name="retention.reopened", case_id=case.pk).count() == 1


@pytest.mark.parametrize("cases", [1, 4])
def test_the_list_costs_the_same_for_one_and_for_many(
    force: Force, cases: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(cases):
        proposed_disposal(force, now=timezone.now()) if _ == 0 else finalised_case(force)
    client = signed_in(force.retention_officer)
    client.get(reverse("retention:disposal-list"))

    with django_assert_max_num_queries(11):
        page = client.get(reverse("retention:disposal-list"))

    assert page.status_code == 200
