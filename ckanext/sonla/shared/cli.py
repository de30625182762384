"""`ckan sonla`: features add their commands to this group in their own `cli.py`."""

from __future__ import annotations

from typing import Any

import click

from . import tick


@click.group(short_help="The portal's own commands.")
def sonla() -> None:
    """Run the portal by its regulation."""


@sonla.command("tick", short_help="Do everything that is due.")
@click.pass_context
def tick_command(ctx: click.Context) -> None:
    """Do everything that is due; safe to run twice, and at once."""
    flask_app: Any = ctx.meta["flask_app"]
    with flask_app.test_request_context():
        results = tick.run_all()
    for name, result in results.items():
        click.echo(f"{name}: {result}")
    if any(result not in ("done", "busy") for result in results.values()):
        ctx.exit(1)


__all__ = ["sonla"]
