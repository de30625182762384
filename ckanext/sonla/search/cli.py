"""`ckan sonla search`: make the index anew, or compare it with the datasets."""

from __future__ import annotations

import click
import sqlalchemy as sa

from ckan import model
from ckan.common import config
from ckan.lib import search as ckan_search
from ckanext.sonla.shared.cli import sonla

from . import drift, seam, tables, transactions


@sonla.group("search")
def search_group() -> None:
    """Look after the search index in PostgreSQL."""
    if not seam.embedded(config.get("solr_url")):
        raise click.UsageError(
            "solr_url names a Solr: ckan search-index looks after its index."
        )


@search_group.command("rebuild", short_help="Index every dataset anew.")
def rebuild() -> None:
    """Index every dataset anew, drop what no dataset has, and forget unused terms.

    The portal stays searchable meanwhile.
    """
    ckan_search.rebuild(force=True, quiet=True)
    gone = drift.compare().orphans
    with transactions.engine().begin() as connection:
        connection.execute(
            sa.delete(tables.document).where(tables.document.c.index_id.in_(gone))
        )
    forgotten = drift.forget_unused_terms()
    click.echo(f"Removed {len(gone)} entries without a dataset, {forgotten} terms.")
    _report()


@search_group.command("check", short_help="Compare the index with the datasets.")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Compare the index with the datasets; exits with 1 if they differ."""
    if not _report():
        ctx.exit(1)


def _report() -> bool:
    found = drift.compare()
    model.Session.rollback()
    for name in found.missing:
        click.echo(f"not indexed: {name}", err=True)
    for name in found.stale:
        click.echo(f"indexed in an older state: {name}", err=True)
    for index_id in found.orphans:
        click.echo(f"indexed without a dataset: {index_id}", err=True)
    click.echo(f"{found.datasets} datasets, {found.indexed} in the index")
    return found.holds


__all__ = ["search_group"]
