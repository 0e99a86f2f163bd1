"""Whom a request came from: what a caller writes into a header neither hides them nor blames others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bwcportal.addresses import client_address, read_networks

PROXIES = read_networks(["10.0.0.0/8", "192.0.2.7"])


@pytest.mark.parametrize(
    ("remote", "header", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, rubbish", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("", "203.0.113.9", ""),
        ("not an address", "203.0.113.9", ""),
    ],
)
def test_the_nearest_that_is_no_proxy_counts(remote: str, header: str, expected: str) -> None:
    meta = {"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": header}
    assert client_address(meta, PROXIES) == expected


@given(forged=st.text(max_size=60))
def test_t57_what_a_caller_writes_changes_nothing(forged: str) -> None:
    straight = {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": forged}
    assert client_address(straight, PROXIES) == "203.0.113.9"
    behind = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": f"{forged}, 203.0.113.9"}
    assert client_address(behind, PROXIES) == "203.0.113.9"


def test_a_wrong_network_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        read_networks(["nonsense"])
