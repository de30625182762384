"""Files as officers really have them, and the load of one without CKAN around it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ckanext.datastore.backend import postgres
from ckanext.sonla.intake import datastore, limits, tables
from ckanext.sonla.intake.governed import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ckanext.sonla.intake.choice import Choice


@pytest.fixture
def limit() -> limits.Limits:
    """Limits big enough for what the tests write on purpose."""
    return limits.Limits(
        bytes=500_000_000,
        unpacked=50_000_000,
        line=1_000_000,
        cell=100_000,
        columns=1000,
        rows=1_000_000,
        findings=1000,
    )


@pytest.fixture
def load(
    tmp_path: Path, limit: limits.Limits
) -> Iterator[Callable[..., tables.Result]]:
    """Load bytes as the table of a new resource; `load.rows(result)` reads it back."""
    made: list[str] = []

    def run(
        content: bytes | Path,
        kind: str = "CSV",
        schema: dict[str, Any] | None = None,
        limits: limits.Limits = limit,
        choice: Choice | None = None,
    ) -> tables.Result:
        path = content if isinstance(content, Path) else tmp_path / "file"
        if isinstance(content, bytes):
            path.write_bytes(content)
        resource_id = str(uuid.uuid4())
        made.append(resource_id)
        table = schema and {"name": "bang", "title": "Bảng", "schema": schema}
        source = tables.Source(path, kind, resource_id, Rules(table=table), limits)
        source.choice = choice
        result = tables.load(source)
        result.resource_id = resource_id  # type: ignore[attr-defined] - for the tests
        return result

    yield run
    for resource_id in made:
        datastore.drop(resource_id)


@pytest.fixture
def rows() -> Callable[[tables.Result], list[dict[str, Any]]]:
    """Read back the rows of a loaded table, in order, without CKAN's own columns."""

    def read(result: tables.Result) -> list[dict[str, Any]]:
        found = [finding.as_dict() for finding in result.findings.kept]
        assert result.is_loaded, found
        with postgres.get_read_engine().connect() as connection:
            table = result.resource_id  # type: ignore[attr-defined] - set by `load`
            answer = connection.exec_driver_sql(
                f'SELECT * FROM "{table}" ORDER BY _id'  # noqa: S608 - the test's own id
            )
            return [
                {key: row[key] for key in row if not key.startswith("_")}
                for row in map(dict, answer.mappings())
            ]

    return read
