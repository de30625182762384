"""Rows that another feature brings: what `shared.row_intake` asks the intake for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckan import model
from ckanext.sonla.shared import row_intake
from ckanext.sonla.shared.row_intake import Asked, Checked

from . import datastore, kept, limits, loads, row_checks, uploads
from .cells import CellWriter
from .model import IntakeChoice, Load
from .problems import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ckanext.sonla.shared.row_intake import BadCell, Kept


class Rows:
    """What `shared.row_intake` asks for."""

    def schema(
        self, package: dict[str, Any], resource: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Return the Table Schema that governs a resource; None without one."""
        return row_checks.rules_of(package, resource).schema

    def writer(
        self, field: dict[str, Any]
    ) -> Callable[[Sequence[Any], dict[int, BadCell]], list[str]]:
        """Return what writes some values as a field's cells of a file."""
        return CellWriter(field, limits.current().cell)

    def check(self, asked: Asked) -> Checked:
        """Check and compare rows; nothing of them becomes a table."""
        found = Checked()
        try:
            with row_checks.staged(asked) as stage:
                stage.check(found)
        except Unreadable as problem:
            found.blocking.append(problem.finding.as_dict())
        return found

    def forget(self, token: str) -> None:
        """Let go of what a check has kept."""
        with datastore.writing() as connection:
            kept.drop(datastore.cursor_of(connection), token)

    def load(
        self, resource_id: str, columns: list[str], kept: Kept | None = None
    ) -> dict[str, Any]:
        """Load the file of a draft's resource now, every row of it."""
        # It holds of this file alone: no agency's next upload is read so.
        row = model.Session.get(IntakeChoice, resource_id) or IntakeChoice()
        row.resource_id = resource_id
        row.choice = row_checks.as_it_is(columns).as_dict()
        row.agency_id = row.entry = row.table_name = None
        model.Session.merge(row)
        model.Session.flush()
        uploads.reconsider(resource_id)
        model.Session.commit()
        loads.run(resource_id, kept)
        return _load_of(resource_id)

    def finish(self, resource_id: str) -> dict[str, Any]:
        """Load a draft's file now, as an officer's upload is, and tell the load."""
        loads.run(resource_id)
        return _load_of(resource_id)


def _load_of(resource_id: str) -> dict[str, Any]:
    load = Load.of(resource_id)
    return load.as_dict() if load else {"state": "none"}


row_intake.register(Rows())
