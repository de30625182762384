"""The pages of a comparison: one file's rows, map or text; the same as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk
from ckan.lib.munge import munge_title_to_name
from ckanext.sonla.approval import helpers, review

from .rows import CHANGES, MOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

comparison = Blueprint("sonla_comparison", __name__)

ROWS = 50
# What a CSV is made of at once; of a draft, whose comparison isn't kept, it is all.
_PART = 1000
_MOST_PAGES = 10_000


@comparison.route("/revision/<id>/changes/<resource_id>")
def changes(id: str, resource_id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Show what changes in one file: rows with filters and pages, map, text."""
    page = _number("page")
    filters = _filters()
    asked = {"limit": ROWS, "offset": (page - 1) * ROWS, **filters}
    found, resource = _asked(id, resource_id, asked)
    revision = tk.get_action("sonla_revision_show")({}, {"id": id})
    return tk.render(
        "approval/comparison.html",
        {
            "revision": revision,
            "package": review.package_of(revision),
            "resource": {**resource, "rows": found["rows"]},
            "contents": found.get("contents") or {},
            "filters": filters,
            "page": page,
            "pages": -(-((found["rows"] or {}).get("count") or 0) // ROWS),
        },
    )


@comparison.route("/revision/<id>/changes/<resource_id>.csv")
def csv_of(id: str, resource_id: str) -> ResponseReturnValue:  # noqa: A002
    """Give the rows that differ as CSV, each column before and after."""
    asked = {"limit": _PART, "offset": 0, **_filters()}
    found, resource = _asked(id, resource_id, asked)
    if found["rows"] is None:
        tk.abort(404, tk._("There are no rows to compare"))

    def parts() -> Iterator[list[dict[str, Any]]]:
        rows = found["rows"]
        while rows and rows["results"]:
            yield rows["results"]
            asked["offset"] += _PART
            if asked["offset"] >= min(rows["count"], MOST):
                return
            rows = _asked(id, resource_id, asked)[0]["rows"]

    # A header holds no Vietnamese marks.
    name = f"{munge_title_to_name(resource['name'] or resource_id)}-thay-doi.csv"
    # At once: what is listed is limited, and the session ends with the request.
    answer = Response("".join(_csv(resource, parts())), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@comparison.route("/revision/<id>/loads")
def loads(id: str) -> ResponseReturnValue:  # noqa: A002
    """Show how far the files of a draft are read: a part of the review page."""
    revision = _or_refuse(lambda: tk.get_action("sonla_revision_show")({}, {"id": id}))
    found = review.loads_of(revision["package_id"])
    html = tk.render(
        "approval/snippets/loads.html",
        {
            "loads": found,
            "package": review.package_of(revision),
            "loading": review.under_way(found),
        },
    )
    return Response(html, headers={"Cache-Control": "no-store"})


def _csv(
    resource: dict[str, Any], parts: Iterator[list[dict[str, Any]]]
) -> Iterator[str]:
    columns, key = resource["columns"], resource["table"]["key"]
    head = [tk._("Change")]
    for column in columns:
        title = column["title"]
        head += (
            [
                tk._("{column} – before").format(column=title),
                tk._("{column} – after").format(column=title),
            ]
            if column["column"] not in key
            else [title]
        )
    # The mark by which spreadsheets know UTF-8.
    yield "\ufeff" + _line(head)
    for part in parts:
        yield "".join(_line(_cells(row, columns, key)) for row in part)


def _cells(
    row: dict[str, Any], columns: list[dict[str, Any]], key: list[str]
) -> list[Any]:
    before, after = row["before"] or {}, row["after"] or {}
    told: list[Any] = [helpers.sonla_change_name(row["change"])]
    for column in columns:
        name = column["column"]
        if name in key:
            told.append(_harmless(row["key"].get(name)))
        else:
            told += [_harmless(before.get(name)), _harmless(after.get(name))]
    return told


def _harmless(value: Any) -> Any:
    """Keep a spreadsheet from running what an uploaded file calls a text."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def _line(values: list[Any]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(values)
    return stream.getvalue()


def _asked(
    revision_id: str, resource_id: str, asked: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    found = _or_refuse(
        lambda: tk.get_action("sonla_revision_diff")(
            {}, {"id": revision_id, "resource_id": resource_id, **asked}
        )
    )
    for resource in found["resources"]:
        if resource_id in (resource["resource_id"], resource["public_id"]):
            return found, resource
    return tk.abort(404, tk._("This revision has no such file"))


def _or_refuse(ask: Any) -> Any:
    try:
        return ask()
    except tk.ObjectNotFound:
        tk.abort(404, tk._("There is no such revision"))
    except tk.NotAuthorized:
        tk.abort(403, tk._("This revision is not public"))


def _filters() -> dict[str, str]:
    """Return the filters of the page's address; nonsense is left out."""
    told = {}
    if tk.request.args.get("change") in CHANGES:
        told["change"] = tk.request.args["change"]
    if tk.request.args.get("column"):
        told["column"] = tk.request.args["column"]
    return told


def _number(name: str) -> int:
    asked = tk.request.args.get(name, "")
    number = (
        int(asked) if asked.isdecimal() and len(asked) < len(str(_MOST_PAGES)) else 1
    )
    return max(number, 1)
