"""Who asks, as far as it must be known: an address, as a hash that lasts a day.

The salt is random, lies in Redis, and a new one is made each day: afterwards nobody
can tell from what was kept whose it was, not even the portal.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets

import flask

from . import short_memory

# An IPv6 connection has as many addresses as it likes within this.
_IPV6_NETWORK = 64


def of_the_caller() -> str | None:
    """Return the address that a request came from; None outside of a request.

    Behind a proxy it is what `shared.proxies` made of it.
    """
    if not flask.has_request_context():
        return None
    return flask.request.remote_addr


def hashed(address: str) -> str:
    """Return an address as a hash that is the same today, and never again.

    Raises:
        Away: Redis has the salt.
    """
    salt = short_memory.kept_for_a_day("salt", secrets.token_hex(16))
    return hmac.new(
        salt.encode(), _network(address).encode(), hashlib.sha256
    ).hexdigest()


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:  # noqa: PLR2004 - IPv4
        return str(found)
    mapped = found.ipv4_mapped
    if mapped:
        return str(mapped)
    return str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False))
