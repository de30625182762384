# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""What stands around a subject of the seal once it is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from ckan import model
from ckan.common import config

if TYPE_CHECKING:
    from .seal import Subject


def publish(subject_: Subject, superuser: sa.Engine, owner: sa.Engine) -> None:
    """Publish a dataset as two people would, told to the database alone."""
    with superuser.begin() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        for statement in (
            "UPDATE package SET private = false WHERE id = :id",
            (
                "UPDATE sonla_revision SET state = 'published',"
                " digest = repeat('0', 64),"
                " submitted_by = 'officer', decided_by = 'leader', submitted = now(),"
                " decided = now(), published = now()"
                " WHERE dataset_id = :id AND state = 'draft'"
            ),
        ):
            connection.execute(sa.text(statement), {"id": subject_.dataset})
    hand_over(subject_.resource, owner)
    with superuser.begin() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        for statement in (
            (
                "INSERT INTO package_relationship VALUES"
                " (:id, :id, :partner, 'depends_on', '', 'active')"
            ),
            "INSERT INTO package_member VALUES (:id, :friend, 'member', now())",
            # A resource that an update took away: its id stays the dataset's.
            (
                "INSERT INTO sonla_revision_resource"
                " (revision_id, working_id, public_id)"
                " SELECT id, 'w', 'gone-' || dataset_id FROM sonla_revision"
                " WHERE dataset_id = :id AND state = 'published'"
            ),
        ):
            connection.execute(
                sa.text(statement),
                {
                    "id": subject_.dataset,
                    "partner": subject_.partner,
                    "friend": subject_.friend,
                },
            )
    model.Session.remove()
    from ckan.lib.search import rebuild

    rebuild(subject_.dataset)
    model.Session.commit()


def relate(subject_: Subject) -> None:
    """Give a draft a relationship, unless it has one."""
    package = model.Package.get(subject_.dataset)
    partner = model.Package.get(subject_.partner)
    assert package
    assert partner
    if not package.get_relationships_with(partner):
        package.add_relationship("depends_on", partner)
        model.Session.commit()


def befriend(subject_: Subject) -> None:
    """Give a draft a collaborator, unless it has one.

    Not at its making: CKAN 2.12 can't purge a dataset that has any.
    """
    key = {"package_id": subject_.dataset, "user_id": subject_.friend}
    if not model.Session.get(model.PackageMember, key):
        model.Session.add(
            model.PackageMember(**key, capacity="member", modified=sa.func.now())
        )
        model.Session.commit()


def hand_over(resource_id: str, superuser: sa.Engine) -> None:
    """Give a table of the DataStore, with its aliases, to the owner of the tables."""
    owner = sa.make_url(config["sonla.datastore.owner_url"]).username
    with superuser.begin() as connection:
        connection.execute(sa.text(f'ALTER TABLE "{resource_id}" OWNER TO {owner}'))
        connection.execute(
            sa.text(f'ALTER VIEW "bang_{resource_id[:8]}" OWNER TO {owner}')
        )
