#!/usr/bin/env python3
"""Check an exported record of one case, without the portal that wrote it.

One file, Python 3.9 or newer, no packages, no network. Usage:

    python3 bwc_verify.py bundle.zip --key "NAME+ID+KEY" [--checkpoint older.txt] [--json]

The key line must reach you by another way than the bundle (on paper, by telephone). An older
checkpoint that you kept makes a rewritten history show. FORMAT.txt in the bundle describes the
format, so that anyone can write a second verifier.

Exit code 0: everything asked was proved. 2: something is contradicted. 3: nothing is contradicted,
but something could not be proved from what was given.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

PROVED, CONTRADICTED, UNPROVEN = "proved", "contradicted", "not provable"
EXIT = {PROVED: 0, CONTRADICTED: 2, UNPROVEN: 3}
EVENT_TAG = b"bwc-event/1\n"
PAYLOAD_TAG = b"bwc-payload/1\n"
NO_PAYLOAD = bytes(32)
EXPORTED = "audit.case_exported"
ERASED = "audit.personal_erased"
_LARGEST_FILE = 2 << 30


class Bad(Exception):
    """The bundle contradicts itself or cannot be read."""


class Answer(NamedTuple):
    """One question, its verdict, and why."""

    question: str
    verdict: str
    reason: str


class Statement(NamedTuple):
    """What a signed checkpoint says."""

    origin: str
    size: int
    root: bytes
    time: str


# --- Ed25519 (RFC 8032), verification only -------------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def _recover_x(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if square == 0:
        return None if sign else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P:
        return None
    return _P - x if x & 1 != sign else x


def _point(encoded: bytes) -> _Point | None:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    x = _recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % _P)


def _add(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(number: int, point: _Point) -> _Point:
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _add(total, point)
        point, number = _add(point, point), number >> 1
    return total


def _same(one: _Point, other: _Point) -> bool:
    return not (
        (one[0] * other[2] - other[0] * one[2]) % _P or (one[1] * other[2] - other[1] * one[2]) % _P
    )


_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE = _point(_BASE_Y.to_bytes(32, "little"))
_NEUTRAL = (0, 1, 1, 0)


def ed25519_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether this key signed this message. Keys of small order sign nothing."""
    if len(public) != 32 or len(signature) != 64 or _BASE is None:
        return False
    key, commitment = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= _L or _same(_times(8, key), _NEUTRAL):
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % _L
    return _same(_times(scalar, _BASE), _add(commitment, _times(challenge, key)))


# --- Hashes and proofs ---------------------------------------------------------------------------


def _sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_of(canonical: bytes, digest: bytes) -> bytes:
    """Hash an event: 0x00, its bytes, the digest of its personal part."""
    return _sha(b"\x00", canonical, digest)


def entry_of(leaf: bytes, case_seq: int, link: bytes) -> bytes:
    """Hash a tree entry: 0x00, the leaf, the place in the case, the case's chain link."""
    return _sha(b"\x00", leaf, case_seq.to_bytes(8, "big"), link)


def root_from_path(index: int, size: int, entry: bytes, path: list[bytes]) -> bytes | None:
    """Work out the root from an entry and its path (RFC 9162 2.1.3.2), None if it cannot be."""
    if not 0 <= index < size:
        return None
    first, last, node, sha = index, size - 1, entry, hashlib.sha256
    for sibling in path:
        if last == 0:
            return None
        if first & 1 or first == last:
            node = sha(b"\x01" + sibling + node).digest()
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = sha(b"\x01" + node + sibling).digest()
        first, last = first >> 1, last >> 1
    return node if last == 0 else None


def extends(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> bool:
    """Tell whether the proof shows that the larger tree extends the smaller (RFC 9162 2.1.4.2)."""
    if old == new:
        return old_root == new_root and not proof
    if not 0 < old < new or not proof:
        return False
    path = ([old_root] if old & (old - 1) == 0 else []) + list(proof)
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            older, newer = _sha(b"\x01", sibling, older), _sha(b"\x01", sibling, newer)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            newer = _sha(b"\x01", newer, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


# --- Keys and checkpoints ------------------------------------------------------------------------


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError as error:
        raise Bad("text that should be base64 is not") from error


def parse_key(line: str) -> tuple[str, bytes, bytes]:
    """Read a key line into name, id and the 32 bytes of the key."""
    parts = line.strip().split("+", 2)
    if len(parts) != 3:
        raise Bad("the key line is not of the form NAME+ID+KEY")
    name, identity, encoded = parts
    blob = _base64(encoded)
    if len(blob) != 33 or blob[:1] != b"\x01":
        raise Bad("the key is not an Ed25519 key")
    expected = _sha(name.encode(), b"\n", blob)[:4]
    if expected.hex() != identity:
        raise Bad("the key line was mistyped: its id does not belong to its key")
    return name, expected, blob[1:]


def parse_checkpoint(note: str) -> Statement:
    """Read what a checkpoint says, without yet believing it."""
    text, separator, _ = note.partition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) != 4 or not lines[3].startswith("time "):
        raise Bad("the checkpoint is not in the form of one")
    if not lines[1].isascii() or not lines[1].isdigit() or str(int(lines[1])) != lines[1]:
        raise Bad("the checkpoint gives no size")
    root = _base64(lines[2])
    if len(root) != 32:
        raise Bad("the checkpoint gives no root")
    return Statement(lines[0], int(lines[1]), root, lines[3][5:])


def signed_by(note: str, key: tuple[str, bytes, bytes]) -> bool:
    """Tell whether this key signed this checkpoint."""
    name, identity, public = key
    text, _, tail = note.partition("\n\n")
    for line in tail.split("\n"):
        marks = line.split(" ")
        if len(marks) == 3 and marks[0] == "\u2014" and marks[1] == name == text.split("\n")[0]:
            blob = _base64(marks[2])
            if blob[:4] == identity:
                return ed25519_signed(public, (text + "\n").encode(), blob[4:])
    return False


# --- The bundle ----------------------------------------------------------------------------------


class Bundle:
    """The files of a bundle."""

    def __init__(self, path: str) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise Bad(f"the bundle cannot be opened: {error}") from error

    def text(self, name: str) -> str:
        """Return a whole file as text."""
        return b"".join(self.lines(name)).decode("utf-8")

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a file, read as a stream."""
        try:
            if self._zip.getinfo(name).file_size > _LARGEST_FILE:
                raise Bad(f"{name} is larger than this verifier reads")
            with self._zip.open(name) as stream:
                yield from stream
        except KeyError as error:
            raise Bad(f"the bundle has no {name}") from error
        except (zipfile.BadZipFile, OSError, EOFError) as error:
            raise Bad(f"{name} is damaged: {error}") from error


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise Bad("the same key is given twice")
    return content


_decoder = json.JSONDecoder(object_pairs_hook=_no_repeats)


def _json(content: bytes) -> Any:
    try:
        return _decoder.decode(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Bad("a line is not JSON") from error


def _hashes(text: Any) -> list[bytes]:
    """Read hashes written one after another, in the only form that counts: lower-case hex."""
    try:
        joined = bytes.fromhex(text)
    except (TypeError, ValueError) as error:
        raise Bad("a hash is not written as one") from error
    if len(joined) % 32 or joined.hex() != text:
        raise Bad("a hash is not written as one")
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]


def _hash(text: Any) -> bytes:
    hashes = _hashes(text)
    if len(hashes) != 1:
        raise Bad("a hash is not written as one")
    return hashes[0]


class Chain:
    """Walks the events of one case in order, and remembers what was found."""

    def __init__(self, case_id: str, statement: Statement) -> None:
        self.case_id = case_id
        self.statement = statement
        self.count = 0
        self.index = -1
        self.link = bytes(32)
        self.last_name = ""
        self.withheld = 0
        self.missing_at = 0
        self.erased_at = 0
        self.released = 0

    def take(self, row: dict[str, Any]) -> None:
        """Check one event: its place, its link, its proof, its personal part. Raises Bad."""
        written = _base64(row["event"])
        digest = _hash(row["payload_digest"])
        leaf = leaf_of(written, digest)
        self.count += 1
        if row["case_seq"] != self.count:
            raise Bad(f"event {self.count} of the case is missing or out of order")
        self.link = _sha(b"\x02", self.link, leaf)
        entry = entry_of(leaf, self.count, self.link)
        root = root_from_path(row["index"], self.statement.size, entry, _hashes(row["proof"]))
        if root != self.statement.root:
            raise Bad(f"event {self.count} of the case is not the one that was sealed")
        if row["index"] <= self.index:
            raise Bad(f"event {self.count} of the case was sealed before the one it follows")
        self.index = row["index"]
        event = self._event(written)
        self.last_name = event["name"]
        if event["name"] == ERASED:
            self.erased_at = self.count
        self._personal(row, digest)

    def _event(self, written: bytes) -> dict[str, Any]:
        if not written.startswith(EVENT_TAG):
            raise Bad(f"event {self.count} of the case is of a format this verifier does not know")
        event: dict[str, Any] = _json(written[len(EVENT_TAG) :])
        if event["case"]["id"] != self.case_id:
            raise Bad(f"event {self.count} belongs to another case")
        return event

    def _personal(self, row: dict[str, Any], digest: bytes) -> None:
        payload = row.get("payload")
        if digest == NO_PAYLOAD:
            if payload is not None:
                raise Bad(f"event {self.count} has no personal part, yet one was added")
        elif payload is None:
            self.withheld += 1
            self.missing_at = self.count
        elif _sha(_hash(row["salt"]), _base64(payload)) != digest:
            raise Bad(f"the personal part of event {self.count} was altered")
        else:
            self.released += 1


def verify(
    bundle: Bundle, key_line: str | None = None, older_notes: list[str] | None = None
) -> list[Answer]:
    """Answer every question about a bundle. Raises Bad for a bundle that cannot be read at all."""
    manifest = _json(bundle.text("manifest.json").encode())
    if manifest.get("format") != "bwc-bundle/1":
        raise Bad("the bundle is of a format this verifier does not know")
    note = bundle.text("checkpoint.txt")
    statement = parse_checkpoint(note)
    answers = [_who_signed(bundle, note, key_line)]
    answers += _events(bundle, manifest, statement)
    for older in older_notes or []:
        answers.append(_same_history(bundle, statement, older, key_line))
    return answers


def _who_signed(bundle: Bundle, note: str, key_line: str | None) -> Answer:
    question = "Was the checkpoint signed by the key you were given?"
    key = parse_key(key_line or bundle.text("verifier-key.txt"))
    if not signed_by(note, key):
        return Answer(question, CONTRADICTED, "The signature does not belong to it.")
    if not key_line:
        reason = (
            "You gave no key. The bundle's own key fits, which proves nothing about who signed."
        )
        return Answer(question, UNPROVEN, reason)
    return Answer(question, PROVED, f"Signed by {key[0]}+{key[1].hex()}.")


def _events(bundle: Bundle, manifest: dict[str, Any], statement: Statement) -> list[Answer]:
    unaltered = "Is every event the one that was sealed, in the order it was sealed?"
    complete = "Are these all the events of the case?"
    personal = "Are the personal parts the original ones?"
    chain = Chain(manifest["case_id"], statement)
    try:
        for line in bundle.lines("events.ndjson"):
            chain.take(_json(line))
    except Bad as bad:
        return [Answer(unaltered, CONTRADICTED, f"{bad}.".replace("..", "."))]
    except (KeyError, TypeError, OverflowError, AttributeError) as error:
        return [Answer(unaltered, CONTRADICTED, f"Event {chain.count} cannot be read: {error!r}.")]
    if not chain.count:
        return [Answer(unaltered, UNPROVEN, "The bundle holds no events.")]
    return [
        Answer(unaltered, PROVED, f"{chain.count} events, each in the signed tree."),
        _complete(complete, chain, manifest),
        _personal_parts(personal, chain),
    ]


def _complete(question: str, chain: Chain, manifest: dict[str, Any]) -> Answer:
    if manifest.get("events") != chain.count:
        reason = f"The bundle says {manifest.get('events')} events and holds {chain.count}."
        return Answer(question, CONTRADICTED, reason)
    if chain.last_name != EXPORTED:
        reason = "The last event is not that of an export: later ones may have been left out."
        return Answer(question, UNPROVEN, reason)
    reason = f"Places 1 to {chain.count} without a gap, ending with the export's own event."
    return Answer(question, PROVED, reason)


def _personal_parts(question: str, chain: Chain) -> Answer:
    if chain.missing_at > chain.erased_at:
        reason = f"{chain.withheld} are not in the bundle: withheld, or gone without a certificate."
        return Answer(question, UNPROVEN, reason)
    reason = f"{chain.released} match their seals."
    if chain.withheld:
        reason += f" {chain.withheld} were erased; an event in the chain names the certificate."
    return Answer(question, PROVED, reason)


def _same_history(
    bundle: Bundle, statement: Statement, older_note: str, key_line: str | None
) -> Answer:
    older = parse_checkpoint(older_note)
    question = f"Does the record extend the checkpoint of {older.size} events that you kept?"
    if not signed_by(older_note, parse_key(key_line or bundle.text("verifier-key.txt"))):
        return Answer(question, CONTRADICTED, "Your checkpoint is not signed by this key.")
    if older.size > statement.size:
        return Answer(question, UNPROVEN, "Your checkpoint is newer than the bundle.")
    proofs = _json(bundle.text("consistency.json").encode())
    proof = [] if older.size == statement.size else proofs.get(str(older.size))
    if proof is None:
        reason = f"The bundle has no proof from {older.size} events: ask for one."
        return Answer(question, UNPROVEN, reason)
    path = [_hash(text) for text in proof]
    if extends(older.size, older.root, statement.size, statement.root, path):
        return Answer(question, PROVED, "Nothing before it was changed, removed or added.")
    return Answer(question, CONTRADICTED, "The history before it is another one.")


def overall(answers: list[Answer]) -> str:
    """Return the verdict over all questions: one contradiction outweighs, one gap leaves a gap."""
    verdicts = {answer.verdict for answer in answers}
    if CONTRADICTED in verdicts:
        return CONTRADICTED
    return PROVED if verdicts == {PROVED} else UNPROVEN


def main(arguments: list[str] | None = None, write: Callable[[str], Any] = print) -> int:
    """Run from the command line and return the exit code."""
    parser = argparse.ArgumentParser(description="Check an exported record of one case.")
    parser.add_argument("bundle", help="the zip file that was handed over")
    parser.add_argument("--key", help="the key line that reached you by another way")
    parser.add_argument("--checkpoint", action="append", help="a file with an older checkpoint")
    parser.add_argument("--json", action="store_true", help="print the answers as JSON")
    options = parser.parse_args(arguments)
    try:
        older = []
        for path in options.checkpoint or []:
            with open(path, encoding="utf-8") as stream:
                older.append(stream.read())
        answers = verify(Bundle(options.bundle), options.key, older)
    except (Bad, OSError, UnicodeDecodeError) as error:
        answers = [Answer("Can the bundle be read?", CONTRADICTED, f"{error}.")]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        answers = [Answer("Can the bundle be read?", CONTRADICTED, f"Out of form: {error!r}.")]
    verdict = overall(answers)
    if options.json:
        write(json.dumps({"verdict": verdict, "answers": [a._asdict() for a in answers]}, indent=1))
    else:
        for answer in answers:
            write(f"{answer.verdict.upper():>13}  {answer.question} {answer.reason}")
        write(f"Verdict: {verdict}.")
    return EXIT[verdict]


if __name__ == "__main__":
    sys.exit(main())
