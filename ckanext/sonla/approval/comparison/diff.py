"""What a revision changes: field by field, file by file, and rows by their key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.approval import datastore, digest, freezing, states
from ckanext.sonla.approval.model import Revision, published_of

from . import contents, dictionary, keeping, pairing, tabling, words
from .tabling import Asked

if TYPE_CHECKING:
    from .pairing import Content, Pair

# Sides of a resource that have comparisons of their own.
_APART = ("file", "table", "views")


def of(
    revision: Revision, resource_id: str | None, asked: Asked, *, every: bool = False
) -> dict[str, Any]:
    """Compare a revision with what the public saw before it.

    Args:
        resource_id: whose rows to list, if any; a resource of the revision's package.
        asked: which rows.
        every: list the rows of every resource, in its own `rows`.
    """
    base = base_of(revision)
    before = base.content if base and base.content else None
    after = revision.content or _as_it_stands(revision)
    pairs = pairing.pairs(revision, before, after)
    result: dict[str, Any] = {
        "revision": revision.id,
        "base": base.id if base else None,
        "dataset": words.changes(
            {**(before["dataset"] if before else {}), **_about(before)},
            {**after["dataset"], **_about(after)},
        ),
        "resources": [],
    }
    kept = keeping.summaries_of(revision.id) if revision.state in states.PUBLIC else {}
    for pair in pairs:
        listed = every or resource_id in (pair.working_id, pair.public_id)
        compared = _tables(revision, pair, asked if listed else Asked(), kept)
        result["resources"].append(_resource(pair, compared))
        if compared is not None and every:
            result["resources"][-1]["rows"] = compared.rows
        if resource_id is not None and listed:
            result["rows"] = compared.rows if compared else None
            # Files are read whole for it: not for whoever passes by.
            if revision.state not in states.PUBLIC:
                result["contents"] = contents.of(pair)
    if resource_id is not None:
        result.setdefault("rows", None)
    return result


def base_of(revision: Revision) -> Revision | None:
    """Return the revision that a revision follows, or would."""
    if revision.state not in states.PUBLIC:
        return published_of(revision.dataset_id)
    return model.Session.scalars(
        sa.select(Revision)
        .where(
            Revision.dataset_id == revision.dataset_id,
            Revision.state == states.SUPERSEDED,
            Revision.published < revision.published,
        )
        .order_by(Revision.published.desc())
        .limit(1)
    ).one_or_none()


def _as_it_stands(revision: Revision) -> Content:
    package = freezing.drafted(revision)
    return digest.canonical(
        package,
        name=package["name"].rsplit("--", 1)[0]
        if not revision.is_first()
        else package["name"],
        kind=revision.kind,
        data_period=revision.data_period,
        publish_at=revision.publish_at,
        tables={},
        views={r["id"]: freezing.views_of(r["id"]) for r in package["resources"]},
    )


def _about(content: Content | None) -> dict[str, Any]:
    if content is None:
        return {}
    return {name: content[name] for name in ("data_period", "publish_at")}


def _resource(pair: Pair, compared: tabling.Comparison | None) -> dict[str, Any]:
    before, after = pair.before, pair.after
    fields = words.changes(
        {k: v for k, v in (before or {}).items() if k not in _APART},
        {k: v for k, v in (after or {}).items() if k not in _APART},
        of_resource=True,
    )
    views = _views(before, after)
    table = compared.summary if compared else None
    dictionaries = _dictionaries(pair, compared)
    columns = dictionary.changes(*dictionaries)
    old_file, new_file = (side and side["file"] for side in (before, after))
    if before is None or after is None:
        change = "added" if before is None else "removed"
    else:
        touched = old_file != new_file or (table and table["changed"])
        change = "changed" if touched or fields or columns or views else "unchanged"
    return {
        "resource_id": pair.working_id or pair.public_id,
        "public_id": pair.public_id,
        "name": (after or before or {}).get("name"),
        "change": change,
        "fields": fields if before and after else [],
        "file": None
        if old_file == new_file
        else {"before": _file(before), "after": _file(after)},
        "views": views if before and after else [],
        "dictionary": columns,
        "columns": dictionary.columns(*dictionaries),
        "table": table,
    }


def _file(side: Content | None) -> dict[str, Any] | None:
    """Return a file's address and size, with the name and format that people see."""
    if not side or not side.get("file"):
        return None
    return {
        **side["file"],
        "name": side.get("url", "").rsplit("/", 1)[-1],
        "format": side.get("format"),
    }


def _views(before: Content | None, after: Content | None) -> list[dict[str, Any]]:
    """Return the previews that came, went or changed."""
    old, new = (list((side or {}).get("views") or []) for side in (before, after))
    same = [view for view in new if view in old]
    old = [view for view in old if view not in same]
    told = []
    for view in (view for view in new if view not in same):
        was = next((o for o in old if o["view_type"] == view["view_type"]), None)
        if was is not None:
            old.remove(was)
        change = "changed" if was else "added"
        told.append({"change": change, "title": words.view_name(view)})
    gone = [{"change": "removed", "title": words.view_name(view)} for view in old]
    return told + gone


def _dictionaries(
    pair: Pair, compared: tabling.Comparison | None
) -> tuple[list[dict[str, Any]] | None, list[dict[str, Any]] | None]:
    if compared is not None and compared.fields is not None:
        return compared.fields
    old, new = (
        (side or {}).get("table") and (side or {})["table"]["fields"]
        for side in (pair.before, pair.after)
    )
    return old or None, new or None


def _tables(
    revision: Revision, pair: Pair, asked: Asked, kept: dict[str, Any]
) -> tabling.Comparison | None:
    """Return how many rows come and go; None where neither side has a table."""
    old, new = (side and side.get("table") for side in (pair.before, pair.after))
    if revision.state in states.PUBLIC:
        return _told(old, new, kept.get(pair.public_id or "") or {})
    if not datastore.is_on() or (revision.content and not old and not new):
        return None
    before, after = pairing.tables_of(pair)
    if before == after and old:
        # Inherited: it is the very same table.
        return _told(old, old, {"counts": dict.fromkeys(tabling.CHANGES, 0)})
    keep = keeping.keep_for(revision, pair.public_id or pair.working_id or "")
    return tabling.compare(before, after, asked, keep, old["rows"] if old else None)


def _told(
    old: Content | None, new: Content | None, kept: dict[str, Any]
) -> tabling.Comparison | None:
    """Return what the frozen contents tell of two tables, without their rows."""
    if not old and not new:
        return None
    summary = {
        "rows_before": old["rows"] if old else 0,
        "rows_after": new["rows"] if new else 0,
        "changed": (old or {}).get("sha256") != (new or {}).get("sha256"),
        "counts": None,
        "listed": None,
        "columns": {"added": [], "removed": []},
        "key": (new or old or {}).get("primary_key") or [],
        "summary": [],
    }
    return tabling.Comparison({**summary, **kept}, None)
