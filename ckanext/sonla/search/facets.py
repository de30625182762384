"""How many of the matching documents have which value."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from .errors import SolrError
from .tables import document, term

if TYPE_CHECKING:
    from .conditions import Condition

DEFAULT_LIMIT = 100  # Solr's own


def fields(wanted: Any) -> list[str]:
    """Read `facet.field`: one name or several."""
    if not wanted:
        return []
    return [wanted] if isinstance(wanted, str) else list(dict.fromkeys(wanted))


def whole(value: Any, default: int) -> int:
    """Read a whole number of the request's parameters."""
    try:
        return default if value in (None, "") else int(value)
    except (TypeError, ValueError) as error:
        raise SolrError(f'For input string: "{value}"') from error


def count(
    connection: sa.Connection, condition: Condition, names: list[str], **limits: Any
) -> dict[str, list[Any]]:
    """Count values of fields over what matches.

    Args:
        connection: where to count.
        condition: which documents match.
        names: the fields.
        limits: `limit`, values of a field (negative: all), and `mincount`. A value that
            no matching document has isn't told: it could be that of a private dataset.

    Returns:
        For each field a flat list, value, count, value, …, the most frequent first.
    """
    limit = whole(limits.get("limit"), DEFAULT_LIMIT)
    least = max(1, whole(limits.get("mincount"), 0))
    if not names or limit == 0:
        return {name: [] for name in names}
    found = (
        sa.select(sa.func.unnest(document.c.terms).label("id"))
        .where(condition)
        .cte("found")
        .prefix_with("MATERIALIZED")
    )
    number = sa.func.count().label("number")
    rows = connection.execute(
        sa.select(term.c.field, term.c.value, number)
        .join_from(found, term, term.c.id == found.c.id)
        .where(term.c.field == sa.any_(sa.cast(names, sa.ARRAY(sa.Text))))
        .group_by(term.c.field, term.c.value)
        .having(number >= least)
        .order_by(number.desc(), term.c.value.collate("C"))
    )
    counted: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if limit < 0 or len(counted[row.field]) < 2 * limit:
            counted[row.field] += [row.value, row.number]
    return {name: counted[name] for name in names}
