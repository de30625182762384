"""CKAN's diary, asked by the rule of its own action where a page asks by none.

An activity holds a dataset as it was, drafts too. `activity_show` gives it to those who
may edit the dataset; the page of a resource's history takes it from the table.
"""

from __future__ import annotations

import flask
from flask import Blueprint

import ckan.plugins.toolkit as tk

diary = Blueprint("sonla_diary", __name__)

_UNASKED = "activity.resource_history"


@diary.before_app_request
def ask_first() -> None:
    """Refuse the page of an activity to those whom `activity_show` would refuse."""
    if flask.request.endpoint != _UNASKED:
        return
    activity_id = (flask.request.view_args or {})["activity_id"]
    try:
        tk.check_access(
            "activity_show",
            {"user": tk.g.user, "auth_user_obj": tk.g.userobj},
            {"id": activity_id, "include_data": True},
        )
    except tk.ObjectNotFound:
        tk.abort(404, tk._("Activity not found"))
    except tk.NotAuthorized:
        tk.abort(403, tk._("Unauthorized to view activity data"))
