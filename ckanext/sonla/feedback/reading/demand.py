"""Requests to publish, and who supports them, as demand for data (article 7.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ckan import model
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.demand import DemandSource, register_demand_source
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

_YEAR = timedelta(days=365)


@register_demand_source
class Requests(DemandSource):
    """Who asked for data within a year, or supports who asked."""

    name = "feedback"
    title = N_("Requests to publish in a year, with supporters")

    def of_entries(self, codes: Sequence[str]) -> dict[str, int]:
        return _counted(Feedback.entry_code, Feedback.entry_code.in_(codes))

    def of_texts(self, texts: Sequence[str]) -> dict[str, int]:
        """Count what has a title's words in their order, however they are accented."""
        folded = sa.func.md5(sa.func.sonla_feedback_fold(Feedback.subject))
        keys = _keys(texts)
        found = _counted(folded, folded.in_(list(keys)))
        return {text: found[key] for key, text in keys.items() if key in found}


def _keys(texts: Sequence[str]) -> dict[str, str]:
    """Return texts by the key of the index of subjects."""
    each = sa.func.unnest(sa.cast(list(texts), sa.ARRAY(sa.Text))).column_valued("said")
    rows = model.Session.execute(
        sa.select(sa.func.md5(sa.func.sonla_feedback_fold(each)), each)
    )
    return {row[0]: row[1] for row in rows}


def _counted(key: Any, condition: Any) -> dict[str, int]:
    number = sa.func.count() + sa.func.coalesce(sa.func.sum(Feedback.supports), 0)
    rows = model.Session.execute(
        sa.select(key, number)
        .where(
            Feedback.kind == "publish_request",
            Feedback.moderation == "clear",
            Feedback.received >= clock.now() - _YEAR,
            condition,
        )
        .group_by(key)
    )
    return {row[0]: int(row[1]) for row in rows}
