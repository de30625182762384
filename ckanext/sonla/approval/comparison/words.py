"""Fields in words: labels of the forms, values as people read them.

The canonical content holds ids and codes; a leader reads titles. Labels and choices
come from the dataset's scheming schema, in the reader's language.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import formats
from ckanext.sonla.shared.asking import sonla_ask
from ckanext.sonla.shared.titles import sonla_title

if TYPE_CHECKING:
    from collections.abc import Callable

DATE_PRESETS = ("dcat_date", "date")


def label(field: str, *, of_resource: bool = False) -> str:
    """Return a field's label on the form of the dataset or of its files."""
    own = {
        "agency": tk._("Agency"),
        "data_period": tk._("Data period"),
        "domains": tk._("Domain"),
        "extras": tk._("Further fields"),
        "groups": tk._("Domain"),
        "publish_at": tk._("To be published"),
        "relationships": tk._("Related datasets"),
        "tags": tk._("Keywords"),
        "url_type": tk._("Kind of address"),
        "views": tk._("Previews"),
    }
    if of_resource:
        own["url"] = tk._("File name or address")
    if field in own:
        return own[field]
    known = _schema_field(field, of_resource=of_resource)
    return tk.h.scheming_language_text(known["label"]) if known else field


def text(field: str, value: Any, *, of_resource: bool = False) -> str:
    """Return a field's value as people read it."""
    if value in (None, "", [], {}):
        return ""
    special = _SPECIAL.get(field)
    if special is not None and not (of_resource and field == "url"):
        return special(value)
    return _by_schema(_schema_field(field, of_resource=of_resource) or {}, value)


def changes(
    before: dict[str, Any], after: dict[str, Any], *, of_resource: bool = False
) -> list[dict[str, Any]]:
    """Return the fields that differ, in the order of the form, raw and in words."""
    return [
        {
            "field": name,
            "before": before.get(name),
            "after": after.get(name),
            "label": label(name, of_resource=of_resource),
            "before_text": text(name, before.get(name), of_resource=of_resource),
            "after_text": text(name, after.get(name), of_resource=of_resource),
        }
        for name in in_order({*before, *after}, of_resource=of_resource)
        if before.get(name) != after.get(name)
    ]


def in_order(names: set[str], *, of_resource: bool = False) -> list[str]:
    """Return the names of fields in the order of the form, others behind."""
    form = [field["field_name"] for field in _fields(of_resource=of_resource)]
    place = {name: number for number, name in enumerate(form)}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))


def _fields(*, of_resource: bool) -> list[dict[str, Any]]:
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    return schema.get("resource_fields" if of_resource else "dataset_fields", [])


def _schema_field(field: str, *, of_resource: bool) -> dict[str, Any] | None:
    known = _fields(of_resource=of_resource)
    return next((one for one in known if one["field_name"] == field), None)


def _by_schema(field: dict[str, Any], value: Any) -> str:
    """Return a value by what the schema says of its field."""
    if isinstance(value, list):
        return "\n".join(part for one in value if (part := _by_schema(field, one)))
    if isinstance(value, dict):
        return _parts(field, value)
    choices = tk.h.scheming_field_choices(field) if field else None
    for choice in choices or ():
        if choice["value"] == value:
            return tk.h.scheming_language_text(choice.get("label", value))
    if field.get("preset") in DATE_PRESETS:
        return _day(value)
    return formats.sonla_cell(value)


def _parts(field: dict[str, Any], value: dict[str, Any]) -> str:
    """Return a repeating field's parts, each with its label."""
    known = {one["field_name"]: one for one in field.get("repeating_subfields", ())}
    told = []
    for name in [
        *(n for n in known if n in value),
        *(n for n in value if n not in known),
    ]:
        part = value[name]
        if part in (None, "", [], {}):
            continue
        subfield = known.get(name, {})
        title = tk.h.scheming_language_text(subfield.get("label", name))
        told.append(f"{title}: {_by_schema(subfield, part)}")
    return "; ".join(told)


def _day(value: Any) -> str:
    try:
        return formats.sonla_date(value)
    except (TypeError, ValueError):
        return str(value)


def _entry(code: str) -> str:
    entry = sonla_ask("sonla_entry_show", code=code)
    return f"{code} – {sonla_title(entry)}" if entry else code


def _licence(identifier: str) -> str:
    found = model.Package.get_license_register().get(identifier)
    return tk._(found.title) if found else identifier


def _group(identifier: str) -> str:
    group = model.Group.get(identifier)
    if group is None:
        return identifier
    # CKAN maps the column without naming it in the class.
    extras: dict[str, Any] = getattr(group, "extras", None) or {}
    return sonla_title({**extras, "title": group.display_name})


def _domains(ids: list[str]) -> str:
    return ", ".join(_group(one) for one in ids)


def _tags(tags: list[Any]) -> str:
    return ", ".join(tag[0] if isinstance(tag, list) else str(tag) for tag in tags)


def _cycle(value: str) -> str:
    if "sonla_catalogue_label" in tk.h:
        return tk.h.sonla_catalogue_label("update_cycle", value)
    return value


def _frequency(uri: str) -> str:
    names = {
        "ANNUAL": tk._("every year"),
        "ANNUAL_2": tk._("twice a year"),
        "IRREG": tk._("when the data changes"),
        "MONTHLY": tk._("every month"),
        "NEVER": tk._("once"),
        "QUARTERLY": tk._("every quarter"),
    }
    return names.get(_last_part(uri), uri)


def _access(uri: str) -> str:
    names = {"PUBLIC": tk._("open to everybody")}
    return names.get(_last_part(uri), uri)


def _themes(uris: list[str]) -> str:
    """Return the domains that a dataset's themes are the addresses of."""
    told = []
    for uri in uris:
        group = model.Group.get(_last_part(uri)) if "/group/" in uri else None
        told.append(_group(group.id) if group else uri)
    return ", ".join(told)


def _last_part(uri: str) -> str:
    return str(uri).rstrip("/").rsplit("/", 1)[-1]


def _pairs(pairs: list[Any]) -> str:
    return "\n".join(": ".join(str(part) for part in pair if part) for pair in pairs)


def _views(views: list[dict[str, Any]]) -> str:
    return "\n".join(f"{view_name(view)}{_settings(view)}" for view in views)


def view_name(view: dict[str, Any]) -> str:
    """Return a preview's title with its kind in words."""
    kinds = {
        "datatables_view": tk._("table"),
        "recline_view": tk._("table"),
        "text_view": tk._("text"),
        "image_view": tk._("image"),
        "pdf_view": tk._("PDF"),
        "webpage_view": tk._("web page"),
    }
    kind = kinds.get(view.get("view_type", ""), view.get("view_type", ""))
    return f"{view.get('title') or tk._('Preview')} ({kind})"


def _settings(view: dict[str, Any]) -> str:
    told = [view.get("description") or ""]
    if view.get("config"):
        told.append(json.dumps(view["config"], ensure_ascii=False, sort_keys=True))
    return "".join(f" – {one}" for one in told if one)


_SPECIAL: dict[str, Callable[[Any], str]] = {
    "access_rights": _access,
    "agency": _group,
    "catalogue_entry": _entry,
    "data_period": formats.sonla_period,
    "domains": _domains,
    "extras": _pairs,
    "frequency": _frequency,
    "license_id": _licence,
    "publish_at": formats.sonla_datetime,
    "relationships": _pairs,
    "tags": _tags,
    "theme": _themes,
    "update_cycle": _cycle,
    "views": _views,
}
