"""What waits for whom: open feedback by the time left, closed by its age.

Pages begin behind the last row of the one before, so the thousandth costs what the
first does; the indexes of open feedback hold nothing else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import callers, people
from ckanext.sonla.feedback.model import Answer, Contribution, Feedback, is_open
from ckanext.sonla.feedback.permissions import reads_all
from ckanext.sonla.feedback.reading import counting
from ckanext.sonla.feedback.vocabulary import ANSWERED, OPEN
from ckanext.sonla.shared import clock

from . import showing

if TYPE_CHECKING:
    from ckan.types import Context

# Of what other agencies handle, an inbox shows so many that wait for a contribution.
MOST_ASKED = 1000
# How many are counted at most of what triggers don't count.
COUNTED = 1000
LOOKED_FOR = ("only", "dataset_id")


def page(context: Context, asked: dict[str, Any]) -> dict[str, Any]:
    """Return a page of the inbox, as `sonla_feedback_inbox_list` answers it."""
    state = asked.get("state") or "open"
    open_ones = state == "open" or state in OPEN
    query = _seen(context, asked).where(*_conditions(context, asked, state))
    count, capped = _counted(context, asked, query, state)
    query = _behind(query, asked.get("after"), open_ones=open_ones)
    rows = list(model.Session.scalars(query.limit(asked["limit"] + 1)))
    shown, more = rows[: asked["limit"]], len(rows) > asked["limit"]
    answer = {"count": count, "count_capped": capped, "results": _lines(shown)}
    if more and shown:
        answer["next"] = _mark(shown[-1], open_ones=open_ones)
    return answer


def _mark(last: Feedback, *, open_ones: bool) -> str:
    """Return where the page behind a row begins."""
    moments = [last.due_at, last.received] if open_ones else [last.received]
    return "~".join([*(clock.iso_z(one) for one in moments if one), last.id])


def _counted(
    context: Context, asked: dict[str, Any], query: sa.Select[Any], state: str
) -> tuple[int, bool]:
    """Return how many there are, and whether there are more than that.

    What triggers count is exact however much there is; what has to be looked for is
    counted as far as anybody works through.
    """
    if not any(asked.get(one) for one in LOOKED_FOR):
        agencies = _agencies(context, asked)
        # What other agencies handle, and these were asked about, is not much.
        others = 0
        if agencies is not None and state in ("open", *OPEN):
            foreign = query.where(Feedback.handler_id.not_in(agencies))
            others = _number(foreign.limit(MOST_ASKED))
        states = {"open": OPEN, "closed": ANSWERED}.get(state, (state,))
        handled = [
            counting.count(one, kind=asked.get("kind"), state=states)
            for one in (agencies if agencies is not None else [None])
        ]
        return sum(handled) + others, False
    number = _number(query.limit(COUNTED + 1))
    return min(number, COUNTED), number > COUNTED


def _number(query: sa.Select[Any]) -> int:
    rows = query.with_only_columns(Feedback.id).subquery()
    return model.Session.scalar(sa.select(sa.func.count()).select_from(rows)) or 0


def _lines(rows: list[Feedback]) -> list[dict[str, Any]]:
    """Return the lines of a page; what they name is asked for once, not for each."""
    waiting = _waiting([row.id for row in rows])
    agencies = people.named_all({row.handler_id for row in rows})
    datasets = showing.datasets({row.dataset_id for row in rows})
    accounts = {one: showing.named(one) for one in {row.assigned_to for row in rows}}
    return [
        {
            **showing.brief(row, agencies[row.handler_id]),
            "subject": row.subject,
            "assigned_to": accounts[row.assigned_to],
            "about": showing.about(row, datasets),
            "waits_for_leader": row.id in waiting,
        }
        for row in rows
    ]


def _seen(context: Context, asked: dict[str, Any]) -> sa.Select[Any]:
    """Return the query of what the caller may see of what agency is asked for."""
    agencies = _agencies(context, asked)
    query = sa.select(Feedback)
    return query if agencies is None else query.where(_of_agencies(agencies))


def _agencies(context: Context, asked: dict[str, Any]) -> list[str] | None:
    """Return whose inbox is asked for: the agencies' ids, None for everybody's.

    Raises:
        ObjectNotFound: there is no such agency.
        NotAuthorized: it isn't the caller's.
    """
    user = context.get("user")
    everything = context.get("ignore_auth") or reads_all(user)
    own = people.agencies_of(user)
    if asked.get("agency"):
        agency = people.agency(asked["agency"])
        if agency is None:
            raise tk.ObjectNotFound(tk._("There is no such agency."))
        if everything or agency.id in own:
            return [agency.id]
        raise tk.NotAuthorized(tk._("Only the agency's own accounts see its inbox."))
    return None if everything else own


def _of_agencies(agencies: list[str]) -> sa.ColumnElement[bool]:
    """Return the condition of what agencies handle, or have yet to contribute to."""
    handled = Feedback.handler_id.in_(agencies)
    # Read first: joined by OR, the plan would read all that is open.
    asked = model.Session.scalars(
        sa.select(Contribution.feedback_id)
        .where(Contribution.agency_id.in_(agencies), Contribution.answered.is_(None))
        .limit(MOST_ASKED)
    ).all()
    return sa.or_(handled, Feedback.id.in_(asked)) if asked else handled


def _conditions(
    context: Context, asked: dict[str, Any], state: str
) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if state == "open":
        found.append(is_open())
    elif state == "closed":
        found.append(Feedback.state.in_(ANSWERED))
    else:
        # The list of open states beside it: that is what the indexes are made for.
        found += [*([is_open()] if state in OPEN else []), Feedback.state == state]
    if asked.get("kind"):
        found.append(Feedback.kind == asked["kind"])
    if asked.get("dataset_id"):
        found.append(Feedback.dataset_id == asked["dataset_id"])
    if asked.get("only"):
        found.append(_only(context, asked["only"]))
    return found


def _only(context: Context, name: str) -> sa.ColumnElement[bool]:
    if name == "mine":
        return Feedback.assigned_to == callers.actor_id(context)
    if name == "overdue":
        return Feedback.due_at < clock.now()
    if name == "held":
        return Feedback.moderation == "held"
    return sa.exists().where(
        Answer.feedback_id == Feedback.id, Answer.state == "submitted"
    )


def _behind(
    query: sa.Select[Any], after: str | None, *, open_ones: bool
) -> sa.Select[Any]:
    """Order a query, and let it begin behind a row.

    Raises:
        ValidationError: `after` is not what a page said.
    """
    of = Feedback
    # A day's end is one for all of the day: among them, who has waited longest.
    keys = [of.due_at, of.received, of.id] if open_ones else [of.received, of.id]
    first = keys[0]
    query = query.order_by(*(keys if open_ones else [first.desc(), of.id]))
    if not after:
        return query
    *texts, last = after.split("~")
    try:
        moments = [datetime.fromisoformat(one).astimezone(UTC) for one in texts]
    except (ValueError, OverflowError):
        moments = []
    if len(moments) != len(keys) - 1:
        raise tk.ValidationError(
            {"after": [tk._("Give what the page before said as `next`.")]}
        )
    if open_ones:
        return query.where(
            sa.tuple_(*keys) > sa.tuple_(*map(sa.literal, [*moments, last]))
        )
    [moment] = moments
    return query.where(
        sa.or_(first < moment, sa.and_(first == moment, of.id > last)),
        # What the index can begin at; the line above is what is meant.
        first <= moment,
    )


def _waiting(ids: list[str]) -> set[str]:
    rows = model.Session.scalars(
        sa.select(Answer.feedback_id).where(
            Answer.feedback_id.in_(ids), Answer.state == "submitted"
        )
    )
    return set(rows)
