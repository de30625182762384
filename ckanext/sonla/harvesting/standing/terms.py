"""What a leader approves of a source, in one canonical form with a digest.

The form is that of a revision's digest (docs/digest.md): UTF-8 JSON with its keys
sorted by code point and no spaces; SHA-256 of that.
"""

from __future__ import annotations

import copy
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.harvesting import configuration, keeping
from ckanext.sonla.shared import events, policy
from ckanext.sonla.shared.msgid import N_

from .judging import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ckanext.sonla.harvesting.sources import Source

VERSION = 1
_LIMITS = ("bad_rows", "fewer_rows", "late_days")

# Why nothing can be approved yet, each with what to do.
MISSING = {
    "catalogue": N_(
        "What another catalogue brings always goes to the leader, dataset by dataset."
    ),
    "agency": N_("The source belongs to no agency."),
    "dataset": N_("Name in the configuration which dataset the rows go into."),
    "other_agency": N_("The dataset is another agency's."),
    "table": N_("Name in the configuration which table of the entry the rows go into."),
}


@dataclass(frozen=True)
class Terms:
    """What would be approved now.

    Args:
        content: as plain values, the secrets' not among them.
        missing: codes of `MISSING`: what must be said before it can be approved.
    """

    content: dict[str, Any]
    missing: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical form, in lower-case hexadecimal."""
        return events.hash_of(self.content)

    @property
    def text(self) -> str:
        """The terms as they are kept."""
        return json.dumps(self.content, ensure_ascii=False, sort_keys=True)

    @property
    def limits(self) -> Limits:
        """What a run may do without being asked about."""
        return Limits(**self.content["limits"])


def of(source: Source) -> Terms:
    """Return what a leader would approve of a source as it is now."""
    config = copy.deepcopy(source.config)
    keeping.take(config)
    package = _dataset(config)
    table = _table(package, config)
    content = {
        "terms_version": VERSION,
        "source": source.id,
        "kind": source.kind,
        "url": source.url,
        "agency": source.agency_id,
        "owner": config.pop("owner", None),
        "contact": config.pop("contact", None),
        "fields": config.pop("fields", None),
        "dataset": package.id if package else None,
        "table": table["name"] if table else None,
        "schema": table["schema"] if table else None,
        "limits": asdict(limits_of(config)),
        "configuration": config,
    }
    return Terms(content, tuple(_missing(source, package, table)))


def limits_of(config: Mapping[str, Any]) -> Limits:
    """Return what a source's runs may do: its own numbers, or the policy's."""
    own = config.get("approval") or {}
    numbers = {
        "bad_rows": policy.number("harvest_bad_rows"),
        "fewer_rows": policy.number("harvest_fewer_rows"),
        "late_days": policy.number("harvest_late_days"),
    }
    return Limits(**{name: own.get(name, numbers[name]) for name in _LIMITS})


def schema_of(config: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the Table Schema of the table that rows go into; None without one."""
    table = _table(_dataset(config), config)
    return table["schema"] if table else None


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return which parts of the terms are no longer what they were."""
    names = sorted(set(before) | set(now))
    return [name for name in names if before.get(name) != now.get(name)]


def _dataset(config: Mapping[str, Any]) -> Any:
    package = model.Package.get(config.get("dataset"))
    if package is None or package.type != "dataset" or package.state != "active":
        return None
    return package


def _table(package: Any, config: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the entry's table, `{name, title, schema}`; its only one by default."""
    code = (package.extras or {}).get("catalogue_entry") if package else None
    if not code:
        return None
    try:
        entry = tk.get_action("sonla_entry_show")({"ignore_auth": True}, {"code": code})
    except (tk.ObjectNotFound, tk.ValidationError, KeyError):
        return None
    tables = {one["name"]: one for one in entry.get("tables") or []}
    if not config.get("table") and len(tables) == 1:
        return next(iter(tables.values()))
    return tables.get(config.get("table"))


def _missing(source: Source, package: Any, table: dict[str, Any] | None) -> list[str]:
    if source.kind in configuration.CATALOGUES:
        return ["catalogue"]
    if not source.agency_id:
        return ["agency"]
    if package is None:
        return ["dataset"]
    if package.owner_org != source.agency_id:
        return ["other_agency"]
    return [] if table else ["table"]
