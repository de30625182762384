"""`ckan sonla agency`: agencies from the command line."""

from __future__ import annotations

from typing import IO, Any

import click

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared.cli import sonla

from . import importing


@sonla.group()
def agency() -> None:
    """Provision agencies."""


@agency.command("provision", short_help="Make all agencies of a CSV file.")
@click.argument("file", type=click.File("rb"))
@click.option("--yes", is_flag=True, help="Don't ask before making them.")
@click.pass_context
def provision(ctx: click.Context, file: IO[bytes], yes: bool) -> None:
    """Make every agency of FILE with its accounts, or none.

    New accounts are invited by mail to choose a password.
    """
    flask_app: Any = ctx.meta["flask_app"]
    with flask_app.test_request_context():
        try:
            _provision(file, yes)
        except tk.ValidationError as error:
            for reason in importing.reasons(error):
                click.echo(reason, err=True)
            ctx.exit(1)


def _provision(file: IO[bytes], yes: bool) -> None:
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    read = tk.get_action("sonla_agency_import")({"user": site_user}, {"upload": file})
    for line in read["lines"]:
        click.echo(f"{line['line']}: {line['agency'].get('title', '')}")
    if read["valid"] and not yes:
        count = len(read["lines"])
        click.confirm(f"Provision {count} agencies?", abort=True)
    made = tk.get_action("sonla_agency_import_confirm")(
        {"user": site_user}, {"text": read["text"]}
    )
    click.echo(f"Provisioned {made['count']} agencies")
