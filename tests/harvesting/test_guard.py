"""Which addresses are asked: none of the portal's own network, however written."""

from __future__ import annotations

import pytest

from ckanext.sonla.shared import guard

pytestmark = pytest.mark.usefixtures("with_plugins")

NEVER_PUBLIC = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - is refused
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::a9fe:a9fe",
    "2002:7f00:1::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1%eth0",
    "ff02::1",
]
# Other ways to write 127.0.0.1, which the system's resolver understands.
WRITTEN_OTHERWISE = ["2130706433", "0x7f000001", "017700000001", "127.1", "0177.0.0.1"]


@pytest.mark.parametrize("address", NEVER_PUBLIC)
def test_an_address_of_no_open_network_is_refused(address: str):
    assert not guard.is_public(address)
    with pytest.raises(guard.Refused):
        guard.judged("du-lieu.example", 443, lambda *_: [address])


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_of_the_open_internet_is_asked(address: str):
    assert guard.judged("du-lieu.example", 443, lambda *_: [address]) == [address]


@pytest.mark.parametrize("host", WRITTEN_OTHERWISE)
def test_an_address_is_judged_however_it_is_written(host: str):
    with pytest.raises(guard.Refused):
        guard.judged(host, 80)


def test_one_private_address_among_public_ones_is_enough():
    with pytest.raises(guard.Refused):
        guard.judged("hai.example", 80, lambda *_: ["8.8.8.8", "10.0.0.1"])


def test_the_operator_opens_a_private_host_or_one_port_of_it(monkeypatch, ckan_config):
    monkeypatch.setitem(ckan_config, guard.ALLOWED, "may-chu.example kho.example:5432")
    inside = lambda *_: ["10.0.0.1"]  # noqa: E731 - an address book of one line
    assert guard.judged("may-chu.example", 80, inside)
    assert guard.judged("KHO.example.", 5432, inside)
    with pytest.raises(guard.Refused):
        guard.judged("kho.example", 6379, inside)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "224.0.0.1", "::"])
def test_no_operator_opens_what_tells_a_machines_secrets(
    monkeypatch, ckan_config, address: str
):
    monkeypatch.setitem(ckan_config, guard.ALLOWED, "may-chu.example")
    with pytest.raises(guard.Refused):
        guard.judged("may-chu.example", 80, lambda *_: [address])


def test_the_operator_denies_hosts_and_networks(monkeypatch, ckan_config):
    monkeypatch.setitem(ckan_config, guard.DENIED, "xau.example 203.0.114.0/24")
    for host, address in (("xau.example", "8.8.8.8"), ("x.example", "203.0.114.9")):
        with pytest.raises(guard.Refused):
            guard.judged(host, 80, lambda *_, found=address: [found])
