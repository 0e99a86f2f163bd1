"""A case handed over: proved by one file without the portal, and nothing altered passes (T88, T89)."""

import base64
import copy
import json
import shutil
import subprocess
import sys
import threading
import uuid
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from audit.models import Event
from audit.recorder import erase_personal
from audit.sealing import export as export_module
from audit.sealing.export import NotYetSealed, export_case
from audit.sealing.keys import SignerFolder
from audit.sealing.run import seal_and_sign
from audit.verifier import bwc_verify
from tests.integration.audit.conftest import HANDLER, NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("signer_folder")]

CASE, OTHER = uuid.uuid4(), uuid.uuid4()
SIGNED, UNALTERED, COMPLETE, PERSONAL = range(4)


@pytest.fixture
def export(tmp_path):
    """Return a function that exports the case and gives the bundle's path and key line."""

    def run(**more):
        path = tmp_path / f"{uuid.uuid4()}.zip"
        arguments = {"with_personal": True} | more
        done = export_case(
            case_id=CASE, case_reference="CM-26-K7MQ4", actor=HANDLER, now=NOW, path=path,
            **arguments,
        )  # fmt: skip
        return path, done.verifier_key

    return run


@pytest.fixture
def a_record(write):
    """Three hundred events of several cases, so that the tree has a stored subtree."""
    with transaction.atomic():
        for number in range(300):
            case_id = (CASE, OTHER, None)[number % 3]
            write(case_id, details={"n": number}, personal={"who": f"Ann {number}"})


def read_bundle(path):
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def write_bundle(path, files):
    with zipfile.ZipFile(path, "w") as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return path


def verdicts(path, key_line, *older):
    answers = bwc_verify.verify(bwc_verify.Bundle(str(path)), key_line, list(older))
    return [answer.verdict for answer in answers]


def exit_code(path, key_line=None, *more):
    keys = ["--key", key_line] if key_line else []
    return bwc_verify.main([str(path), *keys, *more], write=lambda line: None)


@pytest.mark.usefixtures("a_record")
class TestVerdicts:
    def test_everything_is_proved(self, export):
        path, key_line = export()

        assert verdicts(path, key_line) == ["proved"] * 4
        assert exit_code(path, key_line) == 0

    def test_without_a_key_it_is_not_proved_who_signed(self, export):
        path, _ = export()

        assert exit_code(path) == 3

    def test_another_key_is_a_contradiction(self, export, settings, tmp_path):
        path, _ = export()
        settings.AUDIT_DIR = tmp_path / "another signer"
        other = SignerFolder.configured()
        line = export_module.notes.verifier_key(
            other.origin, export_module.notes.public_bytes(other.key())
        )

        assert exit_code(path, line) == 2

    def test_personal_parts_may_be_withheld_and_that_is_said(self, export):
        path, key_line = export(with_personal=False)

        assert verdicts(path, key_line)[PERSONAL] == "not provable"
        assert b"Ann" not in b"".join(read_bundle(path).values())
        assert exit_code(path, key_line) == 3

    def test_erased_personal_parts_are_accounted_for_by_their_certificate(self, export):
        with transaction.atomic():
            erase_personal(case_id=CASE, certificate_number="DC-26-0001", now=NOW)
        path, key_line = export()

        assert exit_code(path, key_line) == 0

    def test_a_bundle_without_its_last_event_is_not_proved_complete(self, export, tmp_path):
        path, key_line = export()
        files = read_bundle(path)
        lines = files["events.ndjson"].splitlines(keepends=True)
        files["events.ndjson"] = b"".join(lines[:-1])
        manifest = json.loads(files["manifest.json"]) | {"events": len(lines) - 1}
        files["manifest.json"] = json.dumps(manifest)
        shorter = write_bundle(tmp_path / "shorter.zip", files)

        assert verdicts(shorter, key_line)[COMPLETE] == "not provable"
        assert exit_code(shorter, key_line) == 3

    def test_an_older_checkpoint_is_extended(self, export, write, tmp_path):
        older = seal_and_sign(now=NOW).checkpoint.note
        write()
        path, key_line = export(older=(older,))
        kept = tmp_path / "kept.txt"
        kept.write_text(older, encoding="utf-8")

        assert verdicts(path, key_line, older) == ["proved"] * 5
        assert exit_code(path, key_line, "--checkpoint", str(kept)) == 0

    def test_an_older_checkpoint_without_a_proof_is_not_provable(self, export, write):
        older = seal_and_sign(now=NOW).checkpoint.note
        write()
        path, key_line = export()

        assert verdicts(path, key_line, older)[-1] == "not provable"

    def test_an_older_checkpoint_of_another_history_is_a_contradiction(
        self, export, write, tamper, signer_folder
    ):
        older = seal_and_sign(now=NOW).checkpoint.note
        tamper("DELETE FROM audit_entry", "DELETE FROM audit_batch", "DELETE FROM audit_subtree",
               "DELETE FROM audit_checkpoint",
               "DELETE FROM audit_event WHERE id = (SELECT min(id) FROM audit_event)")  # fmt: skip
        (signer_folder / "remembered.json").unlink()
        write()
        path, key_line = export(older=(older,))

        assert verdicts(path, key_line)[:3] == ["proved"] * 3, "perfect, seen from inside"
        assert verdicts(path, key_line, older)[-1] == "contradicted"

    def test_a_bundle_tells_nothing_of_other_cases(self, export):
        path, _ = export()
        content = b"".join(read_bundle(path).values())
        mine = set(Event.objects.filter(case_id=CASE).values_list("uuid", flat=True))

        decoded = content + b"".join(
            base64.b64decode(json.loads(line)["event"])
            for line in read_bundle(path)["events.ndjson"].splitlines()
        )
        for event in Event.objects.exclude(uuid__in=mine):
            assert str(event.uuid).encode() not in decoded
        assert str(OTHER).encode() not in decoded

    def test_the_verifier_needs_nothing_of_ours(self, export, tmp_path):
        path, key_line = export()
        alone = tmp_path / "alone"
        alone.mkdir()
        shutil.copy(bwc_verify.__file__, alone / "verify.py")

        done = subprocess.run(
            [sys.executable, "-I", "-S", "verify.py", str(path), "--key", key_line, "--json"],
            cwd=alone, env={}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["verdict"] == "proved"

    def test_the_export_is_itself_recorded(self, export):
        path, _ = export()

        event = Event.objects.get(name="audit.case_exported")
        assert (event.case_id, event.operation, event.details) == (
            CASE, "DISCLOSURE", {"with_personal": True},
        )  # fmt: skip
        last = json.loads(read_bundle(path)["events.ndjson"].splitlines()[-1])
        assert base64.b64decode(last["event"]) == bytes(event.canonical)


def altered_lines(lines):
    """Yield (name, lines) for every way of altering the events of a bundle."""
    yield "nothing left", []
    yield "reversed", lines[::-1]
    for at in (0, len(lines) // 2, len(lines) - 2):
        yield f"dropped {at}", lines[:at] + lines[at + 1 :]
        yield f"doubled {at}", lines[: at + 1] + lines[at:]
        yield f"swapped {at}", [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
        for key in lines[at]:
            for name, value in alterations(lines[at][key]):
                changed = copy.deepcopy(lines)
                changed[at][key] = value
                yield f"{key} {name} {at}", changed
            changed = copy.deepcopy(lines)
            del changed[at][key]
            yield f"{key} removed {at}", changed


def alterations(value):
    """Yield (name, value) for the ways of altering one value."""
    yield "null", None
    yield "list", [value]
    if isinstance(value, int):
        yield "plus one", value + 1
        yield "minus one", value - 1
        yield "negative", -value - 1
        yield "text", str(value)
    elif isinstance(value, list):
        yield "shorter", value[:-1]
        yield "longer", [*value, "00" * 32]
        yield "first changed", [flipped(value[0]), *value[1:]]
        yield "turned", value[::-1]
    else:
        yield "flipped at the start", flipped(value)
        yield "flipped inside", value[:20] + flipped(value[20:])
        yield "shorter", value[:-4]
        yield "longer", value + value[:4]
        yield "blank", " " + value
        yield "empty", ""


def flipped(text):
    return ("0" if text[0] != "0" else "1") + text[1:]


@pytest.mark.usefixtures("a_record")
def test_no_altered_bundle_passes(export, tmp_path):
    """Some two hundred alterations: not one may end with exit code 0."""
    path, key_line = export()
    files = read_bundle(path)
    lines = [json.loads(line) for line in files["events.ndjson"].splitlines()]
    passed, tried = [], 0

    def attempt(name, changed):
        nonlocal tried
        tried += 1
        if exit_code(write_bundle(tmp_path / "altered.zip", changed), key_line) == 0:
            passed.append(name)

    for name, changed in altered_lines(lines):
        # A personal part that is left out is a matter of the export, and is said, not proved.
        content = "".join(json.dumps(line) + "\n" for line in changed)
        attempt(name, files | {"events.ndjson": content})
    for file in ("checkpoint.txt", "manifest.json", "events.ndjson"):
        content = files[file]
        attempt(f"{file} empty", files | {file: b""})
        attempt(f"{file} cut", files | {file: content[: len(content) // 2]})
        attempt(f"{file} missing", {name: files[name] for name in files if name != file})
        for at in range(5, min(len(content), 150), 12):
            changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            if file != "manifest.json":  # its reference is a label that nothing depends on
                attempt(f"{file} byte {at}", files | {file: changed})

    assert passed == []
    assert tried > 150


def test_rubbish_is_a_contradiction(tmp_path):
    rubbish = tmp_path / "rubbish.zip"
    rubbish.write_bytes(b"not a zip file")

    assert exit_code(rubbish) == 2
    assert exit_code(tmp_path / "missing.zip") == 2


def test_a_long_transaction_is_named_as_the_reason(write, export):
    write(CASE)
    wrote, may_end = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                write()
                wrote.set()
                may_end.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert wrote.wait(20)
        with pytest.raises(NotYetSealed, match="long transaction"):
            export(patience=0.3)
    finally:
        may_end.set()
        thread.join()


class TestByHand:
    def test_writes_the_bundle_and_prints_the_key_line_last(self, write, tmp_path):
        write(CASE, personal={"who": "Ann"})
        path, out = tmp_path / "case.zip", StringIO()

        call_command(
            "export_case_events", str(CASE), "--output", str(path), "--with-personal", stdout=out
        )

        assert exit_code(path, out.getvalue().splitlines()[-1]) == 0
        assert json.loads(read_bundle(path)["manifest.json"])["case_reference"].startswith("CM-")

    def test_does_not_overwrite(self, write, tmp_path):
        write(CASE)
        path = tmp_path / "case.zip"
        path.write_text("precious")

        with pytest.raises(CommandError):
            call_command("export_case_events", str(CASE), "--output", str(path))
        assert Path(path).read_text() == "precious"
        assert not Event.objects.filter(name="audit.case_exported").exists()

    def test_an_unknown_case_is_said(self, tmp_path):
        with pytest.raises(CommandError, match="No event"):
            call_command("export_case_events", str(CASE), "--output", str(tmp_path / "x.zip"))
        assert not Event.objects.exists()
