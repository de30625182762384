"""The processes of the portal that the browser visits."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from cryptography.fernet import Fernet

ROOT = Path(__file__).parent.parent.parent
STARTING_SECONDS = 120
TOKEN_SECRET = "string:only-for-tests-but-long-enough-for-a-signature"


def bury(process: subprocess.Popen) -> None:
    """Wait for a process that was told to end; kill it if it doesn't."""
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def settings(tests: Path, folder: Path, address: str) -> Path:
    """Write settings over the test run's own, as in production where it matters."""
    ini = folder / "portal.ini"
    (folder / "harvest.key").write_bytes(Fernet.generate_key() + b"\n")
    (folder / "agencies").mkdir()
    ini.write_text(
        f"""[app:main]
use = config:{tests.resolve()}
testing = false
WTF_CSRF_ENABLED = true
SECRET_KEY = only-for-tests-but-long-enough-for-a-signature
ckan.site_url = {address}
api_token.jwt.encode.secret = {TOKEN_SECRET}
api_token.jwt.decode.secret = {TOKEN_SECRET}
ckan.locale_default = vi
ckan.locales_offered = vi en
ckan.webassets.path = {folder / "assets"}
# Agencies' systems run beside the portal here.
sonla.web.private_hosts = 127.0.0.1
sonla.harvesting.key_file = {folder / "harvest.key"}
sonla.harvesting.sqlite_folder = {folder / "agencies"}
""",
        encoding="utf-8",
    )
    return ini


def start(folder: Path, ini: Path, name: str, *command: str) -> subprocess.Popen:
    """Start one of the portal's processes; its log lies in the folder."""
    binary = Path(sys.executable).parent / command[0]
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [binary, *command[1:]],
            cwd=ROOT,
            env={**os.environ, "CKAN_INI": str(ini)},
            stdout=log,
            stderr=log,
        )


def wait_for(address: str, processes: list[subprocess.Popen], folder: Path) -> None:
    """Wait until the portal answers; fail with the logs if it doesn't."""
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            break
        try:
            if requests.get(f"{address}/robots.txt", timeout=10).ok:
                return
        except requests.RequestException:
            time.sleep(0.5)
    logs = "\n".join(path.read_text()[-3000:] for path in folder.glob("*.log"))
    pytest.fail(f"The portal did not start:\n{logs}")
