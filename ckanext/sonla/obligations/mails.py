"""What people are told of what is due: one digest, made as a value."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import clock, events, preferences, roles, standing_in
from ckanext.sonla.shared.formats import sonla_date, sonla_period
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail

from .model import CHANGE, PERIODIC

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

DIGEST = "obligation.digest"
# A mail names so many lines of an agency; the page behind the link has them all.
MOST_LINES = 20


@dataclass(frozen=True)
class Line:
    """An obligation that somebody is told of."""

    obligation_id: str
    agency_id: str
    agency: str
    agency_title: str
    entry: str
    entry_title: str
    kind: str
    period: str
    start: date
    target: date
    due: date
    submitted_at: datetime | None


def key_of(user_id: str, day: date) -> str:
    """Return the key of a person's digest of a day: there is one at most."""
    return f"{DIGEST}:{user_id}:{day.isoformat()}"


def digest(user_id: str, lines: list[Line], day: date) -> Mail:
    """Return a person's digest of a day."""
    return _mail(key_of(user_id, day), user_id, lines, "")


def asked(user_id: str, lines: list[Line], moment: datetime) -> Mail:
    """Return a reminder that an operator asked for."""
    key = f"obligation.reminded:{user_id}:{moment.isoformat()}"
    with speaking(preferences.language_of(user_id)):
        intro = tk._("The operating office reminds you.")
    return _mail(key, user_id, lines, intro)


def both_of(agency_id: str) -> list[str]:
    """Return an agency's officers and leaders, with who stands in for these."""
    return [
        user
        for role in (roles.OFFICER, roles.LEADER)
        for user in standing_in.readers_of(role, agency_id)
    ]


def record_asked(count: int, actor: str | None) -> None:
    """Say in the log that an operator reminded agencies."""
    events.record(
        "obligations.reminded",
        object_type="obligations",
        object_id=clock.today().isoformat(),
        actor=actor,
        public=False,
        count=count,
    )


def _mail(key: str, user_id: str, lines: list[Line], intro: str) -> Mail:
    language = preferences.language_of(user_id)
    with speaking(language):
        subject = tk.ungettext(
            "{count} update is due or waits for you",
            "{count} updates are due or wait for you",
            len(lines),
        ).format(count=len(lines))
        parts = [intro, *_paragraphs(lines)]
    return Mail(
        key=key,
        user_id=user_id,
        subject=subject,
        text="\n\n".join(part for part in parts if part),
        language=language,
        link=_address(lines),
        gather=True,
    )


def _address(lines: list[Line]) -> str:
    """Return the page of what is owed: of the one agency, or of all."""
    page = f"{tk.config['ckan.site_url'].rstrip('/')}/obligations"
    agencies = {line.agency for line in lines}
    return f"{page}?agency={agencies.pop()}" if len(agencies) == 1 else page


def _paragraphs(lines: list[Line]) -> Iterator[str]:
    """Yield a paragraph for each agency, with where its lines are to be found."""
    by_agency: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_agency[line.agency].append(line)
    for of_agency in by_agency.values():
        told = [of_agency[0].agency_title or of_agency[0].agency]
        told += [f"– {_sentence(line)}" for line in of_agency[:MOST_LINES]]
        more = len(of_agency) - MOST_LINES
        if more > 0:
            told.append(
                tk.ungettext("and {count} more", "and {count} more", more).format(
                    count=more
                )
            )
        if len(by_agency) > 1:
            told.append(_address(of_agency))
        yield "\n".join(told)


def _sentence(line: Line) -> str:
    named = f"{line.entry_title} ({line.entry}), {_about(line)}: "
    if line.submitted_at is not None:
        return named + tk._("due on {due}; waits for the leader since {since}").format(
            due=sonla_date(line.due), since=sonla_date(line.submitted_at)
        )
    if line.due < clock.today():
        return named + tk._("was due on {due}").format(due=sonla_date(line.due))
    if line.target != line.due:
        return named + tk._("target {target}, due on {due}").format(
            target=sonla_date(line.target), due=sonla_date(line.due)
        )
    return named + tk._("due on {due}").format(due=sonla_date(line.due))


def _about(line: Line) -> str:
    if line.kind == PERIODIC:
        return sonla_period(line.period)
    if line.kind == CHANGE:
        return tk._("change of {date}").format(date=sonla_date(line.start))
    return tk._("first publication")
