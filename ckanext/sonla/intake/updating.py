"""What the intake knows of a table's updates: and why some can't be made."""

from __future__ import annotations

from typing import Any

from ckanext.sonla.shared import clock, table_updates
from ckanext.sonla.shared.msgid import N_

from . import datastore, governed, periods

_NO_TABLE = N_("There is no public table to update yet.")
_NO_KEY = N_("The table has no primary key, so rows can't be updated by it.")


@table_updates.judge
def impossible(
    package: dict[str, Any], resource: dict[str, Any], base: str
) -> dict[str, str]:
    """Return the modes that a public table can't be updated in, with the reasons."""
    with datastore.writing() as connection:
        cursor = datastore.cursor_of(connection)
        schema = _schema(package, resource)
        if not datastore.existing_columns(cursor, base):
            partial = set(table_updates.MODES) - {table_updates.REPLACE}
            return dict.fromkeys(sorted(partial), _NO_TABLE)
        known = schema or governed.schema_of_table(cursor, base)
    found = {}
    if not known.get("primaryKey"):
        found[table_updates.KEY] = _NO_KEY
    if periods.column_of(schema) is None:
        found[table_updates.PERIOD] = periods.NO_FIELD
    return found


@table_updates.period_judge
def period_refusal(
    package: dict[str, Any], resource: dict[str, Any], period: str
) -> str | None:
    """Return why the rows of one period can't be told from the others."""
    return periods.refusal(_schema(package, resource), clock.parse_period(period))


def _schema(package: dict[str, Any], resource: dict[str, Any]) -> dict[str, Any] | None:
    return governed.rules_of(resource, governed.entry_of(package)).schema
