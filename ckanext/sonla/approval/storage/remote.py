"""Files under their addresses in a storage that is not on this machine."""

from __future__ import annotations

import io
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import file_keeper as fk

from ckan.lib import files

from .remote_file import RemoteFile
from .stored import Stored, address_at, location_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_BUFFER = 1 << 20


class RemoteStore:
    """One of CKAN's storages. A file is hashed here first, then sent whole.

    An object of S3 appears when its last byte is there, so no reader finds a part.
    """

    def __init__(self, storage: files.Storage) -> None:
        self.storage = storage

    @contextmanager
    def aside(self) -> Iterator[Path]:
        """Give the path of a new empty file on this machine."""
        with tempfile.NamedTemporaryFile(prefix="sonla-store-") as file:
            yield Path(file.name)

    def put(self, aside: Path, address: str) -> None:
        """Send a written file. Its size was judged before, if it was an upload."""
        with aside.open("rb") as file:
            upload = fk.make_upload(file)
            self.storage.uploader.upload(_location(address), upload, {})

    @contextmanager
    def reading(self, address: str) -> Iterator[IO[bytes]]:
        """Open a file; what is read is fetched, from where it is sought."""
        data = fk.FileData(_location(address), size=self.size(address))
        raw = RemoteFile(self.storage, data)
        with io.BufferedReader(raw, _BUFFER) as file:
            yield file

    @contextmanager
    def local(self, address: str) -> Iterator[Path]:
        """Give the path of a copy."""
        with tempfile.NamedTemporaryFile(prefix="sonla-store-") as copy:
            with _found(address):
                for chunk in self.storage.stream(fk.FileData(_location(address))):
                    copy.write(chunk)
            copy.flush()
            yield Path(copy.name)

    def size(self, address: str) -> int:
        """Return the size in bytes."""
        with _found(address):
            return self.storage.size(_location(address))

    def remove(self, address: str) -> bool:
        """Delete a file."""
        return self.remove_at(location_of(address))

    def remove_at(self, location: str) -> bool:
        """Delete what lies at a place that `stored` told."""
        return self.storage.manager.remove(fk.FileData(files.Location(location)), {})

    def modified(self, location: str) -> datetime | None:
        """Return when a file was last put there; None when it is gone."""
        known = getattr(self.storage, "modified", None)
        return known(files.Location(location)) if known else None

    def end_parts(self, before: datetime) -> int:
        """End what a dead process began to send in parts; return how many."""
        end = getattr(self.storage, "end_parts", None)
        return end(before) if end else 0

    def stored(self) -> Iterator[Stored]:
        """List every file; nothing where the adapter doesn't tell their age."""
        listing = getattr(self.storage, "listing", None)
        for location, size, modified in listing() if listing else ():
            address = address_at(location)
            if address:
                yield Stored(location, address, size, modified)


@contextmanager
def _found(name: str) -> Iterator[None]:
    try:
        yield
    except fk.exc.MissingFileError as error:
        raise FileNotFoundError(name) from error


def _location(address: str) -> fk.Location:
    return files.Location(location_of(address))
