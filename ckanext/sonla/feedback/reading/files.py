"""All answered feedback as CSV, a batch at a time: memory holds no more than that."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.shared import clock

from . import rounds, telling
from .reader import Reader, visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_BATCH = 1000
# A text that a spreadsheet would take for a formula.
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)
COLUMNS = (
    "code",
    "kind",
    "state",
    "received",
    "due",
    "closed",
    "overdue",
    "rounds",
    "agency",
    "agency_title",
    "dataset",
    "entry",
    "subject",
    "text",
    "answer",
    "reason",
    "revision",
    "supports",
)


def as_csv(until: datetime | None = None) -> Iterator[str]:
    """Yield the lines of the file, the oldest answer first.

    What strangers may read, whoever asks: it is one file for everybody.

    Args:
        until: the instant before which an answer was approved; all by default.
    """
    reader = Reader(None)
    yield "\ufeff" + _line(COLUMNS)
    last: tuple[Any, str] | None = None
    while True:
        page = _after(last, until)
        if not page:
            return
        last = (page[-1].closed, page[-1].id)
        names, answers = telling.Names.of(page), telling.answers(page)
        late = {id_ for id_, past in rounds.of(page).items() if past[0]["overdue"]}
        yield "".join(
            _line(
                _cells(one, reader, names, answers.get(one.id, []), late=one.id in late)
            )
            for one in page
        )
        # Each batch by itself: a slow client holds no snapshot of the database.
        model.Session.rollback()


def _after(last: tuple[Any, str] | None, until: datetime | None) -> list[Feedback]:
    key = sa.tuple_(Feedback.closed, Feedback.id)
    query = sa.select(Feedback).where(Feedback.closed.is_not(None), visible())
    if last is not None:
        query = query.where(key > sa.tuple_(*map(sa.literal, last)))
    if until is not None:
        query = query.where(Feedback.closed < until)
    page = query.order_by(Feedback.closed, Feedback.id).limit(_BATCH)
    return list(model.Session.scalars(page))


def _cells(
    one: Feedback,
    reader: Reader,
    names: telling.Names,
    answers: list[dict[str, Any]],
    *,
    late: bool,
) -> list[Any]:
    told = telling.brief(one, reader, names, inside=False)
    answer = answers[-1] if answers else {}
    dataset = told["dataset"] or {}
    values = {
        **told,
        "overdue": "true" if late or told["overdue"] else "false",
        "rounds": told["round"],
        "dataset": dataset.get("name"),
        "text": one.public_text if one.publish_text else None,
        "answer": answer.get("text"),
        "reason": answer.get("reason"),
        "revision": answer.get("revision"),
    }
    return [values[name] for name in COLUMNS]


def _line(cells: Any) -> str:
    target = io.StringIO(newline="")
    csv.writer(target).writerow([_harmless(one) for one in cells])
    return target.getvalue()


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def name() -> str:
    """Return the file's name for today."""
    return f"phan-hoi-{clock.today().isoformat()}.csv"


def heads() -> list[tuple[str, str]]:
    """Return what each column holds, in words, as pairs of its name and that."""
    said = {
        "code": tk._("Code"),
        "kind": tk._("Kind"),
        "state": tk._("State"),
        "received": tk._("Received"),
        "due": tk._("Due"),
        "closed": tk._("Answered on"),
        "overdue": tk._("Answered after its due date"),
        "rounds": tk._("How often it was asked"),
        "agency": tk._("Code of the agency"),
        "agency_title": tk._("Agency"),
        "dataset": tk._("Dataset"),
        "entry": tk._("Entry"),
        "subject": tk._("Subject, masked"),
        "text": tk._("Text, masked"),
        "answer": tk._("Answer"),
        "reason": tk._("Reason for declining"),
        "revision": tk._("Revision that mended it"),
        "supports": tk._("How many support it"),
    }
    return [(column, said[column]) for column in COLUMNS]
