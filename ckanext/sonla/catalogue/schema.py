"""What the catalogue's actions take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import schema as shared

from . import entry_fields, scans, vocabulary

if TYPE_CHECKING:
    from ckan.types import Schema, Validator


def _required() -> list[Validator]:
    return [tk.get_validator("not_empty"), tk.get_validator("unicode_safe")]


def _optional() -> list[Validator]:
    return [tk.get_validator("ignore_missing"), tk.get_validator("unicode_safe")]


def _choice(values: list[Any]) -> Validator:
    one_of: Any = tk.get_validator("one_of")
    return one_of(values)


def is_text(key: Any, data: Any, _errors: Any, _context: Any) -> None:
    """Refuse an id that isn't a text, which the database would stumble over."""
    if not isinstance(data[key], str) or "\0" in data[key]:
        raise tk.Invalid(tk._("Write the id as a text."))


def text() -> list[Any]:
    """A text that may be empty."""
    return [*_default(""), tk.get_validator("unicode_safe"), _clean]


def _clean(value: str) -> str:
    return value.replace("\0", "").strip()


def said(value: str) -> str:
    """Refuse an empty text; stands after `text`."""
    if not value:
        raise tk.Invalid(tk._("Missing value"))
    return value


def edition_create() -> Schema:
    """What `sonla_edition_create` takes."""
    return {
        "kind": [*_required(), _choice(list(vocabulary.EDITION_KINDS))],
        "note": [*_default(""), tk.get_validator("unicode_safe")],
    }


def _default(value: object) -> list[Validator]:
    default: Any = tk.get_validator("default")
    return [default(value)]


def by_id() -> Schema:
    """What an action on one thing takes: its `id`."""
    return {"id": [tk.get_validator("not_empty"), is_text]}


def edition_list() -> Schema:
    """What `sonla_edition_list` takes."""
    return {
        "state": [*_optional(), _choice(list(vocabulary.EDITION_STATES))],
        **shared.paging(),
    }


def edition_compare() -> Schema:
    """What `sonla_edition_compare` takes."""
    changes = ["added", "changed", "retired"]
    ignore = tk.get_validator("ignore_empty")
    return {**by_id(), "change": [ignore, _choice(changes)], **shared.paging()}


def edition_reject() -> Schema:
    """What `sonla_edition_reject` takes."""
    return {**by_id(), "comment": _required()}


def edition_approve() -> Schema:
    """What `sonla_edition_approve` takes."""
    ignore = tk.get_validator("ignore_empty")
    return {
        **by_id(),
        "decision_number": [*_required(), _stripped],
        "decision_date": [tk.get_validator("not_empty"), shared.iso_date],
        "effective_date": [ignore, shared.iso_date],
        "document": [ignore, _address_or_file],
        "impact_reason": _optional(),
    }


def _address_or_file(value: Any) -> Any:
    """Keep an uploaded scan as it is; an address must be one of the web."""
    if scans.is_upload(value):
        return value if value.filename else None
    text = str(value).replace("\0", "").strip()
    if text and not text.startswith(("https://", "http://")):
        raise tk.Invalid(tk._("Write the address with https:// before it."))
    return text or None


def _stripped(value: Any) -> str:
    text = str(value).replace("\0", "").strip()
    if not text:
        raise tk.Invalid(tk._("Missing value"))
    return text


def entry_show() -> Schema:
    """What `sonla_entry_show` takes."""
    return {
        "code": [tk.get_validator("not_empty"), is_text],
        "date": [tk.get_validator("ignore_empty"), shared.iso_date],
        "edition": _optional(),
    }


def entry_list() -> Schema:
    """What `sonla_entry_list` takes."""
    return {
        **{
            name: _optional()
            for name in (
                "agency",
                "domain",
                "q",
                "edition",
                "update_cycle",
                "content_kind",
                "change",
            )
        },
        "date": [tk.get_validator("ignore_empty"), shared.iso_date],
        **shared.paging(),
    }


def entry_create() -> Schema:
    """What `sonla_entry_create` and `_update` take.

    The fields' own rules are in `entry_fields`, which the import shares.
    """
    keep: Any = [tk.get_validator("ignore_missing")]
    fields: Schema = {name: keep for name in entry_fields.FIELDS if name != "tables"}
    fields["edition_id"] = [tk.get_validator("not_empty"), is_text]
    # CKAN takes a list of dicts apart; this names the parts so that they survive it.
    fields["tables"] = {"name": keep, "title": keep, "schema": keep}
    return fields


def entry_update() -> Schema:
    """What `sonla_entry_update` takes."""
    return {**entry_create(), "code": [tk.get_validator("not_empty"), is_text]}


def entry_retire() -> Schema:
    """What `sonla_entry_retire` takes."""
    return {
        "edition_id": [tk.get_validator("not_empty"), is_text],
        "code": [tk.get_validator("not_empty"), is_text],
    }


def edition_import() -> Schema:
    """What `sonla_edition_import` takes."""
    return {
        "edition_id": [tk.get_validator("not_empty"), is_text],
        "upload": [tk.get_validator("not_missing")],
        "complete": [*_default(False), tk.get_validator("boolean_validator")],
    }


def edition_import_confirm() -> Schema:
    """What `sonla_edition_import_confirm` takes."""
    return {"import_id": [tk.get_validator("not_empty"), is_text]}
