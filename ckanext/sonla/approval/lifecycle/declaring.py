"""What an agency declares of a published dataset, through the same two hands.

*No change*: the data still holds, for a later period. *Retirement*: the agency no
longer provides the data. There is nothing to draft, so both are submitted at once, and
their content follows from what is published: no table and no file is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import digest, hand, periods, states, steps
from ckanext.sonla.approval.drafting import opening
from ckanext.sonla.approval.model import Revision, published_of
from ckanext.sonla.shared import clock

if TYPE_CHECKING:
    from ckan.types import DataDict

# What a content may bear beside version 1's form: it was taken out by a decision.
ERASED = "erased"


def declare(
    package: model.Package, kind: str, user_id: str | None, asked: DataDict
) -> Revision:
    """Open a declaration and submit it, in the caller's transaction.

    Args:
        kind: `no_change`, or `retirement`.
        asked: `data_period` of no change, `note` (the reason) of a retirement.

    Raises:
        ValidationError: a revision is open (its id is in `revision`), the period
            doesn't fit, or nothing is published that could stay or go.
    """
    dataset_id = opening.dataset_of(package.id)
    opening.only_one(dataset_id)
    _published(dataset_id)
    revision = opening.begin(opening.dataset_or_404(dataset_id), kind, user_id)
    submit(revision, user_id, asked)
    return revision


def submit(revision: Revision, user_id: str | None, asked: DataDict) -> None:
    """Submit a declaration, the first time or again, in the caller's transaction."""
    steps.expect(revision, "submit")
    steps.allow(revision, "submit", user_id)
    opening.alone(revision)
    content = _content(revision, asked)
    steps.make(
        revision,
        "submit",
        user_id,
        {
            "data_period": content["data_period"],
            "note": asked.get("note") or revision.note,
            "comment": None,
            "editors": opening.with_editor(revision, user_id),
            "submitted_by": user_id,
            "submitted": clock.now(),
            "decided_by": None,
            "decided": None,
            "content": content,
            "digest": digest.digest_of(content),
            "digest_version": digest.VERSION,
        },
    )


def _content(revision: Revision, asked: DataDict) -> dict[str, Any]:
    published = _published(revision.dataset_id)
    content = {
        key: value
        for key, value in (published.content or {}).items()
        if key not in (ERASED, "reason")
    }
    content |= {
        "kind": revision.kind,
        "publish_at": None,
        "data_period": published.data_period,
    }
    if revision.kind == states.RETIREMENT:
        reason = asked.get("note") or revision.note
        return {**content, "resources": [], "reason": reason}
    period = asked.get("data_period") or revision.data_period
    return {**content, "data_period": _later(period, published)}


def _later(period: str | None, published: Revision) -> str:
    """Return the period of no change: of the entry's cycle, after the published one."""
    kind = periods.kind_of(hand.show(published.dataset_id))
    if kind is None:
        raise steps.conflict(
            "data_period", tk._("The entry of this dataset has no periods")
        )
    if not period:
        raise steps.conflict("data_period", tk._("Say which period the data speaks of"))
    periods.of_kind(period, kind)
    before = published.data_period
    if before and clock.parse_period(period).first <= clock.parse_period(before).first:
        raise steps.conflict(
            "data_period",
            tk._("{period} does not come after {published}, which is published").format(
                period=period, published=before
            ),
        )
    return period


def _published(dataset_id: str) -> Revision:
    published = published_of(dataset_id)
    if published is None:
        raise steps.conflict(
            "dataset_id", tk._("Nothing of this dataset has been published yet")
        )
    if published.kind == states.RETIREMENT:
        raise steps.conflict("dataset_id", tk._("This dataset is retired"))
    return published
