"""The address of who asks, where the portal stands behind proxies.

Anybody can send an `X-Forwarded-For`. It is read only where a request comes from one of
the proxies that the operator named, and only as many hops of it as there are proxies.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from collections.abc import Iterable


class TrustedProxies:
    """Around the application: believes the named proxies, and nobody else."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        app = self.app
        if is_trusted(environ.get("REMOTE_ADDR", "")):
            hops = int(tk.config["sonla.proxies.hops"])
            app = ProxyFix(self.app, x_for=hops, x_proto=0)
        return app(environ, start_response)


def is_trusted(address: str) -> bool:
    """Tell whether an address is one of the operator's proxies."""
    named = _networks(tuple(tk.config["sonla.proxies.trusted"]))
    if not named:
        return False
    try:
        asked = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(asked in network for network in named)


@lru_cache(maxsize=4)
def _networks(named: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(ipaddress.ip_network(one, strict=False) for one in named)
