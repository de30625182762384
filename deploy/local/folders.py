"""Where a running portal keeps its things, and what it remembers between starts."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = 0o600


def write_secret(path: Path, content: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    # Created with its mode, so that the content is never readable in between.
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    partial.replace(path)


class Memory:
    """A small JSON file of things to remember, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> dict[str, Any]:
        """Return everything that is remembered."""
        try:
            return json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}

    def get(self, key: str) -> Any:
        """Return what is remembered under a key, or None."""
        return self.all().get(key)

    def set(self, **values: Any) -> None:
        """Remember values, besides those that are remembered already."""
        self.replace({**self.all(), **values})

    def replace(self, values: dict[str, Any]) -> None:
        """Remember these values and forget all others."""
        content = json.dumps(values, indent=2, ensure_ascii=False)
        write_secret(self._path, content + "\n")


class Home:
    """The folder `var/` of one clone, or another one for a throw-away portal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = Memory(folder / "state.json")
        self.logs = folder / "log"
        self.storage = folder / "storage"
        self.mail = folder / "mail"
        self.ini = folder / "ckan.ini"
        # What harvest sources may refer to, and the SQLite files that they may read.
        self.source_secrets = folder / "source-secrets"
        self.source_files = folder / "source-files"

    def create(self) -> None:
        """Make the folders; strangers may pass through, but list and read nothing."""
        inner = (
            self.logs,
            self.storage,
            self.mail,
            self.source_secrets,
            self.source_files,
        )
        for folder in (self.folder, *inner):
            folder.mkdir(parents=True, exist_ok=True)
        # As root, PostgreSQL's account must reach its cluster under this folder.
        self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for folder in inner:
            folder.chmod(0o700)

    def sealing_key(self) -> Path:
        """Return the file of the key that sources' secrets are encrypted with.

        Made once: without it the database's copy of the secrets opens for nobody.
        """
        path = self.folder / "harvest.key"
        if not path.exists():
            write_secret(path, base64.urlsafe_b64encode(os.urandom(32)).decode() + "\n")
        return path
