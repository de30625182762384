"""Checking a revision: what blocks it, and what needs the officer's reason.

The checks that ask other machines (links, malware) run before the revision is locked:
a slow server must not keep anybody waiting. What they judged is compared under the
lock, so nothing slips in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import checks

from . import freezing, states, steps, viewing

if TYPE_CHECKING:
    from .model import Revision


@dataclass(frozen=True)
class Outside:
    """What the outside checks found, and what of the package they judged."""

    findings: list[checks.Finding]
    subjects: dict[str, Any]


def outside_of(revision: Revision) -> Outside:
    """Run the checks that ask other machines, with no transaction open meanwhile.

    A revision that can't be submitted anyway isn't checked.
    """
    if revision.state not in states.EDITABLE:
        return Outside([], {})
    package = freezing.drafted(revision)
    subjects = checks.subjects(package)
    # What was read is let go: others may write while a slow server is asked.
    model.Session.rollback()
    found = checks.run_checks(package, outside=True)
    model.Session.rollback()
    return Outside(found, subjects)


def all_of(package: dict[str, Any], *, outside: bool = True) -> list[dict[str, Any]]:
    """Run every check on a package; without `outside`, those of this machine only."""
    found = checks.run_checks(package, outside=None if outside else False)
    return [finding.as_dict() for finding in found]


def before_submit(
    package: dict[str, Any], outside: Outside, reasons: dict[str, str]
) -> list[dict[str, Any]]:
    """Return the findings to freeze with a revision, each with its reason.

    Raises:
        ValidationError: a finding blocks, reasons are missing, or what the outside
            checks judged is another one now (409).
    """
    if checks.subjects(package) != outside.subjects:
        raise steps.conflict(
            "message",
            tk._("Files or links changed while they were checked. Submit again"),
        )
    within = checks.run_checks(package, outside=False)
    findings = [finding.as_dict() for finding in [*within, *outside.findings]]
    if any(finding["severity"] == checks.BLOCKS for finding in findings):
        raise steps.conflict(
            "message",
            tk._("The checks found what must be put right first"),
            findings=viewing.with_sentences(findings, package),
        )
    if missing := checks.missing_reasons(findings, reasons):
        raise steps.conflict(
            "reasons",
            tk._("Say why this is right all the same, for each finding that needs it"),
            missing=missing,
            findings=viewing.with_sentences(
                checks.with_reasons(findings, reasons), package
            ),
        )
    return checks.with_reasons(findings, reasons)


def answer(revision: Revision, *, outside: bool) -> dict[str, Any]:
    """Return what `sonla_revision_check` answers."""
    package = freezing.drafted(revision)
    findings = all_of(package, outside=outside)
    return {
        "passes": not any(f["severity"] == checks.BLOCKS for f in findings),
        "findings": viewing.with_sentences(findings, package),
    }
