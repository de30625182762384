"""`ckan sonla demo load`."""

from __future__ import annotations

from pathlib import Path

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
def load(accounts: Path) -> None:
    """Load agencies, catalogue and datasets; does nothing on a portal that has any."""
    from .load import Demo, is_empty  # noqa: PLC0415 - needs CKAN's models at call time

    if not is_empty():
        click.echo("The portal has agencies already: nothing loaded.")
        return
    steps = list(Demo(accounts).steps())
    with click.progressbar(
        steps, label="Demonstration", item_show_func=lambda step: step and step[0]
    ) as running:
        for _name, step in running:
            step()


__all__: list[str] = []
