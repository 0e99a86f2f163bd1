"""The folder evidence system: preserving, releasing and auto-deleting."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from incidents.demo_media.clips import Clip
from incidents.footage_sources.errors import (
    FootageGone,
    FootageUnknown,
    PreservationRefused,
    PreservationUnknown,
    SourceUnavailable,
    UnusableQuery,
)
from incidents.footage_sources.folder import STATE_FOLDER, FolderSource
from incidents.footage_sources.protocol import HashCheck, PreservationState
from incidents.footage_sources.recordings import external_id_of

from .test_footage_sources_folder import BUTTON, NOW, put

BEFORE = BUTTON + timedelta(days=31, microseconds=-1)
AFTER = BUTTON + timedelta(days=31)


@pytest.fixture
def source(tmp_path: Path) -> FolderSource:
    (tmp_path / "bwv").mkdir()
    return FolderSource(tmp_path / "bwv", auto_delete_days=31, clock=lambda: NOW)


def preserve(source: FolderSource, external_id: str, key: str = "one"):
    """Ask to keep a recording for a complaint."""
    return source.request_preservation(external_id, idempotency_key=key, reason_code="COMPLAINT")


class TestPreservation:
    def test_a_receipt_is_given_and_the_recording_is_held(self, source: FolderSource, clip: Clip):
        external_id = put(source.root, "night.mp4", clip)

        receipt = preserve(source, external_id)

        digest = hashlib.sha256(clip.path.read_bytes()).hexdigest()
        assert re.fullmatch(r"PR-[0-9A-F]{4}-\d{3}-\d{3}", receipt.number)
        assert (receipt.sha256, receipt.hash_check) == (digest, HashCheck.FIRST)
        assert receipt.issued_at == NOW
        found = source.describe(external_id)
        assert (found.on_hold, found.sha256) == (True, digest)
        status = source.preservation_status(external_id)
        assert status.state is PreservationState.HELD
        assert status.receipt_numbers == (receipt.number,)
        assert status.hash_check is HashCheck.SAME

    def test_the_same_key_gets_the_same_receipt_and_another_key_another(
        self, source: FolderSource, clip: Clip
    ):
        external_id = put(source.root, "night.mp4", clip)

        first, again, other = (preserve(source, external_id, key) for key in ("one", "one", "two"))

        assert first == again
        assert other.number != first.number
        assert FolderSource(source.root, auto_delete_days=31).preservation_status(
            external_id
        ).receipt_numbers == (first.number, other.number)

    def test_the_hash_is_compared_with_the_one_taken_at_upload(
        self, source: FolderSource, clip: Clip
    ):
        digest = hashlib.sha256(clip.path.read_bytes()).hexdigest()
        good = put(source.root, "good.mp4", clip, sha256=digest.upper())
        bad = put(source.root, "bad.mp4", clip, sha256="0" * 64)

        assert preserve(source, good).hash_check is HashCheck.SAME
        assert preserve(source, bad).hash_check is HashCheck.DIFFERENT
        # Kept all the same: a recording that was changed is evidence of that.
        assert source.describe(bad).on_hold

    def test_a_change_after_preservation_is_noticed(self, source: FolderSource, clip: Clip):
        external_id = put(source.root, "night.mp4", clip)
        preserve(source, external_id)
        with (source.root / "night.mp4").open("r+b") as file:
            file.seek(20_000)
            file.write(b"altered")

        assert source.preservation_status(external_id).hash_check is HashCheck.DIFFERENT
        unread = source.preservation_status(external_id, verify_hash=False)
        assert (unread.hash_check, unread.sha256) == (HashCheck.NOT_CHECKED, None)

    def test_a_damaged_recording_can_be_kept(self, source: FolderSource, clip: Clip):
        external_id = put(source.root, "night.mp4", clip)
        os.truncate(source.root / "night.mp4", 5000)

        assert preserve(source, external_id).size_bytes == 5000
        assert source.delete_expired(AFTER).held == 1

    def test_a_lock_of_somebody_else_refuses_and_says_who(self, source: FolderSource, clip: Clip):
        external_id = put(source.root, "night.mp4", clip, locked_by="Counter Corruption")

        with pytest.raises(PreservationRefused, match="locked by Counter Corruption"):
            preserve(source, external_id)

        assert source.preservation_status(external_id).state is PreservationState.NOT_HELD

    def test_what_cannot_be_asked_is_refused_with_its_field(self, source: FolderSource, clip: Clip):
        external_id = put(source.root, "night.mp4", clip)

        with pytest.raises(UnusableQuery) as code:
            source.request_preservation(external_id, idempotency_key="k", reason_code="because")
        with pytest.raises(UnusableQuery) as key:
            source.request_preservation(external_id, idempotency_key="", reason_code="COMPLAINT")
        with pytest.raises(FootageUnknown):
            preserve(source, "FF-unknown")

        assert (code.value.field, key.value.field) == ("reason_code", "idempotency_key")

    def test_releasing_one_hold_leaves_the_other(self, source: FolderSource, clip: Clip):
        external_id = put(source.root, "night.mp4", clip)
        preserve(source, external_id, "one")
        second = preserve(source, external_id, "two")

        left = source.release_preservation(external_id, idempotency_key="one")
        again = source.release_preservation(external_id, idempotency_key="one")

        assert left == again
        assert left.receipt_numbers == (second.number,)
        last = source.release_preservation(external_id, idempotency_key="two")
        assert last.state is PreservationState.NOT_HELD
        assert not source.describe(external_id).on_hold
        with pytest.raises(PreservationRefused, match="released"):
            preserve(source, external_id, "one")
        with pytest.raises(PreservationUnknown):
            source.release_preservation(external_id, idempotency_key="three")

    def test_many_requests_at_once_get_numbers_of_their_own(self, source: FolderSource, clip: Clip):
        external_id = put(source.root, "night.mp4", clip)

        with ThreadPoolExecutor(8) as pool:
            receipts = list(
                pool.map(lambda n: preserve(source, external_id, f"k{n % 12}"), range(36))
            )

        numbers = {receipt.idempotency_key: receipt.number for receipt in receipts}
        assert len(set(numbers.values())) == 12
        assert all(receipt.number == numbers[receipt.idempotency_key] for receipt in receipts)
        assert set(source.preservation_status(external_id).receipt_numbers) == set(numbers.values())

    def test_a_held_recording_that_vanished_is_reported_gone(
        self, source: FolderSource, clip: Clip
    ):
        external_id = put(source.root, "night.mp4", clip)
        preserve(source, external_id)
        (source.root / "night.mp4").unlink()

        status = source.preservation_status(external_id)

        assert (status.state, status.gone_at) == (PreservationState.GONE, None)
        with pytest.raises(FootageGone, match="lost footage"):
            source.describe(external_id)


class TestAutoDeletion:
    def test_it_deletes_at_the_end_of_the_period_and_not_before(
        self, source: FolderSource, clip: Clip
    ):
        external_id = put(source.root, "night.mp4", clip)

        early = source.delete_expired(BEFORE)
        assert (early.deleted, early.not_due) == ((), 1)
        assert (source.root / "night.mp4").exists()

        report = source.delete_expired(AFTER)
        (deleted,) = report.deleted
        assert (deleted.external_id, deleted.title) == (external_id, "Recording night")
        assert (deleted.recorded_on, deleted.deleted_at) == (BUTTON, AFTER)
        assert [path.name for path in source.root.iterdir()] == [STATE_FOLDER]
        assert source.delete_expired(AFTER).deleted == ()

    def test_what_was_deleted_says_when(self, source: FolderSource, clip: Clip):
        external_id = put(source.root, "night.mp4", clip)
        source.delete_expired(AFTER)

        with pytest.raises(FootageGone, match=r"7 December 2026 at 21:36 GMT, 31 days") as gone:
            source.describe(external_id)

        assert gone.value.deleted_at == AFTER
        status = source.preservation_status(external_id)
        assert (status.state, status.gone_at) == (PreservationState.GONE, AFTER)
        with pytest.raises(FootageGone):
            preserve(source, external_id)
        # The record of the deletion keeps nothing of who was filmed or by whom.
        (record,) = (source.root / STATE_FOLDER / "deleted").iterdir()
        assert set(json.loads(record.read_text())) == {
            "external_id",
            "deleted_at",
            "recorded_on",
            "days",
        }
        assert list((source.root / STATE_FOLDER / "facts").iterdir()) == []

    def test_a_hold_keeps_until_it_is_released(self, source: FolderSource, clip: Clip):
        external_id = put(source.root, "night.mp4", clip)
        preserve(source, external_id)

        assert source.delete_expired(AFTER + timedelta(days=4000)).held == 1
        assert source.describe(external_id).on_hold

        source.release_preservation(external_id, idempotency_key="one")
        assert len(source.delete_expired(AFTER).deleted) == 1

    def test_another_period_can_be_given(self, source: FolderSource, clip: Clip):
        put(source.root, "night.mp4", clip)

        assert len(source.delete_expired(BUTTON + timedelta(days=7), days=7).deleted) == 1

    def test_a_hold_that_cannot_be_read_counts_as_a_hold(self, source: FolderSource, clip: Clip):
        spoilt = put(source.root, "a.mp4", clip)
        whole = put(source.root, "b.mp4", clip)
        preserve(source, spoilt)
        (record,) = (source.root / STATE_FOLDER / "holds").iterdir()
        record.write_text('{"sha256": "x"')

        report = source.delete_expired(AFTER)

        assert [deleted.external_id for deleted in report.deleted] == [whole]
        assert [problem.external_id for problem in report.problems] == [spoilt]
        assert (source.root / "a.mp4").exists()
        with pytest.raises(SourceUnavailable):
            source.describe(spoilt)

    def test_a_recording_without_a_believable_date_is_kept_and_reported(
        self, source: FolderSource, clip: Clip
    ):
        external_id = put(source.root, "night.mp4", clip, recorded_on="yesterday")

        report = source.delete_expired(AFTER + timedelta(days=4000))

        assert [problem.external_id for problem in report.problems] == [external_id]
        assert (source.root / "night.mp4").exists()

    def test_what_could_not_be_opened_is_kept_and_reported(
        self, source: FolderSource, clip: Clip, monkeypatch: pytest.MonkeyPatch
    ):
        external_id = put(source.root, "night.mp4", clip)
        real_open = os.open

        def refuse(path, *args, **kwargs):
            if path == "night.mp4":
                # Root may read anything, so the system's answer to anybody else is given here.
                raise PermissionError(13, "Permission denied")
            return real_open(path, *args, **kwargs)

        monkeypatch.setattr(os, "open", refuse)
        report = source.delete_expired(AFTER + timedelta(days=4000))
        (fault,) = source.faults()
        monkeypatch.undo()

        assert fault.fault == "NO_PERMISSION"
        assert [problem.external_id for problem in report.problems] == [external_id]
        assert (source.root / "night.mp4").exists()

    def test_an_unverified_clock_counts_from_arrival_if_that_was_later(
        self, source: FolderSource, clip: Clip
    ):
        external_id = put(source.root, "night.mp4", clip, clock_verified=False)
        arrived = datetime(2027, 1, 5, tzinfo=UTC)
        os.utime(source.root / "night.mp4", (arrived.timestamp(),) * 2)

        assert source.delete_expired(AFTER).not_due == 1
        assert source.describe(external_id).auto_delete_at == arrived + timedelta(days=31)
        assert len(source.delete_expired(arrived + timedelta(days=31)).deleted) == 1

    def test_a_damaged_recording_expires_too(self, source: FolderSource, clip: Clip):
        put(source.root, "night.mp4", clip)
        os.truncate(source.root / "night.mp4", 5000)

        assert len(source.delete_expired(AFTER).deleted) == 1

    def test_a_sidecar_that_two_recordings_share_stays_with_the_second(
        self, source: FolderSource, clip: Clip, webm_clip: Clip
    ):
        mp4 = put(source.root, "night.mp4", clip)
        webm = put(source.root, "night.webm", webm_clip)
        preserve(source, webm)

        report = source.delete_expired(AFTER)

        assert [deleted.external_id for deleted in report.deleted] == [mp4]
        assert source.describe(webm).wearer_collar_number == "2186QX"

    def test_a_crash_before_the_file_went_is_finished_the_next_night(
        self, source: FolderSource, clip: Clip, monkeypatch: pytest.MonkeyPatch
    ):
        external_id = put(source.root, "night.mp4", clip)
        real_unlink = os.unlink

        def crash(path, *args, **kwargs):
            if path == "night.mp4":
                raise KeyboardInterrupt
            real_unlink(path, *args, **kwargs)

        monkeypatch.setattr(os, "unlink", crash)
        with pytest.raises(KeyboardInterrupt):
            source.delete_expired(AFTER)
        monkeypatch.undo()

        # The record is there, but the file is too, and the file is what counts.
        assert source.describe(external_id).external_id == external_id
        assert len(source.delete_expired(AFTER + timedelta(days=1)).deleted) == 1

    def test_two_runs_at_once_delete_each_recording_once(self, source: FolderSource, clip: Clip):
        expected = {put(source.root, f"{number}.mp4", clip) for number in range(12)}

        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            reports = list(pool.map(delete_in_another_process, [source.root] * 3))

        deleted = [identifier for report in reports for identifier in report]
        assert sorted(deleted) == sorted(expected)

    def test_a_hold_placed_while_deletion_runs_wins_or_is_told_that_it_lost(
        self, source: FolderSource, clip: Clip
    ):
        identifiers = [put(source.root, f"{number}.mp4", clip) for number in range(10)]
        start = threading.Barrier(2)
        outcomes: dict[str, bool] = {}

        def keep() -> None:
            start.wait()
            for identifier in identifiers:
                try:
                    preserve(source, identifier)
                    outcomes[identifier] = True
                except FootageGone:
                    outcomes[identifier] = False

        keeper = threading.Thread(target=keep)
        keeper.start()
        start.wait()
        report = FolderSource(source.root, auto_delete_days=31).delete_expired(AFTER)
        keeper.join()

        deleted = {item.external_id for item in report.deleted}
        assert deleted == {identifier for identifier, kept in outcomes.items() if not kept}
        for identifier, kept in outcomes.items():
            assert (source.preservation_status(identifier).state is PreservationState.HELD) is kept


def delete_in_another_process(root: Path) -> list[str]:
    """Run the auto-deletion and give what this run deleted."""
    report = FolderSource(root, auto_delete_days=31).delete_expired(AFTER)
    assert report.problems == ()
    return [deleted.external_id for deleted in report.deleted]


def test_the_identifier_gives_no_path_away():
    assert external_id_of("north/PC 915QX/night.mp4").startswith("FF-")
    assert len(external_id_of("x")) == 27
