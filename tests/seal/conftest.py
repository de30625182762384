"""One published dataset and one draft of the same shape, made once for the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins as p
from ckan import model
from ckan.common import config
from ckan.tests import helpers
from tests import plugins

from .face import Face, face_of
from .world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa


# Everything that could be tried is switched on.
SETTINGS = {
    "ckan.auth.allow_dataset_collaborators": True,
    "ckanext.xloader.api_token": "never-used",
}


@pytest.fixture(autouse=True)
def switched_on(world: World) -> None:
    """Keep the settings through the folder: other fixtures restore them each test."""
    config.update(SETTINGS)


@pytest.fixture(scope="package")
def world(
    reset_db: Any, superuser: sa.Engine, datastore_superuser: sa.Engine
) -> Iterator[World]:
    """The portal with one published dataset, its unsealed twin, and everybody."""
    before = config.copy()
    config.update(SETTINGS)
    plugins.forget()
    p.load_all()
    reset_db()
    app = helpers._get_test_app()
    try:
        yield World.make(app, superuser, datastore_superuser)
    finally:
        model.Session.remove()
        p.unload_all()
        config.clear()
        config.update(before)


@pytest.fixture(scope="module")
def face(world: World) -> Face:
    """The anonymous face of the published dataset before anything is tried."""
    return face_of(world, world.sealed)
