"""Actions on rounds of review (articles 7.1 and 7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.catalogue.callers import (
    actor_id,
    agencies_of,
    own_agency,
    reads_all,
)
from ckanext.sonla.catalogue.edition_action import get_edition, whole_or_nothing

from . import answers, collecting, running, schema, states
from .changes import read_changes
from .model import ReviewAnswer, ReviewRound

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckan.types import Context, DataDict

    Action = Callable[[Context, DataDict], dict[str, Any]]


def _round(round_id: str | None) -> ReviewRound:
    found = model.Session.get(ReviewRound, round_id) if round_id else running.open_one()
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such round of review."))
    return found


def get_answer(answer_id: str) -> ReviewAnswer:
    """Return an agency's answer.

    Raises:
        NotFound: there is none.
    """
    found = model.Session.get(ReviewAnswer, answer_id)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such answer."))
    return found


@validate(schema.review_round_open)
def sonla_review_round_open(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Open a round of review and tell the agencies; one is open at a time.

    :param due: the last day for answers, a date
    :param note: what the agencies are told
    :param agencies: names of the agencies asked; by default all that have accounts or
        entries
    :returns: the round
    """
    tk.check_access("sonla_review_round_open", context, data_dict)
    with whole_or_nothing():
        opened = running.open_round(
            data_dict["due"],
            data_dict["note"],
            data_dict.get("agencies") or [],
            actor_id(context),
        )
    model.Session.commit()
    return answers.round_dict(opened)


@tk.side_effect_free
@validate(schema.review_round_list)
def sonla_review_round_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List rounds of review, the newest first.

    :returns: `count` and `results`
    """
    tk.check_access("sonla_review_round_list", context, data_dict)
    query = sa.select(ReviewRound).order_by(ReviewRound.opened.desc(), ReviewRound.id)
    page = query.limit(data_dict["limit"]).offset(data_dict["offset"])
    return {
        "count": model.Session.query(ReviewRound).count(),
        "results": [answers.round_dict(one) for one in model.Session.scalars(page)],
    }


@tk.side_effect_free
@validate(schema.review_round_show)
def sonla_review_round_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return a round with its answers: all for the office, the agency's own for others.

    :param id: the round's id; by default the one that is open
    """
    tk.check_access("sonla_review_round_show", context, data_dict)
    found = _round(data_dict.get("id"))
    own = agencies_of(context)
    of_some = None if reads_all(context) else own
    told = answers.round_dict(found)
    told["answers"] = answers.answer_dicts(found.id, of_some, readers=own)
    return told


@validate(schema.by_id)
def sonla_review_round_close(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Close a round: who hasn't answered can't any more.

    :param id: the round's id
    """
    tk.check_access("sonla_review_round_close", context, data_dict)
    found = _round(data_dict["id"])
    with whole_or_nothing():
        running.close_round(found, actor_id(context))
    model.Session.commit()
    return answers.round_dict(found)


@validate(schema.review_round_remind)
def sonla_review_round_remind(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Remind the agencies whose answer isn't approved yet, each once a day.

    :param id: the round's id
    :param agencies: only these, by name
    :returns: `reminded`, the number of agencies
    """
    tk.check_access("sonla_review_round_remind", context, data_dict)
    found = _round(data_dict["id"])
    with whole_or_nothing():
        states.require_open(found)
        count = running.remind(
            found, data_dict.get("agencies") or [], actor_id(context)
        )
    model.Session.commit()
    return {"reminded": count}


def _with_changes(action: Action) -> Action:
    """Keep `changes` out of CKAN's validation, which would take its parts apart."""

    def carrying(context: Context, data_dict: DataDict) -> dict[str, Any]:
        data = dict(data_dict)
        changes = data.pop("changes", None)
        return action({**context, "sonla_changes": changes or []}, data)  # type: ignore[typeddict-unknown-key]

    carrying.__doc__, carrying.__name__ = action.__doc__, action.__name__
    carrying.__wrapped__ = action  # type: ignore[attr-defined]
    return carrying


@_with_changes
@validate(schema.review_round_answer)
def sonla_review_round_answer(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Confirm the own agency's part of the catalogue, or propose changes.

    The agency's leader approves the answer. Until then it can be given again.

    :param id: the round's id
    :param changes: `[{"change": "added"|"changed"|"retired", "code", "fields",
        "reason"}]`, the fields as `sonla_entry_create` takes them; none confirms
    :param note: a word to the leader and the operator
    """
    tk.check_access("sonla_review_round_answer", context, data_dict)
    found = _round(data_dict["id"])
    agency_id = own_agency(context)
    answer = model.Session.scalars(
        sa.select(ReviewAnswer).filter_by(round_id=found.id, agency_id=agency_id)
    ).first()
    if answer is None or agency_id is None:
        raise tk.ObjectNotFound(tk._("Your agency is not asked in this round."))
    with whole_or_nothing():
        changes = read_changes(context["sonla_changes"], found, agency_id)  # type: ignore[typeddict-item]
        states.Answer().run(
            answer, actor_id(context), changes=changes, note=data_dict["note"]
        )
    return _done(answer)


@validate(schema.by_id)
def sonla_review_round_answer_approve(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Approve the own agency's answer, as its leader.

    :param id: the answer's id
    """
    tk.check_access("sonla_review_round_answer_approve", context, data_dict)
    answer = get_answer(data_dict["id"])
    with whole_or_nothing():
        states.Approve().run(answer, actor_id(context))
    return _done(answer)


@validate(schema.review_round_answer_return)
def sonla_review_round_answer_return(
    context: Context, data_dict: DataDict
) -> dict[str, Any]:
    """Send the own agency's answer back to its officer, with directions.

    :param id: the answer's id
    :param comment: what is to be changed
    """
    tk.check_access("sonla_review_round_answer_return", context, data_dict)
    answer = get_answer(data_dict["id"])
    with whole_or_nothing():
        states.Return().run(answer, actor_id(context), comment=data_dict["comment"])
    return _done(answer)


def _done(answer: ReviewAnswer) -> dict[str, Any]:
    model.Session.commit()
    own = [answer.agency_id]
    return answers.answer_dicts(answer.round_id, own, readers=own)[0]


@validate(schema.review_round_collect)
def sonla_review_round_collect(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Bring the answers that leaders approved into an open edition.

    An answer that no longer fits stays out whole, with the reason, and can be
    collected later.

    :param id: the round's id
    :param edition_id: the edition's id
    :returns: `collected`, `changes` and `refused` (`{agency, message}`)
    """
    tk.check_access("sonla_review_round_collect", context, data_dict)
    edition = get_edition(data_dict["edition_id"])
    with whole_or_nothing():
        told = collecting.collect(_round(data_dict["id"]), edition, actor_id(context))
    model.Session.commit()
    return {**told, "edition_id": edition.id}
