"""The switch: what was approved becomes what the public sees, whole or not at all.

Two databases must agree. The DataStore's half is prepared, CKAN's commit decides, and
only then the DataStore's half is committed. Whenever the process dies, CKAN's state of
the revision says which way what is left over goes.
"""

from __future__ import annotations

import logging
import time

import psycopg2
import psycopg2.errors
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore, hand, signals, states, steps
from ckanext.sonla.approval.drafting import staging
from ckanext.sonla.approval.faults import declare, fault
from ckanext.sonla.approval.model import Revision, published_of
from ckanext.sonla.shared import clock

from . import renaming, replacing

log = logging.getLogger(__name__)

declare("switch", "replaced", "prepared", "deciding", "decided", "finished", "dropped")


def publish(revision_id: str) -> bool:
    """Publish an approved revision.

    Returns:
        Whether it is published. If a reader wouldn't let go of a table in time it
        stays `publishing`, and the next tick goes on.

    Raises:
        ValidationError: CKAN refused the content; the revision is `submitted` again.
    """
    try:
        done = _publish(revision_id)
    except datastore.DOWN:
        # A database that is gone decides nothing: the next tick goes on.
        model.Session.rollback()
        log.exception("Publishing of revision %s stopped", revision_id)
        return False
    except Exception as error:
        model.Session.rollback()
        log.exception("Revision %s could not be published", revision_id)
        _give_back(revision_id)
        raise steps.conflict(
            "publishing", tk._("The revision could not be published")
        ) from error
    if done:
        signals.published.send(revision_id)
        with datastore.or_later():
            clean_up(revision_id)
    return done


def _publish(revision_id: str) -> bool:
    revision = steps.lock(revision_id)
    if revision.state != states.PUBLISHING:
        model.Session.rollback()
        return revision.state in states.PUBLIC
    hand.pretend("sonla.publishing", revision.id)
    ids = replacing.public_ids(revision)
    plan = replacing.plan(revision, ids)
    replacing.put(revision, ids)
    model.Session.flush()
    fault("replaced")
    gid = _prepare(revision.id, plan) if plan else None
    if plan and gid is None:
        model.Session.rollback()
        return False
    fault("prepared")
    try:
        _decide(revision)
    except BaseException:
        model.Session.rollback()
        if gid:
            # A commit whose answer got lost may have been carried out: what CKAN's
            # database says decides, and if it can't be asked, the next tick asks.
            renaming.finish(gid, commit=_is_decided(revision_id))
        raise
    fault("decided")
    if gid:
        renaming.finish(gid, commit=True)
    fault("finished")
    return True


def _prepare(revision_id: str, plan: renaming.Plan) -> str | None:
    """Prepare the DataStore's half, around readers that hold a table for a while."""
    attempts = tk.config["sonla.approval.lock_attempts"]
    for attempt in range(attempts):
        try:
            return renaming.prepare(revision_id, plan)
        except psycopg2.errors.LockNotAvailable:
            log.info("A reader holds a table of %s: try %d", revision_id, attempt + 1)
            # Let the readers through that queued up behind the attempt.
            time.sleep(0.1)
    return None


def _decide(revision: Revision) -> None:
    """Commit CKAN's half: from here on the revision is published."""
    before = published_of(revision.dataset_id)
    if before is not None:
        steps.make(before, "supersede", by=revision.id)
    steps.make(revision, "publish", values={"published": clock.now()})
    hand.index(revision.dataset_id)
    fault("deciding")
    model.Session.commit()


def _is_decided(revision_id: str) -> bool:
    state = model.Session.scalar(
        sa.select(Revision.state).where(Revision.id == revision_id)
    )
    return state in states.PUBLIC


def _give_back(revision_id: str) -> None:
    """Put a revision that can't be published before the leader again."""
    revision = steps.lock(revision_id)
    if revision.state == states.PUBLISHING:
        steps.make(revision, "fail", values={"decided_by": None, "decided": None})
    model.Session.commit()


def clean_up(revision_id: str) -> None:
    """Remove the working package of a revision that has ended, in its own commit."""
    revision = model.Session.get(Revision, revision_id)
    if revision is None or revision.state not in states.ENDED:
        return
    if revision.package_id == revision.dataset_id:
        return
    if model.Package.get(revision.package_id) is None:
        return
    staging.drop_tables(revision.package_id)
    fault("dropped")
    with hand.own_hand():
        hand.remove(revision.package_id)
