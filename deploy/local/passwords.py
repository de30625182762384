"""The secrets of one installation: made at the first start, then only read."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from .folders import Memory

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    "postgres",
    "sonla_ckan",
    "sonla_tables",
    "sonla_write",
    "sonla_read",
    "redis",
    "session",
    "csrf",
    "token",
    "feedback",
    "sysadmin",
)


def passwords(folder: Path) -> dict[str, str]:
    """Return a secret for every name, making those that do not exist yet.

    They stay within letters, digits, `-` and `_`, which mean nothing in an address,
    an .ini file or a configuration of Redis.
    """
    memory = Memory(folder / "secrets.json")
    known = memory.all()
    new = {name: secrets.token_urlsafe(32) for name in NAMES if name not in known}
    if new:
        memory.set(**new)
    return {**known, **new}
