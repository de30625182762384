"""`make test-kill`: end the portal's processes by SIGKILL while it publishes.

Runs on the portal of `make run`, with its demonstration. Each round lets an officer
update a dataset's text, file and table, and a leader approve; at some instant around
that one process is killed, or all. Then the portal has to answer again by itself, what
strangers see has to be the old revision or the new one and no mixture, and the approval
has to end. One line a round; the exit code counts what went wrong.
"""

from __future__ import annotations

import csv
import io
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import click
import requests

from deploy.local.console import say
from deploy.local.folders import ROOT, Home

from .kill_portal import ALL, PROCESSES, Face, Portal, WrongError

# An approval answers after some 200 ms: the instants lie before, in and after it.
LATEST = 0.35
UNFINISHED = {"draft", "submitted", "returned", "scheduled", "publishing"}


@dataclass
class Subject:
    """The dataset that is updated again and again."""

    portal: Portal
    name: str
    resource: str
    officer: str
    leader: str
    rows: list[list[str]] = field(default_factory=list)
    notes: str = ""

    def face(self) -> Face:
        """Return what strangers see: the text's mark, the table's rows, the file's."""
        package = self.portal.call("package_show", id=self.name)
        table = self.portal.call("datastore_search", resource_id=self.resource, limit=0)
        (found,) = [one for one in package["resources"] if one["id"] == self.resource]
        file = requests.get(found["url"], timeout=60)
        file.raise_for_status()
        rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
        return package["notes"], table["total"], len(rows) - 1

    def draft(self, mark: str, left_out: int) -> dict[str, Any]:
        """Let the officer change text, file and table, and submit."""
        call = self.portal.call
        revision = call("sonla_revision_open", self.officer, dataset_id=self.name)
        package = call("package_show", self.officer, id=revision["package_id"])
        call("package_patch", self.officer, id=package["id"], notes=mark)
        (own,) = [one for one in package["resources"] if one.get("format") == "CSV"]
        out = io.StringIO()
        csv.writer(out).writerows(self.rows[: len(self.rows) - left_out])
        content = out.getvalue().encode()
        call("resource_patch", self.officer, id=own["id"], upload=content)
        self.portal.wait_for(
            "sonla_load_show", self.officer, {"done"}, resource_id=own["id"]
        )
        return call("sonla_revision_submit", self.officer, id=revision["id"], note=mark)


def choose(portal: Portal) -> Subject:
    """Return a published dataset with one table and nobody at work on it."""
    found = portal.call("package_search", rows=1000, fq="type:dataset")
    for package in found["results"]:
        agency = package["organization"]["name"]
        officer = portal.account("officer", agency)
        leader = portal.account("leader", agency)
        resources = package["resources"]
        if not (officer and leader and len(resources) == 1):
            continue
        if resources[0].get("format") != "CSV":
            continue
        told = portal.call("sonla_revision_list", officer, dataset_id=package["id"])
        if any(one["state"] in UNFINISHED for one in told["results"]):
            continue
        subject = Subject(portal, package["name"], resources[0]["id"], officer, leader)
        file = requests.get(resources[0]["url"], timeout=60)
        text = file.content.decode("utf-8-sig")
        subject.rows = list(csv.reader(io.StringIO(text)))
        subject.notes = package["notes"]
        if 100 < len(subject.rows) < 5000:  # noqa: PLR2004 - quick, and enough to cut
            return subject
    raise WrongError("the demonstration has no such dataset")


def round_of(subject: Subject, victim: str, number: int, delay: float) -> str:
    """Kill one thing in the middle of a publication, and return what came of it."""
    portal = subject.portal
    before = subject.face()
    after = (
        f"Lần {number}",
        len(subject.rows) - 1 - number,
        len(subject.rows) - 1 - number,
    )
    revision = subject.draft(after[0], number)
    answers: list[str] = []

    def approve() -> None:
        try:
            told = portal.call(
                "sonla_revision_approve",
                subject.leader,
                id=revision["id"],
                digest=revision["digest"],
            )
            answers.append(told["state"])
        except (WrongError, requests.RequestException, ValueError) as error:
            answers.append(type(error).__name__)

    thread = threading.Thread(target=approve)
    thread.start()
    time.sleep(delay)
    portal.kill(victim)
    thread.join()
    began = time.monotonic()
    if victim == ALL:
        portal.start()
    portal.wait()
    lasted = time.monotonic() - began
    seen = subject.face()
    if seen not in {before, after}:
        raise WrongError(f"a mixture: {seen}, not {before} or {after}")
    shown = {"id": revision["id"]}
    state = portal.call("sonla_revision_show", subject.officer, **shown)["state"]
    if state == "submitted":
        # The decision was lost with the process that took it, and nothing else.
        if seen != before or answers == ["published"]:
            raise WrongError("an approval that was answered is gone")
        approve()
    portal.wait_for("sonla_revision_show", subject.officer, {"published"}, **shown)
    if subject.face() != after:
        raise WrongError(f"published, but strangers see {subject.face()}")
    return f"{answers[0]:<18} back after {lasted:4.1f} s, was {state}"


def integrity(home: Home) -> None:
    """Compare everything published with its digests, and the log's chain."""
    for words in (("audit", "verify"), ("integrity", "check")):
        command = [f"{sys.prefix}/bin/ckan", "-c", str(home.ini), "sonla", *words]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False
        )
        say(f"  ckan sonla {' '.join(words)}: {done.stdout.strip().splitlines()[-1:]}")
        if done.returncode:
            raise WrongError(done.stdout + done.stderr)


@click.command()
@click.option("--port", type=int, default=5000, envvar="PORT", show_default=True)
@click.option("--rounds", type=int, default=3, show_default=True, help="Of each kill.")
@click.option("--seed", type=int, default=782, show_default=True)
def main(port: int, rounds: int, seed: int) -> None:
    """Run all rounds; the exit code is the number that went wrong."""
    chance = random.Random(seed)  # noqa: S311 - instants, no secrets
    home = Home(ROOT / "var")
    home.create()
    portal = Portal(home, port)
    wrong, victims = 0, [*PROCESSES, ALL] * rounds
    try:
        say(f"  ready after {portal.start():.1f} s")
        subject = choose(portal)
        say(f"  {subject.name}: {len(subject.rows) - 1} rows")
        for number, victim in enumerate(victims, start=1):
            delay = chance.uniform(0, LATEST)
            try:
                told = round_of(subject, victim, number, delay)
            except WrongError as error:
                wrong += 1
                told = f"WRONG: {error}"
                portal.wait()
            say(f"  {number:2} kill {victim:<11} at {delay * 1000:3.0f} ms: {told}")
        integrity(home)
    finally:
        portal.stop()
    say(f"  {len(victims)} publications, {wrong} wrong")
    sys.exit(min(wrong, 99))


if __name__ == "__main__":
    main()
