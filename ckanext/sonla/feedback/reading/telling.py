"""Feedback as an answer tells it: to strangers, and more to those inside.

Before the answer strangers get kind, object, dates and state and nothing else; with it
come the words, masked, unless the sender declined (article 9.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback import rejections
from ckanext.sonla.feedback.model import Answer, Feedback
from ckanext.sonla.feedback.vocabulary import ANSWERED
from ckanext.sonla.shared import clock, entry_names
from ckanext.sonla.shared.titles import sonla_title

from . import rounds
from .reader import Reader, is_late

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Names:
    """What a page's feedback is about, read for all of it at once."""

    datasets: dict[str, dict[str, Any]]
    agencies: dict[str, model.Group]
    entries: dict[str, str]

    @classmethod
    def of(cls, page: Iterable[Feedback]) -> Names:
        """Read what a page of feedback needs."""
        rows = list(page)
        groups = {id_ for one in rows for id_ in (one.handler_id, one.about_agency_id)}
        return cls(
            _datasets({one.dataset_id for one in rows}),
            agencies(groups),
            entry_names.titles(one.entry_code for one in rows),
        )

    def agency(self, agency_id: str | None) -> dict[str, Any]:
        """Return `agency` and `agency_title`, null for none."""
        found = self.agencies.get(agency_id or "")
        return {
            "agency": found.name if found else agency_id,
            "agency_title": (found.title or found.name) if found else agency_id,
        }


def agencies(ids: Iterable[str | None]) -> dict[str, model.Group]:
    """Return agencies by their ids."""
    wanted = [one for one in ids if one]
    found = model.Session.query(model.Group).filter(model.Group.id.in_(wanted))
    return {one.id: one for one in found} if wanted else {}


def _datasets(ids: Iterable[str | None]) -> dict[str, dict[str, Any]]:
    """Return public datasets by their ids; of others nobody learns the title here."""
    package, wanted = model.Package, [one for one in ids if one]
    rows = model.Session.execute(
        sa.select(package.id, package.name, package.title, package.extras).where(
            package.id.in_(wanted),
            package.state == model.State.ACTIVE,
            package.private.is_(False),
        )
    )
    return {
        row.id: {
            "id": row.id,
            "name": row.name,
            "title": sonla_title(
                {
                    "name": row.name,
                    "title": row.title,
                    "title_en": (row.extras or {}).get("title_en"),
                }
            ),
        }
        for row in (rows if wanted else ())
    }


def listed(reader: Reader, page: Sequence[Feedback]) -> list[dict[str, Any]]:
    """Return a page of feedback as `sonla_feedback_list` answers it."""
    names, inside = Names.of(page), reader.inside(page)
    return [brief(one, reader, names, inside=one.id in inside) for one in page]


def is_told(one: Feedback) -> bool:
    """Tell whether a leader has approved an answer, in this round or before."""
    return one.state in ANSWERED or one.round > 1


def brief(
    one: Feedback, reader: Reader, names: Names, *, inside: bool
) -> dict[str, Any]:
    """Return feedback as a line of a list."""
    told = is_told(one)
    answerer = one.handler_id if told or inside else one.about_agency_id
    today = clock.local_date(reader.now)
    found = {
        "code": one.code,
        "kind": one.kind,
        "state": one.state,
        "dataset_id": one.dataset_id if one.dataset_id in names.datasets else None,
        "dataset": names.datasets.get(one.dataset_id or ""),
        "resource_id": one.resource_id if one.dataset_id in names.datasets else None,
        "row": one.row_id,
        "column": one.column_name,
        "entry": one.entry_code,
        "entry_title": names.entries.get(one.entry_code or ""),
        **names.agency(answerer),
        "received": clock.iso_z(one.received),
        "due": one.due.isoformat() if one.due else None,
        "due_at": clock.iso_z(one.due_at),
        "closed": clock.iso_z(one.closed),
        "days_left": (one.due - today).days if one.due and not one.closed else None,
        "overdue": is_late(one, reader.now),
        "round": one.round,
        "explain": _explained(one),
    }
    if inside:
        return {**found, "subject": one.subject, **_inside(one)}
    if told:
        subject = one.public_subject if one.publish_text else None
        return {**found, "subject": subject, "supports": one.supports}
    return found


def _inside(one: Feedback) -> dict[str, Any]:
    return {
        "text": one.text,
        "supports": one.supports,
        "publish_text": one.publish_text,
        "moderation": one.moderation,
    }


def _explained(one: Feedback) -> dict[str, str] | None:
    """Return what `sonla_deadline_explain` takes to say how it is due."""
    if one.received is None:
        return None
    return {"kind": "feedback", "start": clock.local_date(one.received).isoformat()}


def whole(one: Feedback, reader: Reader) -> dict[str, Any]:
    """Return feedback as `sonla_feedback_show` answers it."""
    return many(reader, [one])[0]


def many(reader: Reader, page: Sequence[Feedback]) -> list[dict[str, Any]]:
    """Return several with their texts and answers."""
    names, inside, said = Names.of(page), reader.inside(page), answers(page)
    past = rounds.of(page)
    return [
        _with_answers(
            one,
            brief(one, reader, names, inside=one.id in inside),
            said.get(one.id, []),
            past.get(one.id, []),
        )
        for one in page
    ]


def _with_answers(
    one: Feedback,
    found: dict[str, Any],
    approved: list[dict[str, Any]],
    past: list[dict[str, Any]],
) -> dict[str, Any]:
    if not is_told(one):
        return found
    public = one.public_text if one.publish_text else None
    return {
        **found,
        "text": found.get("text") or public,
        "text_published": public is not None,
        "rounds": past,
        "answers": approved,
        "answer": approved[-1] if approved and one.state in ANSWERED else None,
    }


def answers(page: Sequence[Feedback]) -> dict[str, list[dict[str, Any]]]:
    """Return what leaders approved, by feedback, the first round first."""
    rows = list(
        model.Session.scalars(
            sa.select(Answer)
            .where(
                Answer.feedback_id.in_([one.id for one in page]),
                Answer.state == "approved",
            )
            .order_by(Answer.round)
        )
    )
    offices = agencies({one.agency_id for one in rows})
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        office = offices.get(row.agency_id)
        found.setdefault(row.feedback_id, []).append(
            {
                "round": row.round,
                "kind": row.kind,
                "text": row.text,
                "reason": row.reason,
                "reason_title": rejections.text_of(row.reason) if row.reason else None,
                "revision": row.revision_id,
                "approved": clock.iso_z(row.decided),
                "agency": office.name if office else row.agency_id,
                "agency_title": (office and office.title) or row.agency_id,
            }
        )
    return found
