"""Why a run ended otherwise than it should, or goes to the leader: codes and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.harvesting import problems
from ckanext.sonla.harvesting.catalogues import problems as of_catalogues
from ckanext.sonla.harvesting.standing import deciding
from ckanext.sonla.shared import checks, roles
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE, FINDING = "source", "finding"
# Who ended a run: an office, as persons are in no answer.
STOPPED_BY = {
    roles.OFFICER: "stopped_by_officer",
    roles.OPERATOR: "stopped_by_operator",
}
STOPPED_BY_ADMIN = "stopped_by_admin"

SENTENCES = {
    "no_dataset": N_(
        "The source names no dataset. Say in dataset which one its rows go into."
    ),
    "dataset_gone": N_("There is no dataset {dataset}. Check dataset."),
    "other_agency": N_(
        "The dataset {dataset} belongs to another agency than the source."
    ),
    "no_table": N_(
        "The dataset's entry has no table {table}. Check table: {known}."
    ),
    "which_table": N_(
        "The dataset's entry has several tables. Say in table which one: {known}."
    ),
    "no_officer": N_(
        "The agency has no officer in whose name the revision could be submitted."
    ),
    "revision_open": N_(
        "A revision of the dataset is open. The source is read again once it is"
        " decided or discarded."
    ),
    "no_key": N_(
        "The table has no primary key, so rows that changed can't be told. Take"
        " incremental out, so that the whole source is read."
    ),
    "empty": N_(
        "The source gave no rows. Nothing was changed. To end the dataset, retire it."
    ),
    "too_many_bad": N_(
        "More than {most} rows break the table's rules, such as: {message} Nothing was"
        " changed. Check fields, and the source."
    ),
    "no_load": N_("The rows could not be loaded: {message}"),
    "refused": N_("The revision could not be submitted: {message}"),
    "broken_off": N_("The run was broken off {times} times. The log says more."),
    "spool_gone": N_("What was read is no longer on the portal's disk."),
    "stopped_by_officer": N_(
        "Stopped by the agency's officer. Nothing was changed; the next run begins"
        " anew."
    ),
    "stopped_by_operator": N_(
        "Stopped by an operator of the portal. Nothing was changed; the next run begins"
        " anew."
    ),
    STOPPED_BY_ADMIN: N_(
        "Stopped by the portal's administration. Nothing was changed; the next run"
        " begins anew."
    ),
}  # fmt: skip


class RunProblem(Exception):  # noqa: N818 - says what ended a run
    """What keeps a run from going on, until somebody mends it.

    Args:
        code: one of `SENTENCES`.
        told: what its sentence needs, in values that JSON can hold.
    """

    def __init__(self, code: str, **told: Any) -> None:
        super().__init__(code)
        self.code, self.told = code, told

    def as_reason(self) -> dict[str, Any]:
        """Return the problem as a run keeps it."""
        return {"code": self.code, "told": self.told}


def of_source(problem: problems.SourceProblem) -> dict[str, Any]:
    """Return a source's problem as a run keeps it."""
    return {"code": SOURCE, "told": {"code": problem.code, "told": problem.told}}


def of_finding(finding: dict[str, Any]) -> RunProblem:
    """Return a finding that keeps all rows from being loaded as a run's problem."""
    return RunProblem(FINDING, **finding)


def about(finding: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a finding, so that each reader is told in her language."""
    return {name: finding[name] for name in _OF_FINDING if finding.get(name)}


_OF_FINDING = ("rule", "message", "plural", "count", "params")


def say(reason: dict[str, Any]) -> str:
    """Return a reason in the caller's language."""
    code = reason["code"]
    told: dict[str, Any] = reason.get("told") or {}
    if "finding" in told:
        told = {**told, "message": checks.sentence(told["finding"])}
    if code == SOURCE:
        return problems.say(told["code"], told.get("told") or {})
    if code == FINDING:
        return checks.sentence(told)
    if code in deciding.SENTENCES:
        return deciding.words(reason)
    if code in of_catalogues.SENTENCES:
        return _of_catalogue(code, told)
    if code not in SENTENCES:
        # A check's own sentence, or a code that a later version knows.
        return str(told.get("message") or told.get("sentence") or code)
    return tk._(SENTENCES[code]).format(**told)


def _of_catalogue(code: str, told: dict[str, Any]) -> str:
    if code in of_catalogues.NESTED:
        why = told["why"]
        of_file = code == "file"
        inner = problems.say(why["code"], why["told"]) if of_file else say(why)
        told = {**told, "message": inner}
    return tk._(of_catalogues.SENTENCES[code]).format(**told)
