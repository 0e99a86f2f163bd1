"""Keeping recordings: receipts, an evidence system that is down, refuses, forgets or really deletes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.roles import Role
from audit.models import Event
from bwcportal.errors import NotFound, NotNow, NotPermitted
from incidents.enums import FootageStatus, PreservationState
from incidents.footage_sources.sidecar import SUFFIX, parse_sidecar
from incidents.models import Complaint, FootageItem, FootageLink, Preservation
from incidents.services.auto_deletion import auto_delete_folder
from incidents.services.evidence import source
from incidents.services.footage import attach_footage, search_footage
from incidents.services.losses import SEEN_GONE, mark_lost
from incidents.services.preservation import (
    key_of,
    release_holds_of,
    request_preservation,
    request_preservation_of_all,
)
from incidents.services.preservation_checks import (
    check_preservation,
    recheck_preservation,
    retry_preservation,
)
from incidents.tasks import auto_delete_folder_task, recheck_preservation_task
from tests.factories.cases import NOW, make_case
from tests.factories.footage import around_incident, attached, path_of
from tests.factories.people import Force, make_user

pytestmark = pytest.mark.django_db

AFTER_DELETION = NOW + timedelta(days=40)


@pytest.fixture
def force() -> Force:
    return Force()


@pytest.fixture
def link(force: Force, folder: Path) -> FootageLink:
    return attached(make_case(force), force, folder)


def names(link: FootageLink) -> list[str]:
    """Name the events about one recording, in order."""
    return list(
        Event.objects.filter(subject_id=str(link.pk)).order_by("id").values_list("name", flat=True)
    )


def ask_for(link: FootageLink, force: Force) -> Preservation:
    return request_preservation(actor=force.investigator, link_id=link.pk, now=NOW)


def test_a_request_gets_a_receipt_and_the_hash_of_the_file(
    force: Force, folder: Path, link: FootageLink
) -> None:
    kept = ask_for(link, force)
    assert kept.state == PreservationState.PRESERVED
    assert kept.receipt_number.startswith("PR-")
    assert kept.attempts == 1
    link.footage.refresh_from_db()
    assert len(kept.sha256) == 64
    assert link.footage.sha256 == kept.sha256
    assert source().preservation_status(link.footage.external_id).receipt_numbers == (
        kept.receipt_number,
    )
    assert names(link)[1:] == [
        "incidents.preservation_requested",
        "incidents.preservation_confirmed",
    ]


def test_asking_twice_changes_nothing(force: Force, folder: Path, link: FootageLink) -> None:
    first, second = ask_for(link, force), ask_for(link, force)
    assert second.receipt_number == first.receipt_number
    assert second.attempts == 1
    assert names(link).count("incidents.preservation_requested") == 1


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_get_one_receipt(folder: Path) -> None:
    force = Force()
    link = attached(make_case(force), force, folder)
    start = threading.Barrier(2)
    receipts: list[str] = []

    def press(actor: object) -> None:
        try:
            start.wait(timeout=10)
            done = request_preservation(actor=actor, link_id=link.pk, now=NOW)  # type: ignore[arg-type]
            receipts.append(done.receipt_number)
        finally:
            connection.close()

    people = (force.investigator, force.handler)
    threads = [threading.Thread(target=press, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert len(receipts) == 2
    assert set(receipts) - {""} == {Preservation.objects.get().receipt_number}
    assert len(source().preservation_status(link.footage.external_id).receipt_numbers) == 1
    assert names(link).count("incidents.preservation_requested") == 1
    assert names(link).count("incidents.preservation_confirmed") == 1


def test_a_silent_evidence_system_loses_no_request_and_the_job_asks_again(
    force: Force, folder: Path, link: FootageLink
) -> None:
    away = folder.rename(folder.with_name("away"))
    waiting = ask_for(link, force)
    assert waiting.state == PreservationState.REQUESTED
    assert "Try again" in waiting.last_answer

    still = retry_preservation(now=NOW + timedelta(minutes=15))
    assert (still.looked_at, still.unanswered) == (1, 1)

    away.rename(folder)
    done = retry_preservation(now=NOW + timedelta(minutes=30))
    waiting.refresh_from_db()
    assert (done.looked_at, done.kept) == (1, 1)
    assert waiting.state == PreservationState.PRESERVED
    assert waiting.attempts == 3
    assert retry_preservation(now=NOW + timedelta(minutes=45)).looked_at == 0
    assert names(link).count("incidents.preservation_requested") == 1
    confirmed = Event.objects.get(name="incidents.preservation_confirmed")
    assert confirmed.actor_kind == "JOB"


def test_a_receipt_that_was_given_but_never_arrived_is_the_one_kept(
    force: Force, folder: Path, link: FootageLink
) -> None:
    """The portal was killed after the evidence system had answered."""
    away = folder.rename(folder.with_name("away"))
    waiting = ask_for(link, force)
    away.rename(folder)
    given = source().request_preservation(
        link.footage.external_id, idempotency_key=key_of(waiting), reason_code="COMPLAINT"
    )
    retry_preservation(now=NOW)
    waiting.refresh_from_db()
    assert waiting.receipt_number == given.number


def test_a_refusal_is_kept_and_asking_anew_is_another_request(force: Force, folder: Path) -> None:
    link = attached(make_case(force), force, folder, locked_by="Homicide team 2")
    refused = ask_for(link, force)
    assert refused.state == PreservationState.REFUSED
    assert "Homicide team 2" in refused.last_answer
    assert names(link)[-1] == "incidents.preservation_refused"
    assert retry_preservation(now=NOW).looked_at == 0

    sidecar = path_of(folder, link.footage.external_id).with_suffix(SUFFIX)
    content = parse_sidecar(sidecar.read_bytes())
    sidecar.write_text(sidecar.read_text().replace(content.locked_by, ""))
    kept = ask_for(link, force)
    assert kept.state == PreservationState.PRESERVED
    assert kept.request_number == 2


def test_all_recordings_of_a_case_are_asked_for_at_once(force: Force, folder: Path) -> None:
    case = make_case(force)
    links = [attached(case, force, folder) for _ in range(3)]
    ask_for(links[0], force)
    done = request_preservation_of_all(actor=force.handler, case_id=case.pk, now=NOW)
    assert [each.state for each in done] == ["PRESERVED", "PRESERVED"]
    assert request_preservation_of_all(actor=force.handler, case_id=case.pk, now=NOW) == []


def test_all_requests_are_committed_when_nothing_answers(force: Force, folder: Path) -> None:
    case = make_case(force)
    for _ in range(2):
        attached(case, force, folder)
    folder.rename(folder.with_name("away"))
    done = request_preservation_of_all(actor=force.handler, case_id=case.pk, now=NOW)
    assert [each.state for each in done] == ["REQUESTED", "REQUESTED"]


def test_the_race_against_auto_deletion(force: Force, folder: Path) -> None:
    """What was preserved outlives its date; what was not is really gone, and the recheck says so."""
    case, other = make_case(force), make_case(force)
    kept, doomed = attached(case, force, folder), attached(case, force, folder)
    search_footage(actor=force.investigator, case_id=other.pk, criteria=around_incident(), now=NOW)
    elsewhere = attach_footage(
        actor=force.investigator,
        case_id=other.pk,
        external_id=doomed.footage.external_id,
        reason="The same incident",
        now=NOW,
    )
    ask_for(kept, force)

    run = auto_delete_folder(now=AFTER_DELETION)
    assert run.deleted == (doomed.footage.external_id,)
    assert run.held == 1
    assert len(list(folder.glob("*.mp4"))) == 1

    report = recheck_preservation(now=AFTER_DELETION)
    assert (report.looked_at, report.kept, report.lost) == (2, 1, 1)
    doomed.footage.refresh_from_db()
    assert doomed.footage.status == FootageStatus.LOST
    assert doomed.footage.lost_noticed_at == AFTER_DELETION
    assert "auto-deleted" in doomed.footage.lost_reason
    assert names(doomed)[-1] == names(elsewhere)[-1] == "incidents.footage_lost"
    kept_row = Preservation.objects.get(link=kept)
    assert (kept_row.state, kept_row.last_checked_at) == ("PRESERVED", AFTER_DELETION)
    again = recheck_preservation(now=AFTER_DELETION)
    assert (again.looked_at, again.lost) == (1, 0)
    assert names(doomed).count("incidents.footage_lost") == 1


def test_a_recording_that_vanished_without_a_record_is_lost(
    force: Force, folder: Path, link: FootageLink
) -> None:
    ask_for(link, force)
    path_of(folder, link.footage.external_id).unlink()
    assert recheck_preservation(now=NOW).lost == 1
    assert FootageItem.objects.get().status == FootageStatus.LOST


def test_a_hold_that_is_not_seen_makes_the_preservation_doubtful_until_it_is_asked_anew(
    force: Force, folder: Path, link: FootageLink
) -> None:
    kept = ask_for(link, force)
    source().release_preservation(link.footage.external_id, idempotency_key=key_of(kept))

    assert recheck_preservation(now=NOW).in_doubt == 1
    assert recheck_preservation(now=NOW).in_doubt == 1
    kept.refresh_from_db()
    assert kept.state == PreservationState.UNCONFIRMED
    assert names(link).count("incidents.preservation_unconfirmed") == 1

    again = ask_for(link, force)
    assert again.state == PreservationState.PRESERVED
    assert again.receipt_number != kept.receipt_number
    assert check_preservation(actor=force.investigator, link_id=link.pk, now=NOW) == "kept"


def test_a_file_that_changed_after_it_was_preserved_is_told(
    force: Force, folder: Path, link: FootageLink
) -> None:
    ask_for(link, force)
    with path_of(folder, link.footage.external_id).open("ab") as file:
        file.write(b"\x00\x00\x00\x08free")
    assert recheck_preservation(now=NOW).in_doubt == 1
    kept = Preservation.objects.get()
    assert kept.state == PreservationState.UNCONFIRMED
    assert kept.file_changed
    # Repeating the request brings the same receipt and does not hide the change.
    assert retry_preservation(now=NOW).looked_at == 0
    assert (
        request_preservation_of_all(actor=force.investigator, case_id=link.complaint_id, now=NOW)
        == []
    )


def test_one_bad_recording_does_not_stop_the_others(force: Force, folder: Path) -> None:
    case = make_case(force)
    bad, good = attached(case, force, folder), attached(case, force, folder)
    for each in (bad, good):
        ask_for(each, force)
    FootageItem.objects.filter(pk=bad.footage_id).update(source="unplugged")
    report = recheck_preservation(now=NOW)
    assert (report.looked_at, report.kept, report.unanswered) == (2, 1, 1)


def test_the_jobs_by_hand_and_as_tasks_do_the_same(
    force: Force, folder: Path, link: FootageLink, capsys: pytest.CaptureFixture[str]
) -> None:
    FootageItem.objects.update(recorded_on=datetime(2020, 1, 1, tzinfo=UTC))
    call_command("retry_preservation", "--once")
    call_command("recheck_preservation", "--once")
    call_command("auto_delete_folder", "--once")
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("0 looked at")
    assert out[1].startswith("1 looked at")
    assert out[2].startswith("0 deleted")
    auto_delete_folder_task()
    recheck_preservation_task()
    link.footage.refresh_from_db()
    assert link.footage.status == FootageStatus.AVAILABLE


def test_what_is_there_cannot_be_reported_lost(
    force: Force, folder: Path, link: FootageLink
) -> None:
    with pytest.raises(NotNow, match="still holds this recording"):
        mark_lost(actor=force.investigator, link_id=link.pk, reason="I would rather", now=NOW)
    assert FootageItem.objects.get().status == FootageStatus.AVAILABLE


def test_what_is_damaged_can_be_reported_lost_once(
    force: Force, folder: Path, link: FootageLink
) -> None:
    path = path_of(folder, link.footage.external_id)
    path.write_bytes(path.read_bytes()[:2000])
    for _ in range(2):
        lost = mark_lost(
            actor=force.investigator, link_id=link.pk, reason="Damaged in upload", now=NOW
        )
    assert (lost.status, lost.lost_reason) == (FootageStatus.LOST, SEEN_GONE)
    assert FootageLink.objects.get(pk=link.pk).lost_reason == "Damaged in upload"
    assert names(link).count("incidents.footage_lost") == 1
    with pytest.raises(NotNow, match="nothing left to keep"):
        ask_for(link, force)


def test_another_case_is_not_told_who_reported(force: Force, folder: Path) -> None:
    here, there = make_case(force), make_case(force)
    link = attached(here, force, folder)
    search_footage(actor=force.handler, case_id=there.pk, criteria=around_incident(), now=NOW)
    other = attach_footage(
        actor=force.handler,
        case_id=there.pk,
        external_id=link.footage.external_id,
        reason="Same",
        now=NOW,
    )
    path_of(folder, link.footage.external_id).unlink()
    mark_lost(actor=force.investigator, link_id=link.pk, reason="They rang me", now=NOW)
    told = Event.objects.get(subject_id=str(other.pk), name="incidents.footage_lost")
    assert told.actor_kind == "JOB"
    assert Event.objects.get(
        subject_id=str(link.pk), name="incidents.footage_lost"
    ).actor_id == str(force.investigator.pk)


def test_disposal_lets_go_of_every_hold(force: Force, folder: Path, link: FootageLink) -> None:
    kept = ask_for(link, force)
    Preservation.objects.update(state=PreservationState.REFUSED)
    ask_for(link, force)
    assert len(source().preservation_status(link.footage.external_id).receipt_numbers) == 2
    for _ in range(2):
        release_holds_of(link.complaint)
    assert source().preservation_status(link.footage.external_id).receipt_numbers == ()
    kept.refresh_from_db()
    assert kept.state == PreservationState.RELEASED


def test_refusals_of_asking(force: Force, folder: Path, link: FootageLink) -> None:
    with pytest.raises(NotFound):
        request_preservation(actor=force.stranger, link_id=link.pk, now=NOW)
    reader = make_user(Role.OVERSIGHT, team=force.team)
    with pytest.raises(NotPermitted):
        request_preservation(actor=reader, link_id=link.pk, now=NOW)
    Complaint.objects.filter(pk=link.complaint_id).update(state="FINALISED", finalised_at=NOW)
    with pytest.raises(NotNow):
        ask_for(link, force)
    assert not Preservation.objects.exists()
    assert "incidents.preservation_requested" not in names(link)
