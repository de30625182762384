"""`ckan sonla obligations`: how far the tasks have come, and freezing by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.calling import sentences
from ckanext.sonla.shared.cli import sonla

from . import freezing, statuses
from .model import FrozenQuarter, Obligation, Progress

if TYPE_CHECKING:
    from collections.abc import Iterator


@sonla.group(short_help="What agencies owe, and its frozen quarters.")
def obligations() -> None:
    """Look after what agencies owe."""


@obligations.command("show", short_help="Tell what is owed, frozen and followed.")
@click.pass_context
def show(ctx: click.Context) -> None:
    """Tell how many obligations stand how, which quarters are frozen, and the marks."""
    flask_app: Any = ctx.meta["flask_app"]
    with flask_app.test_request_context():
        for line in _told():
            click.echo(line)


def _told() -> Iterator[str]:
    status = statuses.status_at(clock.now()).label("status")
    counted = sa.select(status, sa.func.count()).select_from(Obligation)
    for name, count in model.Session.execute(counted.group_by(status).order_by(status)):
        yield f"{name}: {count}"
    for quarter in model.Session.scalars(
        sa.select(FrozenQuarter).order_by(FrozenQuarter.quarter)
    ):
        yield f"frozen {quarter.quarter}: as of {clock.iso_z(quarter.as_of)}"
    for mark in model.Session.scalars(sa.select(Progress).order_by(Progress.name)):
        yield f"mark {mark.name}: {mark.value}"


@obligations.command("freeze", short_help="Freeze a quarter that has ended.")
@click.argument("quarter")
@click.pass_context
def freeze(ctx: click.Context, quarter: str) -> None:
    """Freeze a quarter such as 2026-Q4, for ever: for when the scheduler stands still.

    The scheduler does the same by itself, an hour after the quarter's end.
    """
    flask_app: Any = ctx.meta["flask_app"]
    with flask_app.test_request_context():
        try:
            done = freezing.freeze(_quarter(quarter))
        except tk.ValidationError as error:
            model.Session.rollback()
            raise click.ClickException(sentences(error)) from error
        model.Session.commit()
    click.echo(f"{quarter}: {'frozen' if done else 'was frozen before'}")


def _quarter(text: str) -> clock.Period:
    try:
        found = clock.parse_period(text)
    except ValueError:
        found = None
    if found is None or found.kind != "quarter":
        raise click.BadParameter("write the quarter as 2026-Q4")
    return found


__all__ = ["obligations"]
