"""Which addresses may be connected to."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from digests.intake.addresses import port_refusal, refusal


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "100.128.0.1"],
)
def test_public_addresses_may_be_read(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "198.18.0.1",
        "203.0.113.5",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:c0a8:101::",
        "2001:db8::1",
        "no address",
    ],
)
def test_addresses_inside_are_refused_in_every_dress(address: str) -> None:
    assert refusal(address)


def test_an_exempted_network_may_be_read_also_as_a_mapped_address() -> None:
    allowed = [ip_network("10.0.0.0/8")]
    assert refusal("10.1.2.3", allowed) is None
    assert refusal("::ffff:10.1.2.3", allowed) is None
    assert refusal("192.168.0.1", allowed)


@pytest.mark.parametrize(
    ("port", "may"), [(80, True), (443, True), (8080, True), (22, False), (25, False), (0, False)]
)
def test_ports_of_other_services_are_refused(port: int, may: bool) -> None:
    assert (port_refusal(port) is None) is may
