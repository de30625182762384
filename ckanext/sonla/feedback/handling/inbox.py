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
from ckanext.sonla.feedback.vocabulary import ANSWERED, OPEN
from ckanext.sonla.shared import clock

from . import showing

if TYPE_CHECKING:
    from ckan.types import Context

# Of what other agencies handle, an inbox shows so many that wait for a contribution.
MOST_ASKED = 1000
# How many are counted at most: nobody works through more.
COUNTED = 1000


def page(context: Context, asked: dict[str, Any]) -> dict[str, Any]:
    """Return a page of the inbox, as `sonla_feedback_inbox_list` answers it."""
    state = asked.get("state") or "open"
    open_ones = state == "open" or state in OPEN
    query = _seen(context, asked).where(*_conditions(context, asked, state))
    counted = query.with_only_columns(Feedback.id).limit(COUNTED).subquery()
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(counted))
    query = _behind(query, asked.get("after"), open_ones=open_ones)
    rows = list(model.Session.scalars(query.limit(asked["limit"] + 1)))
    shown, more = rows[: asked["limit"]], len(rows) > asked["limit"]
    waiting = _waiting([row.id for row in shown])
    results = [_line(row, waiting) for row in shown]
    answer: dict[str, Any] = {"count": count, "results": results}
    if more and shown:
        last = shown[-1]
        moment = last.due_at if open_ones else last.received
        answer["next"] = f"{clock.iso_z(moment)}~{last.id}" if moment else None
    return answer


def _line(row: Feedback, waiting: set[str]) -> dict[str, Any]:
    return {
        **showing.brief(row),
        "subject": row.subject,
        "assigned_to": showing.named(row.assigned_to),
        "about": showing.about(row),
        "waits_for_leader": row.id in waiting,
    }


def _seen(context: Context, asked: dict[str, Any]) -> sa.Select[Any]:
    """Return the query of what the caller may see of what agency is asked for."""
    user = context.get("user")
    query = sa.select(Feedback)
    everything = context.get("ignore_auth") or reads_all(user)
    own = people.agencies_of(user)
    if asked.get("agency"):
        agency = people.agency(asked["agency"])
        if agency is None:
            raise tk.ObjectNotFound(tk._("There is no such agency."))
        if everything or agency.id in own:
            return query.where(_of_agencies([agency.id]))
        raise tk.NotAuthorized(tk._("Only the agency's own accounts see its inbox."))
    return query if everything else query.where(_of_agencies(own))


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
        return Feedback.due_at <= clock.now()
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
    column = Feedback.due_at if open_ones else Feedback.received
    ordered = column if open_ones else column.desc()
    query = query.order_by(ordered, Feedback.id)
    if not after:
        return query
    text, _, last = after.partition("~")
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise tk.ValidationError(
            {"after": [tk._("Give what the page before said as `next`.")]}
        ) from error
    further = column > moment if open_ones else column < moment
    return query.where(
        sa.or_(further, sa.and_(column == moment, Feedback.id > last)),
        # What the index can begin at; the line above is what is meant.
        column >= moment if open_ones else column <= moment,
    )


def _waiting(ids: list[str]) -> set[str]:
    rows = model.Session.scalars(
        sa.select(Answer.feedback_id).where(
            Answer.feedback_id.in_(ids), Answer.state == "submitted"
        )
    )
    return set(rows)
