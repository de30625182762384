"""What the templates ask about obligations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock, roles
from ckanext.sonla.shared.asking import sonla_ask

from . import statuses
from .model import Obligation, is_open
from .pages import delivery, words
from .permissions import may_in, reads_all


def sonla_obligation_status(status: str) -> str:
    """Return how an obligation stands, in words."""
    return words.status_name(status)


def sonla_obligation_about(line: dict[str, Any]) -> str:
    """Return the period that an obligation asks for, or else what it asks for."""
    return words.about(line)


def sonla_obligation_days_left(line: dict[str, Any]) -> str:
    """Return how many days are left, or over."""
    return words.days_left(line)


def sonla_owed_heap(name: str) -> str:
    """Return the heading of lines that stand alike."""
    return words.heap_name(name)


def sonla_delivery(of: str, object_id: str) -> list[delivery.Bar]:
    """Return delivery by quarter of an `entry`, a `domain` or an `agency`."""
    return delivery.bars(of, object_id)


def sonla_dataset_deadline(package: dict[str, Any]) -> dict[str, Any] | None:
    """Return up to which period a dataset is, and when its next update is due.

    Returns:
        `period` of the published data, empty where it has none, and `next`, the
        obligation that is due next or None; None where neither is known.
    """
    if package.get("private") or not package.get("catalogue_entry"):
        return None
    published = sonla_ask(
        "sonla_revision_list", dataset_id=package["id"], state=["published"], limit=1
    )
    newest = published["results"][0] if published and published["results"] else {}
    owed = sonla_ask(
        "sonla_obligation_list",
        dataset_id=package["id"],
        status=[statuses.NOT_YET_DUE, statuses.DUE],
        due_from=clock.today().isoformat(),
        limit=1,
    )
    coming = owed["results"][0] if owed and owed["results"] else None
    period = newest.get("data_period") or ""
    return {"period": period, "next": coming} if period or coming else None


def sonla_may_declare(package: dict[str, Any]) -> bool:
    """Tell whether the reader may declare that a published dataset's data changed."""
    if package.get("private") or not package.get("catalogue_entry"):
        return False
    return may_in(tk.current_user.name, "declare", package.get("owner_org") or "")


def sonla_obligations_own() -> dict[str, int] | None:
    """Return how much the reader's own agency owes now; None for who has none."""
    user = tk.current_user.name
    held = roles.appointment_of(user)
    if held is None or held.role not in (roles.OFFICER, roles.LEADER):
        return None
    now = clock.now()
    owed = model.Session.scalar(
        sa.select(sa.func.count()).where(
            Obligation.agency_id == held.agency_id,
            is_open(),
            Obligation.submitted_at.is_(None),
            Obligation.opens_at <= now,
        )
    )
    return {"count": owed or 0}


def sonla_obligations_all() -> bool:
    """Tell whether the reader sees how every agency stands."""
    return reads_all(tk.current_user.name)
