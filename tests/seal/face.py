"""The portal's anonymous face: what a stranger reads about a dataset, byte by byte."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rdflib import Graph
from rdflib.compare import to_isomorphic

from ckan import model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.seal import Subject

    from .world import World

# Made anew for each request: the only things that may differ between two of them.
NONCES = re.compile(
    rb'name="_csrf_token"[^>]*(?:content|value)="[^"]*"|nonce="[^"]*"|'
    rb'name="form_token" value="[^"]*"|'
    rb"<updated>.*?</updated>|"
    # How long ago it was.
    rb'<span class="date"[^>]*>[^<]*'
)
# Its blank nodes bear new names each time, so it is compared as a graph too.
EMBEDDED = re.compile(rb'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)

# Of an answer's headers, what it says of the content.
HEADERS = ("Content-Type", "Content-Disposition", "ETag", "Link", "Location")
GRAPHS = {"ttl": "turtle", "xml": "xml", "jsonld": "json-ld"}
OK, BROKEN = 200, 500


@dataclass(frozen=True)
class Answer:
    """What a stranger got; `body` is compared by what of it may not differ."""

    status: int
    headers: tuple[str | None, ...]
    same: Any
    body: bytes = field(compare=False, repr=False)


Face = dict[str, Answer]


def addresses(subject: Subject) -> Iterator[str]:
    """Yield every address at which a stranger meets a dataset."""
    s = subject
    api = "/api/3/action"
    sql = f'SELECT * FROM "{s.resource}" ORDER BY _id'  # noqa: S608 - our own table's id
    yield f"{api}/package_show?id={s.dataset}"
    yield f'{api}/package_search?rows=100&facet.field=["tags","groups","res_format"]'
    yield f"{api}/package_list"
    yield f"{api}/resource_show?id={s.resource}"
    yield f"{api}/resource_show?id={s.linked}"
    yield f"{api}/resource_view_list?id={s.resource}"
    yield f"{api}/resource_view_show?id={s.view}"
    yield f"{api}/datastore_search?resource_id={s.resource}"
    yield f"{api}/datastore_search?resource_id=bang_{s.resource[:8]}"
    yield f"{api}/datastore_search_sql?sql={sql}"
    yield f"{api}/datastore_info?id={s.resource}"
    yield f"{api}/group_show?id={s.domain}&include_datasets=true"
    yield f"{api}/organization_show?id={s.agency}&include_datasets=true"
    yield f"{api}/member_list?id={s.agency}&object_type=package"
    yield f"{api}/member_list?id={s.domain}&object_type=package"
    yield f"{api}/tag_list?all_fields=true"
    yield f"{api}/vocabulary_show?id={s.vocabulary}"
    yield f"{api}/package_relationships_list?id={s.dataset}"
    yield f"{api}/harvest_object_show?dataset_id={s.dataset}"
    yield f"/datastore/dump/{s.resource}"
    yield f"/dataset/{s.dataset}/resource/{s.resource}/download/truong.csv"
    yield "/feeds/dataset.atom"
    yield f"/feeds/group/{s.domain_name}.atom"
    yield f"/feeds/tag/{s.tag}.atom"
    yield f"/dataset/{s.name}"
    yield f"/dataset/{s.name}/resource/{s.resource}"
    yield f"/dataset/{s.name}/resource/{s.resource}/view/{s.view}"
    yield "/dataset/"
    yield f"/group/{s.domain_name}"
    yield f"/organization/{s.agency}"
    yield "/"
    yield f"/dataset/{s.name}/history"
    yield f"/dataset/{s.name}/history/1"
    yield f"/dataset/{s.name}.ttl"
    yield f"/dataset/{s.name}.jsonld"
    yield "/catalog.ttl"


def face_of(world: World, subject: Subject) -> Face:
    """Read every address as a stranger."""
    return {address: read(world, address) for address in addresses(subject)}


def differences(before: Face, after: Face) -> list[str]:
    """Return the addresses that answer otherwise than before."""
    return [
        address
        for address in sorted(before.keys() | after.keys())
        if before.get(address) != after.get(address)
    ]


def read(world: World, address: str) -> Answer:
    """Read an address as a stranger; an exception is an answer of 500."""
    try:
        response = world.app.get(address, follow_redirects=False)
    except Exception as error:
        model.Session.rollback()
        return Answer(BROKEN, (), repr(error), b"")
    body = response.get_data()
    headers = tuple(response.headers.get(name) for name in HEADERS)
    same = _compared(address, body) if response.status_code == OK else None
    if same is None:
        graphs = [_graph(found, "json-ld") for found in EMBEDDED.findall(body)]
        same = graphs, NONCES.sub(b"", EMBEDDED.sub(b"", body))
    return Answer(response.status_code, headers, same, body)


def _compared(address: str, body: bytes) -> Any:
    """Return what is compared of an answer that isn't compared by its bytes."""
    path, _, _query = address.partition("?")
    if (ending := path.rpartition(".")[2]) in GRAPHS and "/feeds/" not in path:
        return _graph(body, GRAPHS[ending])
    return _without_size(body) if "datastore_info" in path else None


def _graph(body: bytes, format_: str) -> Any:
    return to_isomorphic(Graph().parse(data=body, format=format_)).internal_hash()


def _without_size(body: bytes) -> Any:
    answer = json.loads(body)
    answer["result"]["meta"].pop("db_size", None)
    return answer
