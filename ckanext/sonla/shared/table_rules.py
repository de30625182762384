"""How many rows of a dataset's tables obey the tables of an entry.

The feature that knows what the tables are made of registers a judge; the one that
decides on the rules asks it, before they are decided and afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Weighed:
    """What a Table Schema finds in one table of a dataset.

    Args:
        table: the entry's table; None for a file that is none of them.
        resource_id: whose table it is; None where no resource has the table.
        rows: how many rows there are.
        wrong: how many of them break a rule. A column that is missing or too many
            concerns all of them.
        reasons: what is broken, each as a stored finding: its `count` is how many
            cells, its place the first of them.
    """

    table: str | None
    resource_id: str | None
    rows: int
    wrong: int
    reasons: list[dict[str, Any]] = field(default_factory=list)


# Takes a dataset's id and the entry's tables, `[{name, title, schema}, …]`; returns
# what doesn't conform, nothing for a dataset that does.
Judge = Callable[[str, list[dict[str, Any]]], list[Weighed]]
_judges: list[Judge] = []


def judge(function: Judge) -> Judge:
    """Register the function that weighs tables."""
    _judges.append(function)
    return function


def weigh(dataset_id: str, tables: list[dict[str, Any]]) -> list[Weighed]:
    """Return what of a dataset's tables doesn't obey an entry's tables.

    Args:
        dataset_id: the dataset.
        tables: the entry's tables, in force or proposed.
    """
    return [found for function in _judges for found in function(dataset_id, tables)]
