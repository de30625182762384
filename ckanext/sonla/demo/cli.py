"""`ckan sonla demo load`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ckanext.sonla.shared.cli import sonla


@sonla.group(short_help="The demonstration portal.")
def demo() -> None:
    """Make a demonstration portal that looks like Sơn La."""


@demo.command(short_help="Load the demonstration into an empty portal.")
@click.option(
    "--accounts",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("var/demo-accounts.json"),
    show_default=True,
    help="Where names, passwords and tokens of the accounts are written (mode 600).",
)
@click.pass_context
def load(ctx: click.Context, accounts: Path) -> None:
    """Load agencies, catalogue and datasets, or go on where a load broke off."""
    # They need CKAN's configuration, which the command line has only now.
    from ckan import model  # noqa: PLC0415

    from .load import Demo  # noqa: PLC0415

    if not accounts.exists() and model.Session.query(model.Group).count():
        ctx.fail("The portal has agencies that no demonstration made: nothing loaded.")
    steps = Demo(accounts).steps()
    flask_app: Any = ctx.meta["flask_app"]
    with flask_app.test_request_context():
        for number, step in enumerate(steps, 1):
            # `make run` draws its progress bar from these lines.
            click.echo(f"{number}/{len(steps)} {step.name}")
            step.take()


__all__: list[str] = []
