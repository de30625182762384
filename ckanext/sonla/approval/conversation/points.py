"""What officer and leader tell each other about a revision, and where they point.

Nothing said is changed afterwards: a point is answered by a reply of the other side.
The conversation stays with the revision after its end, for insiders.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from psycopg2.sql import SQL, Identifier

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore, freezing, steps, tables
from ckanext.sonla.approval.model import Revision, RevisionComment
from ckanext.sonla.shared import clock, resource_tables

from . import places

if TYPE_CHECKING:
    from collections.abc import Iterator

_RESOURCE_PLACES = ("table", "row", "column")


def say(
    revision: Revision,
    user_id: str | None,
    text: str,
    points: list[dict[str, Any]] | None = None,
    reply_to: str | None = None,
) -> RevisionComment:
    """Add a comment to a revision, in the caller's transaction.

    Args:
        revision: that is spoken of.
        user_id: who speaks.
        text: what is said.
        points: `{text, resource_id?, table?, field?, row?, column?}` each.
        reply_to: the id of the comment or the point that this answers.

    Raises:
        ValidationError: a point leads to no place, or `reply_to` to nothing said (409).
    """
    if reply_to is not None and reply_to not in _said(revision):
        raise steps.conflict(
            "reply_to", tk._("Nothing in this conversation has that id")
        )
    comment = RevisionComment(
        revision_id=revision.id,
        author=user_id or "",
        text=text,
        points=_placed(revision, points or []),
        reply_to=reply_to,
    )
    model.Session.add(comment)
    model.Session.flush()
    return comment


def comments_of(revision: Revision) -> list[RevisionComment]:
    """Return what was said about a revision, the first first."""
    return list(
        model.Session.scalars(
            sa.select(RevisionComment)
            .where(RevisionComment.revision_id == revision.id)
            .order_by(RevisionComment.said, RevisionComment.id)
        )
    )


def shown(revision: Revision, package: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return a conversation for insiders.

    Each point has a `link` to its place, and in `answered` the id of the first reply
    that somebody else gave.
    """
    said = comments_of(revision)
    return [_shown(comment, said, package) for comment in said]


def one_shown(
    comment: RevisionComment, revision: Revision, package: dict[str, Any] | None
) -> dict[str, Any]:
    """Return one comment for insiders."""
    return _shown(comment, comments_of(revision), package)


def _shown(
    comment: RevisionComment,
    said: list[RevisionComment],
    package: dict[str, Any] | None,
) -> dict[str, Any]:
    author = model.User.get(comment.author)
    return {
        "id": comment.id,
        "revision_id": comment.revision_id,
        "author": author.name if author else comment.author,
        "said": clock.iso_z(comment.said),
        "text": comment.text,
        "reply_to": comment.reply_to,
        "points": [
            {
                **point,
                "link": _link(point, package),
                "answered": _answer(point, comment, said),
            }
            for point in comment.points
        ],
    }


def _link(point: dict[str, Any], package: dict[str, Any] | None) -> str | None:
    if not any(point.get(part) for part in ("field", "resource_id")):
        return None
    return places.link_to(point, package)


def _answer(
    point: dict[str, Any], comment: RevisionComment, said: list[RevisionComment]
) -> str | None:
    if not point.get("id"):
        return None
    answers = (
        one.id
        for one in said
        if one.reply_to == point["id"] and one.author != comment.author
    )
    return next(answers, None)


def _said(revision: Revision) -> set[str]:
    """Return the ids of everything that a reply can answer."""
    comments = comments_of(revision)
    return {comment.id for comment in comments} | {
        point["id"]
        for comment in comments
        for point in comment.points
        if point.get("id")
    }


def _placed(revision: Revision, points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return points with an id each, or refuse those that lead nowhere."""
    if not points:
        return []
    package = freezing.drafted(revision)
    wrong = []
    result = []
    for number, point in enumerate(points, start=1):
        found = _located(point, package)
        wrong += [
            tk._("Point {number}: {what}").format(number=number, what=what)
            for what in _faults(found, package)
        ]
        result.append({**found, "id": uuid.uuid4().hex})
    if wrong:
        raise tk.ValidationError({"points": wrong})
    return result


def _located(point: dict[str, Any], package: dict[str, Any]) -> dict[str, Any]:
    """Return a point with the resource of the Table Schema's table that it names."""
    if point.get("resource_id") or not point.get("table"):
        return point
    holding = [
        one["id"]
        for one in package.get("resources") or []
        if one.get("table") == point["table"]
    ]
    return {**point, "resource_id": holding[0]} if holding else point


def _faults(point: dict[str, Any], package: dict[str, Any]) -> Iterator[str]:
    """Yield in words why a point leads nowhere."""
    resource_id = point.get("resource_id")
    known = {one["id"]: one for one in package.get("resources") or []}
    if resource_id is not None and resource_id not in known:
        yield tk._("the dataset has no such file")
        return
    if resource_id is None:
        if any(point.get(part) is not None for part in _RESOURCE_PLACES):
            yield tk._("say which file has that table, row or column")
    else:
        yield from _faults_in_table(point, known[resource_id])
    field = point.get("field")
    if field is not None and field not in _fields(of_resource=bool(resource_id)):
        yield tk._("there is no field {field}").format(field=field)


def _fields(*, of_resource: bool) -> set[str]:
    schema = tk.h.scheming_get_dataset_schema("dataset") or {}
    known = schema.get("resource_fields" if of_resource else "dataset_fields", [])
    extra = set() if of_resource else {"tags", "groups", "data_period"}
    return {one["field_name"] for one in known} | {"name", "url"} | extra


def _faults_in_table(point: dict[str, Any], resource: dict[str, Any]) -> Iterator[str]:
    if point.get("table") not in (None, resource.get("table")):
        yield tk._("the file does not hold table {table}").format(table=point["table"])
    row, column = point.get("row"), point.get("column")
    if row is None and column is None:
        return
    if not datastore.is_on():
        yield tk._("the file has no table")
        return
    name = resource_tables.table_of(resource["id"])
    with datastore.writing() as cursor:
        columns = {one.name for one in tables.columns(cursor, name)}
        if not columns:
            yield tk._("the file has no table")
        elif column is not None and column not in columns:
            yield tk._("there is no column {column}").format(column=column)
        elif row is not None and not _has_row(cursor, name, row):
            yield tk._("there is no row {row}").format(row=row)


def _has_row(cursor: Any, name: str, row: int) -> bool:
    cursor.execute(
        SQL("SELECT 1 FROM public.{} WHERE _id = %s").format(Identifier(name)), (row,)
    )
    return cursor.fetchone() is not None
