"""The published JSON Schemas of the source types, at public addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

import ckan.plugins.toolkit as tk

from . import configuration

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

harvesting = Blueprint("sonla_harvesting", __name__)


@harvesting.route("/harvesting/schema/<kind>.json")
def schema(kind: str) -> ResponseReturnValue:
    """Answer with the JSON Schema of a source type's configuration."""
    if kind not in configuration.KINDS:
        return tk.abort(404, tk._("There is no such source type"))
    return Response(
        configuration.schema_text(kind), content_type="application/schema+json"
    )
