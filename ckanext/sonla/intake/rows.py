"""Rows that another feature brings: what `shared.row_intake` asks the intake for."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ckan import model
from ckanext.sonla.shared import row_intake
from ckanext.sonla.shared.msgid import N_
from ckanext.sonla.shared.row_intake import Asked, BadCell, Checked

from . import columns, limits, loads, row_checks, uploads
from .model import IntakeChoice, Load
from .problems import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable


class Rows:
    """What `shared.row_intake` asks for."""

    def schema(
        self, package: dict[str, Any], resource: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Return the Table Schema that governs a resource; None without one."""
        return row_checks.rules_of(package, resource).schema

    def writer(self, field: dict[str, Any]) -> Callable[[Any], str]:
        """Return what writes a value as a field's cell of a file."""
        limit = limits.current().cell

        def write(value: Any) -> str:
            if value is None:
                return ""
            text = value if isinstance(value, str) else _written(value, field)
            if len(text) > limit:
                raise _too_long(limit)
            if "\x00" in text or not (text.isascii() or _is_text(text)):
                raise _no_text()
            return text

        return write

    def check(self, asked: Asked) -> Checked:
        """Check and compare rows; nothing is kept."""
        found = Checked()
        try:
            with row_checks.staged(asked) as stage:
                stage.check(found)
        except Unreadable as problem:
            found.blocking.append(problem.finding.as_dict())
        return found

    def load(self, resource_id: str, columns: list[str]) -> dict[str, Any]:
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
        loads.run(resource_id)
        load = Load.of(resource_id)
        return load.as_dict() if load else {"state": "none"}


row_intake.register(Rows())


def _too_long(limit: int) -> BadCell:
    message = N_("A cell is longer than {limit} characters.")
    return BadCell("cell_length", message, {"limit": limit})


def _no_text() -> BadCell:
    return BadCell("encoding", N_("A cell has characters that are no text."), {})


def _written(value: Any, field: dict[str, Any]) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, Decimal):
        return _plain(value, field)
    return columns.as_text(value, field)


def _plain(value: Decimal, field: dict[str, Any]) -> str:
    """Return a number without an exponent, which a whole number can't have."""
    text = f"{value:f}"
    point = str(field.get("decimalChar") or ".")
    kind = columns.kind_of(field)
    if kind == "integer" and "." in text:
        whole, _, rest = text.partition(".")
        return whole if not rest.strip("0") else text
    return text.replace(".", point) if kind == "number" else text


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
