"""Installs Swift beside the portal's own packages, and runs it for the tests.

It is a real S3 server, a distribution's and not a double: signatures, parts, listings
and errors are its own. Nothing of it reaches the portal's environment.
"""

from __future__ import annotations

import getpass
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from deploy.local.console import StepError
from deploy.local.folders import ROOT
from deploy.local.ports import HOST, find
from deploy.local.supervisor import Program, Supervisor

HERE = Path(__file__).parent
LOCK = HERE / "requirements.txt"
HOME = ROOT / "var" / "s3"
KEY, SECRET = "test:tester", "testing"
BUCKET = "sonla"
STORES = ("account", "container", "object")

CLUSTER = """\
[swift-hash]
swift_hash_path_suffix = sonla
[storage-policy:0]
name = one
default = yes
"""
STORE = """\
[DEFAULT]
bind_ip = {host}
bind_port = {port}
user = {user}
workers = 0
swift_dir = {folder}
devices = {devices}
mount_check = false
disable_fallocate = true
recon_cache_path = {folder}
log_udp_host = {host}
log_udp_port = 9
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
PROXY = """\
[DEFAULT]
bind_ip = {host}
bind_port = {port}
user = {user}
workers = 0
swift_dir = {folder}
log_udp_host = {host}
log_udp_port = 9
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck s3api tempauth copy slo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
# Small, so that a listing comes in pages.
max_bucket_listing = 5
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = {secret} .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""


def install() -> Path:
    """Install what the lock names, if it isn't yet; return Swift's Python."""
    python = HOME / "venv" / "bin" / "python"
    mark = HOME / "installed"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if python.exists() and mark.exists() and mark.read_text("ascii") == wanted:
        return python
    HOME.mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    uv = shutil.which("uv") or str(ROOT / "var" / "tools" / "bin" / "uv")
    try:
        _run(
            [
                uv,
                "venv",
                "-q",
                "--clear",
                "--python",
                sys.executable,
                str(HOME / "venv"),
            ]
        )
        _run([uv, "pip", "sync", "-q", "--python", str(python), str(LOCK)])
    except OSError as error:
        raise StepError("uv is not installed", "run `make test` once") from error
    mark.write_text(wanted, "ascii")
    return python


@dataclass
class S3Server:
    """One Swift in a folder of its own, on ports of its own."""

    folder: Path
    port: int = 0

    def start(self) -> None:
        """Start it and wait until it answers."""
        python = install()
        ports = self._ports()
        self.port = ports.pop("proxy")
        self._devices = _devices(self.folder)
        (self.folder / "swift.conf").write_text(CLUSTER, "ascii")
        _run([str(python), str(HERE / "rings.py"), str(self.folder), json.dumps(ports)])
        self._supervisor = Supervisor(self.folder, self.folder)
        for kind in STORES:
            self._run_server(kind, STORE, ports[kind])
        self._run_server("proxy", PROXY, self.port)
        self._wait()

    @property
    def endpoint(self) -> str:
        """The server's address."""
        return f"http://{HOST}:{self.port}"

    def settings(self, name: str = "resources") -> dict[str, str]:
        """Return the settings with which CKAN keeps resources there."""
        prefix = f"ckan.files.storage.{name}."
        return {
            f"{prefix}type": "sonla:s3",
            f"{prefix}endpoint": self.endpoint,
            f"{prefix}bucket": BUCKET,
            f"{prefix}key": KEY,
            f"{prefix}secret": SECRET,
            f"{prefix}path": "files",
            f"{prefix}initialize": "true",
        }

    def stop(self) -> None:
        """End it."""
        self._supervisor.stop()
        shutil.rmtree(self._devices, ignore_errors=True)

    def _ports(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for kind in (*STORES, "proxy"):
            found[kind] = find(None, self.folder, set(found.values()))
        return found

    def _run_server(self, kind: str, settings: str, port: int) -> None:
        path = self.folder / f"{kind}-server.conf"
        text = settings.format(
            host=HOST,
            port=port,
            user=getpass.getuser(),
            folder=self.folder,
            devices=self._devices,
            kind=kind,
            secret=SECRET,
        )
        path.write_text(text, "utf-8")
        command = [str(HOME / "venv" / "bin" / f"swift-{kind}-server"), str(path)]
        self._supervisor.start(Program(f"s3-{kind}", command, patience=5.0))

    def _wait(self, seconds: float = 40.0) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if _answers(self.port):
                return
            time.sleep(0.1)
        raise StepError(
            f"the S3 server did not answer within {seconds:.0f} s",
            f"see the logs in {self.folder}",
        )


def _devices(folder: Path) -> Path:
    """Return where the objects lie: on a file system with extended attributes."""
    for place in (folder, HOME):
        devices = Path(tempfile.mkdtemp(prefix="devices-", dir=place))
        (devices / "d1").mkdir()
        try:
            os.setxattr(devices / "d1", "user.sonla", b"1")
        except OSError:
            shutil.rmtree(devices)
            continue
        return devices
    raise StepError(
        f"neither {folder} nor {HOME} keeps extended attributes",
        "set TMPDIR to a folder on ext4 or xfs",
    )


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/healthcheck")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StepError(
            f"{Path(command[0]).name} failed: {done.stderr.strip()[-500:]}",
            "check the network, then run the command again",
        )
