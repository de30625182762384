"""How a load ends: what is stored of it, and what the resource says afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import table_updates
from ckanext.sonla.shared.checks import BLOCKS, Finding
from ckanext.sonla.shared.msgid import N_

from . import (
    choices,
    datastore,
    files,
    governed,
    limits,
    readers,
    rejected,
    states,
    tables,
)
from .problems import Findings

if TYPE_CHECKING:
    from ckan.types import Context
    from ckanext.sonla.shared.table_updates import TableUpdate

    from .choices import Chosen
    from .governed import Rules
    from .loads import Claim
    from .progress import Progress


@dataclass(frozen=True)
class Outcome:
    """The end of a load. `message` is an English msgid that `params` fill."""

    state: str
    rows: int | None = None
    sha256: str | None = None
    rules: str | None = None
    table_name: str | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)
    finding_count: int = 0
    message: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    mode: str | None = None
    period: str | None = None
    added: int | None = None
    changed: int | None = None
    removed: int | None = None
    stage: str | None = None
    total: int | None = None
    reading: dict[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Return the columns of `sonla_load` that this end sets."""
        return dict(vars(self))


@dataclass(frozen=True)
class Unchanged(Outcome):
    """The same bytes under the same rules are loaded already."""

    def values(self) -> dict[str, Any]:
        """Return the state only: what was stored of the load still holds."""
        return {"state": self.state}


def failure() -> Outcome:
    """Return the end of a load that an unforeseen error broke off."""
    return Outcome(
        states.FAILED,
        message=N_(
            "An error of the portal broke the load off; the operator can see why."
        ),
    )


def of(claim: Claim, progress: Progress) -> Outcome | None:
    """Load a resource's file and return how it ended; None if it is gone."""
    context: Context = {"ignore_auth": True}
    try:
        package = tk.get_action("package_show")(context, {"id": claim.package_id})
    except tk.ObjectNotFound:
        return None
    resource = next(
        (one for one in package["resources"] if one["id"] == claim.resource_id), None
    )
    if resource is None or package["state"] == "deleted":
        return None
    rules = governed.rules_of(resource, governed.entry_of(package))
    chosen = choices.of(package, claim.resource_id, rules.name)
    try:
        ended = _loaded(claim, resource, rules, chosen, progress)
    except (datastore.Sealed, tk.NotAuthorized):
        return Outcome(
            states.FAILED,
            table_name=rules.name,
            message=N_(
                "The revision was submitted before the file was loaded; nothing "
                "was changed."
            ),
        )
    kind = kind_of(resource, rules)
    if ended.state == states.FAILED and ended.sha256 and kind:
        rejected.keep(package, resource, kind, chosen.choice, ended)
    return ended


def _loaded(
    claim: Claim,
    resource: dict[str, Any],
    rules: Rules,
    chosen: Chosen,
    progress: Progress,
) -> Outcome:
    kind = kind_of(resource, rules)
    if kind is None or resource.get("url_type") != "upload":
        _without_table(resource)
        return Outcome(states.NONE, table_name=rules.name)
    try:
        with files.opened(resource) as path:
            digest = resource.get("sha256") or files.sha256(path)
            update = _update_of(resource)
            read_by = _read_by(rules, update, chosen)
            if _is_same(claim, resource, digest, read_by):
                return Unchanged(states.DONE)
            source = tables.Source(
                path,
                kind,
                resource["id"],
                rules,
                limits.of_own_file() if claim.kept else limits.current(),
                progress,
                update,
                chosen.choice,
                chosen.remembered,
                kept=claim.kept_as(digest),
            )
            result = _unknown_table(rules) or tables.load(source)
    except FileNotFoundError:
        _without_table(resource)
        return Outcome(states.FAILED, message=N_("The uploaded file is not there."))
    ended = _ended(resource, source, digest, result)
    if ended.state == states.DONE:
        ended = replace(ended, rules=read_by)
    return replace(ended, reading=source.reading, **_told(update, result))


def kind_of(resource: dict[str, Any], rules: Rules) -> str | None:
    """Return what a file is read as; a map is a table only where one is named."""
    named = (resource.get("format"), resource.get("url"))
    return readers.kind_of(*named) or (
        readers.map_of(*named) if resource.get("table") and rules.name else None
    )


def _read_by(rules: Rules, update: TableUpdate | None, chosen: Chosen) -> str:
    """Return what changes when the same bytes would be read otherwise."""
    digest = governed.digest_of(rules, update)
    return digest if chosen.token is None else f"{digest} {chosen.token}"


def _update_of(resource: dict[str, Any]) -> TableUpdate | None:
    """Return which public table the file changes, where there is one to change."""
    update = table_updates.update_of(resource["id"])
    if update is None or update.is_partial:
        return update
    with datastore.writing() as connection:
        cursor = datastore.cursor_of(connection)
        return update if datastore.existing_columns(cursor, update.base) else None


def _told(update: TableUpdate | None, result: tables.Result) -> dict[str, Any]:
    """Return what is kept of how a load changed the public table."""
    told: dict[str, Any] = {}
    if update is not None:
        told = {"mode": update.mode, "period": update.period}
    if result.is_loaded and result.changes is not None:
        told |= vars(result.changes)
    return told


def _is_same(claim: Claim, resource: dict[str, Any], digest: str, read_by: str) -> bool:
    before = (claim.sha256, claim.rules)
    return before == (digest, read_by) and bool(resource.get("datastore_active"))


def _unknown_table(rules: Rules) -> tables.Result | None:
    if rules.unknown is None:
        return None
    result = tables.Result(Findings(1))
    result.findings.add(
        Finding(
            "table.unknown",
            BLOCKS,
            N_("The catalogue entry has no table named {table}."),
            {"table": rules.unknown},
        )
    )
    return result


def _ended(
    resource: dict[str, Any],
    source: tables.Source,
    digest: str,
    result: tables.Result,
) -> Outcome:
    found, rules = result.findings, source.rules
    stored = {
        "rows": result.rows,
        "sha256": digest,
        "table_name": rules.name,
        "findings": found.located(resource["id"], rules.name),
        "finding_count": found.count,
    }
    if result.is_loaded:
        _with_table(resource)
        return Outcome(states.DONE, **stored)
    _without_table(resource)
    first = found.first_blocking
    if source.kind == "JSON" and rules.schema is None and first.rule == "not_a_table":
        # JSON may be anything; only a list of objects is a table.
        return Outcome(states.NONE, sha256=digest)
    if found.count == 1:
        return Outcome(
            states.FAILED, message=first.message, params=first.params, **stored
        )
    return Outcome(
        states.FAILED,
        message=N_("The table was not loaded: {count} findings."),
        params={"count": found.count},
        **stored,
    )


def _with_table(resource: dict[str, Any]) -> None:
    """Say that the resource has a table, by CKAN's own action: the seal may refuse."""
    if resource.get("datastore_active"):
        return
    try:
        _mark(resource["id"], active=True)
    except Exception:
        # The table of a resource that may not be touched must not be there either.
        datastore.drop(resource["id"])
        raise


def _without_table(resource: dict[str, Any]) -> None:
    """Remove the table of a file that was there before."""
    datastore.drop(resource["id"])
    if resource.get("datastore_active"):
        _mark(resource["id"], active=False)


def _mark(resource_id: str, *, active: bool) -> None:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    context: Context = {"ignore_auth": True, "user": user["name"]}
    tk.get_action("resource_patch")(
        context, {"id": resource_id, "datastore_active": active}
    )
