"""The pages of a dataset's history, and the files of its versions.

For everybody, without an account and without a cookie. A draft's files have no address
here, and a dataset that is taken down serves none to strangers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask
from file_keeper import FileData
from flask import Blueprint

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import files
from ckanext.sonla.approval.callers import sees
from ckanext.sonla.approval.lifecycle import serving
from ckanext.sonla.approval.model import published_of
from ckanext.sonla.approval.storage import store
from ckanext.sonla.approval.storage.local import LocalStore
from ckanext.sonla.approval.storage.stored import location_of

from . import pages as history_pages
from . import versions

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from ckan.types import Context

    from .versions import Part, Version

sonla_history = Blueprint("sonla_history", __name__)
# A version never changes; a take-down must end it everywhere, so caches ask again.
_CACHING = "public, no-cache"


@sonla_history.route("/dataset/<id>/history")
def timeline(id: str) -> ResponseReturnValue:  # noqa: A002 - the word in CKAN's addresses
    """Show what a dataset has published, the newest first."""
    package = _package(id)
    return tk.render(
        "package/history.html",
        {
            "pkg_dict": package,
            "dataset_type": package["type"],
            "entries": history_pages.timeline(package["id"]),
        },
    )


@sonla_history.route("/dataset/<id>/history/<int:number>")
def version(id: str, number: int) -> ResponseReturnValue:  # noqa: A002
    """Show one version: its metadata as it was, its files, how to cite it."""
    package = _package(id)
    found = _version(package["id"], number)
    page = history_pages.page(package, found, served=_served(found))
    answer = flask.make_response(
        tk.render(
            "package/version.html",
            {
                **page,
                "pkg_dict": package,
                "dataset_type": package["type"],
                "linked_data": history_pages.linked_data(page),
            },
        )
    )
    answer.headers.extend([("Link", link) for link in _links(package, page)])
    return answer


@sonla_history.route(
    "/dataset/<id>/history/<int:number>/<any(file,table):kind>/<int:place>/<filename>"
)
def download(
    id: str,  # noqa: A002
    number: int,
    kind: str,
    place: int,
    filename: str,
) -> ResponseReturnValue:
    """Send a file of a version, or a table as it was frozen with it."""
    package = _package(id)
    found = _version(package["id"], number)
    part = next(
        (
            one
            for one in versions.parts(found.content)
            if (one.kind, one.place, one.filename) == (kind, place, filename)
        ),
        None,
    )
    if part is None:
        tk.abort(404, tk._("This version has no such file"))
    if not _served(found):
        tk.abort(403, tk._("This dataset is taken down"))
    if part.sha256 not in versions.kept_addresses(versions.versions(package["id"])):
        tk.abort(410, tk._("The files of this version are no longer kept"))
    return _sent(part)


def _sent(part: Part) -> ResponseReturnValue:
    here = store.place()
    try:
        size = here.size(part.sha256)
    except FileNotFoundError:
        tk.abort(410, tk._("The files of this version are no longer kept"))
    if isinstance(here, LocalStore):
        answer = flask.send_file(
            here.path(part.sha256).absolute(),
            mimetype=part.mimetype,
            as_attachment=True,
            download_name=part.filename,
            etag=part.sha256,
            conditional=True,
        )
    else:
        data = FileData(
            files.Location(location_of(part.sha256)),
            size=size,
            content_type=part.mimetype,
        )
        answer = here.storage.as_response(data, part.filename)
    answer.headers["Cache-Control"] = _CACHING
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _package(id_: str) -> dict[str, Any]:
    try:
        package = tk.get_action("package_show")({}, {"id": id_})
    except tk.ObjectNotFound:
        tk.abort(404, tk._("Dataset not found"))
    except tk.NotAuthorized:
        found = model.Package.get(id_)
        if found and not serving.is_served(found.id):
            tk.abort(403, tk._("This dataset is taken down"))
        tk.abort(404, tk._("Dataset not found"))
    if published_of(package["id"]) is None:
        # A draft, also for its agency: it has no history yet.
        tk.abort(404, tk._("Nothing of this dataset has been published yet."))
    return package


def _version(dataset_id: str, number: int) -> Version:
    found = versions.versions(dataset_id)
    if not 1 <= number <= len(found):
        tk.abort(404, tk._("There is no such version"))
    return found[number - 1]


def _served(version_: Version) -> bool:
    context: Context = {"user": tk.current_user.name}
    dataset_id = version_.revision.dataset_id
    return serving.is_served(dataset_id) or sees(context, version_.revision)


def _links(package: dict[str, Any], page: dict[str, Any]) -> list[str]:
    """Return where a version stands among the others (RFC 5829, RFC 6596)."""
    number, newest = page["version"]["number"], page["newest"]

    def link(relation: str, endpoint: str, **values: Any) -> str:
        url = tk.url_for(
            endpoint, id=package["name"], locale="default", _external=True, **values
        )
        return f'<{url}>; rel="{relation}"'

    found = [
        f'<{page["url"]}>; rel="canonical"',
        link("latest-version", "dataset.read"),
        link("version-history", "sonla_history.timeline"),
    ]
    if number > 1:
        found.append(
            link("predecessor-version", "sonla_history.version", number=number - 1)
        )
    if number < newest:
        found.append(
            link("successor-version", "sonla_history.version", number=number + 1)
        )
    return found
