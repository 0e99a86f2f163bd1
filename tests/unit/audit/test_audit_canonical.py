"""The bytes that are hashed: golden vectors, and what is kept out of them."""

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import canonical
from audit.enums import Outcome
from audit.errors import ContentRefused

# Few letters, and those that JSON writes in a special way, so that near misses come up often.
CODES = st.text('aé0:{}[],"\\\u2014', max_size=4)
CONTENT = st.dictionaries(
    CODES,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | CODES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CODES, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=4,
)


def plain_or_none(content):
    try:
        return canonical.plain(content, free_text=False)
    except ContentRefused:
        return None


def test_golden_bytes_of_an_event_never_change():
    content = {"b": [1, True, None], "a": {"é": "Ünser\n\"'"}, "Z": -5}

    assert canonical.encode(canonical.EVENT_TAG, content) == (
        b'bwc-event/1\n{"Z":-5,"a":{"\xc3\xa9":"\xc3\x9cnser\\n\\"\'"},"b":[1,true,null]}'
    )


def test_golden_leaf_never_changes():
    leaf = canonical.leaf_hash(b"bwc-event/1\n{}", bytes(32))

    assert leaf.hex() == hashlib.sha256(b"\x00bwc-event/1\n{}" + bytes(32)).hexdigest()
    assert leaf.hex() == "06128f286d3af7237f952ee40b70f177f2fd4ed08f2cb8f0d559d36655e4c93b"


def test_golden_payload_digest_never_changes():
    digest = canonical.payload_digest(bytes(range(32)), {"name": "Mrs Ünser"})

    assert digest.hex() == "270dbfef3326d62c13392da871b6d5088da025c83b56340ee7f56d6685625fa3"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CONTENT, CONTENT)
def test_different_content_never_shares_bytes(one, other):
    one, other = plain_or_none(one), plain_or_none(other)
    if one is None or other is None:
        return

    same_bytes = canonical.encode(b"", one) == canonical.encode(b"", other)

    assert same_bytes == (repr_sorted(one) == repr_sorted(other))


def repr_sorted(value):
    """Tell 1 from True, which Python's own equality does not."""
    if isinstance(value, dict):
        return ("dict", tuple(sorted((key, repr_sorted(item)) for key, item in value.items())))
    if isinstance(value, list):
        return ("list", tuple(map(repr_sorted, value)))
    return (type(value).__name__, repr(value))


def test_order_of_keys_does_not_matter():
    assert canonical.encode(b"", {"a": 1, "b": 2}) == canonical.encode(b"", {"b": 2, "a": 1})


def test_values_of_the_portal_become_plain():
    case = UUID(int=5)
    london = timezone(timedelta(hours=1))

    assert canonical.plain(
        {"case": case, "on": date(2026, 11, 27), "at": datetime(2026, 7, 1, 1, tzinfo=london),
         "outcome": Outcome.DENIED, "pair": (1, 2)},
        free_text=False,
    ) == {"case": str(case), "on": "2026-11-27", "at": "2026-07-01T00:00:00+00:00",
          "outcome": "DENIED", "pair": [1, 2]}  # fmt: skip


@pytest.mark.parametrize(
    "value",
    ["two words", "line\nbreak", "someone@example.org", "x" * 201, 1.5, 2**53, -(2**53), b"bytes",
     {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}, {"two words": 1}, {1: 1}, {"set"},
     datetime(2026, 1, 1), "nul\x00", "half\ud800", object()],  # noqa: DTZ001 (naive on purpose)
)  # fmt: skip
def test_what_could_never_be_erased_is_refused_in_details(value):
    with pytest.raises(ContentRefused):
        canonical.plain({"key": value}, free_text=False)


@pytest.mark.parametrize("value", ["nul\x00", "half\ud800", 1.5, "x" * 20_001])
def test_what_no_part_can_hold_is_refused_in_the_personal_part_too(value):
    with pytest.raises(ContentRefused):
        canonical.plain({"key": value}, free_text=True)


def test_free_text_is_for_the_personal_part():
    content = {"statement": "He said:\n“no”, wrote to me@example.org"}

    assert canonical.plain(content, free_text=True) == content


def test_content_is_a_mapping():
    with pytest.raises(ContentRefused):
        canonical.plain([1], free_text=True)


def test_microseconds_are_whole_and_exact():
    assert canonical.microseconds(datetime(2026, 11, 23, 0, 7, 47, 42210, tzinfo=UTC)) == (
        1_795_392_467_042_210
    )
    with pytest.raises(ContentRefused):
        canonical.microseconds(datetime(2026, 11, 23))  # noqa: DTZ001 (naive on purpose)
