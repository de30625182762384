"""The file that the public gets agrees with the table, though a part was uploaded.

A file that holds only some rows would mislead whoever downloads it. So the public file
of such a table is the frozen export of the whole, and the officer's part stays with the
revision as evidence.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ckan import model
from ckanext.sonla.approval import datastore, exports
from ckanext.sonla.approval.model import RevisionResource
from ckanext.sonla.approval.storage import files, store
from ckanext.sonla.shared import table_updates
from ckanext.sonla.shared.table_updates import REPLACE

from . import staging

if TYPE_CHECKING:
    from ckanext.sonla.approval.model import Revision

# Formats whose files are tables: of another kind, the file isn't the table's.
_TABULAR = ("csv", "tsv", "xlsx", "xls", "ods", "json")


def whole_files(
    revision: Revision, package: dict[str, Any], frozen: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return a drafted package with the files that the public will get.

    Keeps, in the caller's transaction, which parts were uploaded.

    Args:
        frozen: what was frozen of the tables, by working resource id.
    """
    resources = [
        _whole(revision, package, resource, frozen.get(resource["id"]))
        for resource in package["resources"]
    ]
    model.Session.flush()
    return {**package, "resources": resources}


def approved_files(package: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    """Return a working package with the files that its revision's digest names."""
    pairs = zip(package["resources"], content["resources"], strict=True)
    return {**package, "resources": [_approved(*pair) for pair in pairs]}


def _whole(
    revision: Revision,
    package: dict[str, Any],
    resource: dict[str, Any],
    table: dict[str, Any] | None,
) -> dict[str, Any]:
    row = model.Session.get(RevisionResource, (revision.id, resource["id"]))
    if row is None:
        return resource
    row.part_sha256 = row.part_name = None
    if table is None or not _needs_export(row, resource):
        return resource
    if resource.get(files.ADDRESS) != row.inherited_sha256:
        row.part_sha256 = resource.get(files.ADDRESS)
        row.part_name = _name(resource)
    address = _exported(package, resource, table)
    return {**resource, **_file(_public_name(row), address)}


def _approved(resource: dict[str, Any], frozen: dict[str, Any]) -> dict[str, Any]:
    file = frozen["file"]
    if file is None or file["sha256"] == resource.get(files.ADDRESS):
        return resource
    told = {name: frozen.get(name) for name in ("url", "format", "mimetype")}
    return {**resource, **told, files.ADDRESS: file["sha256"], "size": file["size"]}


def _needs_export(row: RevisionResource, resource: dict[str, Any]) -> bool:
    """Tell whether the draft's file isn't the whole of its table."""
    if resource.get("url_type") != "upload" or _is_inherited(row):
        return False
    if row.mode != REPLACE:
        return True
    # The API wrote the table, and the file is still the one that was published.
    kind = str(resource.get("format") or "").lower()
    return resource.get(files.ADDRESS) == row.inherited_sha256 and kind in _TABULAR


def _is_inherited(row: RevisionResource) -> bool:
    return staging.table_behind(row.working_id) != row.working_id


def _exported(
    package: dict[str, Any], resource: dict[str, Any], table: dict[str, Any]
) -> str:
    """Return the address of the whole table, written as its Table Schema has it."""
    written = table_updates.written(package, resource)
    if not written:
        return table["sha256"]
    with datastore.owning() as cursor:
        return exports.export(cursor, resource["id"], written).sha256


def _file(name: str, address: str) -> dict[str, Any]:
    return {
        files.ADDRESS: address,
        "size": store.size(address),
        "url": f"{PurePosixPath(name).stem or 'table'}.csv",
        "format": "CSV",
        "mimetype": "text/csv",
    }


def _public_name(row: RevisionResource) -> str:
    """Return the name of the public file, so that its address stays if it can."""
    resource = model.Session.get(model.Resource, row.public_id)
    return _name({"url": resource.url if resource else ""})


def _name(resource: dict[str, Any]) -> str:
    return unquote(urlsplit(resource.get("url") or "").path.rsplit("/", 1)[-1])
