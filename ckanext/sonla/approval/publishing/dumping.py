"""The whole of a published table is the file that was frozen when it was submitted.

So what is downloaded has the SHA-256 that the digest names, costs the database nothing,
can be taken up again where a connection broke, and never mixes two revisions.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import flask
from werkzeug.wsgi import wrap_file

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.datastore.backend import DatastoreBackend
from ckanext.sonla.approval.drafting import staging
from ckanext.sonla.approval.storage import store

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a request may say and still mean the whole table as it was approved.
_WHOLE = {"format": "csv", "bom": ""}
_BOM = b"\xef\xbb\xbf"
_CHUNK = 1 << 16


def whole(name: str) -> flask.Response | None:
    """Return the answer to a dump of a whole published table as CSV.

    Args:
        name: a resource's id or an alias of its table.

    Returns:
        None where the request is for something else, or the caller may not read it:
        CKAN answers those.
    """
    args = flask.request.args
    if args.keys() - _WHOLE.keys() or args.get("format", "csv") != "csv":
        return None
    bom = args.get("bom", "").lower()
    if bom not in ("", "true", "false"):
        return None
    resource_id = _meant(name)
    address = _address(resource_id) if resource_id else None
    if address is None or not store.exists(address):
        return None
    return _answer(resource_id or name, address, bom=bom == "true")


def _meant(name: str) -> str | None:
    """Return the id of the resource that a caller may read by a name."""
    _, real = DatastoreBackend.get_active_backend().resource_id_from_alias(name)
    try:
        tk.check_access("datastore_search", {}, {"resource_id": real or name})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None
    return real or name


def _address(resource_id: str) -> str | None:
    resource = model.Session.get(model.Resource, resource_id)
    if resource is None or resource.package_id is None:
        return None
    table = staging.published_tables(resource.package_id).get(resource_id)
    return table["sha256"] if table else None


def _answer(resource_id: str, address: str, *, bom: bool) -> flask.Response:
    reading = store.reading(address)
    file = reading.__enter__()
    response = flask.Response(
        _marked(file) if bom else wrap_file(flask.request.environ, file, _CHUNK),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{resource_id}.csv"'},
    )
    response.call_on_close(lambda: reading.__exit__(None, None, None))
    size = store.size(address)
    if bom:
        response.content_length = size + len(_BOM)
        return response
    response.content_length = size
    response.set_etag(address)
    response.make_conditional(
        flask.request.environ, accept_ranges=True, complete_length=size
    )
    return response


def _marked(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file's bytes behind the mark that spreadsheets know UTF-8 by."""
    yield _BOM
    while chunk := file.read(_CHUNK):
        yield chunk
