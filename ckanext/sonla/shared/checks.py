"""The registry of checks that a revision passes before a leader sees it.

A feature registers a class with `@register_check`; approval runs all of them and
freezes what they found with the revision. Features never import one another for it.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import ckan.plugins.toolkit as tk
from ckan import model

from .findings import BLOCKS, INFORMS, NEEDS_REASON, SEVERITIES, Finding
from .msgid import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

log = logging.getLogger(__name__)

NOT_RUN = "check.not_run"


@dataclass(frozen=True)
class Rule:
    """What a check can find: how much it weighs, and its sentence as a msgid."""

    severity: str
    message: str
    plural: str | None = None


class Check:
    """What a revision must pass, or what its leader must know.

    A subclass has a `name` and a `title` (a msgid), and may list its `rules`, by their
    names; `run` yields what it found, `found` makes a finding of a rule. A check that
    is `outside` asks other machines: it runs before the revision is locked, and
    `subject` says what of the package it judged, so that a change in between is seen.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    rules: ClassVar[dict[str, Rule]] = {}
    outside: ClassVar[bool] = False

    def run(self, package: dict[str, Any]) -> Iterable[Finding]:
        """Yield what is wrong with, or remarkable about, a package dict."""
        raise NotImplementedError

    def again(self, package: dict[str, Any], since: datetime) -> Iterable[Finding]:  # noqa: ARG002 - for who needs it
        """Yield what came about elsewhere since a package was submitted.

        Asked when the leader decides: what is submitted stands still, but the rules
        that it was held to may have changed. A finding that blocks stops the approval.
        """
        return ()

    def subject(self, package: dict[str, Any]) -> Any:
        """Return what of a package an `outside` check judges."""
        return package

    def found(self, name: str, severity: str | None = None, **place: Any) -> Finding:
        """Return a finding of the rule; what is no place fills its sentence."""
        rule = self.rules[name]
        known = Finding.__dataclass_fields__
        params = {key: value for key, value in place.items() if key not in known}
        return Finding(
            rule=name,
            severity=severity or rule.severity,
            message=rule.message,
            plural=rule.plural,
            params=params,
            **{key: value for key, value in place.items() if key in known},
        )


_checks: dict[str, Check] = {}


def register_check(kind: type[Check]) -> type[Check]:
    """Register a class of checks."""
    _checks[kind.name] = kind()
    return kind


def registered(*, outside: bool | None = None) -> Iterator[Check]:
    """Yield the checks in order of their names; of one sort, if asked."""
    for name in sorted(_checks):
        if outside is None or _checks[name].outside == outside:
            yield _checks[name]


def run_checks(
    package: dict[str, Any], *, outside: bool | None = None
) -> list[Finding]:
    """Run the registered checks on a package dict.

    A check that fails is itself a finding, which blocks: nobody knows what it would
    have said.

    Args:
        outside: only those that ask other machines, or only the others.
    """
    return [
        replace(finding, check=check.name)
        for check in registered(outside=outside)
        for finding in _guarded(check, package)
    ]


def run_again(package: dict[str, Any], since: datetime) -> list[Finding]:
    """Return what has come to block a package since it was submitted."""
    return [
        replace(finding, check=check.name)
        for check in registered()
        for finding in check.again(package, since)
    ]


def subjects(package: dict[str, Any]) -> dict[str, Any]:
    """Return what of a package each `outside` check judges, by the check's name."""
    return {check.name: check.subject(package) for check in registered(outside=True)}


def _guarded(check: Check, package: dict[str, Any]) -> list[Finding]:
    try:
        with _apart(check):
            return list(check.run(package))
    except Exception:
        # Whatever a check meets is told to the officer as a finding, and logged.
        log.exception("Check %s could not be run on %s", check.name, package.get("id"))
        return [
            Finding(
                NOT_RUN,
                BLOCKS,
                N_(
                    "The check “{check}” could not be run; the operator can see why. "
                    "Try again later."
                ),
                {"check": check.title},
            )
        ]


def _apart(check: Check) -> AbstractContextManager[Any]:
    """Keep an error in a check's SQL from ending the caller's transaction.

    A check that waits for other machines has no business in the database meanwhile.
    """
    if check.outside:
        return nullcontext()
    # Of the connection, not the session: its savepoint would flush and tell CKAN.
    return model.Session.connection().begin_nested()


def missing_reasons(
    findings: list[dict[str, Any]], reasons: dict[str, str]
) -> list[dict[str, str]]:
    """Return key and sentence of the findings that still need a reason."""
    return [
        {"key": finding["key"], "sentence": sentence(finding)}
        for finding in findings
        if finding["severity"] == NEEDS_REASON and not reasons.get(finding["key"])
    ]


def with_reasons(
    findings: list[dict[str, Any]], reasons: dict[str, str]
) -> list[dict[str, Any]]:
    """Return findings, each with the reason that was given for it."""
    return [
        {**finding, "reason": reasons[finding["key"]]}
        if finding["severity"] == NEEDS_REASON and reasons.get(finding["key"])
        else finding
        for finding in findings
    ]


def sentence(finding: dict[str, Any]) -> str:
    """Return a stored finding as a sentence in the caller's language."""
    count = finding.get("count", 1)
    plural = finding.get("plural")
    message = finding["message"]
    told = tk.ungettext(message, plural, count) if plural else tk._(message)
    params = {"count": count, **finding.get("params", {})}
    if finding.get("rule") == NOT_RUN:
        title = params["check"]
        params["check"] = tk._(title)
    return told.format(**params)


def column_of(finding: dict[str, Any]) -> str:
    """Return the column that a stored finding is about, as people call it.

    The name that programs know it by, `column`, stands where its Table Schema has no
    title.
    """
    return finding.get("params", {}).get("column") or finding.get("column") or ""


__all__ = [
    "BLOCKS",
    "INFORMS",
    "NEEDS_REASON",
    "NOT_RUN",
    "SEVERITIES",
    "Check",
    "Finding",
    "Rule",
    "column_of",
    "missing_reasons",
    "register_check",
    "registered",
    "run_checks",
    "sentence",
    "subjects",
    "with_reasons",
]
