"""Signed checkpoints, and the verifier's own Ed25519 against the library's."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.sealing import notes
from audit.sealing.notes import BadCheckpoint, Checkpoint
from audit.verifier import bwc_verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = notes.public_bytes(KEY)
STATEMENT = Checkpoint(
    "force.example/bwc", 1234, bytes(range(32)), datetime(2026, 11, 27, tzinfo=UTC)
)
NOTE = notes.sign(STATEMENT, KEY)
KEY_LINE = notes.verifier_key("force.example/bwc", PUBLIC)


def test_golden_note_never_changes():
    assert NOTE.split("\n\u2014")[0] == (
        "force.example/bwc\n1234\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
        "time 2026-11-27T00:00:00+00:00\n"
    )


def test_what_was_signed_can_be_read_by_portal_and_verifier():
    assert notes.read(NOTE, "force.example/bwc", PUBLIC) == STATEMENT
    assert bwc_verify.signed_by(NOTE, bwc_verify.parse_key(KEY_LINE))
    said = bwc_verify.parse_checkpoint(NOTE)
    assert (said.origin, said.size, said.root) == ("force.example/bwc", 1234, bytes(range(32)))


def other_key_note():
    return notes.sign(STATEMENT, Ed25519PrivateKey.generate())


def with_the_id_of_the_true_key():
    """A signature of another key under the id of the true one."""
    forged = other_key_note()
    body, line = forged.rstrip("\n").rsplit(" ", 1)
    blob = bytearray(bwc_verify._base64(line))
    blob[:4] = notes.key_id("force.example/bwc", PUBLIC)
    return f"{body} {bwc_verify.base64.b64encode(bytes(blob)).decode()}\n"


FORGERIES = {
    "size": NOTE.replace("1234", "1235"),
    "size with a zero": NOTE.replace("1234", "01234"),
    "root": NOTE.replace("AAECAw", "BAECAw"),
    "time": NOTE.replace("2026", "2025"),
    "name": NOTE.replace("force.example/bwc", "other.example/bwc"),
    "name of the signature": NOTE.replace("\u2014 force", "\u2014 farce"),
    "other key": other_key_note(),
    "other key under the true id": with_the_id_of_the_true_key(),
    "no signature": NOTE.split("\n\n")[0] + "\n\n",
    "nothing": "",
    "a line more": NOTE.replace("\ntime", "\nextra\ntime"),
    "broken base64": NOTE.replace("AAECAw", "*****"),
}


@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_a_forged_checkpoint_convinces_neither_portal_nor_verifier(name):
    forged = FORGERIES[name]

    with pytest.raises(BadCheckpoint):
        notes.read(forged, "force.example/bwc", PUBLIC)
    assert not believed(forged)


def believed(note):
    try:
        bwc_verify.parse_checkpoint(note)
        return bwc_verify.signed_by(note, bwc_verify.parse_key(KEY_LINE))
    except bwc_verify.Bad:
        return False


@pytest.mark.parametrize(
    "line",
    ["", "name", "name+id", KEY_LINE.replace("+0", "+1").replace("+a", "+b") + "x",
     KEY_LINE[:-6] + "AAAAA=", "force.example/bwc+00000000+" + KEY_LINE.rsplit("+", 1)[1]],
)  # fmt: skip
def test_a_mistyped_key_line_is_noticed(line):
    with pytest.raises(bwc_verify.Bad):
        bwc_verify.parse_key(line)


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=64), st.integers(0, 511))
def test_the_verifiers_ed25519_agrees_with_the_library(seed, message, bit):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = notes.public_bytes(key), key.sign(message)
    damaged = bytearray(signature)
    damaged[bit // 8] ^= 1 << bit % 8

    assert bwc_verify.ed25519_signed(public, message, signature)
    assert not bwc_verify.ed25519_signed(public, message, bytes(damaged))
    assert not bwc_verify.ed25519_signed(public, message + b"x", signature)


def test_rfc_8032_vectors():
    vectors = [
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
         "d25bf5f0595bbe24655141438e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
         "387b2eaeb4302aeeb00d291612bb0c00"),
    ]  # fmt: skip
    for public, message, signature in vectors:
        assert bwc_verify.ed25519_signed(*map(bytes.fromhex, (public, message, signature)))


def test_a_signature_has_one_form_only():
    """Adding the group order to the scalar gives a second signature that must not pass."""
    signature = KEY.sign(b"message")
    scalar = int.from_bytes(signature[32:], "little") + bwc_verify._L
    second = signature[:32] + scalar.to_bytes(32, "little")

    assert not bwc_verify.ed25519_signed(PUBLIC, b"message", second)


@pytest.mark.parametrize("public", [bytes(31), (1).to_bytes(32, "little"), bytes(32), b"\xff" * 32])
def test_keys_that_are_none_sign_nothing(public):
    signature = (1).to_bytes(32, "little") + bytes(32)

    assert not bwc_verify.ed25519_signed(public, b"message", signature)
