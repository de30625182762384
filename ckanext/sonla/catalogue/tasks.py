"""What the catalogue does by the clock and in the worker."""

from __future__ import annotations

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import search
from ckanext.sonla.shared.tick import task

from . import register, states
from .model import Edition, Entry


@task("catalogue.supersede")
def supersede() -> None:
    """Mark editions whose time is over; dates have ruled already.

    The datasets whose entries the next edition changes get their new facets.
    """
    if states.supersede_ended():
        in_force = register.edition_in_force()
        if in_force is not None:
            reindex_later(in_force)


def reindex_later(edition: Edition) -> None:
    """Let the worker index the datasets that an edition's changes concern."""
    tk.enqueue_job(reindex, [edition.id], title="catalogue: reindex datasets")


def reindex(edition_id: str) -> None:
    """Index the datasets whose entries an edition added, changed or took out."""
    package = model.Package
    ids = model.Session.scalars(
        sa.select(package.id).where(
            package.state == "active",
            package.extras["catalogue_entry"].astext.in_(
                sa.select(Entry.code).where(
                    Entry.edition_id == edition_id, Entry.change != "unchanged"
                )
            ),
        )
    ).all()
    for package_id in ids:
        search.rebuild(package_id)
