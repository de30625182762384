"""Things that are written with a session's commit, at its very end.

What is added belongs to the transaction, or the savepoint, that is open then: a
rollback of it takes the thing along, a release hands it to the one around.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from ckan import model

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import SessionTransaction

    Writer = Callable[[Session, list[Any]], None]

_KEY = "sonla.with_commit"
_writers: list[Writer] = []


def writer(function: Writer) -> Writer:
    """Register what writes the things when their session commits."""
    _writers.append(function)
    return function


def add(thing: Any) -> None:
    """Write a thing with the commit of CKAN's session."""
    session = model.Session()
    # So that there is a transaction, whatever was asked before.
    session.connection()
    _waiting(session).append((_innermost(session), thing))


def _waiting(session: Session) -> list[tuple[SessionTransaction | None, Any]]:
    return session.info.setdefault(_KEY, [])


def _innermost(session: Session) -> SessionTransaction | None:
    return session.get_nested_transaction() or session.get_transaction()


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    waiting = _waiting(session)
    # The release of a savepoint is no commit.
    if not waiting or session.in_nested_transaction():
        return
    things = [thing for _, thing in waiting]
    waiting.clear()
    for write in _writers:
        write(session, things)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    gone = _innermost(session)
    waiting = _waiting(session)
    waiting[:] = [kept for kept in waiting if kept[0] is not gone]


@event.listens_for(Session, "after_transaction_end")
def _hand_on(session: Session, transaction: SessionTransaction) -> None:
    waiting = _waiting(session)
    if transaction.parent is None:
        # Committed, rolled back, or closed without either: nothing waits any more.
        waiting.clear()
    elif transaction.nested:
        waiting[:] = [
            (transaction.parent if of is transaction else of, thing)
            for of, thing in waiting
        ]
