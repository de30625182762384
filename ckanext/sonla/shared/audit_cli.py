"""`ckan sonla audit`: is the log whole, and what is in it."""

from __future__ import annotations

from typing import IO

import click
from sqlalchemy.engine import make_url

import ckan.plugins.toolkit as tk

from . import auditing, log_permissions
from .cli import sonla


@sonla.group()
def audit() -> None:
    """Check and export the log of events."""


class _HeadType(click.ParamType):
    name = "SEQ:HASH"

    def convert(
        self,
        value: str | auditing.Head,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> auditing.Head:
        if isinstance(value, auditing.Head):
            return value
        try:
            return auditing.Head.read(value)
        except ValueError:
            self.fail("write it as `verify` prints it: 1234:9f86d0…", param, ctx)


SINCE = click.option(
    "--since",
    type=click.IntRange(min=1),
    default=1,
    help="Number of the first event to look at.",
)


@audit.command("verify", short_help="Check that the log's chain holds.")
@SINCE
@click.option(
    "--head",
    "heads",
    type=_HeadType(),
    multiple=True,
    help="A head noted before, which must still be in the chain.",
)
@click.pass_context
def verify(ctx: click.Context, since: int, heads: tuple[auditing.Head, ...]) -> None:
    """Walk the chain of hashes and name the first link that is broken.

    Note down the head that it prints: an event cut off the log's end shows only
    against it.
    """
    for problem in log_permissions.problems():
        click.echo(
            f"Warning: {problem}; see `ckan sonla audit set-permissions`", err=True
        )
    found = auditing.verify(since, heads)
    if found.broken is not None:
        broken = found.broken
        at = f"event {broken.seq}" + (f" ({broken.id})" if broken.id else "")
        click.echo(f"Broken at {at}: {broken.reason}", err=True)
        ctx.exit(1)
    click.echo(f"{found.count} events hold; head {found.head}")


@audit.command("head", short_help="Print the log's head, to be kept elsewhere.")
def head() -> None:
    """Print number and hash of the last event, quickly, for a place outside."""
    click.echo(str(auditing.head()))


@audit.command("export", short_help="Print every event as a line of JSON.")
@SINCE
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-")
def export(since: int, output: IO[str]) -> None:
    """Write the log as JSON Lines, persons included.

    `docs/audit.md` has a short program that checks the chain of such a file.
    """
    for line in auditing.lines(since):
        output.write(line + "\n")


@audit.command("set-permissions", short_help="Print SQL that makes the log its own.")
def set_permissions() -> None:
    """Print what PostgreSQL's superuser runs once in CKAN's database."""
    url = make_url(tk.config["sqlalchemy.url"])
    click.echo(log_permissions.script(url.database or "", url.username or ""))
