"""What an erasure leaves to do once it is decided, or once its process is dead.

CKAN's commit decides. After it the tables' half is committed, dead rows leave the disk,
the list beside the backups gets its line, and the bytes leave the store. Each of these
finds out by itself what is left of it: who begins anew does what another began.
"""

from __future__ import annotations

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.approval import datastore
from ckanext.sonla.approval.faults import declare, fault
from ckanext.sonla.approval.lifecycle.model import Erasure
from ckanext.sonla.shared.tick import task

from . import files
from . import tables as erasing_tables

declare("erase", "emptied", "rewritten", "noted")

# Any constant will do, as long as nothing else in the database locks it.
LOCK = 7820106


@task("approval.erasures")
def resolve() -> None:
    """End erasures that a dead process left over; safe to run at any time."""
    if datastore.is_on():
        _end_prepared()
    _go_on()


def finish(erasure_id: str) -> None:
    """Carry out what CKAN's commit has decided."""
    if datastore.is_on():
        erasing_tables.finish(erasure_id, commit=True)
    _go_on()


def _go_on() -> None:
    fault("emptied")
    if datastore.is_on():
        erasing_tables.rewrite()
    fault("rewritten")
    known = {told["id"] for told in files.noted()}
    for erasure in model.Session.scalars(sa.select(Erasure).order_by(Erasure.erased)):
        if erasure.id not in known:
            files.note(files.line(erasure))
            fault("noted")
    model.Session.commit()
    files.sweep()


def _end_prepared() -> None:
    for erasure_id in erasing_tables.undecided():
        # A live process holds the lock until its commit.
        free = model.Session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK)))
        if free:
            written = model.Session.get(Erasure, erasure_id) is not None
            erasing_tables.finish(erasure_id, commit=written)
        model.Session.rollback()
