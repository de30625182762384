"""`ckan sonla integrity check` and `ckan sonla retention`."""

from __future__ import annotations

import json
from typing import Any

import click

from ckanext.sonla.approval.integrity import check as integrity
from ckanext.sonla.approval.integrity import task as integrity_task
from ckanext.sonla.shared.cli import sonla

from . import retention

# Its task is registered when it is imported; named so that the import stays.
REGISTERED = (integrity_task,)
_MEGABYTE = 1_000_000


@sonla.group("integrity")
def integrity_group() -> None:
    """Find what was changed behind the portal's back."""


@integrity_group.command("check", short_help="Compare what is published with the log.")
@click.option("--dataset", help="Only this one, by id or name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def check(ctx: click.Context, dataset: str | None, as_json: bool) -> None:
    """Compare metadata, files and tables with their digests and the log.

    Ends with code 1 and names dataset, file and field of whatever differs.
    """
    flask_app: Any = ctx.meta["flask_app"]
    with flask_app.test_request_context():
        number = len(integrity.datasets(dataset))
        found = list(integrity.check(dataset))
    if as_json:
        told = {"datasets": number, "findings": [one.as_dict() for one in found]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for one in found:
            click.echo(str(one), err=True)
        click.echo(f"{number} datasets checked, {len(found)} findings")
    if found or (dataset is not None and not number):
        ctx.exit(1)


@sonla.command("retention", short_help="End the files whose time is over.")
@click.option("--remove", is_flag=True, help="Remove them; otherwise only say which.")
@click.pass_context
def retention_command(ctx: click.Context, remove: bool) -> None:
    """Say which files of earlier versions are past the policy's time, or remove them.

    Also what crashed uploads left. The scheduler does it once a day.
    """
    flask_app: Any = ctx.meta["flask_app"]
    with flask_app.test_request_context():
        found = retention.remove() if remove else retention.ended()
        for version, files in found.versions.values():
            click.echo(
                f"{version.revision.dataset_id} version {version.number}:"
                f" {len(files)} files, kept until {version.kept_until()}"
            )
    click.echo(f"{len(found.leftovers)} leftovers that nothing names")
    verb = "removed" if remove else "to remove"
    total = found.size() / _MEGABYTE
    click.echo(f"{len(found.files())} files {verb}, {total:.1f} MB")


__all__ = ["integrity_group", "retention_command"]
