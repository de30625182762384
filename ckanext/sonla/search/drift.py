"""How the index differs from the datasets it should hold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from ckan import model
from ckan.common import config

from . import tables, terms, transactions


@dataclass(frozen=True)
class Drift:
    """Datasets without an entry, with an old one, and entries without a dataset."""

    datasets: int
    indexed: int
    missing: list[str]
    stale: list[str]
    orphans: list[str]

    @property
    def holds(self) -> bool:
        """Tell if nothing differs."""
        return not (self.missing or self.stale or self.orphans)


def _index_id(dataset_id: str) -> str:
    """Name an entry as CKAN does."""
    name = f"{dataset_id}{config['ckan.site_id']}"
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def compare() -> Drift:
    """Compare the entries of this site with its datasets."""
    wanted = sa.select(
        model.Package.id, model.Package.name, model.Package.metadata_modified
    )
    if config["ckan.search.remove_deleted_packages"]:
        wanted = wanted.where(model.Package.state != model.State.DELETED)
    datasets = {_index_id(row.id): row for row in model.Session.execute(wanted)}
    document = tables.document
    with transactions.reading() as connection:
        site = terms.numbers(connection, [("site_id", config["ckan.site_id"])])
        rows = connection.execute(
            sa.select(document.c.index_id, document.c.metadata_modified).where(
                document.c.terms.op("@>")(
                    sa.cast(list(site.values()), sa.ARRAY(sa.Integer))
                )
            )
        ).all()
    indexed = {row.index_id: row.metadata_modified for row in rows} if site else {}
    both = datasets.keys() & indexed.keys()
    return Drift(
        datasets=len(datasets),
        indexed=len(indexed),
        missing=sorted(datasets[i].name for i in datasets.keys() - indexed.keys()),
        stale=sorted(
            datasets[i].name
            for i in both
            if datasets[i].metadata_modified != indexed[i]
        ),
        orphans=sorted(indexed.keys() - datasets.keys()),
    )


def forget_unused_terms() -> int:
    """Take terms out of the dictionary that no document has any more.

    Returns:
        How many were forgotten; none while anybody is writing, who may be about to
        use one.
    """
    with transactions.engine().begin() as connection:
        if not terms.lock_against_use(connection):
            return 0
        used = (
            sa.select(sa.func.unnest(tables.document.c.terms).label("id"))
            .distinct()
            .cte("used")
        )
        result = connection.execute(
            sa.delete(tables.term).where(
                ~sa.exists().where(used.c.id == tables.term.c.id)
            )
        )
        return result.rowcount
