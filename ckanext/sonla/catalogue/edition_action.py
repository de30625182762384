"""Actions on editions (article 7.1)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.logic import validate
from ckanext.sonla.shared import events

from . import comparison, editions, rebasing, schema, states, tasks
from .answers import edition_dict, visible_editions
from .model import DECIDED, Edition
from .permissions import may

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckan.types import Context, DataDict


def actor_of(context: Context) -> str | None:
    """Return the id of the account that calls."""
    user = model.User.get(context.get("user") or None)
    return user.id if user else None


def reads_drafts(context: Context) -> bool:
    """Tell whether the caller may see editions before their decision."""
    user = context.get("user")
    return bool(
        context.get("ignore_auth")
        or authz.is_sysadmin(user)
        or may(user, "read_drafts")
    )


def get_edition(edition_id: str) -> Edition:
    """Return an edition.

    Raises:
        NotFound: there is none.
    """
    edition = model.Session.get(Edition, edition_id)
    if edition is None:
        raise tk.ObjectNotFound(tk._("There is no such edition."))
    return edition


def get_visible_edition(context: Context, edition_id: str) -> Edition:
    """Return an edition that the caller may see.

    Raises:
        NotFound: there is none.
        NotAuthorized: it is not decided, and the caller is a stranger.
    """
    edition = get_edition(edition_id)
    if edition.state not in DECIDED:
        tk.check_access("sonla_edition_read_drafts", context, {"id": edition.id})
    return edition


@contextmanager
def whole_or_nothing() -> Iterator[None]:
    """Let a refused write leave nothing behind in the session."""
    try:
        yield
    except (tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound):
        model.Session.rollback()
        raise


@validate(schema.edition_create)
def sonla_edition_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Begin an edition.

    :param kind: `replacing` (begins empty) or `amending` (begins with the entries of
        the last decided edition)
    :param note: what it is for
    :returns: the edition, in state `draft`
    """
    tk.check_access("sonla_edition_create", context, data_dict)
    actor = actor_of(context)
    edition = editions.create_edition(data_dict["kind"], actor, data_dict["note"])
    events.record(
        "edition.created",
        object_type="edition",
        object_id=edition.id,
        actor=actor,
        public=False,
        kind=edition.kind,
    )
    model.Session.commit()
    return edition_dict(edition, with_persons=True)


@tk.side_effect_free
@validate(schema.by_id)
def sonla_edition_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return an edition, with the number of its entries.

    :param id: the edition's id
    """
    tk.check_access("sonla_edition_show", context, data_dict)
    edition = get_visible_edition(context, data_dict["id"])
    return edition_dict(edition, with_persons=reads_drafts(context))


@tk.side_effect_free
@validate(schema.edition_list)
def sonla_edition_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List editions, the newest first; strangers get the decided ones.

    :param state: only editions in this state
    :returns: `count` and `results`
    """
    tk.check_access("sonla_edition_list", context, data_dict)
    drafts = reads_drafts(context)
    query = visible_editions(drafts=drafts)
    if data_dict.get("state"):
        query = query.where(Edition.state == data_dict["state"])
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    )
    page = query.limit(data_dict["limit"]).offset(data_dict["offset"])
    return {
        "count": count,
        "results": [
            edition_dict(one, with_persons=drafts)
            for one in model.Session.scalars(page)
        ],
    }


@validate(schema.by_id)
def sonla_edition_submit(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Put an edition before the leader of the operating office; its entries freeze.

    :param id: the edition's id
    """
    tk.check_access("sonla_edition_submit", context, data_dict)
    return _step(states.Submit(), context, data_dict)


@validate(schema.edition_reject)
def sonla_edition_reject(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Send a submitted edition back to the operator, who may edit it again.

    :param id: the edition's id
    :param comment: why
    """
    tk.check_access("sonla_edition_reject", context, data_dict)
    return _step(states.Reject(), context, data_dict)


@validate(schema.edition_approve)
def sonla_edition_approve(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Record the Chairman's decision: the edition comes into force.

    :param id: the edition's id
    :param decision_number: the decision's number, such as `782/QĐ-UBND`
    :param decision_date: its date
    :param effective_date: the day it takes effect; by default the decision's date
    :param document: the decision's scan, as a file (PDF, JPEG or PNG) or an address
    :param impact_reason: why it is decided although published datasets stop conforming
        or lose their entry (`sonla_edition_impact`); without it such an edition is
        refused
    """
    tk.check_access("sonla_edition_approve", context, data_dict)
    return _step(states.Approve(), context, data_dict)


@validate(schema.by_id)
def sonla_edition_rebase(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Bring an open amending edition up to date after another one was approved.

    :param id: the edition's id
    :returns: `edition`, and `conflicts`: the codes of lines that both change; this
        edition's stand
    """
    tk.check_access("sonla_edition_rebase", context, data_dict)
    edition = get_edition(data_dict["id"])
    with whole_or_nothing():
        conflicts = rebasing.rebase(edition, actor_of(context))
    model.Session.commit()
    return {"edition": edition_dict(edition, with_persons=True), "conflicts": conflicts}


@tk.side_effect_free
@validate(schema.edition_compare)
def sonla_edition_compare(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Tell what an edition adds, changes and takes out against the one it follows.

    :param id: the edition's id
    :param change: only what is `added`, `changed` or `retired`
    :returns: `counts`, `base_id`, `count` and `results`: `{code, change, title, entry,
        before, fields}`, `fields` being `{field, before, after}`
    """
    tk.check_access("sonla_edition_compare", context, data_dict)
    edition = get_visible_edition(context, data_dict["id"])
    told = comparison.compare(edition)
    wanted = data_dict.get("change")
    found = [one for one in told["results"] if wanted in (None, one["change"])]
    start = data_dict["offset"]
    page = found[start : start + data_dict["limit"]]
    return {**told, "count": len(found), "results": page}


def _step(step: states.Step, context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Take a step and commit; a refused one leaves nothing behind."""
    edition = get_edition(data.pop("id"))
    with whole_or_nothing():
        step.run(edition, actor_of(context), **data)
    model.Session.commit()
    if edition.state == "in_force":
        tk.signals.ckanext.signal("sonla:edition_in_force").send(edition.id)
        tasks.reindex_later(edition)
    return edition_dict(edition, with_persons=True)
