"""Relationships between datasets: they stay with the dataset, whoever drafts.

A working package has none. CKAN 2.12 can't index a package that has any (its schema
drops the ids of both ends before its index looks for them), so the index gets none and
what is shown takes them from their rows.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ckan import model

FIELDS = ("relationships_as_object", "relationships_as_subject")


def without(package: dict[str, Any]) -> dict[str, Any]:
    """Return a package dict without the relationships that it has."""
    return {key: value for key, value in package.items() if not _are(key, value)}


def put_back(package: dict[str, Any]) -> None:
    """Give a package dict that came from the index the relationships of its rows."""
    for field in FIELDS:
        if field not in package:
            package[field] = [_shown(row) for row in _rows(field, package["id"])]


def named(dataset_id: str) -> list[dict[str, Any]]:
    """Return what a digest says of a dataset's relationships: type, object, comment."""
    return [
        {"type": row.type, "object": row.object_package_id, "comment": row.comment}
        for row in _rows("relationships_as_subject", dataset_id)
    ]


def _shown(row: Any) -> dict[str, Any]:
    """Return a relationship as CKAN shows it when the index isn't asked."""
    ends = ("subject_package_id", "object_package_id")
    return {
        "__extras": {end: getattr(row, end) for end in ends},
        "comment": row.comment or "",
        "id": row.id,
        "type": row.type,
    }


def _are(key: str, value: Any) -> bool:
    return key in FIELDS and bool(value)


def _rows(field: str, dataset_id: str) -> list[Any]:
    end = field.removeprefix("relationships_as_") + "_package_id"
    relationship = model.PackageRelationship
    return list(
        model.Session.scalars(
            sa.select(relationship)
            .where(
                getattr(relationship, end) == dataset_id,
                relationship.state == model.State.ACTIVE,
            )
            .order_by(relationship.id)
        )
    )
