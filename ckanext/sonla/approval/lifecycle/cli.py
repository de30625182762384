"""`ckan sonla erasures`: what was erased stays erased after a backup came back."""

from __future__ import annotations

import click

from ckanext.sonla.approval.erasure import again as erasing_again
from ckanext.sonla.shared.cli import sonla


@sonla.group(short_help="Personal data erased by decisions.")
def erasures() -> None:
    """Keep erased what was erased by a decision."""


@erasures.command(
    "apply", short_help="Erase again what a restored backup brought back."
)
@click.pass_context
def apply(ctx: click.Context) -> None:
    """Apply the noted erasures again; run it after every restore of a backup."""
    flask_app = ctx.meta["flask_app"]
    with flask_app.test_request_context():
        done = erasing_again.apply()
    for erasure_id, outcome in done.outcomes.items():
        click.echo(f"{erasure_id}: {outcome}")
    click.echo(f"{done.files} files removed")
    if done.failed:
        ctx.exit(1)


__all__ = ["erasures"]
