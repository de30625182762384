"""Files under their addresses in a folder of this machine."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .stored import FOLDER, Stored, address_at, location_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# Once stored a file is only read: also CKAN's own process can't write into it.
_FILE_MODE = 0o440
_FOLDER_MODE = 0o750
_ASIDE = ".writing-"


class LocalStore:
    """A folder; a file is written aside and renamed into place, whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def aside(self) -> Iterator[Path]:
        """Give the path of a new empty file that nobody else reads."""
        folder = self.root / FOLDER
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        path = folder / f"{_ASIDE}{secrets.token_hex(8)}"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def put(self, aside: Path, address: str) -> None:
        """Put a written file in its place, and both on the disk for good."""
        _sync(aside, os.O_RDWR)
        place = self.path(address)
        place.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        aside.chmod(_FILE_MODE)
        # Atomic: a reader finds no file or the whole one. The same bytes may be there;
        # replacing them makes the file young, and retention leaves what is young.
        aside.replace(place)
        _sync(place.parent, os.O_RDONLY)

    def path(self, address: str) -> Path:
        """Return where the file of an address lies."""
        return self.root / location_of(address)

    @contextmanager
    def reading(self, address: str) -> Iterator[IO[bytes]]:
        """Open a file."""
        with self.path(address).open("rb") as file:
            yield file

    @contextmanager
    def local(self, address: str) -> Iterator[Path]:
        """Give the file itself: it lies here."""
        self.size(address)
        yield self.path(address)

    def size(self, address: str) -> int:
        """Return the size in bytes."""
        return self.path(address).stat().st_size

    def remove(self, address: str) -> bool:
        """Delete a file."""
        return self.remove_at(location_of(address))

    def remove_at(self, location: str) -> bool:
        """Delete what lies at a place that `stored` told."""
        try:
            (self.root / location).unlink()
        except FileNotFoundError:
            return False
        return True

    def modified(self, location: str) -> datetime | None:
        """Return when a file was last put there; None when it is gone."""
        try:
            seconds = (self.root / location).stat().st_mtime
        except FileNotFoundError:
            return None
        return datetime.fromtimestamp(seconds, UTC)

    def end_parts(self, before: datetime) -> int:  # noqa: ARG002 - the other place's
        """Nothing is sent in parts here; what is half written stands in the list."""
        return 0

    def stored(self) -> Iterator[Stored]:
        """List every file, in no order."""
        for folder, _, names in os.walk(self.root / FOLDER):
            for name in names:
                location = str((Path(folder) / name).relative_to(self.root))
                modified = self.modified(location)
                address = address_at(location)
                if modified and (address or name.startswith(_ASIDE)):
                    size = (self.root / location).stat().st_size
                    yield Stored(location, address, size, modified)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
