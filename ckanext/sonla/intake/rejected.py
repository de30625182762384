"""Rejected files stay for a while, with what was wrong with them.

Their bytes are those that the upload stored; the policy says for how long.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ckan import model
from ckanext.sonla.shared import clock, kept_files, policy
from ckanext.sonla.shared.tick import task

from .model import Load, RejectedFile

if TYPE_CHECKING:
    from .choice import Choice
    from .outcome import Outcome


def keep(
    package: dict[str, Any],
    resource: dict[str, Any],
    kind: str,
    choice: Choice | None,
    ended: Outcome,
) -> None:
    """Store, in a transaction of its own, that a resource's file was rejected."""
    values = {
        "resource_id": resource["id"],
        "package_id": package["id"],
        "agency_id": package.get("owner_org"),
        "entry": package.get("catalogue_entry"),
        "table_name": ended.table_name,
        "name": str(resource.get("url") or "").rpartition("/")[2],
        "kind": kind,
        "sha256": ended.sha256,
        "choice": choice.as_dict() if choice else None,
        "findings": ended.findings,
        "finding_count": ended.finding_count,
        "rejected": clock.now(),
    }
    with model.ensure_engine().begin() as connection:
        connection.execute(
            insert(RejectedFile)
            .values(values)
            .on_conflict_do_update(constraint="sonla_rejected_file_once", set_=values)
        )


def of_dataset(package: dict[str, Any]) -> list[RejectedFile]:
    """Return the rejected files of a dataset and of its drafts, the newest first."""
    same = RejectedFile.package_id == package["id"]
    agency, entry = package.get("owner_org"), package.get("catalogue_entry")
    if agency and entry:
        of_entry = sa.and_(
            RejectedFile.agency_id == agency, RejectedFile.entry == entry
        )
        same = sa.or_(same, of_entry)
    return list(
        model.Session.scalars(
            sa.select(RejectedFile)
            .where(same)
            .order_by(RejectedFile.rejected.desc(), RejectedFile.id)
        )
    )


@kept_files.keeper
def _addresses() -> set[str]:
    return set(model.Session.scalars(sa.select(RejectedFile.sha256)))


@kept_files.eraser
def _erase(package_ids: list[str]) -> None:
    """Forget what was rejected and what was read: both tell what the rows held."""
    gone = RejectedFile.package_id.in_(package_ids)
    model.Session.execute(sa.delete(RejectedFile).where(gone))
    model.Session.execute(
        sa.update(Load)
        .where(Load.package_id.in_(package_ids))
        .values(reading={}, findings=[], message=None, params={})
    )


@task("intake.rejected")
def forget() -> None:
    """Forget the rejected files whose time is over; their bytes go by retention."""
    before = clock.now() - timedelta(days=policy.number("intake_rejected_days"))
    model.Session.execute(sa.delete(RejectedFile).where(RejectedFile.rejected < before))
    model.Session.commit()
