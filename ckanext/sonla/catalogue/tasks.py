"""What the catalogue does by the clock and in the worker."""

from __future__ import annotations

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import search
from ckanext.sonla.shared import jobs
from ckanext.sonla.shared.tick import task

from . import moving, register, states
from .model import Edition, Entry

SECONDS = 3600


@task("catalogue.editions")
def turn_editions() -> None:
    """Bring editions into force on their day and end those before them.

    Dates have ruled already. The datasets whose entries an edition changes get their
    new domains and facets.
    """
    begun = states.begin_due()
    ended = states.supersede_ended()
    model.Session.commit()
    moving.follow()
    for edition in begun:
        tk.signals.ckanext.signal("sonla:edition_in_force").send(edition.id)
        reindex_later(edition)
    if ended and not begun:
        in_force = register.edition_in_force()
        if in_force is not None:
            reindex_later(in_force)


def reindex_later(edition: Edition) -> None:
    """Let the worker index the datasets that an edition's changes concern."""
    title = f"Index what edition {edition.id} changes"
    if not jobs.ask(reindex, edition.id, title=title, seconds=SECONDS):
        # Without a queue it takes longer, and is done all the same.
        reindex(edition.id)


def reindex(edition_id: str) -> None:
    """Move and index the datasets whose entries an edition added, changed, took out."""
    moving.follow()
    edition = model.Session.get(Edition, edition_id)
    if edition is None:
        return
    package = model.Package
    code = package.extras["catalogue_entry"].astext
    concerned = code.in_(
        sa.select(Entry.code).where(
            Entry.edition_id == edition_id, Entry.change != "unchanged"
        )
    )
    if edition.kind == "replacing":
        # It takes out by silence what the one before had.
        before = sa.select(Entry.code).where(Entry.edition_id == edition.compared_id)
        concerned = sa.or_(concerned, code.in_(before))
    ids = model.Session.scalars(
        sa.select(package.id).where(package.state == "active", concerned)
    ).all()
    for package_id in ids:
        search.rebuild(package_id)
