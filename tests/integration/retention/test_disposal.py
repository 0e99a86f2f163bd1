"""A record comes to its end once, with two people's word, or not at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.services.accounts import close_account, reopen_account
from audit.models import Event, EventPayload
from bwcportal.errors import Invalid, NotFound, NotNow, NotPermitted
from incidents.models import Complainant, Complaint
from retention.enums import DisposalState
from retention.models import Certificate, Disposal, RetentionRule
from retention.services import destroying
from retention.services.destroying import digest_of, dispose_approved
from retention.services.disposing import propose_due, stop
from retention.services.holds import NewHold, place_hold
from tests.factories.people import Force, make_user
from tests.factories.proven import approve, release_hold
from tests.factories.retention import approved_disposal, finalised_case, proposed_disposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def force() -> Force:
    return Force()


def a_hold(days: int = 30) -> NewHold:
    review_on = timezone.localdate() + timedelta(days=days)
    return NewHold(reason_code="CIVIL_CLAIM", authority="Claim DLS/26/1", review_on=review_on)


def test_finalising_starts_the_clock_by_rule(force: Force) -> None:
    case = finalised_case(force)

    clock = case.retention_clock
    assert clock.rule.code == "CASE_WITHDRAWN"
    assert clock.due_on == date(2026, 3, 2)
    assert clock.arithmetic[-1] == ["6 years", "2 March 2026"]
    assert Event.objects.filter(case_id=case.pk, name="retention.finalised").count() == 1


def test_the_job_proposes_what_is_due_once(force: Force) -> None:
    now = timezone.now()
    case = finalised_case(force)
    finalised_case(force, now=now - timedelta(days=30))

    first = propose_due(now=now)
    second = propose_due(now=now)

    assert [disposal.complaint_id for disposal in first] == [case.pk]
    assert second == []


def test_a_held_case_is_not_proposed(force: Force) -> None:
    case = finalised_case(force)
    place_hold(actor=force.supervisor, case_id=case.pk, data=a_hold(), now=timezone.now())

    assert propose_due(now=timezone.now()) == []


def test_a_changed_rule_never_acts_in_the_run_that_notices_it(force: Force) -> None:
    now = timezone.now()
    case = finalised_case(force)
    old = case.retention_clock.rule
    RetentionRule.objects.filter(pk=old.pk).update(valid_to=timezone.localdate())
    RetentionRule.objects.create(
        code=old.code,
        version=2,
        label=old.label,
        position=old.position,
        trigger=old.trigger,
        years=1,
        mode=old.mode,
        handling_types=old.handling_types,
        decision_codes=old.decision_codes,
        valid_from=timezone.localdate(),
    )

    assert propose_due(now=now) == []
    case.retention_clock.refresh_from_db()
    assert case.retention_clock.rule.valid_to is None
    assert [each.complaint_id for each in propose_due(now=now)] == [case.pk]


def test_two_approvals_by_one_person_do_not_count(force: Force) -> None:
    disposal = proposed_disposal(force, now=timezone.now())
    officer = force.retention_officer
    again = make_user(*officer.role_set, team=force.team, person=officer.person)
    approve(actor=officer, disposal_id=disposal.pk, reason="No use left", now=timezone.now())

    with pytest.raises(NotPermitted, match="second person"):
        approve(actor=again, disposal_id=disposal.pk, reason="Indeed", now=timezone.now())

    assert Disposal.objects.get(pk=disposal.pk).state == DisposalState.PROPOSED
    assert dispose_approved() == []


def test_an_approval_needs_a_reason_and_a_role_and_sight_of_the_case(force: Force) -> None:
    disposal = proposed_disposal(force, now=timezone.now())
    now = timezone.now()

    with pytest.raises(Invalid):
        approve(actor=force.retention_officer, disposal_id=disposal.pk, reason=" ", now=now)
    with pytest.raises(NotPermitted):
        approve(actor=force.investigator, disposal_id=disposal.pk, reason="Yes", now=now)
    with pytest.raises(NotFound):
        approve(actor=force.stranger, disposal_id=disposal.pk, reason="Yes", now=now)
    assert disposal.approvals.count() == 0


def test_destruction_leaves_a_tombstone_and_a_certificate(force: Force) -> None:
    disposal = approved_disposal(force, now=timezone.now())
    case_id = disposal.complaint_id

    (certificate,) = dispose_approved()

    case = Complaint.objects.get(pk=case_id)
    assert case.state == "DESTROYED"
    assert (case.title, case.summary, case.original_words, case.incident) == ("", "", "", None)
    assert not Complainant.objects.filter(complaint_id=case_id).exists()
    assert not EventPayload.objects.filter(case_id=case_id).exists()
    assert Event.objects.filter(case_id=case_id, name="incidents.complaint_logged").exists()
    assert Event.objects.filter(case_id=case_id, name="retention.destroyed").count() == 1
    assert certificate.body["destroyed"]["allegations"] == 2
    assert [each["by"] for each in certificate.body["approvals"]] == [
        force.retention_officer.display_name,
        force.second_retention_officer.display_name,
    ]
    assert certificate.digest == digest_of(certificate.body)


def test_the_certificate_holds_nothing_of_what_was_destroyed(force: Force) -> None:
    disposal = approved_disposal(force, now=timezone.now())

    (certificate,) = dispose_approved()

    text = str(certificate.body)
    for secret in ("Kestle", "Station Approach", "Brannick", "arm", force.officer.collar_number):
        assert secret not in text
    assert disposal.complaint.reference in text


def test_destroying_twice_is_destroying_once(force: Force) -> None:
    approved_disposal(force, now=timezone.now())

    assert len(dispose_approved()) == 1
    assert dispose_approved() == []
    assert Certificate.objects.count() == 1


def test_a_hold_after_approval_still_wins(force: Force) -> None:
    disposal = approved_disposal(force, now=timezone.now())
    case_id = disposal.complaint_id
    hold = place_hold(actor=force.investigator, case_id=case_id, data=a_hold(), now=timezone.now())

    assert dispose_approved() == []
    assert Complaint.objects.get(pk=case_id).state == "FINALISED"

    release_hold(
        actor=force.supervisor, hold_id=hold.pk, reason="Claim settled", now=timezone.now()
    )
    assert len(dispose_approved()) == 1


def test_a_late_hold_is_refused_and_the_refusal_recorded(force: Force) -> None:
    disposal = approved_disposal(force, now=timezone.now())
    dispose_approved()
    officer = force.retention_officer

    with pytest.raises(NotNow, match="Too late"):
        place_hold(actor=officer, case_id=disposal.complaint_id, data=a_hold(), now=timezone.now())

    refusals = Event.objects.filter(name="retention.hold_refused", outcome="DENIED")
    assert refusals.count() == 1


def test_the_quarantine_is_waited_for(force: Force, settings: object) -> None:
    settings.QUARANTINE_DAYS = 10
    disposal = approved_disposal(force, now=timezone.now())

    assert dispose_approved() == []

    stop(
        actor=force.retention_officer,
        disposal_id=disposal.pk,
        reason="Pattern of complaints",
        keep_until=timezone.localdate() + timedelta(days=365),
        now=timezone.now(),
    )
    assert propose_due(now=timezone.now()) == []
    later = timezone.now() + timedelta(days=366)
    assert len(propose_due(now=later)) == 1


def test_a_poisoned_record_does_not_stop_the_others(
    force: Force, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = approved_disposal(force, now=timezone.now())
    healthy = approved_disposal(force, now=timezone.now())
    real = destroying.release_holds_of

    def fail_for_one(case: Complaint) -> None:
        if case.pk == poisoned.complaint_id:
            raise OSError("the evidence system's disk is gone")
        real(case)

    monkeypatch.setattr(destroying, "release_holds_of", fail_for_one)

    (certificate,) = dispose_approved()

    assert certificate.complaint_id == healthy.complaint_id
    poisoned.refresh_from_db()
    assert (poisoned.state, poisoned.failures) == (DisposalState.DESTROYING, 1)
    assert Event.objects.filter(name="retention.disposal_failed").count() == 1

    monkeypatch.setattr(destroying, "release_holds_of", real)
    Disposal.objects.filter(pk=poisoned.pk).update(retry_after=None)
    assert len(dispose_approved()) == 1


def test_a_hold_is_released_by_another_person_only(force: Force) -> None:
    case = finalised_case(force)
    hold = place_hold(actor=force.supervisor, case_id=case.pk, data=a_hold(), now=timezone.now())

    with pytest.raises(NotPermitted, match="second person"):
        release_hold(actor=force.supervisor, hold_id=hold.pk, reason="Done", now=timezone.now())
    with pytest.raises(NotPermitted):
        release_hold(actor=force.investigator, hold_id=hold.pk, reason="Done", now=timezone.now())
    with pytest.raises(NotFound):
        release_hold(actor=force.stranger, hold_id=hold.pk, reason="Done", now=timezone.now())

    release_hold(actor=force.retention_officer, hold_id=hold.pk, reason="Done", now=timezone.now())
    with pytest.raises(NotNow):
        release_hold(
            actor=force.second_retention_officer, hold_id=hold.pk, reason="Done", now=timezone.now()
        )


def test_every_relation_of_a_case_is_classified_for_disposal() -> None:
    """A new table that points at a case must say whether it goes or stays, or this fails."""
    from incidents.services import erasure as incidents_erasure
    from reviews.services import erasure as reviews_erasure

    erased = {model for _, model, _ in (*incidents_erasure.ERASED, *reviews_erasure.ERASED)}
    erased |= {model for model, _ in incidents_erasure.TELLING_OF_OTHERS}
    stays = {"Disposal", "Certificate"}
    with_the_case = {"Hold", "RetentionClock", "Complaint_factors"}

    related = {
        field.related_model
        for field in Complaint._meta.get_fields()
        if field.auto_created and not field.concrete
    }

    unclassified = {
        model.__name__
        for model in related
        if model not in erased and model.__name__ not in stays | with_the_case
    }
    assert unclassified == set()


def test_the_database_itself_refuses_a_hold_on_a_destroyed_record(force: Force) -> None:
    from django.db import IntegrityError, transaction

    from retention.models import Hold, HoldReason

    disposal = approved_disposal(force, now=timezone.now())
    dispose_approved()

    with pytest.raises(IntegrityError, match="being destroyed"), transaction.atomic():
        Hold.objects.create(
            reference="H-26-XXXX",
            complaint_id=disposal.complaint_id,
            reason=HoldReason.objects.get(code="CIVIL_CLAIM"),
            authority="Somebody at a shell",
            placed_by=force.supervisor,
            placed_at=timezone.now(),
            review_on=timezone.localdate(),
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = 'retention_hold_guard'")
        assert cursor.fetchone() == ("A",)


def test_t58_an_approval_ends_with_the_account_of_who_gave_it(force: Force) -> None:
    disposal = proposed_disposal(force, now=timezone.now())
    administrator = make_user(Role.ADMINISTRATOR)
    first, second = force.retention_officer, force.second_retention_officer
    third = make_user(Role.RETENTION_OFFICER, team=force.team)
    approve(actor=first, disposal_id=disposal.pk, reason="No use left", now=timezone.now())

    close_account(actor=administrator, user_id=first.pk, reason="Left", now=timezone.now())

    one = approve(actor=second, disposal_id=disposal.pk, reason="Agreed", now=timezone.now())
    assert one.state == DisposalState.PROPOSED
    assert Event.objects.filter(name="retention.approval_ended").count() == 1
    two = approve(actor=third, disposal_id=disposal.pk, reason="Agreed", now=timezone.now())
    assert two.state == DisposalState.APPROVED


def test_t58_a_disposal_in_quarantine_is_sent_back_when_an_approver_is_closed(
    force: Force,
) -> None:
    disposal = approved_disposal(force, now=timezone.now())
    administrator, first = make_user(Role.ADMINISTRATOR), force.retention_officer
    close_account(actor=administrator, user_id=first.pk, reason="Left", now=timezone.now())
    reopen_account(actor=administrator, user_id=first.pk, reason="Back", now=timezone.now())

    assert dispose_approved() == []

    disposal.refresh_from_db()
    assert (disposal.state, disposal.act_after) == (DisposalState.PROPOSED, None)
    again = User.objects.get(pk=first.pk)
    approve(actor=again, disposal_id=disposal.pk, reason="Still", now=timezone.now())
    assert len(dispose_approved()) == 1
