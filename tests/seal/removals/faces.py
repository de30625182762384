"""The faces that hide drafts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

import ckan.logic
import ckan.plugins.toolkit as tk
from ckan.common import config
from ckanext.sonla.approval.seal import faces, labels
from tests.seal import ways
from tests.seal.drafts import MARK, draft_both

from .actions import approval_plugin
from .seal import Holds, Removal, Seal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.seal.world import World


def hidden() -> Iterator[Seal]:
    """Yield what keeps drafts out of CKAN's own answers."""
    for name, question in QUESTIONS.items():
        yield Seal(f"face {name}", _without_face(name), _draft_hidden(name, question))
    yield Seal("label of working packages", _without_filter, _twin_hidden)
    yield Seal("public_table_search", _without_empty_list, _tables_unlisted)


QUESTIONS = {
    "tag_list": {},
    "tag_search": {"query": MARK},
    "tag_autocomplete": {"query": MARK},
    "tag_show": {"id": f"{MARK} the"},
    "format_autocomplete": {"q": MARK},
    "member_list": {"object_type": "package"},
    "harvest_object_show": {},
}


def _without_face(name: str) -> Removal:
    @contextmanager
    def without(_: World) -> Iterator[None]:
        plugin = approval_plugin()
        own = getattr(faces, name)
        kept = {k: v for k, v in plugin.get_actions().items() if v is not own}
        with mock.patch.object(plugin, "get_actions", lambda: kept):
            ckan.logic.clear_actions_cache()
            try:
                yield
            finally:
                ckan.logic.clear_actions_cache()

    return without


def _draft_hidden(name: str, question: dict[str, object]) -> Holds:
    def holds(world: World) -> bool:
        with ways.undone():
            drafted = draft_both(world, world.entry)
            asked = {
                "member_list": {**question, "id": world.sealed.agency},
                "harvest_object_show": {"dataset_id": world.twin.dataset},
            }.get(name, question)
            try:
                answer = str(tk.get_action(name)({"user": ""}, {**asked}))
            except (tk.NotAuthorized, tk.ObjectNotFound):
                return True
            shown = (MARK, drafted["package"], world.twin.dataset)
            return not any(word in answer.lower() for word in shown)

    return holds


@contextmanager
def _without_filter(_: World) -> Iterator[None]:
    with mock.patch.object(
        labels.RevisionLabels, "before_dataset_search", lambda _self, params: params
    ):
        yield


def _twin_hidden(world: World) -> bool:
    with ways.undone():
        drafted = draft_both(world, world.entry)
        found = tk.get_action("package_search")(
            {"user": world.people["sysadmin"]},
            {"include_private": True, "rows": 1000},
        )
        return drafted["working"] not in [row["id"] for row in found["results"]]


@contextmanager
def _without_empty_list(_: World) -> Iterator[None]:
    with mock.patch.dict(
        config, {"ckan.datastore.public_table_search": ["_table_metadata"]}
    ):
        yield


def _tables_unlisted(world: World) -> bool:
    try:
        answer = tk.get_action("datastore_search")(
            {"user": ""}, {"resource_id": "_table_metadata", "limit": 1000}
        )
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return True
    except Exception as error:
        if "did not call its auth function" in str(error):
            # CKAN's audit: the list was given without asking who wants it.
            return False
        raise
    return world.twin.resource not in str(answer)
