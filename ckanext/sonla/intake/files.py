"""The bytes of an uploaded file, wherever the resource's uploader keeps them."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import file_keeper

from ckan.lib import files, uploader

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 1 << 20


@contextmanager
def opened(resource: dict[str, Any]) -> Iterator[Path]:
    """Give the path of a resource's file; one from a storage is copied first.

    Raises:
        FileNotFoundError: when the bytes aren't there.
    """
    upload: Any = uploader.get_resource_uploader(dict(resource))
    place = upload.get_path(resource["id"])
    storage = getattr(upload, "storage", None)
    if not isinstance(storage, file_keeper.Storage):
        path = Path(place)
        if not path.is_file():
            raise FileNotFoundError(path)
        yield path
        return
    location = files.Location(place)
    with tempfile.NamedTemporaryFile(prefix="sonla-intake-") as copy:
        try:
            for block in storage.stream(files.FileData(location)):
                copy.write(block)
        except file_keeper.exc.MissingFileError as error:
            raise FileNotFoundError(place) from error
        copy.flush()
        yield Path(copy.name)


def sha256(path: Path) -> str:
    """Return the digest of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
