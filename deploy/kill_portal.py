"""The portal whose processes are killed, as its readers and people see it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import requests

from deploy.local.folders import ROOT, Home

PROCESSES = (
    "web", "worker", "worker-long", "scheduler", "postgresql", "redis", "mail",
)  # fmt: skip
ALL = "all"
PATIENCE = 180.0
Face = tuple[str, int, int]


class WrongError(Exception):
    """Something that must not be."""


class Portal:
    """A `make run` of this folder, and its API."""

    def __init__(self, home: Home, port: int) -> None:
        self.home = home
        self.address = f"http://127.0.0.1:{port}"
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.accounts: list[dict[str, Any]] = []

    def start(self) -> float:
        """Start, wait until every part answers, and return after how many seconds."""
        began = time.monotonic()
        with (self.home.logs / "test-kill.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "deploy.local",
                    "run",
                    "--port",
                    str(self._port),
                ],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait(900.0)
        demo = self.home.folder / "demo-accounts.json"
        self.accounts = json.loads(demo.read_text(encoding="utf-8"))
        return time.monotonic() - began

    def stop(self) -> None:
        """End it as `make stop` does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=120)

    def wait(self, seconds: float = PATIENCE) -> None:
        """Wait until every part answers."""
        until = time.monotonic() + seconds
        answer = "nothing"
        while time.monotonic() < until:
            if self._process is not None and self._process.poll() is not None:
                raise WrongError("`make run` ended by itself: see test-kill.log")
            try:
                ready = requests.get(f"{self.address}/health/ready", timeout=10)
            except requests.RequestException as error:
                answer = repr(error)
            else:
                if ready.ok:
                    return
                answer = ready.text
            time.sleep(0.2)
        raise WrongError(f"not ready after {seconds:.0f} s: {answer}")

    def kill(self, name: str) -> None:
        """Kill a process with its children, or all of them with their supervisor."""
        register = json.loads((self.home.folder / "processes.json").read_text())
        names = list(register) if name == ALL else [name]
        if name == ALL and self._process is not None:
            self._process.kill()
            self._process.wait()
        for one in names:
            # It may have ended by itself since the register was written.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(register[one]["pid"], signal.SIGKILL)

    def account(self, role: str, agency: str) -> str:
        """Return the token of an agency's account; "" if it has none."""
        for one in self.accounts:
            if (one["role"], one["agency"]) == (role, agency):
                return one["api_token"]
        return ""

    def call(self, action: str, token: str = "", **data: Any) -> Any:
        """Call an action and return its result."""
        upload = data.pop("upload", None)
        sent: dict[str, Any] = {"json": data}
        if upload is not None:
            sent = {"data": data, "files": {"upload": ("bang.csv", upload, "text/csv")}}
        answer = requests.post(
            f"{self.address}/api/3/action/{action}",
            headers={"Authorization": token} if token else {},
            timeout=60,
            **sent,
        )
        body = answer.json()
        if not body["success"]:
            raise WrongError(f"{action}: {body['error']}")
        return body["result"]

    def wait_for(self, action: str, token: str, wanted: set[str], **data: Any) -> Any:
        """Ask until a state is reached."""
        until = time.monotonic() + PATIENCE
        found: Any = None
        while time.monotonic() < until:
            found = self.call(action, token, **data)
            if found["state"] in wanted:
                return found
            time.sleep(0.1)
        raise WrongError(f"{action} stays at {found and found['state']}")
