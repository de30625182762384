"""The actions of harvesting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate

from . import schema, sources, trying
from .problems import SourceProblem
from .standing import asking, giving, showing

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@validate(schema.harvest_test)
def sonla_harvest_test(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask a source for its first rows, and tell how that went. Keeps nothing.

    :param source_id: the source's id or name
    :returns: `ok`; if not, `problem` (a code) and `message` (what to do); if so,
        `fields` of the source, `missing` (fields that the configuration names and no
        row has) and `seconds`
    """
    tk.check_access("sonla_harvest_test", context, data_dict)
    return trying.tried(sources.source_of(data_dict["source_id"]))


@validate(schema.harvest_preview)
def sonla_harvest_preview(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return a source's first rows, by the table's columns. Keeps nothing.

    :param source_id: the source's id or name
    :param rows: how many, at most 20
    :returns: `columns` and `rows` (column → value), `fields` of the source, `missing`;
        `checked`, whether the table has rules, and `findings` of theirs (`row`,
        `column`, `rule`, `sentence`)
    :raises ValidationError: what has to be mended at the source (409)
    """
    tk.check_access("sonla_harvest_preview", context, data_dict)
    source = sources.source_of(data_dict["source_id"])
    try:
        return trying.preview(source, data_dict["rows"])
    except SourceProblem as problem:
        raise tk.ValidationError({"source_id": [problem.words()]}) from problem


@validate(schema.harvest_test)
def sonla_harvest_ask(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask the agency's leader for the standing approval of a source as it is.

    She is told by mail, once for each digest, and has the source in her inbox.

    :param source_id: the source's id or name
    :returns: how the approval stands
    :raises ValidationError: it is approved already, or something isn't said yet (409)
    """
    tk.check_access("sonla_harvest_ask", context, data_dict)
    source = sources.source_of(data_dict["source_id"])
    asking.ask(source, _user_id(context))
    model.Session.commit()
    return showing.state_of(source)


@validate(schema.harvest_approve)
def sonla_harvest_approve(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Approve a source: its runs publish by themselves as long as it stays as it is.

    What is approved is where the source is, how it is read, into which table of which
    dataset, by which rules and within which limits. A change of anything of it voids
    the approval. `harvest_source_show` gives the digest.

    :param source_id: the source's id or name
    :param digest: the digest of what the leader has read
    :param comment: a word to the officer
    :returns: how the approval stands: `state`, `digest`, `given`, …
    :raises ValidationError: another digest by now, or something isn't said yet (409)
    """
    tk.check_access("sonla_harvest_approve", context, data_dict)
    source = sources.source_of(data_dict["source_id"])
    giving.give(source, _user_id(context), data_dict)
    model.Session.commit()
    return showing.state_of(source)


@validate(schema.harvest_revoke)
def sonla_harvest_revoke(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take the standing approval of a source back: its runs go to the leader again.

    :param source_id: the source's id or name
    :param reason: why, for the log
    :returns: how the approval stands
    :raises ValidationError: the source has none (409)
    """
    tk.check_access("sonla_harvest_revoke", context, data_dict)
    source = sources.source_of(data_dict["source_id"])
    giving.revoke(source, _user_id(context), data_dict.get("reason"))
    model.Session.commit()
    return showing.state_of(source)


def _user_id(context: Context) -> str | None:
    user = model.User.get(context.get("user") or None)
    return user.id if user else None
