"""After a crash: what was left undecided is decided, what was begun is finished."""

from __future__ import annotations

import logging

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore, states, steps
from ckanext.sonla.approval.drafting import staging
from ckanext.sonla.approval.faults import declare, fault
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.tick import task

from . import renaming, switch

declare("schedule", "started")

log = logging.getLogger(__name__)


@task("approval.leftovers")
def resolve_leftovers() -> None:
    """Resolve what a process that died left over; safe to run at any time.

    A revision under its row lock has a live process, which is left alone.
    """
    if datastore.is_on():
        _end_prepared()
    for revision_id in _in_state(Revision.state == states.PUBLISHING):
        _publish(revision_id)
    staging.thaw_leftovers()
    model.Session.commit()
    _remove_working_packages()


@task("approval.scheduled")
def publish_scheduled() -> None:
    """Publish what a leader approved for a time that has come."""
    due = sa.and_(
        Revision.state == states.SCHEDULED, Revision.publish_at <= clock.now()
    )
    for revision_id in _in_state(due):
        revision = steps.lock(revision_id)
        if revision.state == states.SCHEDULED:
            steps.make(revision, "start")
        model.Session.commit()
        fault("started")
        _publish(revision_id)


@task("approval.old_tables")
def drop_old_tables() -> None:
    """Drop superseded tables that no reader can be in any more."""
    if datastore.is_on():
        renaming.drop_old(tk.config["sonla.approval.old_tables_hours"] * 3600)


def _end_prepared() -> None:
    for gid, revision_id in renaming.undecided():
        revision = _free(revision_id)
        if revision is not None:
            decided = revision.state in states.PUBLIC
            log.warning("Revision %s: prepared tables, decided: %s", gid, decided)
            renaming.finish(gid, commit=decided)
        model.Session.commit()


def _publish(revision_id: str) -> None:
    try:
        if _free(revision_id) is not None:
            switch.publish(revision_id)
    except tk.ValidationError:
        log.warning("Revision %s is before its leader again", revision_id)
    model.Session.rollback()


def _free(revision_id: str) -> Revision | None:
    """Return a revision under its lock, or None while a live process has it."""
    return model.Session.scalars(
        sa.select(Revision)
        .where(Revision.id == revision_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _in_state(condition: sa.ColumnElement[bool]) -> list[str]:
    return list(model.Session.scalars(sa.select(Revision.id).where(condition)))


def _remove_working_packages() -> None:
    ended = model.Session.scalars(
        sa.select(Revision.id)
        .join(model.Package, model.Package.id == Revision.package_id)
        .where(
            Revision.state.in_(states.ENDED), Revision.package_id != Revision.dataset_id
        )
    ).all()
    for revision_id in ended:
        switch.clean_up(revision_id)
