# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The ways in which somebody may call an action."""

from __future__ import annotations

import gc
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exc
from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .world import World

WORD = "sonla_revision_open"


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt."""

    status: int
    text: str

    @property
    def done(self) -> bool:
        """Tell whether the action answered that it did it."""
        return self.status == 200

    @property
    def sealed(self) -> bool:
        """Tell whether the answer is the seal's: 403, and what to do instead."""
        return self.status == 403 and WORD in self.text


def over_http(world: World, role: str, action: str, payload: dict[str, Any]) -> Outcome:
    """Call an action over HTTP with the token of a role."""
    token = world.tokens.get(role)
    upload = any(isinstance(value, FileStorage) for value in payload.values())
    response = world.app.post(
        f"/api/3/action/{action}",
        **({"data": payload} if upload else {"json": payload}),
        headers={"Authorization": token} if token else {},
    )
    return Outcome(response.status_code, response.get_data(as_text=True))


def collected(action: str) -> None:
    """End the transaction that an action of the DataStore left open in a cycle.

    `datastore_run_triggers` leaves its own to the garbage collector, which takes a
    third of a second: as long as ten attempts.
    """
    if action == "datastore_run_triggers":
        gc.collect()


def by_own_hand(action: str, payload: dict[str, Any]) -> Outcome:
    """Call an action inside the process, past every authorization."""
    try:
        site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
        tk.get_action(action)({"ignore_auth": True, "user": site_user["name"]}, payload)
    except tk.NotAuthorized as error:
        return Outcome(403, str(error))
    except (tk.ValidationError, tk.ObjectNotFound) as error:
        return Outcome(409, repr(error))
    except Exception as error:
        return Outcome(500, repr(error))
    finally:
        model.Session.rollback()
        model.Session.remove()
    return Outcome(200, "")


def _job(tried: list[tuple[str, dict[str, Any]]]) -> list[tuple[int, str]]:
    outcomes = [by_own_hand(action, payload) for action, payload in tried]
    return [(outcome.status, outcome.text) for outcome in outcomes]


def in_worker(tried: list[tuple[str, dict[str, Any]]]) -> list[Outcome]:
    """Call actions in a worker that runs until its queue is empty.

    They share a job: the worker forks for each and loads every plugin anew, which
    takes longer than all of them.
    """
    job = jobs.enqueue(_job, [tried])
    while jobs.get_queue().count:
        jobs.Worker().work(burst=True)
    job.refresh()
    told = job.return_value()
    assert told, str(job.exc_info)
    return [Outcome(int(status), str(text)) for status, text in told]


@contextmanager
def undone() -> Iterator[None]:
    """Undo everything that happens inside in CKAN's database, commits too."""
    model.Session.remove()
    factory = model.Session.session_factory
    before = dict(factory.kw)
    connection = model.meta.engine.connect()
    transaction = connection.begin()
    factory.configure(bind=connection, join_transaction_mode="create_savepoint")
    try:
        yield
    finally:
        model.Session.remove()
        with suppress(exc.SQLAlchemyError):
            transaction.rollback()
        connection.close()
        factory.kw.clear()
        factory.kw.update(before)
