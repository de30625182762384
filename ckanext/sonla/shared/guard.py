"""Which addresses the portal asks: never, unless the operator says so, its own network.

A name is resolved once, every address it has is judged, and the connection goes to an
address that was judged: a name that answers differently the next time (DNS rebinding)
gains nothing. Whoever connects does so to what `judged` returns, at every redirect
anew. What is judged are addresses, not how they are written, so decimal, octal and
shortened forms, IPv4 inside IPv6 and NAT64 come to the same.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ALLOWED = "sonla.web.private_hosts"
DENIED = "sonla.web.denied_hosts"
WEB = ("http", "https")

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Where clouds tell a machine its secrets: never asked, whatever is allowed.
_METADATA = frozenset(
    ipaddress.ip_address(address)
    for address in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200")
)
# Networks whose addresses hold one of IPv4 at their end (RFC 4291, 6052, 8215).
_HOLDING_IPV4 = (
    ipaddress.ip_network("::/96"),
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
)


class Refused(Exception):  # noqa: N818 - says what was done to the request
    """An address that the portal doesn't ask: another scheme, a private network."""


class Unreachable(Exception):  # noqa: N818 - says what the other end is
    """No answer: no such name, no connection, no HTTP, too late."""


def split(url: str, schemes: Iterable[str] = WEB) -> SplitResult:
    """Return the parts of an address of one of the schemes, without a password in it.

    Raises:
        Refused: it is none.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise Refused("not an address") from error
    if parts.scheme not in schemes or not parts.hostname or port == 0:
        raise Refused("not an address of the web")
    if parts.username or parts.password:
        raise Refused("it has a password in it")
    return parts


def resolve(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a name."""
    try:
        name = host.encode("idna").decode() if not host.isascii() else host
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host}: {error}") from error
    return [str(info[4][0]) for info in found]


def judged(
    host: str, port: int, resolver: Callable[[str, int], list[str]] = resolve
) -> list[str]:
    """Return the addresses to connect to, the first one first.

    Args:
        host: a name or an address.
        port: the port.
        resolver: what to ask for a name's addresses.

    Raises:
        Refused: the name is denied, or one of its addresses is not to be asked.
        Unreachable: the name has no address.
    """
    host = host.rstrip(".").lower()
    if _named(host, port, DENIED):
        raise Refused(f"{host} is denied")
    addresses = resolver(host, port)
    if not addresses:
        raise Unreachable(f"{host} has no address")
    private = _named(host, port, ALLOWED)
    for address in addresses:
        _judge(host, address, private)
    return addresses


def _judge(host: str, address: str, private: bool) -> None:
    if _in_denied_network(address):
        raise Refused(f"{host} is denied")
    if is_public(address) or (private and may_be_allowed(address)):
        return
    raise Refused(f"{host} is in a private network")


def is_public(address: str) -> bool:
    """Tell whether an address is one of the open internet."""
    number = _number(address)
    return number.is_global and not number.is_multicast and number not in _METADATA


def may_be_allowed(address: str) -> bool:
    """Tell whether an operator may open an address that is not public.

    Private networks and the machine itself, never what belongs to a single link, to
    many machines, to nobody, or tells a cloud's secrets.
    """
    number = _number(address)
    never = (
        number.is_link_local
        or number.is_multicast
        or number.is_unspecified
        or number in _METADATA
    )
    return (number.is_private or number.is_loopback) and not never


def _number(address: str) -> IPAddress:
    """Return an address, or the one of IPv4 that it stands for."""
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour or _translated(number)
        if inner is not None:
            return inner
    return number


def _translated(number: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if number.is_loopback or number.is_unspecified:
        return None
    if any(number in network for network in _HOLDING_IPV4):
        return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    return None


def _named(host: str, port: int, option: str) -> bool:
    """Tell whether an option's list has a host, alone or with its port."""
    return bool({host, f"{host}:{port}"} & {one.lower() for one in _list(option)})


def _in_denied_network(address: str) -> bool:
    number = _number(address)
    for one in _list(DENIED):
        try:
            network = ipaddress.ip_network(one, strict=False)
        except ValueError:  # A name, which has been looked at.
            continue
        if number in network:
            return True
    return False


def _list(option: str) -> list[str]:
    return tk.aslist(tk.config[option])
