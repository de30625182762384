"""The check of a revision's tables, on what the DataStore holds now.

A file was checked when it was loaded, but the API writes tables too, and a new edition
may change a Table Schema; so the tables themselves are checked when a revision is
submitted.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from ckanext.sonla.shared import resource_tables
from ckanext.sonla.shared.checks import (
    BLOCKS,
    INFORMS,
    NEEDS_REASON,
    Check,
    Finding,
    register_check,
)
from ckanext.sonla.shared.msgid import N_

from . import columns, datastore, governed, limits, names, references, rules, states
from .model import Load
from .problems import Findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .governed import Rules

_FIELDS = {field.name for field in fields(Finding)}


@register_check
class TableSchema(Check):
    """The tables are what the catalogue asks for."""

    name = "intake.tables"
    title = N_("Table Schema")

    def run(self, package: dict[str, Any]) -> Iterator[Finding]:
        return _tables(package)


@register_check
class Reading(Check):
    """What was remarked while the files were read: converted, passed by, cut."""

    name = "intake.reading"
    title = N_("How the files were read")

    def run(self, package: dict[str, Any]) -> Iterator[Finding]:
        for resource in package.get("resources") or []:
            load = Load.of(resource["id"])
            if load is not None and load.state == states.DONE:
                stored = (one for one in load.findings if one["severity"] == INFORMS)
                yield from (_restored(one) for one in stored)


def _restored(stored: dict[str, Any]) -> Finding:
    return Finding(**{key: stored[key] for key in stored if key in _FIELDS})


def _tables(package: dict[str, Any]) -> Iterator[Finding]:
    entry = governed.entry_of(package)
    met: set[str] = set()
    for resource in package.get("resources") or []:
        found = governed.rules_of(resource, entry)
        if found.name:
            met.add(found.name)
        yield from _of_resource(resource, found)
    yield from _unmet(entry, met)


def _unmet(entry: dict[str, Any] | None, met: set[str]) -> Iterator[Finding]:
    if not entry or entry.get("content_kind") != "table":
        return
    for table in entry.get("tables") or []:
        if table["name"] not in met:
            yield Finding(
                "table.missing",
                BLOCKS,
                N_("The catalogue asks for table {table}; no resource has it."),
                {"table": table.get("title") or table["name"]},
                table=table["name"],
            )


def _of_resource(resource: dict[str, Any], found: Rules) -> Iterator[Finding]:
    load = Load.of(resource["id"])
    place = {"resource_id": resource["id"], "table": found.name}
    if load is not None and load.state in states.OPEN:
        yield Finding(
            "load.open", BLOCKS, N_("The file is still being loaded."), {}, **place
        )
    elif load is not None and load.state == states.FAILED:
        yield from _of_load(load, found, place)
    elif found.schema is not None:
        yield from _of_content(resource["id"], found.schema, place)
    elif found.unknown:
        yield Finding(
            "table.unknown",
            BLOCKS,
            N_("The catalogue entry has no table named {table}."),
            {"table": found.unknown},
            **place,
        )


def _of_load(load: Load, found: Rules, place: dict[str, Any]) -> Iterator[Finding]:
    """Yield a failed load's findings; without a Table Schema a reason may do."""
    severity = BLOCKS if found.name else NEEDS_REASON
    if not load.findings:
        yield Finding("load.failed", severity, load.message or "", load.params, **place)
    for stored in load.findings:
        finding = _restored(stored)
        if finding.severity == BLOCKS:
            finding = replace(finding, severity=severity)
        yield finding


def _of_content(
    resource_id: str, schema: dict[str, Any], place: dict[str, Any]
) -> Iterator[Finding]:
    findings = Findings(limits.current().findings)
    table = resource_tables.table_of(resource_id)
    with datastore.writing() as connection:
        cursor = datastore.cursor_of(connection)
        existing = datastore.existing_columns(cursor, table)
        if not existing or datastore.is_empty(cursor, table):
            yield Finding(
                "table.empty",
                BLOCKS,
                N_("The resource has no rows in its table yet."),
                {},
                **place,
            )
            return
        fitting = _fitting(schema, existing, findings)
        relation = datastore.relation_of(table, fitting)
        known = _of_fields(schema, fitting)
        keys = references.of(resource_id, known)
        rules.check(cursor, relation, known, findings, keys)
    for finding in findings.kept:
        yield replace(finding, **place)


def _of_fields(
    schema: dict[str, Any], fitting: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    present = {str(one["name"]) for one in fitting.values()}
    kept = [one for one in schema["fields"] if str(one["name"]) in present]
    return {**schema, "fields": kept}


def _fitting(
    schema: dict[str, Any], existing: dict[str, str], findings: Findings
) -> dict[str, dict[str, Any]]:
    """Return the columns that are there in their type, and find the others."""
    fitting: dict[str, dict[str, Any]] = {}
    for field, name in names.of_fields(schema):
        wanted = columns.pg_type(field)
        shown = field.get("title") or field["name"]
        if name not in existing:
            findings.add(
                Finding(
                    "column.missing",
                    BLOCKS,
                    N_("Column {column} is missing."),
                    {"column": shown},
                    column=name,
                )
            )
        elif existing[name] not in columns.ALIKE[wanted]:
            findings.add(
                Finding(
                    "column.type",
                    BLOCKS,
                    N_(
                        "Column {column} is of type {found}; the Table Schema asks for "
                        "{wanted}."
                    ),
                    {"column": shown, "found": existing[name], "wanted": wanted},
                    column=name,
                )
            )
        else:
            fitting[name] = field
    for name in existing:
        if name not in {known for _field, known in names.of_fields(schema)}:
            findings.add(
                Finding(
                    "column.unknown",
                    BLOCKS,
                    N_("Column {column} is not in the Table Schema."),
                    {"column": name},
                    column=name,
                )
            )
    return fitting
