"""`make run` and `make stop`."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from .console import StepError, say
from .folders import ROOT, Home
from .portal import DEMO_FILE, Portal
from .processes import Identity
from .supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOK_EVERY = 0.25


@click.group()
def cli() -> None:
    """Run the whole portal on this machine, under `var/`."""
    # A setting of the caller's shell would win over the generated configuration.
    for name in [name for name in os.environ if name.startswith("CKAN_")]:
        del os.environ[name]
    # Every process would compile CKAN anew at every start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.umask(0o077)


@cli.command()
@click.option("--port", type=int, default=5000, envvar="PORT", show_default=True)
def run(port: int) -> None:
    """Set up whatever is missing and run the portal until Ctrl-C."""
    home = Home(ROOT / "var")
    home.create()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    with _only_one(home):
        supervisor = Supervisor(
            home.folder, home.logs, lambda text: say(f"  {time.strftime('%X')}  {text}")
        )
        failed = False
        try:
            _run(home, port, supervisor)
        except KeyboardInterrupt:
            say("\n  Stopping …")
        except StepError as failure:
            failed = True
            say(f"\n  Why: {failure.why}\n  Do:  {failure.remedy}")
            say("  Running `make run` again goes on from here.")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            supervisor.stop()
    if failed:
        sys.exit(1)
    say("  Stopped.")


def _run(home: Home, port: int, supervisor: Supervisor) -> None:
    began = time.monotonic()
    say(f"\nThe portal of {ROOT}")
    left = supervisor.end_leftovers()
    if left:
        say(f"  Ended what an earlier run left: {', '.join(left)}")
    portal = Portal(home, port, supervisor)
    me = Identity.of(os.getpid())
    if me is not None:
        home.state.set(
            runner={"pid": me.pid, "started": me.started, "address": portal.address}
        )
    portal.start()
    say(f"\n  Ready after {time.monotonic() - began:.1f} s: {portal.address}")
    if (home.folder / DEMO_FILE).exists():
        say(f"  Accounts to try it with: {home.folder / DEMO_FILE}")
    say(f"  Logs: {home.logs}   Mails: {home.mail}   Stop: Ctrl-C or `make stop`\n")
    while True:
        supervisor.look()
        time.sleep(LOOK_EVERY)


@cli.command()
def stop() -> None:
    """End a running portal, or what a killed one left running."""
    home = Home(ROOT / "var")
    if not home.folder.exists():
        say("Nothing runs here.")
        return
    runner = home.state.get("runner") or {}
    identity = Identity(runner.get("pid", 0), runner.get("started", 0))
    if identity.pid and identity.is_alive():
        os.kill(identity.pid, signal.SIGTERM)
        while identity.is_alive():
            time.sleep(0.1)
        say("Stopped the portal.")
        return
    left = Supervisor(home.folder, home.logs).end_leftovers()
    say(f"Ended {', '.join(left)}." if left else "Nothing runs here.")


@contextmanager
def _only_one(home: Home) -> Iterator[None]:
    """Let one supervisor at a time work in a folder; a killed one holds nothing."""
    with (home.folder / "running.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            address = (home.state.get("runner") or {}).get("address", "")
            say(f"The portal of {ROOT} runs already: {address}")
            say("  Do: open it, or end it with `make stop`.")
            sys.exit(1)
        yield


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    cli()
