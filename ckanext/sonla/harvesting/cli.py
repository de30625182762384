"""`ckan sonla harvest`: what an administrator does with harvest sources."""

from __future__ import annotations

from pathlib import Path

import click

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.cli import sonla

from . import rekeying, sealing


@sonla.group("harvest")
def harvest_group() -> None:
    """Look after harvest sources."""


@harvest_group.command("rekey", short_help="Seal the sources' secrets with a new key.")
@click.option(
    "--to",
    "new",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the new key, which becomes the portal's; without it, the first"
    " key of the portal's file seals.",
)
def rekey(new: Path | None) -> None:
    """Seal every kept secret of a source with a new key; safe to do again.

    The portal goes on reading its sources meanwhile.
    """
    option = tk.config[sealing.OPTION]
    if not option:
        raise click.ClickException(f"{sealing.OPTION} names no file")
    if new and new.samefile(option):
        raise click.ClickException("--to names the portal's own key file")
    try:
        count = rekeying.rekey(Path(option), new)
    except (sealing.NoKey, OSError) as error:
        raise click.ClickException(str(error)) from error
    except rekeying.Unopened as error:
        lines = "\n".join(f"  {source} {name}" for source, name in error.found)
        raise click.ClickException(
            f"No key opens these secrets; nothing was changed:\n{lines}"
        ) from error
    click.echo(f"{count} secrets sealed anew")
