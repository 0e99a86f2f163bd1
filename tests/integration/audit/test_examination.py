"""Tampering by somebody who owns the tables: found, and the event named (T80 to T82)."""

import random
import uuid
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from structlog.testing import capture_logs

from audit.models import Checkpoint, Entry, Event, EventPayload
from audit.recorder import canonical_bytes, erase_personal
from audit.sealing.examination import examine
from audit.sealing.run import seal_and_sign
from tests.integration.audit.conftest import NOW, run_task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("signer_folder")]

# How one bit of a column of each type is flipped. Numbers get a high bit, not to meet another row.
FLIPS = {
    "text": "overlay({0} PLACING chr(ascii({0} || ' ') # 1) FROM 1 FOR 1)",
    "uuid": "overlay({0}::text PLACING to_hex(('x' || right({0}::text, 1))::bit(4)::int # 1)"
    " FROM 36 FOR 1)::uuid",
    "bytea": "set_bit({0}, 70, 1 - get_bit({0}, 70))",
    "bigint": "{0} # (1::bigint << 40)",
    "smallint": "{0} # 2::smallint",
    "xid8": "({0}::text::bigint # 1)::text::xid8",
    "timestamp with time zone": "{0} + interval '1 microsecond'",
    "jsonb": "jsonb_set({0}, '{{n}}', '\"n-2\"')",
}
EVENTS = 1_000


def columns(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = current_schema() ORDER BY ordinal_position",
            [table],
        )
        return cursor.fetchall()


def fill(write, number, case_id):
    with transaction.atomic():
        for _ in range(number):
            write(case_id, details={"n": "n-1"}, personal={"n": "Ann"}, purpose="INTAKE")


class Undone(Exception):
    """Ends a block so that what was tampered with is put back."""


def named_after(tamper, statement, parameters):
    """Return the events that an examination names after the statement, which is then undone."""
    named = set()
    try:
        with transaction.atomic():
            tamper(
                "ALTER TABLE audit_event ALTER id DROP IDENTITY IF EXISTS", (statement, parameters)
            )
            named = {finding.event_uuid for finding in examine().findings}
            raise Undone
    except Undone:
        return named


def test_one_bit_in_any_column_names_the_exact_event(write, tamper):
    case_id = uuid.uuid4()
    fill(write, EVENTS, case_id)
    seal_and_sign(now=NOW)
    assert examine().findings == []
    events = list(Event.objects.values_list("uuid", flat=True))
    chooser = random.Random(20261127)  # noqa: S311 (the same victims every time)

    for column, kind in columns("audit_event"):
        victim = chooser.choice(events)
        flip = FLIPS[kind].format(column)

        named = named_after(
            tamper, f"UPDATE audit_event SET {column} = {flip} WHERE uuid = %s", [victim]
        )

        if column == "uuid":  # the event is missing under one id and superfluous under another
            assert victim in named
            assert len(named - {None}) == 2
        else:
            assert named == {victim}, column


def test_one_bit_in_any_column_of_a_personal_part_names_the_exact_event(write, tamper):
    fill(write, 20, uuid.uuid4())
    seal_and_sign(now=NOW)
    victim = Event.objects.values_list("uuid", flat=True)[7]

    for column, kind in columns("audit_eventpayload"):
        flip = FLIPS[kind].format(column)
        named = named_after(
            tamper,
            f"UPDATE audit_eventpayload SET {column} = {flip} WHERE event_uuid = %s",
            [victim],
        )

        assert victim in named, column


@pytest.mark.parametrize("place", [0, 9, 19])
class TestRowsGoneOrAdded:
    """T81, in the middle and at both ends."""

    @pytest.fixture
    def victim(self, write, place):
        fill(write, 20, uuid.uuid4())
        seal_and_sign(now=NOW)
        return Entry.objects.get(seq=place).event_uuid

    def test_a_deleted_event_is_named(self, victim, tamper):
        tamper(("DELETE FROM audit_event WHERE uuid = %s", [victim]))

        assert "was sealed and is gone" in sentences_of(victim)

    def test_an_event_taken_out_of_the_tree_is_named(self, victim, tamper):
        tamper(("DELETE FROM audit_entry WHERE event_uuid = %s", [victim]))

        assert "was put in behind the sealer, or taken out of the tree" in sentences_of(victim)

    def test_an_event_deleted_with_its_entry_leaves_a_gap(self, victim, tamper, place):
        tamper(
            ("DELETE FROM audit_event WHERE uuid = %s", [victim]),
            ("DELETE FROM audit_eventpayload WHERE event_uuid = %s", [victim]),
            ("DELETE FROM audit_entry WHERE event_uuid = %s", [victim]),
        )

        found = " ".join(map(str, examine().findings))
        expected = "cut off" if place == 19 else f"Entries {place} to {place} are gone"
        assert expected in found

    def test_contents_that_were_swapped_are_named(self, victim, tamper):
        other = Entry.objects.exclude(event_uuid=victim).first().event_uuid
        swap = (
            "UPDATE audit_event e SET (canonical, payload_digest, leaf_hash, actor_name) ="
            " (SELECT canonical, payload_digest, leaf_hash, actor_name FROM audit_event o"
            " WHERE o.uuid = CASE e.uuid WHEN %s THEN %s::uuid ELSE %s::uuid END)"
            " WHERE e.uuid IN (%s, %s)"
        )
        tamper((swap, [victim, other, victim, victim, other]))

        assert sentences_of(victim)
        assert sentences_of(other)

    def test_an_event_slipped_in_behind_the_sealer_is_named(self, victim, tamper):
        added = uuid.uuid4()
        names = ", ".join(name for name, _ in columns("audit_event") if name not in {"id", "uuid"})
        tamper(
            (
                f"INSERT INTO audit_event (uuid, {names})"
                f" SELECT %s, {names} FROM audit_event WHERE uuid = %s",
                [added, victim],
            )
        )

        assert "was put in behind the sealer, or taken out of the tree" in sentences_of(added)
        assert not sentences_of(victim)


def sentences_of(event_uuid):
    return [each.sentence for each in examine().findings if each.event_uuid == event_uuid]


class TestWholeRecord:
    def test_a_tail_cut_off_is_known_to_the_signer(self, write, tamper):
        fill(write, 3, None)
        seal_and_sign(now=NOW)
        fill(write, 3, None)
        seal_and_sign(now=NOW)
        cut_tail(tamper, 3)

        assert any("cut off" in str(finding) for finding in examine().findings)

    def test_a_tail_cut_off_with_the_signers_memory_is_known_to_a_checkpoint_outside(
        self, write, tamper, signer_folder
    ):
        fill(write, 3, None)
        seal_and_sign(now=NOW)
        fill(write, 3, None)
        outside = seal_and_sign(now=NOW).checkpoint.note
        cut_tail(tamper, 3)
        (signer_folder / "remembered.json").unlink()

        without, with_it = examine(), examine(outside=(outside,))
        assert (without.findings, without.unproven()) == ([], 3), "it must not pass as proved"
        assert any("checkpoint kept outside" in str(each).lower() for each in with_it.findings)

    def test_a_record_rewritten_and_signed_anew_with_the_true_key_is_known_to_an_older_checkpoint(
        self, write, tamper, signer_folder
    ):
        """T82: the thief has everything but the paper in somebody else's drawer."""
        fill(write, 5, uuid.uuid4())
        outside = seal_and_sign(now=NOW).checkpoint.note
        rewrite_everything(tamper)
        (signer_folder / "remembered.json").unlink()
        seal_and_sign(now=NOW)

        assert examine().findings == [], "the forgery is perfect, seen from inside"
        found = [str(each) for each in examine(outside=(outside,)).findings]
        assert any("between events 0 and 5 was rewritten" in text for text in found)

    def test_a_checkpoint_of_another_key_is_reported(self, write, tamper):
        write()
        seal_and_sign(now=NOW)
        tamper("UPDATE audit_checkpoint SET note = replace(note, 'time 2026', 'time 2025')")

        assert "The signature does not belong" in str(examine().findings[0]).replace(
            "the", "The", 1
        )

    @pytest.mark.parametrize(
        "sql",
        ["UPDATE audit_subtree SET hash = sha256('')", "DELETE FROM audit_subtree",
         "UPDATE audit_batch SET root = sha256('')", "UPDATE audit_batch SET number = number + 1",
         "DELETE FROM audit_batch", "UPDATE audit_checkpoint SET size = size + 1",
         "UPDATE audit_entry SET case_seq = case_seq + 1000 WHERE seq = 100",
         "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_rows"],
    )  # fmt: skip
    def test_a_damaged_seal_is_reported(self, write, tamper, sql):
        fill(write, 260, uuid.uuid4())
        seal_and_sign(now=NOW)
        if sql.startswith("ALTER"):
            with connection.cursor() as cursor:
                cursor.execute(sql)
        else:
            tamper(sql)

        assert examine().findings
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_rows")


def cut_tail(tamper, size):
    tamper(
        f"DELETE FROM audit_eventpayload WHERE event_uuid IN (SELECT event_uuid FROM audit_entry WHERE seq >= {size})",
        f"DELETE FROM audit_event WHERE uuid IN (SELECT event_uuid FROM audit_entry WHERE seq >= {size})",
        f"DELETE FROM audit_entry WHERE seq >= {size}",
        f"DELETE FROM audit_batch WHERE end_size > {size}",
        f"DELETE FROM audit_checkpoint WHERE size > {size}",
    )


def rewrite_everything(tamper):
    event = Event.objects.order_by("id").first()
    event.actor_name = "Somebody Else"
    tamper(
        (
            "UPDATE audit_event SET actor_name = %s, canonical = %s::bytea,"
            " leaf_hash = sha256('\\x00'::bytea || %s::bytea || payload_digest) WHERE id = %s",
            ["Somebody Else", canonical_bytes(event), canonical_bytes(event), event.pk],
        ),
        "DELETE FROM audit_entry",
        "DELETE FROM audit_batch",
        "DELETE FROM audit_checkpoint",
    )


class TestPersonalParts:
    def test_an_erasure_with_a_certificate_is_no_finding(self, write):
        case_id = uuid.uuid4()
        fill(write, 3, case_id)
        with transaction.atomic():
            erase_personal(case_id=case_id, certificate_number="DC-26-0001", now=NOW)
        seal_and_sign(now=NOW)

        assert examine().findings == []

    def test_a_personal_part_that_vanished_is_named(self, write, tamper):
        event = write(uuid.uuid4(), personal={"n": "Ann"})
        seal_and_sign(now=NOW)
        EventPayload.objects.all().delete()

        assert sentences_of(event.uuid) == ["its personal part is gone without a certificate"]

    def test_a_certificate_covers_only_what_came_before_it(self, write):
        case_id = uuid.uuid4()
        with transaction.atomic():
            erase_personal(case_id=case_id, certificate_number="DC-26-0001", now=NOW)
        event = write(case_id, personal={"n": "Ann"})
        EventPayload.objects.all().delete()

        assert sentences_of(event.uuid) == ["its personal part is gone without a certificate"]


class TestByHand:
    def run(self, *arguments):
        out = StringIO()
        try:
            call_command("verify_audit", *arguments, stdout=out)
        except SystemExit as end:
            return end.code, out.getvalue()
        return 0, out.getvalue()

    def test_proved(self, write):
        write()
        seal_and_sign(now=NOW)
        write()

        assert self.run() == (
            0,
            "1 sealed events read, 1 waiting to be sealed.\n"
            "Proved: every event is as it was sealed.\n",
        )

    def test_contradicted(self, write, tamper):
        event = write()
        seal_and_sign(now=NOW)
        tamper("UPDATE audit_event SET actor_name = 'Somebody'")

        code, out = self.run()
        assert code == 2
        assert f"Event {event.uuid}: its columns are not those that were hashed (actor)" in out

    def test_not_all_proved(self, write, signer_folder, tmp_path):
        write()
        kept = tmp_path / "kept.txt"
        kept.write_text(seal_and_sign(now=NOW).checkpoint.note)
        write()
        seal_and_sign(now=NOW)
        (signer_folder / "remembered.json").unlink()

        assert self.run()[0] == 3
        code, out = self.run("--checkpoint", str(kept))
        assert code == 3
        assert "nothing outside this database vouches for events 1 to 2" in out
        kept.write_text(Checkpoint.objects.get(size=2).note)
        assert self.run("--checkpoint", str(kept))[0] == 0


def test_the_nightly_task_logs_what_the_command_prints(write, tamper):
    event = write()
    seal_and_sign(now=NOW)
    with capture_logs() as quiet:
        run_task("audit.examine")
    tamper("UPDATE audit_event SET actor_name = 'Somebody'")
    with capture_logs() as loud:
        run_task("audit.examine")

    assert [line["event"] for line in quiet] == ["audit_examined"]
    assert (loud[0]["log_level"], loud[0]["event_uuid"]) == ("error", str(event.uuid))
    assert loud[-1]["findings"] == 1
