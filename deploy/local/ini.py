"""CKAN's configuration, written from the template beside this file."""

from __future__ import annotations

import hashlib
import string
from configparser import RawConfigParser
from pathlib import Path
from typing import TYPE_CHECKING

from .folders import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .databases import Databases
    from .postgres import Cluster

TEMPLATE = Path(__file__).with_name("ckan.ini.in")
# What the databases' tables depend on.
MIGRATIONS = ROOT / "ckanext" / "sonla" / "migration"


def plugins() -> list[str]:
    """Return the portal's plugins; the tests' settings hold the only list."""
    parser = RawConfigParser()
    parser.read(ROOT / "test.ini", encoding="utf-8")
    return parser.get("app:main", "ckan.plugins").split()


def addresses(
    cluster: Cluster, names: Databases, passwords: Mapping[str, str]
) -> dict[str, str]:
    """Return under which address each role reaches its database."""

    def of(role: str, database: str) -> str:
        return cluster.address(role, passwords[role], database)

    return {
        "ckan_url": of("sonla_ckan", names.ckan),
        "write_url": of("sonla_write", names.datastore),
        "read_url": of("sonla_read", names.datastore),
        "owner_url": of("sonla_tables", names.datastore),
    }


def render(values: Mapping[str, str]) -> str:
    """Return the configuration; a value that the template asks for and lacks fails."""
    template = string.Template(TEMPLATE.read_text(encoding="utf-8"))
    lines = "\n".join(f"    {name}" for name in plugins())
    return template.substitute({**values, "plugins": lines})


def fingerprint() -> str:
    """Return a mark that changes when a table may have to change."""
    digest = hashlib.sha256()
    digest.update("\n".join(plugins()).encode())
    for path in _sources():
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterable[Path]:
    yield ROOT / "requirements.txt"
    yield from sorted(MIGRATIONS.rglob("*.py"))
