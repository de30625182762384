"""The seals of actions and of their auth functions."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

import sqlalchemy as sa

import ckan.logic
import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.lib import search
from ckanext.sonla.approval.seal import action as seal_action
from ckanext.sonla.approval.seal import auth as seal_auth
from tests.seal import ways
from tests.seal.attempts import ATTEMPTS, NEVER, Payload
from tests.seal.world import ROLES, World

from .seal import Holds, Removal, Seal

if TYPE_CHECKING:
    from collections.abc import Iterator


def chained_actions() -> Iterator[Seal]:
    """Yield the chained actions."""
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
    plugin = approval_plugin()
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


def approval_plugin() -> Any:
    """Return the plugin that adds the seals of actions and auth functions."""
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


def auth_functions() -> Iterator[Seal]:
    """Yield the auth functions."""
    for name in seal_auth.get_auth_functions():
        yield Seal(f"auth {name}", _without_auth(name), _asked_refused(name))


def _without_auth(name: str) -> Removal:
    @contextmanager
    def without(_: World) -> Iterator[None]:
        plugin = approval_plugin()
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
