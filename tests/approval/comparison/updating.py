"""An update whose table has changed rows."""

from __future__ import annotations

from tests.factories import approval as make


def working(update) -> str:
    return make.show(update["package_id"])["resources"][0]["id"]


def change_rows(office, update) -> str:
    """Let the officer change B, take A away and add D."""
    resource = working(update)
    make.change_rows(office, resource, ({"ma": "B", "so": 20}, {"ma": "D", "so": 4}))
    return resource


def diff(office, update, **asked):
    return make.act(office.leader, "sonla_revision_diff", id=update["id"], **asked)
