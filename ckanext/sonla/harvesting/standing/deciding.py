"""A run has submitted its revision: it publishes by itself, or the leader decides."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.harvesting import owed
from ckanext.sonla.harvesting.runs import states
from ckanext.sonla.harvesting.runs.model import HarvestRun
from ckanext.sonla.shared import clock, standing_approvals
from ckanext.sonla.shared.msgid import N_
from ckanext.sonla.shared.standing_approvals import Standing

from . import judging, voiding
from .model import HarvestApproval, alone, last_of

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_APPROVAL = "no_approval"
VOID = "void"
NOT_COVERED = "not_covered"
BY_HAND = "by_hand"
NOT_PUBLISHED = "not_published"

SENTENCES = {
    NO_APPROVAL: N_("The source has no standing approval."),
    VOID: N_("The standing approval is void: the source or its rules were changed."),
    NOT_COVERED: N_(
        "More than the table's rows is different from what is public, or the checks"
        " found what the leader has not read a reason for."
    ),
    BY_HAND: N_("The rows are of a corrected file, not of the source."),
    NOT_PUBLISHED: N_("It could not be published by itself."),
    judging.FIRST: N_("The dataset has not been published before."),
    judging.EMPTY: N_("The table would be empty."),
    judging.BAD_ROWS: N_(
        "{quarantined} of {read} rows break a rule, more than {limit} percent."
    ),
    judging.FEWER_ROWS: N_(
        "{rows} rows would remain of {before}, more than {limit} percent fewer."
    ),
    judging.NEW_COLUMNS: N_("The source has new columns: {columns}."),
    judging.MISSING_COLUMNS: N_("The source no longer has columns: {columns}."),
    judging.LATE: N_("The data comes {days} days after its due date."),
}


def decide(run_id: str, revision: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Publish what a run has submitted, if a standing approval covers it.

    Commits; rows of the session that were read before are to be read anew.

    Args:
        run_id: of the run, its ledger written. Its `approval_id` is set here.
        revision: that it submitted: `id` and `digest`.

    Returns:
        Why it waits for the leader, `{"code", "told"}` each; nothing if it was
        published, or is about to be.
    """
    run = _run(run_id)
    alone(run.source_id)
    given = voiding.approved(run.source_id)
    if given is None:
        code = VOID if last_of(run.source_id) else NO_APPROVAL
        model.Session.commit()
        return [_reason(code)]
    why = reasons(run, given)
    run.revision_id = revision["id"]
    run.approval_id = None if why else given.id
    model.Session.commit()
    return why or _published(run_id, revision)


def _published(run_id: str, revision: Mapping[str, Any]) -> list[dict[str, Any]]:
    asked = {"id": revision["id"], "digest": revision["digest"]}
    try:
        tk.get_action("sonla_revision_approve_standing")(
            {"ignore_auth": True, "user": ""}, asked
        )
    except (tk.NotAuthorized, tk.ValidationError) as error:
        model.Session.rollback()
        _run(run_id).approval_id = None
        model.Session.commit()
        refused = isinstance(error, tk.NotAuthorized)
        return [_reason(NOT_COVERED if refused else NOT_PUBLISHED)]
    return []


def _run(run_id: str) -> HarvestRun:
    run = HarvestRun.get(run_id)
    if run is None:
        raise tk.ObjectNotFound(tk._("There is no such run"))
    return run


def _reason(code: str) -> dict[str, Any]:
    return {"code": code, "told": {}}


def words(reason: Mapping[str, Any]) -> str:
    """Return why a run waits for the leader, in the caller's language."""
    sentence = SENTENCES[reason["code"]]
    return tk._(sentence).format(**reason["told"])


@standing_approvals.teller
def covering(revision_id: str) -> Standing | None:
    """Return the standing approval that covers a revision: judged anew."""
    run = model.Session.scalars(
        sa.select(HarvestRun)
        .where(
            HarvestRun.revision_id == revision_id, HarvestRun.approval_id.is_not(None)
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if run is None:
        return None
    # Nobody edits the source between this and the decision's commit.
    alone(run.source_id)
    given = voiding.approved(run.source_id)
    if given is None or given.id != run.approval_id or reasons(run, given):
        return None
    terms = given.content()
    return Standing(
        given.id, given.digest, given.given_by, str(terms["table"]), given.source_id
    )


def reasons(run: HarvestRun, given: HarvestApproval) -> list[dict[str, Any]]:
    """Return why a run is outside what was approved."""
    terms = given.content()
    limits = judging.Limits(**terms["limits"])
    found, before = _of_run(run, terms), _before(run, terms)
    codes = judging.judge(found, before, limits, _expected(terms))
    if run.cause == states.CORRECTED:
        # What a hand has written is not what the source says.
        codes.append(BY_HAND)
    if run.dataset_id != terms["dataset"] or run.agency_id != terms["agency"]:
        codes.append(VOID)
    return [
        {"code": code, "told": _told(code, found, before, limits)} for code in codes
    ]


def _expected(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return of the Table Schema what the mapping names; all of it without one."""
    fields = terms["schema"]["fields"]
    mapping = terms["fields"] or {one["name"]: None for one in fields}
    return {"fields": [one for one in fields if one["name"] in mapping]}


def _of_run(run: HarvestRun, terms: Mapping[str, Any]) -> judging.Run:
    columns, fields = _columns(run, terms)
    return judging.Run(
        read=run.read,
        quarantined=run.quarantined,
        rows=run.rows_after or 0,
        columns=columns,
        fields=fields,
        days_late=_days_late(run, terms),
    )


def _before(run: HarvestRun, terms: Mapping[str, Any]) -> judging.Before:
    """Return what is public and, if a run brought it, what that found."""
    last = model.Session.scalars(
        sa.select(HarvestRun)
        .where(
            HarvestRun.source_id == run.source_id,
            HarvestRun.id != run.id,
            HarvestRun.state == states.ENDED,
            HarvestRun.outcome.in_(states.SUCCESSES),
            HarvestRun.revision_id == _public_revision(run.dataset_id),
        )
        .order_by(HarvestRun.number.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return judging.Before(run.rows_before)
    return judging.Before(run.rows_before, *_columns(last, terms))


def _public_revision(dataset_id: str | None) -> str | None:
    found = tk.get_action("sonla_revision_list")(
        {"ignore_auth": True, "user": ""},
        {"dataset_id": dataset_id, "state": ["published"], "limit": 1},
    )
    return found["results"][0]["id"] if found["results"] else None


def _columns(
    run: HarvestRun, terms: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns that a run filled, and the fields that it took into none."""
    missing = set(run.fields.get("missing", ()))
    names = [one["name"] for one in _expected(terms)["fields"]]
    filled = tuple(name for name in names if name not in missing)
    return filled, tuple(run.fields.get("extra", ()))


def _days_late(run: HarvestRun, terms: Mapping[str, Any]) -> int:
    """Return how many days ago the oldest update was due that has not come."""
    found = owed.owed(run.dataset_id, terms["agency"], owed.MISSING)
    due = [one["due"] for one in found]
    days = [(clock.today() - date.fromisoformat(day)).days for day in due]
    return max(days, default=0)


def _told(
    code: str, run: judging.Run, before: judging.Before, limits: judging.Limits
) -> dict[str, Any]:
    new = set(run.fields) - set(before.fields or ())
    lost = set(before.columns or ()) - set(run.columns)
    return {
        judging.BAD_ROWS: {
            "quarantined": run.quarantined,
            "read": run.read,
            "limit": limits.bad_rows,
        },
        judging.FEWER_ROWS: {
            "rows": run.rows,
            "before": before.rows,
            "limit": limits.fewer_rows,
        },
        judging.NEW_COLUMNS: {"columns": ", ".join(sorted(new))},
        judging.MISSING_COLUMNS: {"columns": ", ".join(sorted(lost))},
        judging.LATE: {"days": run.days_late},
    }.get(code, {})
