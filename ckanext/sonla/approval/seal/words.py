"""The seal's words: a refusal of the database becomes an answer that says what to do.

The seal itself stands in PostgreSQL: triggers on CKAN's tables (migrations 101 to 103)
and the ownership of published tables in the DataStore. Whatever was tried, by an
action, a command, a job or raw SQL, one listener turns the refusal into
`NotAuthorized`, so that the API answers 403 and no action needs code for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext, make_url

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared.feature import Seam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ckan.common import CKANConfig

SEALED = "SL001"
LOGGED = "SL002"
UNAPPROVED = "SL004"
GUARDED = "SL005"
UNENTITLED = "SL007"
OFFICE = "SL006"
INSUFFICIENT_PRIVILEGE = "42501"


def refusal() -> str:
    """Return the words of the seal, in the caller's language."""
    return tk._(
        "The content of this dataset is sealed: it was approved, or awaits approval. "
        "To change it, open a revision: sonla_revision_open."
    )


def is_sealed(package_id: str) -> bool:
    """Tell whether a package's content is sealed, and this isn't the switch's hour.

    The database has the rule; this only asks it.
    """
    sealed = sa.func.sonla_seal_sealed(package_id, type_=sa.Boolean)
    opened = sa.func.sonla_seal_open(package_id, type_=sa.Boolean)
    return bool(model.Session.scalar(sa.select(sealed & ~opened)))


def refuse_if_sealed(package_ids: Iterable[str]) -> None:
    """Raise `NotAuthorized` if one of the packages is sealed."""
    if any(is_sealed(package_id) for package_id in package_ids):
        raise tk.NotAuthorized(refusal())


def say_it(context: ExceptionContext) -> tk.NotAuthorized | None:
    """Put the refusal of a seal into words; leave every other error as it is."""
    words = _words(context)
    return tk.NotAuthorized(words) if words else None


def _words(context: ExceptionContext) -> str | None:
    code = getattr(context.original_exception, "pgcode", None)
    if code in _SENTENCES:
        return _SENTENCES[code]()
    if code == INSUFFICIENT_PRIVILEGE:
        if "sonla_event" in str(context.original_exception):
            return _SENTENCES[LOGGED]()
        if _writes_tables(context.engine):
            return refusal()
    return None


_SENTENCES: dict[str, Callable[[], str]] = {
    SEALED: refusal,
    GUARDED: lambda: tk._(
        "A revision moves by its own steps only, and stays for ever."
    ),
    OFFICE: lambda: tk._(
        "Only an operator takes down and restores, or erases by a decision; what"
        " was written of it stays for ever."
    ),
    UNENTITLED: lambda: tk._(
        "Only the agency's leader decides, or a delegate while a delegation runs; "
        "delegations are dated, one at a time, and stay as they were decided."
    ),
    UNAPPROVED: lambda: tk._(
        "Only an approval makes a dataset public: submit its revision with"
        " sonla_revision_submit."
    ),
    LOGGED: lambda: tk._("The log of events is append-only."),
}


def _writes_tables(engine: Engine | None) -> bool:
    """Tell whether an engine is the DataStore's writer.

    The writer loses the ownership of a table when its revision is submitted, so what
    it isn't allowed to do is what the seal forbids.
    """
    if engine is None:
        return False
    writer = make_url(tk.config["ckan.datastore.write_url"])
    return (engine.url.username, engine.url.database) == (
        writer.username,
        writer.database,
    )


def refuse_to_drop(target: sa.MetaData, connection: sa.Connection, **_: Any) -> None:
    """Refuse `ckan db clean` on a portal that has published something.

    The triggers see rows and TRUNCATE; DROP TABLE goes past them.
    """
    if "sonla_revision" not in target.tables:
        return
    held = connection.scalar(
        sa.text(
            "SELECT EXISTS (SELECT FROM sonla_revision"
            " WHERE state IN ('published', 'superseded'))"
        )
    )
    if held:
        raise tk.NotAuthorized(refusal())


_LISTENERS: tuple[tuple[Any, str, Any, dict[str, bool]], ...] = (
    (Engine, "handle_error", say_it, {"retval": True}),
    (sa.MetaData, "before_drop", refuse_to_drop, {}),
)


class SealWords(Seam):
    """Puts the seals' refusals into words while the plugin is loaded."""

    p.implements(p.IConfigurable)

    # Seam

    def install(self) -> None:
        for target, name, listener, options in _LISTENERS:
            if not event.contains(target, name, listener):
                event.listen(target, name, listener, **options)

    def uninstall(self) -> None:
        for target, name, listener, _options in _LISTENERS:
            if event.contains(target, name, listener):
                event.remove(target, name, listener)

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        # Lists every table of the DataStore, drafts' too, whoever asks.
        config["ckan.datastore.public_table_search"] = []
