"""CKAN's and ckanext-harvest's own actions on sources, around which ours stand.

They come first, so that nothing further in keeps or logs a secret.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.logic import HarvestJobExists, HarvestSourceInactiveError
from ckanext.harvest.model import HarvestSource

from . import configuration, permissions, saving, sources
from .runs import ending, starting, states, stopping
from .standing import editing, showing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ckan.types import Context, DataDict

SOURCE = "harvest"


@contextmanager
def _as_operator(context: Context, agency: str | None) -> Iterator[None]:
    """Let an operator past CKAN's own question, which knows members only."""
    before = context.get("ignore_auth")
    if not before and permissions.may(context.get("user"), "change", agency):
        context["ignore_auth"] = True
    try:
        yield
    finally:
        context["ignore_auth"] = bool(before)


def _prepared(name: str) -> Callable[..., Any]:
    @tk.chained_action
    def action(original: Any, context: Context, data_dict: DataDict) -> Any:
        saving.prepare(context, data_dict)
        return original(context, data_dict)

    vars(action)["auth_audit_exempt"] = True  # ckanext-harvest's ask another's.
    action.__name__ = name
    return action


@tk.chained_action
def package_create(original: Any, context: Context, data_dict: DataDict) -> Any:
    """Create a source as a private package, its secret apart."""
    if data_dict.get("type") != SOURCE:
        return original(context, data_dict)
    tk.check_access("package_create", context, data_dict)
    saving.prepare(context, data_dict)
    data_dict["private"] = True
    with _as_operator(context, data_dict.get("owner_org")):
        return original(context, data_dict)


@tk.chained_action
def package_update(original: Any, context: Context, data_dict: DataDict) -> Any:
    """Change a source, its secret apart."""
    package = model.Package.get(data_dict.get("id") or data_dict.get("name"))
    if package is None or package.type != SOURCE:
        return original(context, data_dict)
    tk.check_access("package_update", context, data_dict)
    saving.prepare(context, data_dict)
    data_dict["private"] = True
    with _as_operator(context, package.owner_org):
        updated = original(context, data_dict)
    if saving.TAKEN in context:
        # CKAN saves nothing where nothing but the secret is new.
        saving.keep_taken(context, {"id": package.id})
        editing.note(context, package.id)
        model.Session.commit()
    editing.follow(context, package.id)
    return updated


@tk.chained_action
def harvest_job_create(original: Any, context: Context, data_dict: DataDict) -> Any:
    """Begin a run of a source of ours, in the portal's own background worker."""
    tk.check_access("harvest_job_create", context, data_dict)
    source: Any = HarvestSource.get(data_dict.get("source_id"))
    saving.refuse_upstream(source.type if source else None)
    if source is None or source.type not in configuration.KINDS:
        return original(context, data_dict)
    starting.refuse(source.id)
    agency: Any = model.Package.get(source.id)
    with _as_operator(context, agency.owner_org if agency else None):
        # Not into ckanext-harvest's queue, which nobody reads here.
        try:
            job = original(context, {**data_dict, "run": False})
        except HarvestJobExists as error:
            raise _refusal(tk._("A harvest job waits or runs already.")) from error
        except HarvestSourceInactiveError as error:
            raise _refusal(tk._("The source is switched off.")) from error
    user = model.User.get(context.get("user") or None)
    cause: Any = context.get("sonla_harvest_cause", states.ASKED)
    asked_by = user.id if user and cause == states.ASKED else None
    starting.begin(source.id, job["id"], cause, asked_by)
    return job


@tk.chained_action
def harvest_job_abort(original: Any, context: Context, data_dict: DataDict) -> Any:
    """Stop a run that waits or goes on; its next one begins anew.

    A run whose revision is already on its way to the leader is let go on, and one that
    has ended is left as it is; the answer is the job, as `harvest_job_show` gives it.
    """
    tk.check_access("harvest_job_abort", context, data_dict)
    job = stopping.job_of(data_dict.get("source_id") or data_dict.get("id"))
    if job is None:
        return original(context, data_dict)
    job_id, package = job.id, model.Package.get(job.source_id)
    run = stopping.locked(job_id)
    if run is not None:
        run_id, agency = run.id, package.owner_org if package else None
        ending.stop(run, stopping.who(context.get("user"), agency))
        ending.close_job(run_id)
        stopping.end_process(run_id)
    own: Context = {"ignore_auth": True, "user": str(context.get("user") or "")}
    return tk.get_action("harvest_job_show")(own, {"id": job_id})


def _refusal(words: str) -> tk.ValidationError:
    return tk.ValidationError({"source_id": [words]})


@tk.chained_action
@tk.side_effect_free
def harvest_source_show(original: Any, context: Context, data_dict: DataDict) -> Any:
    """Say beside a source how its standing approval stands."""
    found = original(context, data_dict)
    seen = context.get("ignore_auth") or permissions.sees(
        context.get("user"), found.get("owner_org")
    )
    if seen and found.get("source_type") in configuration.KINDS:
        source = sources.source_of(found["id"])
        found["standing_approval"] = showing.state_of(source)
    return found


vars(harvest_source_show)["auth_audit_exempt"] = True  # package_show asks.


@tk.chained_action
@tk.side_effect_free
def harvest_source_list(original: Any, context: Context, data_dict: DataDict) -> Any:
    """List the sources that the caller is shown; ckanext-harvest shows all."""
    found = original(context, data_dict)
    if context.get("ignore_auth"):
        return found
    user, agencies = context.get("user"), _agencies([one["id"] for one in found])
    return [one for one in found if permissions.sees(user, agencies.get(one["id"]))]


vars(harvest_source_list)["auth_audit_exempt"] = True  # ckanext-harvest asks none.


def _agencies(source_ids: list[str]) -> dict[str, str | None]:
    """Return which agency owns each source."""
    asked: Any = sa.select(model.Package.id, model.Package.owner_org).where(
        model.Package.id.in_(source_ids)
    )
    return {id_: agency for id_, agency in model.Session.execute(asked)}  # noqa: C416 - rows, not pairs


harvest_source_create = _prepared("harvest_source_create")
harvest_source_update = _prepared("harvest_source_update")
harvest_source_patch = _prepared("harvest_source_patch")

__all__ = (
    "harvest_job_abort",
    "harvest_job_create",
    "harvest_source_create",
    "harvest_source_list",
    "harvest_source_patch",
    "harvest_source_show",
    "harvest_source_update",
    "package_create",
    "package_update",
)
