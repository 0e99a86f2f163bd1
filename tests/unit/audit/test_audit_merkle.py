"""The tree against RFC 6962, and the portal's proofs against the verifier written apart from it."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.sealing import merkle
from audit.sealing.merkle import Frontier
from audit.verifier import bwc_verify

# The eight inputs and the roots used by the Certificate Transparency reference implementation.
CT_INPUTS = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
CT_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
SIZES = st.integers(1, 300)


def entries(size):
    return [hashlib.sha256(b"\x00" + number.to_bytes(4, "big")).digest() for number in range(size)]


def plain_root(hashes):
    """Work the root out as RFC 6962 2.1 defines it, by recursion."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(
        b"\x01" + plain_root(hashes[:split]) + plain_root(hashes[split:])
    ).digest()


def reader(hashes):
    def read(level, position):
        return plain_root(hashes[position << level : (position + 1) << level])

    return read


def frontier_of(hashes):
    frontier = Frontier.empty()
    frontier.extend(hashes)
    return frontier


@pytest.mark.parametrize("size", sorted(CT_ROOTS))
def test_roots_are_those_of_certificate_transparency(size):
    hashes = [hashlib.sha256(b"\x00" + bytes.fromhex(text)).digest() for text in CT_INPUTS[:size]]

    assert frontier_of(hashes).root().hex() == CT_ROOTS[size]


def test_a_tree_of_nothing_has_the_root_of_nothing():
    assert Frontier.empty().root() == hashlib.sha256(b"").digest()


@settings(deadline=None)
@given(SIZES)
def test_an_extended_frontier_has_the_root_of_the_definition(size):
    assert frontier_of(entries(size)).root() == plain_root(entries(size))


@settings(deadline=None)
@given(SIZES)
def test_a_frontier_survives_storage(size):
    frontier = frontier_of(entries(size))

    assert Frontier.unpack(size, frontier.pack()) == frontier


@pytest.mark.parametrize(("size", "packed"), [(1, b""), (0, bytes(32)), (3, bytes(32)), (1, b"x")])
def test_a_frontier_of_the_wrong_length_is_refused(size, packed):
    with pytest.raises(ValueError, match="frontier"):
        Frontier.unpack(size, packed)


def test_completed_subtrees_are_those_of_the_tree():
    hashes, frontier, completed = entries(64), Frontier.empty(), {}
    for entry in hashes:
        for level, position, node in frontier.append(entry):
            completed[level, position] = node

    read = reader(hashes)
    assert completed == {
        (level, position): read(level, position)
        for level in range(1, 7)
        for position in range(64 >> level)
    }


@settings(deadline=None)
@given(SIZES, st.data())
def test_every_inclusion_proof_convinces_the_verifier_and_a_changed_one_does_not(size, data):
    index = data.draw(st.integers(0, size - 1))
    hashes = entries(size)
    root = plain_root(hashes)
    proof = merkle.inclusion_proof(index, size, reader(hashes))

    assert bwc_verify.root_from_path(index, size, hashes[index], proof) == root
    assert bwc_verify.root_from_path(index, size, bytes(32), proof) != root
    assert bwc_verify.root_from_path(index, size, hashes[index], [*proof, bytes(32)]) != root
    for at in range(len(proof)):
        shortened = proof[:at] + proof[at + 1 :]
        assert bwc_verify.root_from_path(index, size, hashes[index], shortened) != root
        changed = [*proof[:at], bytes(32), *proof[at + 1 :]]
        assert bwc_verify.root_from_path(index, size, hashes[index], changed) != root


@settings(deadline=None)
@given(SIZES, st.data())
def test_an_entry_is_not_proved_at_another_place(size, data):
    index, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    hashes = entries(size)
    proof = merkle.inclusion_proof(index, size, reader(hashes))

    proved = bwc_verify.root_from_path(other, size, hashes[index], proof) == plain_root(hashes)

    assert proved == (index == other)


@settings(deadline=None)
@given(SIZES, SIZES)
def test_every_consistency_proof_convinces_the_verifier_and_a_changed_one_does_not(one, other):
    old, new = sorted((one, other))
    hashes = entries(new)
    old_root, new_root = plain_root(hashes[:old]), plain_root(hashes)
    proof = merkle.consistency_proof(old, new, reader(hashes))

    assert bwc_verify.extends(old, old_root, new, new_root, proof)
    assert not bwc_verify.extends(old, bytes(32), new, new_root, proof)
    assert not bwc_verify.extends(old, old_root, new, bytes(32), proof)
    assert not bwc_verify.extends(old, old_root, new, new_root, [*proof, bytes(32)])
    for at in range(len(proof)):
        changed = [*proof[:at], bytes(32), *proof[at + 1 :]]
        assert not bwc_verify.extends(old, old_root, new, new_root, changed)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_there_is_no_proof_for_what_is_not_there(index, size):
    with pytest.raises(ValueError, match="entries"):
        merkle.inclusion_proof(index, size, reader(entries(5)))


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5)])
def test_no_tree_extends_nothing_or_a_larger_one(old, new):
    with pytest.raises(ValueError, match="extend"):
        merkle.consistency_proof(old, new, reader(entries(5)))


def test_the_portal_and_the_verifier_hash_entries_alike():
    leaf, link = bwc_verify.leaf_of(b"event", bytes(32)), merkle.chain_link(bytes(32), b"leaf")

    assert merkle.entry_hash(leaf, 7, link) == bwc_verify.entry_of(leaf, 7, link)


def test_places_in_a_case_change_the_entry():
    leaf, link = bytes(32), bytes(32)
    hashes = [merkle.entry_hash(leaf, place, link) for place in (0, 1, 2**40)]

    assert all(one != other for one, other in pairwise(hashes))
