"""A portal on this machine: every step from an empty folder to a page that answers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from . import ini, postgres
from .console import Step, StepError
from .databases import Databases, set_up
from .folders import ROOT, Home, write_secret
from .passwords import passwords
from .ports import HOST, find, is_free
from .postgres import Cluster
from .redis_server import RedisServer
from .supervisor import Program, Supervisor

if TYPE_CHECKING:
    from collections.abc import Sequence

BIN = Path(sys.prefix) / "bin"
# The processes that do background jobs, and whose.
WORKERS = {"worker": "default", "worker-long": "long"}
DEMO_FILE = "demo-accounts.json"
PROGRESS = re.compile(r"^\s*(\d+)\s*/\s*(\d+)\b\s*(.*)")


class Portal:
    """The steps in their order; each can be run again."""

    def __init__(self, home: Home, port: int, supervisor: Supervisor) -> None:
        self.home = home
        self.port = port
        self.supervisor = supervisor
        self.names = Databases()
        self.secrets = passwords(home.folder)
        ports = home.state.get("ports") or {}
        taken = {port}
        for name in ("postgres", "redis", "smtp"):
            ports[name] = find(ports.get(name), home.folder / name, taken)
            taken.add(ports[name])
        lies = home.state.get("cluster") or str(
            postgres.place(home.folder / "postgresql")
        )
        home.state.set(ports=ports, cluster=lies)
        self.ports: dict[str, int] = ports
        self.cluster = Cluster(Path(lies), ports["postgres"], self.secrets["postgres"])
        self.redis = RedisServer(
            home.folder / "redis", ports["redis"], self.secrets["redis"]
        )

    @property
    def address(self) -> str:
        """Return the address of the start page."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Run every step; the portal answers when this returns."""
        self._check_port()
        self._databases()
        self._queue()
        self._tables()
        self._strings()
        self._technical_account()
        self._helpers()
        self._demo()
        self._web()

    def _check_port(self) -> None:
        if not is_free(self.port):
            raise StepError(
                f"port {self.port} is taken by another program",
                f"choose another one: PORT={self.port + 100} make run",
            )

    def _databases(self) -> None:
        with Step("PostgreSQL") as step:
            made = self.cluster.create()
            self.supervisor.start(self.cluster.program())
            self.cluster.wait()
            set_up(self.cluster, self.names, self.secrets)
            words = "new cluster" if made else "own cluster"
            step.detail = f"{words} in {self.cluster.folder}, port {self.cluster.port}"

    def _queue(self) -> None:
        with Step("Redis") as step:
            self.supervisor.start(self.redis.program())
            self.redis.wait()
            step.detail = f"port {self.redis.port}"

    def write_ini(self) -> None:
        """Write CKAN's configuration from what is known now."""
        values = {
            **ini.addresses(self.cluster, self.names, self.secrets),
            "site_url": self.address,
            "storage": str(self.home.storage),
            "assets": str(self.home.folder / "webassets"),
            "harvest_key": str(self.home.sealing_key()),
            "source_secrets": str(self.home.source_secrets),
            "source_files": str(self.home.source_files),
            "session": self.secrets["session"],
            "csrf": self.secrets["csrf"],
            "token": self.secrets["token"],
            "feedback": self.secrets["feedback"],
            "redis_url": self.redis.address(),
            "xloader_token": self.home.state.get("xloader_token") or "not-made-yet",
            "smtp": f"{HOST}:{self.ports['smtp']}",
        }
        write_secret(self.home.ini, ini.render(values))

    def _tables(self) -> None:
        self.write_ini()
        mark = ini.fingerprint()
        with Step("Tables") as step:
            if self.home.state.get("migrated") == mark:
                step.detail = "unchanged"
                return
            self._ckan(step, "db", "upgrade")
            self.home.state.set(migrated=mark)
            step.detail = "migrated, CKAN's and every plugin's"

    def _strings(self) -> None:
        with Step("Vietnamese"):
            self._python(None, str(ROOT / "deploy" / "i18n.py"), "compile")

    def _technical_account(self) -> None:
        if self.home.state.get("xloader_token"):
            return
        with Step("Technical account") as step:
            output = self._python(
                None, "-m", "deploy.local.accounts", send=self.secrets["sysadmin"]
            )
            made = json.loads(output.strip().splitlines()[-1])
            self.home.state.set(xloader_token=made["xloader_token"])
            self.write_ini()
            step.detail = f"{made['name']}, its password is in var/secrets.json"

    def _helpers(self) -> None:
        environment = {"CKAN_INI": str(self.home.ini)}
        catcher = ["-m", "deploy.local.mail_catcher", str(self.home.mail)]
        with Step("Mail catcher, workers") as step:
            self.supervisor.start(
                Program("mail", [sys.executable, *catcher, str(self.ports["smtp"])])
            )
            # A queue each: a file is loaded while a harvest runs.
            ckan = [str(BIN / "ckan"), "-c", str(self.home.ini)]
            for name, queue in WORKERS.items():
                self.supervisor.start(
                    Program(
                        name,
                        [*ckan, "sonla", "worker", queue],
                        environment,
                        # It finishes the job at hand.
                        patience=30.0,
                    )
                )
            step.detail = f"mails become files in {self.home.mail}"

    def _demo(self) -> None:
        """Load the demonstration into an empty portal, or go on where it stopped."""
        state = self.home.state.get("demo")
        if os.environ.get("DEMO") == "no" or (state != "loading" and self._has_data()):
            return
        with Step("Demonstration data") as step:
            self.home.state.set(demo="loading")
            self._ckan(step, "sonla", "demo", "load")
            self.home.state.set(demo="loaded")
            step.detail = f"accounts in {self.home.folder / DEMO_FILE}"

    def _has_data(self) -> bool:
        with self.cluster.connect(self.names.ckan) as opened, opened.cursor() as cursor:
            cursor.execute('SELECT EXISTS (SELECT FROM "group")')
            found = cursor.fetchone()
        return bool(found and found[0])

    def _web(self) -> None:
        environment = {"CKAN_INI": str(self.home.ini)}
        with Step("Web server, scheduler") as step:
            self.supervisor.start(
                Program("web", gunicorn(self.port), environment, patience=20.0)
            )
            self.supervisor.start(
                Program(
                    "scheduler",
                    [sys.executable, "-m", "deploy.local.scheduler"],
                    environment,
                    patience=30.0,
                )
            )
            self._wait_ready(180.0)
            step.detail = "every part answers"

    def _wait_ready(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            self.supervisor.look()
            ready, answer = ask(f"{self.address}/health/ready")
            if ready:
                return
            if time.monotonic() > until:
                raise StepError(
                    f"the portal was not ready after {seconds:.0f} s: {answer}",
                    f"see the logs in {self.home.logs}, then run the command again",
                )
            time.sleep(0.3)

    def _ckan(self, step: Step, *arguments: str) -> None:
        self._python(step, str(BIN / "ckan"), "-c", str(self.home.ini), *arguments)

    def _python(self, step: Step | None, *arguments: str, send: str = "") -> str:
        """Run a Python program to its end; its lines `3/40 …` move the step's bar."""
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, "CKAN_INI": str(self.home.ini), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        output = self._follow(process, step, send)
        log = self.home.logs / "setup.log"
        with log.open("a", encoding="utf-8") as file:
            log.chmod(0o600)
            file.write(f"$ {' '.join(arguments)}\n{'' if send else output}")
        if process.returncode:
            raise StepError(
                f"`{_spoken(arguments)}` ended with {process.returncode}: "
                f"{_last_words(output)}",
                f"read {log}, repair the cause, then run the command again",
            )
        return output

    def _follow(
        self, process: subprocess.Popen[str], step: Step | None, send: str
    ) -> str:
        lines: list[str] = []
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process was started without pipes")
        process.stdin.write(f"{send}\n")
        process.stdin.close()
        for line in process.stdout:
            lines.append(line)
            found = PROGRESS.match(line)
            if step and found:
                step.progress(int(found[1]), int(found[2]), found[3])
            self.supervisor.look()
        process.wait()
        return "".join(lines)


def gunicorn(port: int) -> Sequence[str]:
    """Return the command of the web server: two processes, this machine only."""
    return [
        str(BIN / "gunicorn"),
        f"--bind={HOST}:{port}",
        "--workers=2",
        # Browsers open connections ahead of need: one that says nothing must not
        # hold up a whole process.
        "--worker-class=gthread",
        "--threads=4",
        # One loading of CKAN serves both processes.
        "--preload",
        "--timeout=120",
        "--graceful-timeout=10",
        "--no-control-socket",
        f"--chdir={ROOT}",
        "deploy.local.wsgi:application",
    ]


def ask(address: str) -> tuple[bool, str]:
    """Return whether an address answers with 200, and what it says."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own
            return answer.status == HTTPStatus.OK, answer.read().decode()
    except urllib.error.HTTPError as error:
        return False, error.read().decode(errors="replace")[:500]
    except OSError as error:
        return False, str(error)


def _spoken(arguments: Sequence[str]) -> str:
    return " ".join(Path(a).name if a.startswith("/") else a for a in arguments)


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
