"""Sealing and signing: every event once, in an order that never changes, and only ever extended."""

import json
import os
import threading
import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from structlog.testing import capture_logs

from audit.errors import AuditError
from audit.models import Batch, Checkpoint, Entry, Event, Subtree
from audit.sealing import merkle, notes
from audit.sealing.keys import NoSigningKey, SignerFolder
from audit.sealing.merkle import Frontier
from audit.sealing.run import seal_and_sign
from audit.sealing.sealer import seal, sealing_lag
from audit.sealing.signer import NotAnExtension, sign
from tests.integration.audit.conftest import NOW, run_task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("signer_folder")]


def in_a_thread(work):
    """Run work on a connection of its own."""
    problems = []

    def run():
        try:
            work()
        except Exception as problem:  # noqa: BLE001 (handed on to the test)
            problems.append(problem)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, problems


def assert_the_tree_is_dense_and_unforked():
    """Rebuild tree and chains from the events alone and compare."""
    frontier, ends = Frontier.empty(), {}
    leaves = dict(Event.objects.values_list("uuid", "leaf_hash"))
    for number, entry in enumerate(Entry.objects.order_by("seq")):
        assert entry.seq == number
        leaf = bytes(leaves.pop(entry.event_uuid))
        assert bytes(entry.leaf_hash) == leaf
        if entry.case_id:
            seq, link = ends.get(entry.case_id, (0, merkle.CHAIN_START))
            ends[entry.case_id] = (seq + 1, merkle.chain_link(link, leaf))
            assert ends[entry.case_id] == (entry.case_seq, bytes(entry.case_link))
        frontier.extend([merkle.entry_hash(leaf, entry.case_seq, bytes(entry.case_link))])
    assert leaves == {}
    last = Batch.objects.order_by("-number").first()
    assert (last.end_size, bytes(last.root)) == (frontier.size, frontier.root())


class TestSealer:
    def test_takes_every_event_once(self, write):
        case = uuid.uuid4()
        for number in range(7):
            write(case if number % 2 else None)

        assert seal().added == 7
        write(case)
        assert seal().added == 1
        assert_the_tree_is_dense_and_unforked()

    def test_writes_nothing_when_nothing_is_new(self, write):
        write()
        seal()

        assert seal().added == 0
        assert Batch.objects.count() == 1

    def test_waits_for_a_transaction_that_is_still_open_and_then_misses_nothing(self, write):
        wrote, may_commit = threading.Event(), threading.Event()

        def slow():
            with transaction.atomic():
                write()
                wrote.set()
                may_commit.wait(20)

        thread, problems = in_a_thread(slow)
        assert wrote.wait(20)
        write()
        assert seal().added == 0, "the later event must not overtake the open transaction"
        assert sealing_lag() >= 0
        may_commit.set()
        thread.join()

        assert problems == []
        assert seal().added == 2
        assert sealing_lag() == 0
        assert_the_tree_is_dense_and_unforked()

    def test_an_open_transaction_that_fails_leaves_no_gap(self, write):
        write()
        with pytest.raises(KeyError):
            fail_after(write)
        write()

        assert seal().added == 2
        assert_the_tree_is_dense_and_unforked()

    def test_takes_a_backlog_in_batches_without_dividing_a_transaction(self, write):
        for _ in range(5):
            write()
        with transaction.atomic():
            for _ in range(6):
                write()
        for _ in range(5):
            write()

        sizes = []
        while True:
            result = seal(limit=3)
            sizes.append(result.added)
            if not result.more:
                break

        # Three; two and the whole transaction; three; two.
        assert sizes == [3, 8, 3, 2]
        assert_the_tree_is_dense_and_unforked()

    def test_two_never_work_at_once(self, write):
        write()
        locked, may_end = threading.Event(), threading.Event()

        def hold():
            with transaction.atomic():
                seal()
                locked.set()
                may_end.wait(20)

        thread, problems = in_a_thread(hold)
        assert locked.wait(20)
        assert seal() is None
        may_end.set()
        thread.join()

        assert problems == []
        assert Batch.objects.count() == 1

    def test_eight_writers_and_a_sealer_give_one_dense_tree(self, write):
        """T84: the naive chain forked in 432 of 800 rows here."""
        cases = [uuid.uuid4() for _ in range(3)]
        done = threading.Event()

        def writer(number):
            def work():
                for turn in range(250):
                    write(cases[(number + turn) % 4] if (number + turn) % 4 < 3 else None)

            return work

        def sealer():
            while not done.is_set():
                seal(limit=300)

        sealing, sealer_problems = in_a_thread(sealer)
        writers = [in_a_thread(writer(number)) for number in range(8)]
        for thread, problems in writers:
            thread.join()
            assert problems == []
        done.set()
        sealing.join()
        while seal().more:
            pass

        assert sealer_problems == []
        assert Entry.objects.count() == 2_000
        assert Subtree.objects.count() == 2_000 // 256
        assert_the_tree_is_dense_and_unforked()

    def test_goes_on_in_another_cluster_whose_transactions_count_anew(self, write, tamper):
        """After a restore elsewhere the stored ids are larger than any that will come for long."""
        write()
        seal()
        waiting = write()
        tamper(
            "UPDATE audit_batch SET cluster = 'the old one', xid_to = '9000000000'",
            ("UPDATE audit_event SET xid = '8999999999' WHERE uuid = %s", [waiting.uuid]),
        )

        assert seal().added == 1
        write()
        assert seal().added == 1
        assert_the_tree_is_dense_and_unforked()


def fail_after(write):
    with transaction.atomic():
        write()
        raise KeyError


class TestSigner:
    def test_signs_what_is_sealed_and_remembers_it_apart(self, write, signer_folder):
        write()
        checkpoint = seal_and_sign(now=NOW).checkpoint

        folder = SignerFolder.configured()
        said = notes.read(checkpoint.note, folder.origin, notes.public_bytes(folder.key()))
        assert (said.size, said.root, said.time) == (1, bytes(Batch.objects.get().root), NOW)
        assert json.loads((signer_folder / "remembered.json").read_text())["size"] == 1

    def test_signs_nothing_twice(self, write):
        write()
        seal_and_sign(now=NOW)

        assert seal_and_sign(now=NOW).checkpoint is None
        assert Checkpoint.objects.count() == 1

    def test_signs_nothing_of_nothing(self):
        assert seal_and_sign(now=NOW).checkpoint is None

    def test_signs_again_what_it_remembered_and_could_not_hand_over(self, write, tamper):
        write()
        seal_and_sign(now=NOW)
        tamper("DELETE FROM audit_checkpoint")

        assert seal_and_sign(now=NOW).checkpoint.size == 1

    def test_key_and_memory_are_for_the_signer_alone(self, write, signer_folder):
        write()
        seal_and_sign(now=NOW)

        for name in ("signing-key.pem", "remembered.json"):
            assert (signer_folder / name).stat().st_mode & 0o077 == 0
        assert signer_folder.stat().st_mode & 0o077 == 0

    def test_the_key_is_kept(self, signer_folder):
        folder = SignerFolder.configured()

        first = notes.public_bytes(folder.key())

        assert notes.public_bytes(SignerFolder.configured().key()) == first
        assert (signer_folder / "verifier-key.txt").read_text().strip() == notes.verifier_key(
            "testing.example/bwc", first
        )

    def test_in_production_no_key_is_made_up(self, settings, signer_folder):
        settings.PRODUCTION = True

        with pytest.raises(NoSigningKey, match="openssl genpkey"):
            SignerFolder.configured().key()
        assert list(signer_folder.iterdir()) == []

    @pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\n"])
    def test_a_damaged_key_is_refused(self, signer_folder, content):
        folder = SignerFolder.configured()
        (signer_folder / "signing-key.pem").write_bytes(content)

        with pytest.raises(NoSigningKey):
            folder.key()

    @pytest.mark.parametrize("content", ["", "{}", '{"size": 2, "frontier": ""}', "[]"])
    def test_a_damaged_memory_is_not_begun_anew(self, write, signer_folder, content):
        write()
        seal_and_sign(now=NOW)
        (signer_folder / "remembered.json").write_text(content)

        with pytest.raises(AuditError, match="damaged"):
            seal_and_sign(now=NOW)

    def test_refuses_a_database_that_is_behind(self, write, tamper):
        """T86: yesterday's backup must not silently become the record."""
        for _ in range(2):
            write()
            seal_and_sign(now=NOW)
        cut_off(tamper, 1)

        with pytest.raises(NotAnExtension, match="1 sealed events, but 2 were signed"):
            seal_and_sign(now=NOW)
        write()
        write()
        with pytest.raises(NotAnExtension, match="rewritten"):
            seal_and_sign(now=NOW)

    def test_refuses_an_empty_database_where_there_was_a_record(self, write, tamper):
        write()
        seal_and_sign(now=NOW)
        cut_off(tamper, 0)

        with pytest.raises(NotAnExtension):
            seal_and_sign(now=NOW)

    def test_refuses_to_begin_anew_when_its_memory_is_lost(self, write, signer_folder):
        write()
        seal_and_sign(now=NOW)
        os.remove(signer_folder / "remembered.json")

        with pytest.raises(NotAnExtension, match="no memory"):
            seal_and_sign(now=NOW)

    @pytest.mark.parametrize(
        "sql",
        ["UPDATE audit_event SET actor_name = 'Somebody'",
         "UPDATE audit_event SET canonical = canonical || ' '",
         "DELETE FROM audit_event",
         "UPDATE audit_entry SET case_seq = 7",
         "UPDATE audit_batch SET root = sha256('')"],
    )  # fmt: skip
    def test_refuses_what_was_altered_between_sealing_and_signing(self, write, tamper, sql):
        write()
        seal()
        tamper(sql)

        with pytest.raises(NotAnExtension):
            sign(now=NOW)
        assert not Checkpoint.objects.exists()

    def test_a_restore_is_accepted_by_a_person_and_recorded(self, write, tamper, signer_folder):
        for _ in range(2):
            write()
            seal_and_sign(now=NOW)
        root = bytes(Checkpoint.objects.get(size=2).root).hex()
        cut_off(tamper, 1)

        call_command("seal_audit", "--accept-restore", "BACKUP-2026-11-26", stdout=StringIO())

        event = Event.objects.get(name="audit.record_restored")
        assert event.purpose == "BACKUP-2026-11-26"
        assert (event.details["signed_size"], event.details["signed_root"]) == (2, root)
        assert event.details["found_size"] == 1
        assert Checkpoint.objects.order_by("-id").first().size == 2
        assert list(signer_folder.glob("remembered-until-*.json"))
        write()
        assert seal_and_sign(now=NOW).checkpoint.size == 3


def cut_off(tamper, size):
    """Leave the database as a backup taken at that size would."""
    tamper(
        f"DELETE FROM audit_event WHERE uuid NOT IN (SELECT event_uuid FROM audit_entry WHERE seq < {size})",
        f"DELETE FROM audit_entry WHERE seq >= {size}",
        f"DELETE FROM audit_batch WHERE end_size > {size}",
        f"DELETE FROM audit_checkpoint WHERE size > {size}",
    )


class TestByHand:
    def test_the_command_does_what_the_task_does(self, write):
        write()
        out = StringIO()
        call_command("seal_audit", "--once", stdout=out)
        assert out.getvalue().startswith("Sealed 1 events. Signed the record of 1 events, root ")

        write()
        run_task("audit.seal")
        assert Checkpoint.objects.order_by("-id").first().size == 2

        out = StringIO()
        call_command("seal_audit", "--once", stdout=out)
        assert out.getvalue() == "Nothing new to seal\n"

    def test_the_command_says_why_it_refuses(self, write, signer_folder):
        write()
        seal_and_sign(now=NOW)
        os.remove(signer_folder / "remembered.json")

        with pytest.raises(CommandError, match="no memory"):
            call_command("seal_audit", "--once")

    def test_the_task_says_why_it_refuses_in_one_line(self, write, signer_folder):
        write()
        seal_and_sign(now=NOW)
        os.remove(signer_folder / "remembered.json")

        with capture_logs() as logs:
            run_task("audit.seal")

        assert [(line["log_level"], line["event"]) for line in logs] == [
            ("error", "audit_not_signed")
        ]
        assert "no memory" in logs[0]["reason"]

    def test_waiting_events_are_timed(self, write):
        event = write()

        assert sealing_lag() >= 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            passed = cursor.fetchone()[0] - event.recorded_at
        assert timedelta(milliseconds=sealing_lag()) >= passed - timedelta(milliseconds=1)
