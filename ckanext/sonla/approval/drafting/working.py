"""The working package: where an officer drafts the update of a published dataset.

It inherits everything and copies nothing: files by their address, tables by reference.
A working table comes to be with the first write to it.
"""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from psycopg2.sql import SQL, Identifier

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore, hand, indexes, tables
from ckanext.sonla.approval.model import Revision, RevisionResource
from ckanext.sonla.approval.storage import files

from . import relating

if TYPE_CHECKING:
    from ckan.types import Context

_NAME_LENGTH = 100
# What the copy must not carry over: it is another package, and nobody's yet.
_OWN = (
    "creator_user_id",
    "id",
    "metadata_created",
    "metadata_modified",
    "num_resources",
    "num_tags",
    "organization",
    "state",
    *relating.FIELDS,
)
_RESOURCE_OWN = ("created", "metadata_modified", "package_id", "position", "state")


def make(revision: Revision) -> None:
    """Make a revision's working package, in the caller's transaction.

    The revision names the package before it is there, so that the catalogue knows
    that it is no second dataset of its entry.
    """
    package = hand.show(revision.dataset_id)
    ids = {resource["id"]: str(uuid.uuid4()) for resource in package["resources"]}
    for public_id, working_id in ids.items():
        resource = model.Session.get(model.Resource, public_id)
        extras = resource.extras if resource else {}
        model.Session.add(
            RevisionResource(
                revision_id=revision.id,
                working_id=working_id,
                public_id=public_id,
                inherited_table=public_id if extras.get("datastore_active") else None,
                inherited_sha256=extras.get(files.ADDRESS),
            )
        )
    model.Session.flush()
    with hand.own_hand():
        tk.get_action("package_create")(
            # Its files were read into their tables before; intake needn't do it again.
            cast("Context", {**hand.context(), "sonla_inherited": True}),
            _copied(package, revision.package_id, ids),
        )
        _copy_views(ids)
        hand.index(revision.package_id)


def view_id(working_id: str, public_view_id: str) -> str:
    """Return the id of a view's working copy: the switch finds the view by it."""
    return str(uuid.uuid5(uuid.UUID(working_id), public_view_id))


def hand_over(left: Revision, revision: Revision) -> None:
    """Give a withdrawn revision's working package to the one that goes on with it."""
    revision.editors = sorted({*left.editors, *revision.editors})
    model.Session.execute(
        sa.update(RevisionResource)
        .where(RevisionResource.revision_id == left.id)
        .values(revision_id=revision.id)
    )


def own_table(row: RevisionResource) -> None:
    """Give a working resource a table of its own, copied from the one it inherits.

    On the write role's connection, so that the officer's actions can write it.
    """
    source, copy = row.inherited_table, row.working_id
    if source is None:
        return
    with datastore.writing() as cursor:
        # Two first writers at once: the second finds the first one's copy.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            (f"sonla.table.{copy}",),
        )
        if tables.owner_of(cursor, copy) is None:
            _copy_table(cursor, source, copy)
    row.inherited_table = None
    model.Session.flush()


def _copied(
    package: dict[str, Any], package_id: str, ids: dict[str, str]
) -> dict[str, Any]:
    suffix = f"--{secrets.token_hex(4)}"
    copy = {key: value for key, value in package.items() if key not in _OWN}
    copy["id"] = package_id
    copy["name"] = package["name"][: _NAME_LENGTH - len(suffix)] + suffix
    copy["private"] = True
    copy["resources"] = [
        {
            **{k: v for k, v in resource.items() if k not in _RESOURCE_OWN},
            "id": ids[resource["id"]],
        }
        for resource in package["resources"]
    ]
    return copy


def _copy_views(ids: dict[str, str]) -> None:
    """Put copies of the public views in place of the views that CKAN makes itself."""
    model.Session.execute(
        sa.delete(model.ResourceView).where(
            model.ResourceView.resource_id.in_(list(ids.values()))
        )
    )
    views = model.Session.scalars(
        sa.select(model.ResourceView).where(
            model.ResourceView.resource_id.in_(list(ids))
        )
    ).all()
    for view in views:
        working_id = ids[view.resource_id]
        model.Session.add(
            model.ResourceView(
                id=view_id(working_id, view.id),
                resource_id=working_id,
                title=view.title,
                description=view.description,
                view_type=view.view_type,
                order=view.order,
                config=view.config,
            )
        )
    model.Session.flush()


def _copy_table(cursor: Any, source: str, copy: str) -> None:
    names = {"source": Identifier(source), "copy": Identifier(copy)}
    # Not the default of _id: it would draw from the public table's sequence.
    cursor.execute(
        SQL(
            "CREATE TABLE public.{copy} (LIKE public.{source} INCLUDING COMMENTS"
            " INCLUDING GENERATED INCLUDING STATISTICS INCLUDING STORAGE)"
        ).format(**names)
    )
    cursor.execute(
        SQL("INSERT INTO public.{copy} SELECT * FROM public.{source}").format(**names)
    )
    sequence = Identifier("public", f"{copy}__id_seq")
    cursor.execute(
        SQL("CREATE SEQUENCE {} OWNED BY public.{}._id").format(
            sequence, Identifier(copy)
        )
    )
    cursor.execute(
        SQL(
            "ALTER TABLE public.{} ADD CONSTRAINT {} PRIMARY KEY (_id),"
            " ALTER COLUMN _id SET DEFAULT nextval(%s)"
        ).format(Identifier(copy), Identifier(f"{copy}_pkey")),
        (f'public."{copy}__id_seq"',),
    )
    cursor.execute(
        SQL(
            "SELECT setval(%s, coalesce(max(_id), 0) + 1, false) FROM public.{}"
        ).format(Identifier(copy)),
        (f'public."{copy}__id_seq"',),
    )
    cursor.execute(
        SQL(
            "CREATE TRIGGER zfulltext BEFORE INSERT OR UPDATE ON public.{}"
            " FOR EACH ROW EXECUTE PROCEDURE populate_full_text_trigger()"
        ).format(Identifier(copy))
    )
    _copy_indexes(cursor, source, copy)


def _copy_indexes(cursor: Any, source: str, copy: str) -> None:
    """Make the source's indexes for the copy, under the names that CKAN gives them."""
    names = indexes.names(cursor, source, copy)
    for name, unique, body in indexes.bodies(cursor, source):
        target = names.get(name) or indexes.name_of(copy, name)
        indexes.create(cursor, target, copy, body, unique=unique)
