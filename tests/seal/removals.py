# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Every seal, how to take it away for a moment, and which attempt then gets through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import sqlalchemy as sa
from sqlalchemy import event, exc

import ckan.logic
import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.common import config
from ckan.lib import search
from ckanext.sonla.approval.seal import action as seal_action
from ckanext.sonla.approval.seal import auth as seal_auth
from ckanext.sonla.approval.seal import faces, labels
from ckanext.sonla.approval.seal import words as seal

from . import ways
from .attempts import ATTEMPTS, NEVER, Payload
from .drafts import MARK, draft_both
from .test_seals import ERASING, OFFICE, REVISIONS, ROWS, TABLES, filled
from .world import ROLES, World

Removal = Callable[[World], AbstractContextManager[None]]
Holds = Callable[[World], bool]


@dataclass(frozen=True)
class Seal:
    """One seal: its name, its removal, and the attempt that it stops."""

    name: str
    without: Removal
    holds: Holds


def every_seal() -> Iterator[Seal]:
    """Yield every seal there is."""
    yield from _triggers()
    yield Seal("table ownership", _without_ownership, _tables_hold)
    yield from _words()
    yield from _actions()
    yield from _auth()
    yield from _faces()


TRIGGERS = {
    ("package", "sonla_seal"): "package",
    ("package", "sonla_seal_public"): "public",
    ("resource", "sonla_seal"): "resource",
    ("resource", "sonla_seal_id"): "resource id",
    ("package_tag", "sonla_seal"): "package_tag",
    ("package_member", "sonla_seal"): "package_member",
    ("package_relationship", "sonla_seal"): "package_relationship object",
    ("resource_view", "sonla_seal"): "resource_view",
    ("member", "sonla_seal"): "member",
    ("group", "sonla_seal"): "group",
    ("tag", "sonla_seal"): "tag",
    ("vocabulary", "sonla_seal"): "vocabulary",
    ("harvest_object", "sonla_seal"): "harvest_object",
    ("package_tag", "sonla_seal_truncate"): "truncate package_tag",
    ("package_member", "sonla_seal_truncate"): "truncate package_member",
    ("package_relationship", "sonla_seal_truncate"): "truncate package_relationship",
    ("resource_view", "sonla_seal_truncate"): "truncate resource_view",
    ("member", "sonla_seal_truncate"): "truncate member",
    ("sonla_revision", "sonla_seal_truncate"): "truncate sonla_revision",
    ("sonla_revision", "sonla_revision_born"): "born published",
    ("sonla_revision", "sonla_revision_moves"): "back to draft",
    ("sonla_revision", "sonla_revision_stays"): "delete",
    ("sonla_revision", "sonla_revision_erased"): "erasing",
    ("sonla_take_down", "sonla_take_down_born"): "taken by nobody",
    ("sonla_take_down", "sonla_take_down_moves"): "taken otherwise",
    ("sonla_take_down", "sonla_take_down_stays"): "taken never",
    ("sonla_take_down", "sonla_take_down_whole"): "truncate sonla_take_down",
    ("sonla_erasure", "sonla_erasure_born"): "erased by nobody",
    ("sonla_erasure", "sonla_erasure_stays"): "erased otherwise",
    ("sonla_erasure", "sonla_erasure_whole"): "truncate sonla_erasure",
}


def _triggers() -> Iterator[Seal]:
    statements = {
        **ROWS,
        **REVISIONS,
        **OFFICE,
        "erasing": ERASING,
        "public": PUBLIC,
    }
    for (table, trigger), name in TRIGGERS.items():
        yield Seal(
            f"trigger {trigger} on {table}",
            _without_trigger(table, trigger),
            _statement_refused(statements[name]),
        )


# A TRUNCATE goes on to the tables that refer to the first, and meets their triggers.
CASCADED = {
    ("sonla_revision", "sonla_seal_truncate"): (
        ("sonla_take_down", "sonla_take_down_whole"),
        ("sonla_erasure", "sonla_erasure_whole"),
    )
}
PUBLIC = "UPDATE package SET private = false WHERE id = '{twin}'"


def _without_trigger(table: str, trigger: str) -> Removal:
    @contextmanager
    def without(world: World) -> Iterator[None]:
        def switch(verb: str) -> None:
            also = CASCADED.get((table, trigger), ())
            with world.superuser.begin() as connection:
                for where, what in ((table, trigger), *also):
                    statement = f'ALTER TABLE "{where}" {verb} TRIGGER {what}'
                    connection.execute(sa.text(statement))

        switch("DISABLE")
        try:
            yield
        finally:
            switch("ENABLE")

    return without


def _statement_refused(statement: str) -> Holds:
    def holds(world: World) -> bool:
        model.Session.remove()
        with model.meta.engine.connect() as connection:
            try:
                connection.execute(filled(statement, world))
            except tk.NotAuthorized:
                return True
            finally:
                connection.rollback()
        return False

    return holds


@contextmanager
def _without_ownership(world: World) -> Iterator[None]:
    def give(url: str) -> None:
        owner = sa.make_url(config[url]).username
        with world.tables.begin() as connection:
            connection.execute(
                sa.text(f'ALTER TABLE "{world.sealed.resource}" OWNER TO {owner}')
            )

    give("ckan.datastore.write_url")
    try:
        yield
    finally:
        give("sonla.datastore.owner_url")


def _tables_hold(world: World) -> bool:
    engine = sa.create_engine(config["ckan.datastore.write_url"])
    with engine.connect() as connection:
        try:
            connection.execute(filled(TABLES["update"], world))
        except tk.NotAuthorized:
            return True
        finally:
            connection.rollback()
            engine.dispose()
    return False


def _words() -> Iterator[Seal]:
    for target, name, listener, options in seal._LISTENERS:
        yield Seal(
            f"listener {listener.__name__}",
            _without_listener(target, name, listener, options),
            _statement_in_words if listener is seal.say_it else _drop_refused,
        )


def _without_listener(
    target: Any, name: str, listener: Any, options: dict[str, bool]
) -> Removal:
    @contextmanager
    def without(_: World) -> Iterator[None]:
        event.remove(target, name, listener)
        try:
            yield
        finally:
            event.listen(target, name, listener, **options)

    return without


def _statement_in_words(world: World) -> bool:
    try:
        return _statement_refused(ROWS["package"])(world)
    except exc.DatabaseError:
        return False


def _drop_refused(_: World) -> bool:
    metadata = sa.MetaData()
    sa.Table("sonla_revision", metadata)
    with model.meta.engine.connect() as connection:
        try:
            metadata.dispatch.before_drop(metadata, connection)
        except tk.NotAuthorized:
            return True
    return False


def _actions() -> Iterator[Seal]:
    for name in seal_action.get_actions():
        yield Seal(f"action {name}", _without_action(name), _attempt_refused(name))


def _without_action(name: str) -> Removal:
    @contextmanager
    def without(_: World) -> Iterator[None]:
        remaining = {k: v for k, v in seal_action.get_actions().items() if k != name}
        with _other_actions(remaining):
            yield

    return without


@contextmanager
def _other_actions(actions: dict[str, Any]) -> Iterator[None]:
    plugin = _plugin()
    whole = plugin.get_actions()
    kept = {
        name: action
        for name, action in whole.items()
        if name not in seal_action.get_actions() or name in actions
    }
    with mock.patch.object(plugin, "get_actions", lambda: kept):
        ckan.logic.clear_actions_cache()
        try:
            yield
        finally:
            ckan.logic.clear_actions_cache()
    ckan.logic.clear_actions_cache()


def _plugin() -> Any:
    import ckan.plugins as p

    return p.get_plugin("sonla_approval")


def _attempt_refused(name: str) -> Holds:
    payloads = ATTEMPTS.get(name) or (NEVER[name],)

    def holds(world: World) -> bool:
        with ways.undone():
            outcomes = [
                ways.by_own_hand(name, payload(world.sealed)) for payload in payloads
            ]
        ways.collected(name)
        # First, so that what got through is put back.
        untouched = _untouched(world)
        return untouched and all(outcome.sealed for outcome in outcomes)

    return holds


def _untouched(world: World) -> bool:
    """Tell whether a refusal came in time; put back what it came too late for.

    An action may have changed the index or the DataStore before a row refused it.
    """
    query = {"fq": f"id:{world.sealed.dataset}", "rows": 0}
    is_found = bool(tk.get_action("package_search")({"user": ""}, query)["count"])
    if not is_found:
        search.rebuild(world.sealed.dataset)
        model.Session.commit()
    alias = f"ten_khac_{world.sealed.resource[:8]}"
    with world.tables.begin() as connection:
        has_alias = connection.scalar(
            sa.text("SELECT to_regclass(:name) IS NOT NULL"), {"name": alias}
        )
        connection.execute(sa.text(f'DROP VIEW IF EXISTS "{alias}"'))
    return is_found and not has_alias


def _auth() -> Iterator[Seal]:
    for name in seal_auth.get_auth_functions():
        yield Seal(f"auth {name}", _without_auth(name), _asked_refused(name))


def _without_auth(name: str) -> Removal:
    @contextmanager
    def without(_: World) -> Iterator[None]:
        plugin = _plugin()
        kept = {k: v for k, v in plugin.get_auth_functions().items() if k != name}
        with mock.patch.object(plugin, "get_auth_functions", lambda: kept):
            authz.clear_auth_functions_cache()
            try:
                yield
            finally:
                authz.clear_auth_functions_cache()

    return without


def _question(name: str) -> Payload:
    if name.startswith("package_relationship_"):
        # Nothing is related: that would change a sealed dataset.
        return lambda s: {"subject": s.dataset, "object": s.partner, "type": "child_of"}
    return (ATTEMPTS.get(name) or (NEVER[name],))[0]


def _asked_refused(name: str) -> Holds:
    """Ask for somebody who may change the twin: the seal's words are the answer."""

    def holds(world: World) -> bool:
        with ways.undone():
            payload = _question(name)(world.sealed)
        for role in ROLES:
            if role not in ("officer", "sysadmin"):
                continue
            try:
                tk.check_access(name, {"user": world.people[role]}, {**payload})
            except tk.NotAuthorized as error:
                if ways.WORD not in str(error):
                    return False
            except (tk.ValidationError, KeyError):
                # CKAN's own function had its turn.
                return False
            else:
                return False
        return True

    return holds


def _faces() -> Iterator[Seal]:
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
        plugin = _plugin()
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
