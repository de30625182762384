"""Trying a source: does it answer, and what are its first rows? Keeps nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from . import checking, columnar, configuration, keeping, mapping, sources
from .limits import limits_of
from .problems import SourceProblem
from .standing import terms

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from .page import Page, Row
    from .sources import Source

# Somebody waits for it.
SECONDS = 30.0
ATTEMPTS = 2
MOST_ROWS = 20
MOST_CHARACTERS = 500


def tried(source: Source) -> dict[str, Any]:
    """Ask a source for its first rows, and tell how that went."""
    if source.kind in configuration.CATALOGUES:
        return of_catalogues().tried(source)
    try:
        page = _first(source, MOST_ROWS)
    except SourceProblem as problem:
        return {
            "ok": False,
            "problem": problem.code,
            "message": problem.words(),
            "missing": [],
            "fields": [],
            "seconds": None,
        }
    return {
        "ok": True,
        "problem": None,
        "message": None,
        "missing": missing(source, page.rows),
        "fields": columnar.names(page.rows),
        "seconds": round(page.seconds, 3),
    }


def preview(source: Source, count: int) -> dict[str, Any]:
    """Return a source's first rows, by the table's columns.

    Args:
        source: the source.
        count: how many rows at most.

    Raises:
        SourceProblem: what has to be mended.
    """
    if source.kind in configuration.CATALOGUES:
        return of_catalogues().preview(source, count)
    rows = _first(source, count).rows[:count]
    mapped = [mapping.mapped(row, source.fields) for row in rows]
    columns = list(source.fields or columnar.names(rows))
    return {
        "fields": columnar.names(rows),
        "missing": missing(source, rows),
        "columns": columns,
        "rows": [{name: shown(value) for name, value in row.items()} for row in mapped],
        **checking.checked(mapped, columns, terms.schema_of(source.config)),
    }


def of_catalogues() -> Any:
    """Return what tries other portals' catalogues; dlt loads slowly."""
    from .catalogues import trying  # noqa: PLC0415

    return trying


def _first(source: Source, count: int) -> Page:
    limits = limits_of(source.config)
    few = replace(
        limits,
        page_rows=count,
        pages=1,
        seconds=min(limits.seconds, SECONDS),
        answer_seconds=min(limits.answer_seconds, SECONDS),
        attempts=min(limits.attempts, ATTEMPTS),
        longest_wait=min(limits.longest_wait, 1.0),
    )
    secrets = keeping.secrets_of(source.id, source.url, source.config)
    pages = sources.pull(source.kind, source.url, source.config, secrets, limits=few)
    with closing(cast("Generator[Page]", pages)):
        return next(pages)


def missing(source: Source, rows: Sequence[Row]) -> list[str]:
    """Return which fields the configuration names and no row has."""
    named = [*(source.fields or {}).values(), *source.config.get("key", [])]
    field = (source.config.get("incremental") or {}).get("field")
    asked = dict.fromkeys([*named, field] if field else named)
    return [name for name in asked if rows and not columnar.has(rows, name)]


def shown(value: Any) -> Any:
    """Return a value as an answer can hold it."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, bytes):
        value = value.hex()
    if isinstance(value, (float, Decimal)):
        value = str(value)
    return str(value)[:MOST_CHARACTERS]
