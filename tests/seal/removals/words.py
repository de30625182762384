# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The listeners that say the refusal in words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event, exc

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval.seal import words as seal
from tests.seal.test_seals import ROWS

from .database import statement_refused
from .seal import Removal, Seal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.seal.world import World


def listeners() -> Iterator[Seal]:
    """Yield what says in words that the database refused."""
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
        return statement_refused(ROWS["package"])(world)
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
