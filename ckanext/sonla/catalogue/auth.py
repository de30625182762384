"""Who may call what: of each action, which of the answers of `permissions` it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk

from .permissions import may

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict

# `auth_sysadmins_check`: even the technical account keeps out, for what it could do, it
# could do unseen.


def _only(context: Context, what: str, message: str) -> AuthResult:
    if may(context.get("user"), what):
        return {"success": True}
    return {"success": False, "msg": message}


@tk.auth_allow_anonymous_access
def _anyone(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads what was decided and published; the actions keep drafts inside."""
    return {"success": True}


@tk.auth_sysadmins_check
def _writer(context: Context, _data: DataDict) -> AuthResult:
    """Operators write editions and their entries."""
    return _only(
        context, "write", tk._("Only an operator of the portal writes the catalogue.")
    )


@tk.auth_sysadmins_check
def _decider(context: Context, _data: DataDict) -> AuthResult:
    """The operating office's leader records what the Chairman decided."""
    return _only(
        context,
        "decide",
        tk._("Only the leader of the operating office decides on an edition."),
    )


sonla_edition_show = _anyone
sonla_edition_list = _anyone
sonla_edition_compare = _anyone
sonla_edition_impact = _anyone
sonla_entry_show = _anyone
sonla_entry_list = _anyone
sonla_entry_delivery_list = _anyone
sonla_entry_table_show = _anyone
sonla_table_version_list = _anyone

sonla_edition_create = _writer
sonla_edition_rebase = _writer
sonla_edition_import = _writer
sonla_edition_import_show = _writer
sonla_edition_import_confirm = _writer
sonla_entry_create = _writer
sonla_entry_update = _writer
sonla_entry_retire = _writer

sonla_edition_approve = _decider
sonla_edition_reject = _decider


@tk.auth_sysadmins_check
def sonla_edition_submit(context: Context, _data: DataDict) -> AuthResult:
    """Operators put an edition before the leader."""
    return _only(
        context, "submit", tk._("Only an operator of the portal submits an edition.")
    )


def sonla_edition_read_drafts(context: Context, _data: DataDict) -> AuthResult:
    """The operating office and its auditors read drafts."""
    return _only(context, "read_drafts", tk._("The edition has not been decided yet."))


def sonla_nonconforming_list(context: Context, _data: DataDict) -> AuthResult:
    """The operating office and its auditors see what doesn't conform."""
    return _only(
        context, "read_drafts", tk._("Only the operating office reads this list.")
    )
