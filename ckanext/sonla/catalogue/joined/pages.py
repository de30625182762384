"""The joined table of a shared entry, to download."""

from __future__ import annotations

import re
import tempfile
from typing import IO, TYPE_CHECKING, Any

from flask import Blueprint, Response
from werkzeug.wsgi import wrap_file

import ckan.plugins.toolkit as tk

from . import files
from .members import Joined, joined

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

joined_tables = Blueprint("sonla_joined", __name__)

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CHUNK = 1 << 16


@joined_tables.route("/catalogue/<code>/data.<any(csv,xlsx):kind>")
def download(code: str, kind: str) -> ResponseReturnValue:
    """Give the one table over all datasets of a shared entry as a file."""
    found = _found(code)
    answer = Response(content_type=TYPES[kind])
    answer.set_etag(f"{found.version}-{kind}")
    if answer.make_conditional(tk.request.environ).status_code == 304:  # noqa: PLR2004 - not modified
        return answer
    file = _written(found, kind)
    answer.content_length = file.seek(0, 2)
    file.seek(0)
    answer.response = wrap_file(tk.request.environ, file, _CHUNK)
    answer.call_on_close(file.close)
    parts = filter(None, (found.code, found.table))
    name = re.sub(r"[^\w.-]", "_", "-".join(parts))
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


def _written(found: Joined, kind: str) -> IO[bytes]:
    """Return a file on the disk that goes with its last reader."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        (files.as_csv if kind == "csv" else files.as_xlsx)(found, file)
    except BaseException as error:
        file.close()
        if isinstance(error, tk.ValidationError):
            told: Any = error.error_dict["format"]
            tk.abort(409, str(told[0]))
        raise
    return file


def _found(code: str) -> Joined:
    try:
        entry = tk.get_action("sonla_entry_show")({}, {"code": code})
    except (tk.ObjectNotFound, tk.ValidationError):
        return tk.abort(404, tk._("The catalogue has no such entry."))
    found = joined(entry, tk.request.args.get("table", "").replace("\0", ""))
    if found is None:
        return tk.abort(404, tk._("Nobody has published a table for this entry yet."))
    return found
