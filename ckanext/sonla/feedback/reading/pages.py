"""What the public pages show beside what the actions answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback import permissions
from ckanext.sonla.feedback.masking import masked
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.feedback.vocabulary import KINDS, OPEN
from ckanext.sonla.shared import clock, events
from ckanext.sonla.shared.asking import sonla_ask

from . import boxes, counting, schema, telling
from .reader import Reader, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

FILTERS = (
    "kind",
    "state",
    "agency",
    "year",
    "q",
    "order",
    "late",
    "dataset_id",
    "entry",
)
_PARTS = ("open", "answered", "rejected")


@dataclass(frozen=True)
class Bar:
    """What a bar draws: how much of a kind is open, answered, declined.

    Args:
        name: of what.
        counts: by part.
        most: the longest bar's total, which is as wide as there is room.
    """

    name: str
    counts: dict[str, int]
    most: int

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """Each part with where it begins and how wide it is, in percent."""
        found, begin = [], 0.0
        for part in _PARTS:
            width = 100 * self.counts.get(part, 0) / self.most if self.most else 0
            if width:
                found.append((part, round(begin, 2), round(width, 2)))
            begin += width
        return found


def bars_by_kind() -> list[Bar]:
    """Return a bar for each kind, of what strangers may know of."""
    found: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    counts = counting.table(None, ("kind", "state"), visible=True)
    for (kind, state), number in counts.items():
        part = "open" if state in OPEN else state
        if part in _PARTS:
            found[kind][part] = found[kind].get(part, 0) + number
    most = max((sum(one.values()) for one in found.values()), default=0)
    return [Bar(kind, one, most) for kind, one in found.items() if one]


def chosen(args: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of an address that say something."""
    return {name: args[name] for name in FILTERS if args.get(name, "").strip()}


def page_number(per_page: int) -> int:
    """Return the page that the address asks for, from 1 to the last one shown."""
    last = schema.MOST_OFFSET // per_page + 1
    return max(1, min(tk.h.get_page_number(tk.request.args), last))


def years() -> list[int]:
    """Return the years in which anything was received, the newest first."""
    counts = counting.table(None, ("year",), visible=True)
    return sorted({*(year for (year,) in counts), clock.today().year}, reverse=True)


def year_of(args: Mapping[str, str], known: list[int]) -> int | None:
    """Return the year that an address asks for; None for all."""
    asked = args.get("year", "")
    return next((year for year in known if str(year) == asked), None)


def newest_answers(most: int) -> list[dict[str, Any]]:
    """Return what was answered last, as strangers read it, the newest first."""
    page = list(
        model.Session.scalars(
            sa.select(Feedback)
            .where(Feedback.closed.is_not(None), visible())
            .order_by(Feedback.closed.desc(), Feedback.id)
            .limit(most)
        )
    )
    return telling.many(Reader(None), page)


def agencies() -> list[tuple[str, str]]:
    """Return the agencies, as pairs of name and title."""
    group = model.group_table.c
    rows = model.Session.execute(
        sa.select(group["name"], group["title"])
        .where(
            group["is_organization"].is_(True),
            group["state"] == model.State.ACTIVE,
        )
        .order_by(group["title"])
    )
    return [(name, title or name) for name, title in rows]


def revision_of(item: dict[str, Any]) -> dict[str, Any] | None:
    """Return the revision that an answer cites, if the reader may see it.

    Returns:
        `dataset` (its name), `dataset_title`, and the `number` of its version.
    """
    cited = [one["revision"] for one in item.get("answers", []) if one["revision"]]
    found = sonla_ask("sonla_revision_show", id=cited[-1]) if cited else None
    if not found:
        return None
    dataset = sonla_ask("package_show", id=found["dataset_id"])
    if not dataset:
        return None
    return {
        "dataset": dataset["name"],
        "dataset_title": tk.h.sonla_title(dataset),
        "number": boxes.numbers(dataset["id"]).get(found["id"]),
    }


def makes_entries(user: str) -> bool:
    """Tell whether an account makes requests to publish into requests for an entry."""
    return permissions.may(user, "forward") and tk.h.sonla_has_action(
        "sonla_entry_request_create"
    )


def entry_asked(item: dict[str, Any]) -> dict[str, Any]:
    """Return what the catalogue is asked for, of a request to publish.

    Raises:
        ValidationError: it is no request to publish, or is about an entry already.
    """
    if item["kind"] != "publish_request" or item["entry"]:
        told = tk._("Only a request to publish data of no entry asks for one.")
        raise tk.ValidationError({"code": [told]})
    reason = tk._(
        "Feedback {code}, received on {date}; {number} support it: {address}"
    ).format(
        code=item["code"],
        address=tk.h.url_for("sonla_feedback.show", code=item["code"], _external=True),
        date=tk.h.sonla_date(item["received"]),
        number=item.get("supports", 0),
    )
    asked = {"title": masked(item.get("subject") or ""), "reason": reason}
    return asked | ({"lead_agency": item["agency"]} if item["agency"] else {})


def record_request(code: str, request_id: str) -> None:
    """Write down, for those inside, which request for an entry feedback led to."""
    events.record(
        "feedback.entry_requested",
        object_type="feedback",
        object_id=code,
        actor=tk.current_user.name,
        public=False,
        request=request_id,
        # Each reader's page puts her language before it.
        link=tk.h.url_for("sonla_entry_requests.show", id=request_id, locale="default"),
    )
    model.Session.commit()


def sentences(error: tk.ValidationError) -> str:
    """Return what an action refuses as one text."""
    return " ".join(
        str(sentence)
        for told in error.error_dict.values()
        for sentence in (told if isinstance(told, list) else [told])
    )
