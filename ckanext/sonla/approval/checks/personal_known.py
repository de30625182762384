"""What is settled of personal data: allowed by decision, or explained before.

A reason for telephones and mailboxes is given once for a column and holds for its next
updates; the leader reads it again each time. What the decision on the catalogue allows
(`allowPersonal` of a field) holds for every kind of personal data in that column.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import states
from ckanext.sonla.approval.model import Revision, RevisionResource, latest_on
from ckanext.sonla.shared.checks import NEEDS_REASON, Finding

from . import reading

if TYPE_CHECKING:
    from ckanext.sonla.shared.checks import Check

REMEMBERED = {"personal.mobile", "personal.mailbox"}
# Longer histories repeat themselves.
MOST_REVISIONS = 100


class Known:
    """What is settled for the columns of a draft's tables.

    Args:
        package: the draft.
    """

    def __init__(self, package: dict[str, Any]) -> None:
        self.package = package

    def weighed(self, check: Check, table: reading.Table, finding: Finding) -> Finding:
        """Return a finding, or a remark in its place where it is settled already."""
        if finding.column is None or finding.rule == "personal.names":
            return finding
        ground, rule = self._allowed(table, finding.column), "personal.allowed"
        if ground is None and finding.severity == NEEDS_REASON:
            ground, rule = self._remembered(table, finding), "personal.remembered"
        if ground is None:
            return finding
        return check.found(
            rule,
            resource_id=table.id,
            column=finding.column,
            count=finding.count,
            row=finding.row,
            label=finding.params["label"],
            example=finding.params.get("example", "…"),
            of=finding.rule,
            ground=ground,
        )

    def _allowed(self, table: reading.Table, column: str) -> str | None:
        """Return the ground on which the catalogue allows personal data in a column."""
        wanted = table.resource.get("table")
        governing = [one for one in self._tables if wanted in (one["name"], None, "")]
        if len(governing) != 1:
            return None
        for field in governing[0]["schema"].get("fields") or []:
            if (
                field["name"] == column
                and str(field.get("allowPersonal") or "").strip()
            ):
                return field["allowPersonal"].strip()
        return None

    @cached_property
    def _tables(self) -> list[dict[str, Any]]:
        code = self.package.get("catalogue_entry")
        try:
            show = tk.get_action("sonla_entry_show")
            return show({"ignore_auth": True}, {"code": code})["tables"] if code else []
        except (tk.ObjectNotFound, tk.ValidationError, KeyError):
            return []

    def _remembered(self, table: reading.Table, finding: Finding) -> str | None:
        if finding.rule not in REMEMBERED:
            return None
        public = self._public_ids.get(table.id, table.id)
        return self._reasons.get((public, finding.column, finding.rule))

    @cached_property
    def _public_ids(self) -> dict[str, str]:
        return reading.public_ids(self.package)

    @cached_property
    def _reasons(self) -> dict[tuple[str | None, str | None, str], str]:
        """Return the reasons given with published revisions, the newest of each."""
        revision = latest_on(self.package["id"])
        if revision is None:
            return {}
        earlier = model.Session.execute(
            sa.select(Revision.id, Revision.findings)
            .where(
                Revision.dataset_id == revision.dataset_id,
                Revision.state.in_((states.PUBLISHED, states.SUPERSEDED)),
            )
            .order_by(Revision.published.desc())
            .limit(MOST_REVISIONS)
        ).all()
        found: dict[tuple[str | None, str | None, str], str] = {}
        for revision_id, findings in earlier:
            given = [
                one
                for one in findings
                if one["rule"] in REMEMBERED and one.get("reason")
            ]
            public = _public_of(revision_id) if given else {}
            for one in given:
                resource = public.get(one["resource_id"], one["resource_id"])
                key = (resource, one["column"], one["rule"])
                found.setdefault(key, one["reason"])
        return found


def _public_of(revision_id: str) -> dict[str, str]:
    rows = model.Session.execute(
        sa.select(RevisionResource.working_id, RevisionResource.public_id).where(
            RevisionResource.revision_id == revision_id
        )
    )
    return {row.working_id: row.public_id for row in rows}
