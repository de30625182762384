"""Actions on how a file is read: what is proposed, what the officer chooses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.shared import checks, drafts

from . import (
    choices,
    choosing,
    files,
    governed,
    limits,
    outcome,
    readers,
    reading,
    schema,
    tables,
    uploads,
)
from .model import Load

if TYPE_CHECKING:
    from ckan.types import Context

    from .choice import Choice
    from .choices import Chosen
    from .governed import Rules


@tk.side_effect_free
@validate(schema.intake_show)
def sonla_intake_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return how a resource's file is read, or would be by another choice.

    Args:
        resource_id: the resource.
        choice: what is to be tried; nothing is stored. `{sheet?, header?: [first,
            last], last?, whole?, columns?: {header: field or null}, encoding?, crs?,
            convert?}`, rows counted from 1; what isn't there is proposed.

    Returns:
        `{resource_id, table, fields, tables, choice, remembered, tried, reading}`.
        `fields` are the Table Schema's `{name, title, type, required}`, empty without
        one; `tables` those of the entry with the resource that fills each; `choice` is
        what holds, `remembered` whether from an earlier period; `reading` is `{sheet,
        sheets, encoding, crs, header, last, left_out, columns, top, preview,
        findings}`, of a try with its findings.

    Raises:
        ObjectNotFound: for a resource without an uploaded file.
        ValidationError: naming the part of the choice that is wrong.
    """
    tk.check_access("sonla_intake_show", context, data_dict)
    package, resource, rules = _governed(data_dict["resource_id"])
    chosen = choices.of(package, resource["id"], rules.name)
    tried = data_dict.get("choice") not in (None, "")
    choice = choosing.parsed(data_dict["choice"]) if tried else chosen.choice
    return {
        "resource_id": resource["id"],
        "table": rules.name,
        "fields": _fields(rules),
        "tables": _tables(package),
        "choice": choice.as_dict() if choice else None,
        "remembered": chosen.remembered is not None and not tried,
        "tried": tried,
        "reading": _reading(resource, rules, chosen, choice, tried=tried),
    }


@validate(schema.intake_choose)
def sonla_intake_choose(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Choose how a draft's file is read; it is loaded again.

    The choice holds for later files of the same dataset and table too, except for
    what counts rows.

    Args:
        resource_id: the resource, of a draft.
        choice: as in `sonla_intake_show`.

    Returns:
        The load, waiting.

    Raises:
        ValidationError: naming the part of the choice that is wrong.
    """
    tk.check_access("sonla_intake_choose", context, data_dict)
    package, resource, rules = _governed(data_dict["resource_id"])
    choice = choosing.parsed(data_dict["choice"])
    _check_fields(choice, rules)
    choices.keep(package, resource["id"], rules.name, choice)
    drafts.edited(package["id"], context.get("user"))
    uploads.reconsider(resource["id"])
    model.Session.commit()
    load = Load.of(resource["id"])
    if load is None:
        raise tk.ObjectNotFound(tk._("This resource has no uploaded file to load."))
    return load.as_dict()


@validate(schema.resource_load)
def sonla_intake_spread(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Let one workbook fill all tables of the entry: a resource for each.

    Tables that a resource has already are left alone. The file is stored once.

    Args:
        resource_id: the resource with the workbook, of a draft.

    Returns:
        `{tables: [{name, title, resource_id}]}`.

    Raises:
        ValidationError: when the entry has one table or none, or the file isn't a
            workbook.
    """
    tk.check_access("sonla_intake_spread", context, data_dict)
    package, resource, _rules = _governed(data_dict["resource_id"])
    found = _tables(package)
    kind = readers.kind_of(resource.get("format"), resource.get("url"))
    if len(found) < 2 or kind not in readers.SPREADSHEETS:  # noqa: PLR2004 - one is no spread
        raise tk.ValidationError(
            {"resource_id": [tk._("Only a workbook of several tables can be spread.")]}
        )
    left = [one["name"] for one in found if one["resource_id"] is None]
    if not resource.get("table") and left:
        patch = {"id": resource["id"], "table": left.pop(0)}
        tk.get_action("resource_patch")(_as(context), patch)
    titles = {one["name"]: one["title"] for one in found}
    with files.opened(resource) as path:
        for name in left:
            _copy(context, package["id"], resource, path, name, titles[name])
    again = tk.get_action("package_show")({"ignore_auth": True}, {"id": package["id"]})
    return {"tables": _tables(again)}


def _copy(  # noqa: PLR0913, PLR0917 - one value each
    context: Context,
    package_id: str,
    resource: dict[str, Any],
    path: Path,
    table: str,
    title: str,
) -> None:
    with path.open("rb") as stream:
        upload = FileStorage(stream, filename=Path(resource["url"]).name)
        tk.get_action("resource_create")(
            _as(context),
            {
                "package_id": package_id,
                "name": title,
                "format": resource.get("format"),
                "table": table,
                "upload": upload,
            },
        )


def _as(context: Context) -> Context:
    """Return a fresh context of the same caller: actions write into theirs."""
    kept = ("user", "auth_user_obj", "ignore_auth")
    return {name: context[name] for name in kept if name in context}  # type: ignore[return-value] - a part of it


def _governed(resource_id: str) -> tuple[dict[str, Any], dict[str, Any], Rules]:
    row = model.Resource.get(resource_id)
    package = row and tk.get_action("package_show")(
        {"ignore_auth": True}, {"id": row.package_id}
    )
    resources = package["resources"] if package else []
    resource = next((one for one in resources if one["id"] == resource_id), None)
    if not package or resource is None or resource.get("url_type") != "upload":
        raise tk.ObjectNotFound(tk._("This resource has no uploaded file to load."))
    rules = governed.rules_of(resource, governed.entry_of(package))
    return package, resource, rules


def _fields(rules: Rules) -> list[dict[str, Any]]:
    return [
        {
            "name": str(one["name"]),
            "title": one.get("title") or str(one["name"]),
            "type": one.get("type") or "string",
            "required": bool((one.get("constraints") or {}).get("required")),
        }
        for one in (rules.schema or {}).get("fields") or []
    ]


def _tables(package: dict[str, Any]) -> list[dict[str, Any]]:
    entry = governed.entry_of(package)
    filled: dict[str | None, str] = {}
    for one in package.get("resources") or []:
        filled.setdefault(governed.rules_of(one, entry).name, one["id"])
    return [
        {
            "name": one["name"],
            "title": one.get("title") or one["name"],
            "resource_id": filled.get(one["name"]),
        }
        for one in (entry or {}).get("tables") or []
    ]


def _reading(
    resource: dict[str, Any],
    rules: Rules,
    chosen: Chosen,
    choice: Choice | None,
    *,
    tried: bool,
) -> dict[str, Any]:
    load = Load.of(resource["id"])
    if load is not None and load.reading and not tried:
        return {**load.reading, "findings": load.as_dict()["findings"]}
    kind = outcome.kind_of(resource, rules)
    if kind is None:
        raise tk.ObjectNotFound(tk._("The file is in none of the table formats."))
    with files.opened(resource) as path:
        source = tables.Source(path, kind, resource["id"], rules, limits.current())
        source.choice, source.remembered = choice, chosen.remembered
        found = reading.preview(source, rules.schema)
    for one in found["findings"]:
        one["sentence"] = checks.sentence(one)
    return found


def _check_fields(choice: Choice, rules: Rules) -> None:
    if rules.schema is None:
        return
    known = {one["name"] for one in _fields(rules)}
    for name in choice.columns.values():
        if name is not None and name not in known:
            message = tk._("The table has no field {name}.")
            raise tk.ValidationError({"columns": [message.format(name=name)]})


__all__ = ["sonla_intake_choose", "sonla_intake_show", "sonla_intake_spread"]
