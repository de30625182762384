"""How an update changes a public table: all of it, one period, more rows, or by key.

The feature that knows a draft's updates registers a resolver; the one that knows what
the tables are made of registers a judge. The others only ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg2.sql import Composable

import ckan.plugins.toolkit as tk

REPLACE = "replace"
PERIOD = "period"
ADD = "add"
KEY = "key"
MODES = (REPLACE, PERIOD, ADD, KEY)


@dataclass(frozen=True)
class TableUpdate:
    """How the rows of a draft's file or of the API change a public table.

    Args:
        mode: one of `MODES`.
        base: the public table's name in the DataStore; it is only read.
        period: which period is replaced, e.g. `2026-Q3`; only of mode `period`.
        inherited: whether the draft's file is still the public one, so that nothing
            of it is to be loaded.
    """

    mode: str
    base: str
    period: str | None = None
    inherited: bool = False

    @property
    def is_partial(self) -> bool:
        """Tell whether the file holds only a part of the table."""
        return self.mode != REPLACE

    @property
    def token(self) -> list[str | None]:
        """What makes another load necessary when it changes; nothing of a whole."""
        if self.inherited or not self.is_partial:
            return []
        return [self.mode, self.period, self.base]


# Takes a resource's id; None for a resource that updates no public table.
Resolver = Callable[[str], "TableUpdate | None"]
# Takes a package dict, one of its resources and the public table's name; returns the
# modes that the table can't be updated in, each with the reason as a msgid.
Judge = Callable[[dict[str, Any], dict[str, Any], str], dict[str, str]]
# Takes a package dict, one of its resources and a period; returns why the period can't
# be replaced, as a msgid.
PeriodJudge = Callable[[dict[str, Any], dict[str, Any], str], "str | None"]

# Takes a package dict and one of its resources; returns SQL by column, for those that
# the table's rules write in another way than the DataStore does.
Writer = Callable[[dict[str, Any], dict[str, Any]], dict[str, Composable]]

_resolvers: list[Resolver] = []
_writers: list[Writer] = []
_judges: list[Judge] = []
_period_judges: list[PeriodJudge] = []

changed = tk.signals.ckanext.signal("sonla:table_update_changed")
"""An officer said how a table is updated, in a transaction that isn't committed yet.

Sent with the resource's id.
"""


def resolver(function: Resolver) -> Resolver:
    """Register a function that knows how drafts update public tables."""
    _resolvers.append(function)
    return function


def judge(function: Judge) -> Judge:
    """Register a function that knows which modes a table can't be updated in."""
    _judges.append(function)
    return function


def period_judge(function: PeriodJudge) -> PeriodJudge:
    """Register a function that knows whether a table's periods can be told."""
    _period_judges.append(function)
    return function


def writer(function: Writer) -> Writer:
    """Register a function that knows how a table's values are written in a file."""
    _writers.append(function)
    return function


def written(package: dict[str, Any], resource: dict[str, Any]) -> dict[str, Composable]:
    """Return SQL for the columns that a file writes otherwise than the DataStore."""
    found: dict[str, Composable] = {}
    for function in _writers:
        found |= function(package, resource)
    return found


def update_of(resource_id: str) -> TableUpdate | None:
    """Return how a resource's rows change a public table; None if they change none."""
    for function in _resolvers:
        update = function(resource_id)
        if update is not None:
            return update
    return None


def impossible(
    package: dict[str, Any], resource: dict[str, Any], base: str
) -> dict[str, str]:
    """Return the modes that a table can't be updated in, with the reasons as msgids."""
    found: dict[str, str] = {}
    for function in _judges:
        found |= function(package, resource, base)
    return found


def period_refusal(
    package: dict[str, Any], resource: dict[str, Any], period: str
) -> str | None:
    """Return why one period of a table can't be replaced, as a msgid."""
    for function in _period_judges:
        reason = function(package, resource, period)
        if reason:
            return reason
    return None
