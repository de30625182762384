"""`ckan sonla audit dossier`: the approval dossier as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.audit_cli import audit
from ckanext.sonla.shared.language import speaking

from . import document, gathering


@audit.command("dossier", short_help="Write the approval dossier of a dataset.")
@click.argument("dataset")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file; by default named after the dataset and the day.",
)
@click.pass_context
def dossier(ctx: click.Context, dataset: str, output: Path | None) -> None:
    """Write who approved what of DATASET, by which appointment, as DOCX."""
    flask_app: Any = ctx.meta["flask_app"]
    with flask_app.test_request_context():
        try:
            with speaking(document.LANGUAGE):
                found = gathering.gather(dataset)
        except tk.ObjectNotFound:
            click.echo(f"There is no dataset {dataset}", err=True)
            ctx.exit(1)
        file = output or Path(document.file_name(found))
        file.write_bytes(document.made_of(found))
    click.echo(str(file))
