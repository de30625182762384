"""`ckan sonla`: features add their commands to this group in their own `cli.py`."""

from __future__ import annotations

from typing import Any

import click

from . import events, tick


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


@sonla.group()
def audit() -> None:
    """Check the log of events."""


@audit.command("verify", short_help="Check that the log's chain holds.")
@click.pass_context
def audit_verify(ctx: click.Context) -> None:
    """Walk the chain of hashes and name the first link that is broken.

    Note down the last line: an event cut off the log's end shows only against it.
    """
    count, last, broken = events.verify()
    if broken is not None:
        click.echo(
            f"Broken at event {broken.seq} ({broken.id}): {broken.reason}", err=True
        )
        ctx.exit(1)
    click.echo(f"{count} events hold; the last hash is {last}")


__all__ = ["sonla"]
