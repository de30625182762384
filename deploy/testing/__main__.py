"""Runs tests on databases of their own: `make test` and its sisters."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import click

from deploy.local.console import StepError, say
from deploy.local.folders import ROOT

from .bed import Bed, make_beds
from .runner import Run, parts, run

if TYPE_CHECKING:
    from collections.abc import Callable

# A second bed pays when two processors can work.
BEDS = 2 if (os.cpu_count() or 1) > 1 else 1


@click.group()
def cli() -> None:
    """Run tests on throw-away databases."""
    for name in [name for name in os.environ if name.startswith("CKAN_")]:
        del os.environ[name]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    signal.signal(signal.SIGTERM, _interrupt)


@cli.command(name="run", context_settings={"ignore_unknown_options": True})
@click.argument("places", nargs=-1, required=True)
@click.option("--without", multiple=True, help="A folder to leave out.")
@click.option("--pytest", "extra", multiple=True, help="An argument for pytest.")
def run_tests(
    places: tuple[str, ...], without: tuple[str, ...], extra: tuple[str, ...]
) -> None:
    """Run the tests in some folders."""
    subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "i18n.py"), "compile"], check=True
    )
    found = parts(places, without)
    with_beds(min(BEDS, max(1, len(found))), lambda beds: run(Run(found, beds, extra)))


@cli.command(name="with", context_settings={"ignore_unknown_options": True})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run_with(command: tuple[str, ...]) -> None:
    """Run a command that finds a test bed's settings in `CKAN_INI`."""

    def work(beds: list[Bed]) -> int:
        environment = {**os.environ, "CKAN_INI": str(beds[0].ini)}
        return subprocess.run(
            command, cwd=ROOT, env=environment, check=False
        ).returncode

    with_beds(1, work)


def with_beds(number: int, work: Callable[[list[Bed]], int]) -> None:
    """Make beds, do some work on them, remove them; the work's result is the exit."""
    beds: list[Bed] = []
    try:
        beds = make_beds(number)
        code = work(beds)
    except StepError as failure:
        say(f"\n  Why: {failure.why}\n  Do:  {failure.remedy}")
        code = 1
    except KeyboardInterrupt:
        say("\n  Stopped.")
        code = 130
    finally:
        for bed in beds:
            bed.remove()
    sys.exit(code)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    cli()
