"""Where a request came from, past the operator's own proxies and no further.

`X-Forwarded-For` is believed only when the request came from a proxy that the operator names in
TRUSTED_PROXIES, and then only up to the first address that is none of these: what a caller writes
into the header stands to the left of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def read_networks(listed: Sequence[str]) -> list[Network]:
    """Read addresses and networks such as 10.0.0.0/8; raises ValueError for anything else."""
    return [ip_network(each, strict=False) for each in listed]


def client_address(meta: Mapping[str, str], trusted: Sequence[Network]) -> str:
    """Give the address of the nearest machine that is not a trusted proxy, or "" if none is known."""
    nearest = _read(meta.get("REMOTE_ADDR", ""))
    if nearest is None or not _is_in(nearest, trusted):
        return str(nearest or "")
    for text in reversed(meta.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        further = _read(text.strip())
        if further is None:
            break
        nearest = further
        if not _is_in(nearest, trusted):
            break
    return str(nearest)


def _read(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == each.version and address in each for each in networks)
