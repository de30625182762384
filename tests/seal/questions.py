"""What a stranger may ask every read action: the ids of everything there is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ckan.logic
import ckan.plugins.toolkit as tk
from ckan import model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.seal import Subject

# Asked beside the ids, for the actions that need more than one.
MORE: dict[str, tuple[dict[str, Any], ...]] = {
    "datastore_search_sql": (
        {"sql": 'SELECT * FROM "_table_metadata"'},
        {"sql": "SELECT * FROM pg_class"},
        {"sql": "SELECT * FROM information_schema.tables"},
    ),
    "datastore_search": ({"resource_id": "_table_metadata", "limit": 1000},),
    "datastore_info": ({"id": "_table_metadata"},),
    "package_search": ({"q": "*:*", "rows": 1000, "include_private": True},),
    "resource_search": ({"query": "name:"}, {"query": "format:X"}),
    "tag_search": ({"query": "a"}, {"query": "u"}),
    "tag_autocomplete": ({"query": "a"}, {"q": "nhap"}),
    "format_autocomplete": ({"q": "", "limit": 100},),
    "package_autocomplete": ({"q": "a"}, {"q": "t"}),
    "user_show": ({"include_datasets": True},),
}
# Speak of the process, not of content.
CLOCKS = ("status_show",)


def read_actions() -> list[str]:
    """Return the names of all actions that declare that they only read."""
    tk.get_action("package_show")
    return sorted(
        name
        for name, action in ckan.logic._actions.items()
        if getattr(action, "side_effect_free", False) and name not in CLOCKS
    )


def questions(subject: Subject, people: list[str]) -> Iterator[dict[str, Any]]:
    """Yield what each action is asked, whatever it takes."""
    yield {}
    for value in (
        subject.dataset,
        subject.resource,
        subject.view,
        subject.agency,
        subject.domain,
        subject.tag,
        subject.vocabulary,
        subject.source,
        *people,
    ):
        yield {"id": value}
        yield {"id": value, "include_datasets": True, "object_type": "package"}
    yield {"resource_id": subject.resource}
    yield {"dataset_id": subject.dataset}
    yield {"package_id": subject.dataset}
    yield {"q": "a", "limit": 100}
    yield {"all_fields": True}


def answers(subject: Subject, people: list[str]) -> dict[str, str]:
    """Ask every read action everything, as a stranger, and return the answers."""
    found = {}
    asked = list(questions(subject, people))
    for name in read_actions():
        for question in (*asked, *MORE.get(name, ())):
            key = f"{name} {json.dumps(question, sort_keys=True)}"
            found[key] = _answer(name, question)
    return found


def _answer(name: str, question: dict[str, Any]) -> str:
    try:
        answer = tk.get_action(name)({"user": "", "ignore_auth": False}, {**question})
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        model.Session.rollback()
    if isinstance(answer, dict) and isinstance(answer.get("meta"), dict):
        answer["meta"].pop("db_size", None)
    return json.dumps(answer, default=str)
