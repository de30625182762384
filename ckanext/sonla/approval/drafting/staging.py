"""The tables of a revision: frozen while a leader has them before her, then published.

A draft's table belongs to CKAN's write role. Freezing gives it to the role that owns
what is published; from then on nobody can write, alter or drop it, whatever the code.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from psycopg2.sql import SQL, Identifier

from ckan import model
from ckanext.sonla.approval import datastore, exports, states, tables
from ckanext.sonla.approval.faults import declare, fault
from ckanext.sonla.approval.model import (
    Revision,
    RevisionResource,
    locked,
    published_of,
)
from ckanext.sonla.approval.publishing import aliases
from ckanext.sonla.shared import resource_tables

declare("submit", "exported")


def inherited(revision_id: str | None, resource: model.Resource) -> str | None:
    """Return the public table that a working resource reads instead of its own.

    The inheritance ends with the first write to the table, and with another file: a
    new file never stands beside the old one's table.
    """
    row = (
        row_of(resource.id)
        if revision_id is None
        else model.Session.get(RevisionResource, (revision_id, resource.id))
    )
    if row is None or row.inherited_table is None:
        return None
    if row.inherited_sha256 != resource.extras.get("sha256"):
        return None
    return row.inherited_table


@resource_tables.resolver
def table_behind(resource_id: str) -> str:
    """Return the name of the table that a resource's reader finds: its own, mostly."""
    row = row_of(resource_id)
    if row is None or row.inherited_table is None:
        return resource_id
    resource = model.Session.get(model.Resource, resource_id)
    return (resource and inherited(row.revision_id, resource)) or resource_id


def hold(resources: list[str]) -> None:
    """Take the tables of resources from the write role: what is checked stands still.

    In a DataStore transaction of its own, before CKAN's. Should the submit fail,
    `thaw` gives them back, at the latest from the next tick.
    """
    if not datastore.is_on():
        return
    with datastore.owning() as cursor:
        for resource_id in resources:
            if tables.owner_of(cursor, resource_id) == datastore.write_role():
                _take(cursor, resource_id)


def let_go(revision_id: str) -> None:
    """Give the tables back after a submit that failed, unless another one came."""
    revision = locked(revision_id)
    if revision is not None and revision.state in states.EDITABLE:
        thaw(revision)
    model.Session.rollback()


def freeze(revision: Revision, resources: list[str]) -> dict[str, dict[str, Any]]:
    """Freeze a revision's tables, export each, and describe them for the digest.

    Returns:
        By resource id: `fields`, `rows`, `sha256`, `aliases` of those that have one.
    """
    if not datastore.is_on():
        return {}
    tables.ensure_old_schema()
    described = {}
    public = published_tables(revision.dataset_id)
    with datastore.owning() as cursor:
        for resource_id in resources:
            own = tables.owner_of(cursor, resource_id)
            behind = table_behind(resource_id)
            if own is not None:
                table = _frozen(cursor, resource_id, own)
            elif behind != resource_id and behind in public:
                table = public[behind]
            else:
                continue
            row = model.Session.get(RevisionResource, (revision.id, resource_id))
            described[resource_id] = aliases.described(cursor, row, table)
    return described


def thaw(revision: Revision) -> None:
    """Give the tables of a revision that is edited again back to the write role."""
    if revision.is_declared() or not datastore.is_on():
        return
    with datastore.owning() as cursor:
        for resource_id in resource_ids(revision.package_id):
            if tables.owner_of(cursor, resource_id) == datastore.owner_role():
                _give_back(cursor, resource_id)


def thaw_leftovers() -> None:
    """Give back what a submit froze that died before CKAN's commit."""
    if not datastore.is_on():
        return
    frozen = _frozen_names()
    drafts = model.Session.scalars(
        sa.select(Revision)
        .join(model.Resource, model.Resource.package_id == Revision.package_id)
        .where(Revision.state.in_(states.EDITABLE), model.Resource.id.in_(frozen))
        .with_for_update(skip_locked=True, of=Revision)
        .execution_options(populate_existing=True)
    ).all()
    for revision in drafts:
        if published_of(revision.package_id) is None:
            thaw(revision)


def drop_tables(package_id: str) -> None:
    """Drop the tables that a working package leaves behind when it goes."""
    if not datastore.is_on():
        return
    ids = model.Session.scalars(
        sa.select(model.Resource.id).where(model.Resource.package_id == package_id)
    ).all()
    with datastore.owning() as cursor:
        for resource_id in ids:
            if tables.owner_of(cursor, resource_id) is not None:
                tables.drop(cursor, resource_id)


def _take(cursor: Any, name: str) -> None:
    """Take a table from the write role.

    Its rows stand still from now on, so there is nothing for autovacuum to do; a run of
    it over a large table would hold the lock that the switch needs. Against the
    wraparound of transaction ids PostgreSQL vacuums it all the same.
    """
    tables.give(cursor, name, datastore.owner_role())
    cursor.execute(
        SQL("ALTER TABLE public.{} SET (autovacuum_enabled = off)").format(
            Identifier(name)
        )
    )


def _give_back(cursor: Any, name: str) -> None:
    cursor.execute(
        SQL("ALTER TABLE public.{} RESET (autovacuum_enabled)").format(Identifier(name))
    )
    tables.give(cursor, name, datastore.write_role())


def _frozen(cursor: Any, name: str, owner: str) -> dict[str, Any]:
    if owner != datastore.owner_role():
        _take(cursor, name)
    made = exports.export(cursor, name)
    fault("exported")
    _count(cursor, name, made.rows)
    # The first readers after the switch shall have plans of this table, not of none.
    # Without the search vectors, whose index is taken anyway: they are the dear part.
    names = ["_id", *(column.name for column in tables.columns(cursor, name))]
    cursor.execute(
        SQL("ANALYZE public.{} ({})").format(Identifier(name), tables.named(names))
    )
    return {
        "fields": [
            {"id": column.name, "type": column.type, "info": column.info}
            for column in tables.columns(cursor, name)
        ],
        "primary_key": tables.primary_key(cursor, name),
        "rows": made.rows,
        "sha256": made.sha256,
        "aliases": tables.aliases(cursor, name),
    }


def _count(cursor: Any, name: str, rows: int) -> None:
    """Note the total, which CKAN keeps by the table's name and never counts again."""
    cursor.execute(
        "INSERT INTO \"_table_stats\" VALUES (%s, jsonb_build_object('rows', %s))"
        " ON CONFLICT (resource_id) DO UPDATE SET stats ="
        ' "_table_stats".stats || excluded.stats',
        (name, rows),
    )


def published_tables(dataset_id: str) -> dict[str, dict[str, Any]]:
    """Return what the published revision froze, by public resource id."""
    published = published_of(dataset_id)
    if published is None or not published.content:
        return {}
    ids = resource_ids(dataset_id)
    described = [resource["table"] for resource in published.content["resources"]]
    return {
        resource_id: table
        for resource_id, table in zip(ids, described, strict=False)
        if table is not None
    }


def resource_ids(package_id: str) -> list[str]:
    """Return the ids of a package's resources, in their order."""
    return list(
        model.Session.scalars(
            sa.select(model.Resource.id)
            .where(
                model.Resource.package_id == package_id,
                model.Resource.state == model.State.ACTIVE,
            )
            .order_by(model.Resource.position)
        )
    )


def row_of(resource_id: str) -> RevisionResource | None:
    """Return what a resource of a working package stands for; None for all others."""
    return model.Session.scalars(
        sa.select(RevisionResource)
        .join(Revision, Revision.id == RevisionResource.revision_id)
        .where(
            RevisionResource.working_id == resource_id,
            Revision.state.in_((*states.EDITABLE, *states.FROZEN)),
        )
        .order_by(Revision.opened.desc())
        .limit(1)
    ).one_or_none()


def _frozen_names() -> list[str]:
    with datastore.owning() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables"
            " WHERE schemaname = 'public' AND tableowner = %s",
            (datastore.owner_role(),),
        )
        return [row[0] for row in cursor.fetchall()]
