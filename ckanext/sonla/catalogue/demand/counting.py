"""Counting in Redis, from where the clock brings the counts into the database.

A page that is read writes no row: it adds one to a number. Who asked is not kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import redis
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckanext.sonla.catalogue.directory import fold
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.tick import task

from .model import DOWNLOAD, EMPTY_SEARCH, DemandCount

if TYPE_CHECKING:
    from flask import Response

# Ways to a resource's bytes, by the name of the route.
DOWNLOADS = frozenset(
    {"resource.download", "dataset_resource.download", "datastore.dump"}
)
LONGEST, SHORTEST = 80, 3
MOST_SUBJECTS = 20_000
# Long numbers may be somebody's: identity cards, telephones, accounts.
_NUMBER = re.compile(r"\d{6}")


def _key(suffix: str = "") -> str:
    return f"sonla:demand:{tk.config['ckan.site_id']}{suffix}"


def add(kind: str, subject: str) -> None:
    """Count one; without Redis nothing is counted and nobody notices."""
    try:
        store = connect_to_redis()
        # Somebody who makes words up must not fill the memory.
        if store.hlen(_key()) < MOST_SUBJECTS:
            store.hincrby(_key(), f"{kind} {subject}", 1)
    except redis.RedisError:
        return


def after_request(response: Response) -> Response:
    """Count the download that a request was, if it was one."""
    request = tk.request
    if request.method == "GET" and request.endpoint in DOWNLOADS:
        resource_id = (request.view_args or {}).get("resource_id")
        if resource_id and response.status_code in (200, 302):
            add(DOWNLOAD, str(resource_id)[:100])
    return response


def note_empty_search(text: Any) -> None:
    """Count words that found nothing, folded; what could name a person is left out."""
    words = fold(str(text or ""))
    named = _NUMBER.search(words.replace(" ", "")) or "@" in str(text)
    if SHORTEST <= len(words) <= LONGEST and not named:
        add(EMPTY_SEARCH, words)


def after_dataset_search(results: dict[str, Any], asked: dict[str, Any]) -> None:
    """Count a reader's search for data that found none."""
    text = asked.get("q")
    if results.get("count") or not text or text == "*:*" or ":" in text:
        return
    # With a filter chosen, nothing was found where something may well be.
    on_page = tk.request and tk.get_endpoint() == ("dataset", "search")
    if on_page and set(tk.request.args) <= {"q", "sort", "page"}:
        note_empty_search(text)


@task("catalogue.demand")
def store_counts() -> None:
    """Bring the counts into the database; what an earlier run left over comes first."""
    try:
        store = connect_to_redis()
        taken = _key(":taken")
        if not store.exists(taken):
            if not store.exists(_key()):
                return
            store.rename(_key(), taken)
        counts: Any = store.hgetall(taken)
    except redis.RedisError:
        return
    _write({name.decode(): int(count) for name, count in counts.items()})
    model.Session.commit()
    store.delete(taken)


def _write(counts: dict[str, int]) -> None:
    month = clock.today().replace(day=1)
    packages = _packages([_parts(name)[1] for name in counts])
    summed: dict[tuple[str, str], int] = {}
    for name, count in counts.items():
        kind, subject = _parts(name)
        if kind == DOWNLOAD:
            subject = packages.get(subject, "")
        if subject:
            summed[kind, subject] = summed.get((kind, subject), 0) + count
    for (kind, subject), count in summed.items():
        row = insert(DemandCount).values(
            kind=kind, subject=subject, month=month, count=count
        )
        model.Session.execute(
            row.on_conflict_do_update(
                index_elements=["kind", "subject", "month"],
                set_={"count": DemandCount.count + row.excluded.count},
            )
        )


def _parts(name: str) -> tuple[str, str]:
    kind, _, subject = name.partition(" ")
    return kind, subject


def _packages(resource_ids: list[str]) -> dict[str, str]:
    rows = model.Session.execute(
        sa.select(model.Resource.id, model.Resource.package_id).where(
            model.Resource.id.in_(resource_ids)
        )
    )
    return {row.id: row.package_id for row in rows}
