"""Actions that read feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.feedback.model import Feedback

from . import finding, schema, telling, timeline
from .reader import Reader, is_visible

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


@tk.side_effect_free
@validate(schema.feedback_list)
def sonla_feedback_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List feedback, the newest first.

    Strangers get kind, object, dates and state; once a leader has approved an answer
    also the masked subject and how many support it.

    :param kind: only this kind, such as `quality`
    :param state: only this state or one of several; `open` and `closed` stand for many
    :param dataset_id: only about this dataset (id or name)
    :param entry: only about this entry of the catalogue, by its code
    :param agency: only what this agency answers (id or name)
    :param year: only what was received in this year
    :param q: only answered ones with these words, with or without accents; the newest
        1000
    :param late: only those that are or were late, or that are and were not; who is
        late is for insiders, unless the policy `show_live_delays` is on
    :param order: `newest`, `due` (of what is open), or `supported` (of a `kind`)
    :param limit: how many, at most 1000
    :param offset: after how many, at most 10000
    :returns: `count`, `results`, and `count_capped`: whether there are more than
        `count`, which ends at 1000 where what is asked for has to be counted
    """
    tk.check_access("sonla_feedback_list", context, data_dict)
    reader = Reader(context.get("user"))
    found = finding.found(reader, data_dict)
    return {
        "count": found.count,
        "count_capped": found.capped,
        "results": telling.listed(reader, found.page),
    }


@tk.side_effect_free
@validate(schema.feedback_show)
def sonla_feedback_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Show one: as far as it is public, and all of it to those who handle it.

    :param code: its code, such as `PH-7K3Q-X9MD-2BVT`
    :returns: as a line of `sonla_feedback_list`; once it is answered also `text`
        (masked; null if the sender declined), `answer`, `answers` of all rounds,
        `rounds` before this one, each with whether it was `overdue`, and `timeline`
    :raises ObjectNotFound: there is none, or it isn't public
    """
    tk.check_access("sonla_feedback_show", context, data_dict)
    reader = Reader(context.get("user"))
    one = model.Session.scalars(
        sa.select(Feedback).where(Feedback.code == data_dict["code"].upper())
    ).first()
    if one is None or not (is_visible(one) or reader.inside([one])):
        raise tk.ObjectNotFound(tk._("There is no such feedback."))
    found = telling.whole(one, reader)
    if telling.is_told(one):
        found["timeline"] = timeline.of(one)
    return found
