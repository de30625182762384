"""Who may call what: every function reads the table in `permissions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk

from .permissions import may

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict

# Even the technical account keeps out: what it could do, it could do unseen.


def _only(context: Context, what: str, message: str) -> AuthResult:
    if may(context.get("user"), what):
        return {"success": True}
    return {"success": False, "msg": message}


def _writer(context: Context) -> AuthResult:
    return _only(
        context, "write", tk._("Only an operator of the portal writes the catalogue.")
    )


def _decider(context: Context) -> AuthResult:
    return _only(
        context,
        "decide",
        tk._("Only the leader of the operating office decides on an edition."),
    )


@tk.auth_allow_anonymous_access
def sonla_edition_show(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads decided editions; the action keeps drafts inside."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_edition_list(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads decided editions; the action leaves drafts out."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_entry_show(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads the catalogue; the action keeps drafts inside."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_entry_list(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads the catalogue; the action keeps drafts inside."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_entry_delivery_list(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone sees who has published an entry's data."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_entry_table_show(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads the joined table; it has published tables only."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_edition_impact(_context: Context, _data: DataDict) -> AuthResult:
    """Who may see an edition may see what it does; the action keeps drafts inside."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def sonla_table_version_list(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone reads what was decided."""
    return {"success": True}


def sonla_nonconforming_list(context: Context, _data: DataDict) -> AuthResult:
    """The operating office and its auditors see what doesn't conform."""
    return _only(
        context, "read_drafts", tk._("Only the operating office reads this list.")
    )


def sonla_edition_read_drafts(context: Context, _data: DataDict) -> AuthResult:
    """The operating office and its auditors read drafts."""
    return _only(context, "read_drafts", tk._("The edition has not been decided yet."))


@tk.auth_sysadmins_check
def sonla_edition_create(context: Context, _data: DataDict) -> AuthResult:
    """Operators begin editions."""
    return _writer(context)


@tk.auth_sysadmins_check
def sonla_entry_create(context: Context, _data: DataDict) -> AuthResult:
    """Operators write entries."""
    return _writer(context)


@tk.auth_sysadmins_check
def sonla_entry_update(context: Context, _data: DataDict) -> AuthResult:
    """Operators write entries."""
    return _writer(context)


@tk.auth_sysadmins_check
def sonla_entry_retire(context: Context, _data: DataDict) -> AuthResult:
    """Operators take entries out."""
    return _writer(context)


@tk.auth_sysadmins_check
def sonla_edition_import(context: Context, _data: DataDict) -> AuthResult:
    """Operators import."""
    return _writer(context)


@tk.auth_sysadmins_check
def sonla_edition_import_show(context: Context, _data: DataDict) -> AuthResult:
    """Operators look at what an import would bring."""
    return _writer(context)


@tk.auth_sysadmins_check
def sonla_edition_import_confirm(context: Context, _data: DataDict) -> AuthResult:
    """Operators confirm an import."""
    return _writer(context)


@tk.auth_allow_anonymous_access
def sonla_edition_compare(_context: Context, _data: DataDict) -> AuthResult:
    """Anyone compares decided editions; the action keeps drafts inside."""
    return {"success": True}


@tk.auth_sysadmins_check
def sonla_edition_rebase(context: Context, _data: DataDict) -> AuthResult:
    """Operators bring editions up to date."""
    return _writer(context)


@tk.auth_sysadmins_check
def sonla_edition_submit(context: Context, _data: DataDict) -> AuthResult:
    """Operators put an edition before the leader."""
    return _only(
        context, "submit", tk._("Only an operator of the portal submits an edition.")
    )


@tk.auth_sysadmins_check
def sonla_edition_approve(context: Context, _data: DataDict) -> AuthResult:
    """The operating office's leader records the Chairman's decision."""
    return _decider(context)


@tk.auth_sysadmins_check
def sonla_edition_reject(context: Context, _data: DataDict) -> AuthResult:
    """The operating office's leader sends an edition back."""
    return _decider(context)
