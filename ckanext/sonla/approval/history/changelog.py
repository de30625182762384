"""What a version changed, in one sentence that the portal makes itself.

From the frozen contents alone, so it says the same for ever, and in any language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.approval import states
from ckanext.sonla.shared.formats import sonla_number, sonla_period

if TYPE_CHECKING:
    from collections.abc import Callable

Content = dict[str, Any]
# Fields named one by one up to here; beyond it only their number.
_NAMED = 3


def sentence(
    before: Content | None, after: Content, field_name: Callable[[str], str]
) -> str:
    """Say what a version changed.

    Args:
        before: the content of the version before it, if there was one.
        after: its own content.
        field_name: gives a field of the dataset its label.
    """
    if after.get("kind") == states.RETIREMENT:
        return tk._("The agency ended the provision of this data.")
    if after.get("kind") == states.NO_CHANGE:
        return tk._("Confirmed without change for {period}.").format(
            period=sonla_period(after.get("data_period"))
        )
    if before is None:
        return _first(after)
    said = [
        *_period(before, after),
        *_fields(before, after, field_name),
        *_resources(before, after),
    ]
    if not said:
        return tk._("Nothing differs from the version before.")
    whole = "; ".join(said)
    return f"{whole[0].upper()}{whole[1:]}."


def _first(after: Content) -> str:
    resources = after.get("resources") or []
    rows = sum(one["table"]["rows"] for one in resources if one.get("table"))
    said = tk.ungettext(
        "First publication, with {number} file",
        "First publication, with {number} files",
        len(resources),
    ).format(number=sonla_number(len(resources)))
    if rows:
        said += " " + tk.ungettext(
            "and {number} row", "and {number} rows", rows
        ).format(number=sonla_number(rows))
    return f"{said}."


def _period(before: Content, after: Content) -> list[str]:
    old, new = before.get("data_period"), after.get("data_period")
    if old == new or not new:
        return []
    return [tk._("data of {period}").format(period=sonla_period(new))]


def _fields(
    before: Content, after: Content, field_name: Callable[[str], str]
) -> list[str]:
    old, new = before.get("dataset") or {}, after.get("dataset") or {}
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    if not names:
        return []
    if len(names) > _NAMED:
        return [
            tk.ungettext(
                "{number} field of the description changed",
                "{number} fields of the description changed",
                len(names),
            ).format(number=sonla_number(len(names)))
        ]
    labels = ", ".join(field_name(name) for name in names)
    return [tk._("description changed ({fields})").format(fields=labels)]


def _resources(before: Content, after: Content) -> list[str]:
    pairs = pair(before.get("resources") or [], after.get("resources") or [])
    said: list[str] = []
    for old, new in pairs:
        name = (new or old or {}).get("name") or (new or old or {}).get("url") or ""
        if old is None:
            said.append(tk._("added “{name}”").format(name=name))
        elif new is None:
            said.append(tk._("removed “{name}”").format(name=name))
        elif old != new:
            said.append(f"“{name}”: {_changed(old, new)}")
    return said


def _changed(old: Content, new: Content) -> str:
    tables = old.get("table"), new.get("table")
    if tables[0] and tables[1] and tables[0]["sha256"] != tables[1]["sha256"]:
        return _rows(tables[0]["rows"], tables[1]["rows"])
    if tables[1] and not tables[0]:
        return tk.ungettext("{number} row", "{number} rows", tables[1]["rows"]).format(
            number=sonla_number(tables[1]["rows"])
        )
    if old.get("file") != new.get("file"):
        return tk._("another file")
    return tk._("its description")


def _rows(old: int, new: int) -> str:
    if old == new:
        return tk.ungettext(
            "other values in {number} row", "other values in {number} rows", new
        ).format(number=sonla_number(new))
    return tk._("from {old} to {new} rows").format(
        old=sonla_number(old), new=sonla_number(new)
    )


Pairs = list[tuple[Content | None, Content | None]]


def pair(old: list[Content], new: list[Content]) -> Pairs:
    """Pair the resources of two states: by name and place, then by name alone."""
    left = list(enumerate(old))
    pairs: Pairs = []
    for place, resource in enumerate(new):
        same = [one for one in left if one[1].get("name") == resource.get("name")]
        found = next(
            (one for one in same if one[0] == place), same[0] if same else None
        )
        if found is not None:
            left.remove(found)
        pairs.append((found[1] if found else None, resource))
    return pairs + [(gone, None) for _, gone in left]
