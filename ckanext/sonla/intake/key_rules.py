"""Keys of a table, checked set-wise: no two rows alike, and values that are elsewhere.

Whether a key is unique is asked of the hashes of its values first, which sort many
times faster; only where two hashes are equal are the values themselves compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from psycopg2.sql import SQL, Composable, Identifier, Literal

from ckanext.sonla.shared.checks import BLOCKS, INFORMS, NEEDS_REASON, Finding
from ckanext.sonla.shared.msgid import N_

from . import columns, gathering, references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .columns import Column
    from .problems import Findings
    from .references import ForeignKey
    from .scanning import Scanner

VALUE_SHOWN = 200


def parts_of(scanner: Scanner, names: list[str]) -> list[Column] | None:
    """Return the columns of a key; None when one of them isn't there."""
    by_field = {str(one.field["name"]): one for one in scanner.relation.columns}
    if not names or not all(name in by_field for name in names):
        return None
    return [by_field[name] for name in names]


def check_unique(scanner: Scanner, names: list[str], findings: Findings) -> None:
    """Add the rows whose key stood in a row before; an empty value equals no other."""
    parts = parts_of(scanner, names)
    count = repeats(scanner, parts) if parts else 0
    if not parts or not count:
        return
    keep = min(count, findings.room)
    for finding in first_repeats(scanner, parts, keep):
        findings.add(finding)
    findings.skip(count - keep)


def first_repeated(scanner: Scanner, parts: list[Column]) -> Finding | None:
    """Return the first row whose key stood before, counting them all; None if none."""
    count = repeats(scanner, parts)
    found = next(first_repeats(scanner, parts, 1), None) if count else None
    return found and replace(found, count=count)


def repeats(scanner: Scanner, parts: list[Column]) -> int:
    """Return how many rows have a key that stood in a row before."""
    if not _repeats(scanner, parts):
        return 0
    ((count,),) = scanner.rows(
        lambda source, found: SQL("SELECT count(*) FROM ({}) k WHERE nth > 1").format(
            repeated(source, found)
        ),
        parts,
    )
    return count


def first_repeats(
    scanner: Scanner, parts: list[Column], keep: int
) -> Iterator[Finding]:
    """Yield the first rows whose key stood in a row before."""
    rows = scanner.rows(
        lambda source, found: SQL(
            "SELECT number, value FROM ({}) k WHERE nth > 1 ORDER BY number LIMIT {}"
        ).format(repeated(source, found), Literal(keep)),
        parts,
    )
    for number, value in rows:
        yield Finding(
            "unique",
            BLOCKS,
            N_("{value} stands in column {column} more than once."),
            {"value": value[:VALUE_SHOWN], "column": _told(parts)},
            row=number,
            column=", ".join(part.name for part in parts),
            value=value[:VALUE_SHOWN],
        )


def _repeats(scanner: Scanner, parts: list[Column]) -> bool:
    """Tell whether two rows may have the same key."""

    def hashed(source: Composable, found: list[Column]) -> Composable:
        return SQL("SELECT count(*), count(DISTINCT {}) FROM {} WHERE {}").format(
            _hash(found), source, _present(found)
        )

    ((rows, different),) = scanner.rows(hashed, parts)
    return rows != different


def _hash(parts: list[Column]) -> Composable:
    if len(parts) == 1 and columns.pg_type(parts[0].field) == "text":
        return SQL("hashtextextended({}::text, 0)").format(parts[0].value)
    cells = SQL(", ").join(part.value for part in parts)
    return SQL("hash_record_extended(ROW({}), 0)").format(cells)


def _present(parts: list[Column]) -> Composable:
    return SQL(" AND ").join(SQL("{} IS NOT NULL").format(part.value) for part in parts)


def repeated(source: Composable, parts: list[Column]) -> Composable:
    """Return SQL of the rows with a key: `number`, `value` and which `nth` it is."""
    return SQL(
        "SELECT q.number, concat_ws(' | ', {raw}) AS value, "
        "row_number() OVER (PARTITION BY {key} ORDER BY q.number) AS nth "
        "FROM {source} WHERE {present} AND {hash} IN (SELECT {hash} FROM {source} "
        "WHERE {present} GROUP BY 1 HAVING count(*) > 1)"
    ).format(
        hash=_hash(parts),
        raw=SQL(", ").join(part.raw for part in parts),
        key=SQL(", ").join(part.value for part in parts),
        source=source,
        present=_present(parts),
    )


def check_foreign(scanner: Scanner, key: ForeignKey, findings: Findings) -> None:
    """Add the rows whose value isn't in the table that a foreign key leads to."""
    parts = parts_of(scanner, key.fields)
    if parts is None:
        return
    asked = Foreign.of(scanner, key)
    if asked is None:
        findings.add(_absent(key, parts))
        return
    count = asked.count()
    keep = min(count, findings.room)
    for finding in asked.some(keep):
        findings.add(finding)
    findings.skip(count - keep)


@dataclass(frozen=True)
class Foreign:
    """A foreign key over a relation, where what it leads to is known.

    `values` is SQL of what it may be, None where the table itself has it in `theirs`.
    """

    scanner: Scanner
    key: ForeignKey
    parts: list[Column]
    theirs: list[Column]
    values: Composable | None

    @classmethod
    def of(cls, scanner: Scanner, key: ForeignKey) -> Foreign | None:
        """Return the key as it can be asked; None where its tables aren't there."""
        parts = parts_of(scanner, key.fields)
        theirs = parts_of(scanner, key.targets) if key.own else None
        values = None if key.own else references.values_of(scanner.cursor, key)
        if parts is None or (values is None and theirs is None):
            return None
        return cls(scanner, key, parts, theirs or [], values)

    def count(self) -> int:
        """Return how many rows lead nowhere."""
        if self.values and self._is_gathered():
            return self._count_once(self.values)
        return self._rows(SQL("count(*)"), SQL(""))[0][0]

    def _is_gathered(self) -> bool:
        return len(self.parts) == 1 and self.parts[0].name in self.scanner.gathered

    def _count_once(self, values: Composable) -> int:
        """Count by the different values of a key of one column."""

        def query(
            source: Composable, found: list[Column], weight: Composable
        ) -> Composable:
            return SQL("SELECT coalesce(sum({}), 0)::int8 FROM {} WHERE {}").format(
                weight, source, dangling(found, values)
            )

        return gathering.counts(self.scanner, query, self.parts[0])[0][0]

    def first(self) -> Finding | None:
        """Return the first row that leads nowhere, counting them all; None if none."""
        count = self.count()
        return replace(next(self.some(1)), count=count) if count else None

    def some(self, keep: int) -> Iterator[Finding]:
        """Yield the first rows that lead nowhere."""
        shown = SQL("q.number, concat_ws(' | ', {})").format(
            SQL(", ").join(
                Identifier("q", f"r{at}") for at, _part in enumerate(self.parts)
            )
        )
        ending = SQL("{} LIMIT {}").format(self.scanner.order, Literal(keep))
        for number, value in self._rows(shown, ending) if keep else []:
            yield _dangling(self.key, self.parts, number, value[:VALUE_SHOWN])

    def condition(self) -> tuple[Composable, Composable]:
        """Return a FROM clause, and what holds in it for rows that lead nowhere."""
        return self._held(*self.scanner.read([*self.parts, *self.theirs]))

    def _rows(self, selected: Composable, ending: Composable) -> list[Any]:
        def build(source: Composable, found: list[Column]) -> Composable:
            source, condition = self._held(source, found)
            return SQL("SELECT {} FROM {} WHERE {} {}").format(
                selected, source, condition, ending
            )

        return self.scanner.rows(build, [*self.parts, *self.theirs])

    def _held(
        self, source: Composable, found: list[Column]
    ) -> tuple[Composable, Composable]:
        width = len(self.parts)
        known = self.values or _own_values(source, found[width:])
        return source, dangling(found[:width], known)


def dangling(parts: list[Column], values: Composable) -> Composable:
    """Return SQL that holds for a row whose key is given and not among the values."""
    same = SQL(" AND ").join(
        SQL("k.{} = {}").format(Identifier(f"k{at}"), _text(part))
        for at, part in enumerate(parts)
    )
    return SQL("{} AND NOT EXISTS (SELECT 1 FROM ({}) k WHERE {})").format(
        _present(parts), values, same
    )


def _own_values(source: Composable, parts: list[Column]) -> Composable:
    cells = [
        SQL("{} AS {}").format(_text(part), Identifier(f"k{at}"))
        for at, part in enumerate(parts)
    ]
    return SQL("SELECT {} FROM {}").format(SQL(", ").join(cells), source)


def _text(part: Column) -> Composable:
    """Return a value as text, in one form for equal values."""
    if columns.pg_type(part.field) == "numeric":
        return SQL("trim_scale({}::numeric)::text").format(part.value)
    return SQL("{}::text").format(part.value)


def _told(parts: list[Column]) -> str:
    return ", ".join(str(part.field.get("title") or part.name) for part in parts)


def _dangling(key: ForeignKey, parts: list[Column], row: int, value: str) -> Finding:
    params = {"value": value, "column": _told(parts), "table": key.shown}
    message = (
        N_("{value} in column {column} refers to a row that the table doesn't have.")
        if key.own
        else N_("{value} in column {column} is not in the table {table}.")
    )
    column = ", ".join(part.name for part in parts)
    return Finding(
        "foreign", BLOCKS, message, params, row=row, column=column, value=value
    )


def _absent(key: ForeignKey, parts: list[Column]) -> Finding:
    """Say that a key couldn't be checked: what it leads to isn't there yet."""
    return Finding(
        "foreign.absent",
        INFORMS if key.is_sibling else NEEDS_REASON,
        N_(
            "Column {column} could not be checked: the table {table} that it refers to "
            "is not published yet."
        ),
        {"column": _told(parts), "table": key.shown},
        column=", ".join(part.name for part in parts),
    )
