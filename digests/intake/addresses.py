"""Rule: which network addresses we never read from, so that a source cannot make us look inside."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Network = IPv4Network | IPv6Network

_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
_COMPATIBLE = ip_network("::/96")

# Outside every registry's special ranges, yet inside: clouds' own servers and the 6to4 relays.
_ALSO_REFUSED = (
    ip_network("168.63.129.16/32"),
    ip_network("192.88.99.0/24"),
    ip_network("192.0.0.0/24"),
)

# Below 1024 stand mail, shells and databases, which can be made to act on a line of HTTP.
_LOW_PORTS = frozenset({80, 443})


def refusal(address: str, allowed: Sequence[Network] = ()) -> str | None:
    """Why this IP address must not be connected to; None where it may.

    ``allowed`` are networks that the operator exempts. An IPv6 address that carries an IPv4 one
    is judged by both.
    """
    try:
        found = ip_address(address.split("%", 1)[0])
    except ValueError:
        return "not an IP address"
    carried = _carried(found)
    if _within(found, allowed) or (carried is not None and _within(carried, allowed)):
        return None
    reason = _kind(found)
    if reason is None and carried is not None:
        reason = _kind(carried)
    return reason


def port_refusal(port: int) -> str | None:
    """Why this port must not be connected to; None where it may."""
    return None if port in _LOW_PORTS or 1024 <= port <= 65535 else "a port of another service"


def _within(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside a mapped, NAT64, 6to4, Teredo or compatible IPv6 address."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if _within(address, _NAT64) or address in _COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _kind(address: IPv4Address | IPv6Address) -> str | None:
    if _is_wrapper(address):
        return None
    if address.is_loopback:
        return "a loopback address"
    if address.is_link_local:
        return "a link-local address"
    if address.is_multicast:
        return "a multicast address"
    if not address.is_global or _within(address, _ALSO_REFUSED):
        return "a private or reserved address"
    if isinstance(address, IPv6Address) and address.is_site_local:
        return "a private or reserved address"
    return None


def _is_wrapper(address: IPv4Address | IPv6Address) -> bool:
    """A mapped or NAT64 address is as good or bad as the IPv4 one inside it."""
    if isinstance(address, IPv4Address):
        return False
    return address.ipv4_mapped is not None or _within(address, _NAT64)
