"""CKAN's uploader of resource files, content-addressed.

The address is the resource's `sha256`. Only an upload sets it: whatever a caller sends
under that name is overwritten, or it would hand out files that aren't hers.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import uploader
from ckanext.sonla.shared import kept_files, own_files

from . import store
from .remote import RemoteStore
from .s3 import S3Storages
from .stored import location_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    import file_keeper as fk

log = logging.getLogger(__name__)

ADDRESS = "sha256"
_MEGABYTE = 1 << 20
_inherited: ContextVar[Mapping[str, str]] = ContextVar(
    "sonla_addresses", default=MappingProxyType({})
)


@contextmanager
def inheriting(addresses: Mapping[str, str]) -> Iterator[None]:
    """Let resources, by id, have the files of these addresses without an upload.

    For the working copy that inherits its dataset's files, and for the switch that
    hands a working package's files to the public resources.
    """
    token = _inherited.set(addresses)
    try:
        yield
    finally:
        _inherited.reset(token)


class ResourceFile(uploader.ResourceUpload):
    """One resource's file, stored under the hash of its bytes."""

    def __init__(self, resource: dict[str, Any]) -> None:
        super().__init__(resource)
        self.address: str | None = None
        if self.filename:
            self._refuse_too_large()
            self.address = store.address_of(self.upload_file)
        elif resource.get("url_type") == "upload":
            self.address = _known(resource.get("id"))
        _write(resource, self.address)

    @property
    def storage(self) -> fk.Storage | None:
        """CKAN's storage that its download reads from; None where the file is here."""
        here = store.place()
        return here.storage if isinstance(here, RemoteStore) else None

    def get_path(self, id: str) -> str:  # noqa: A002 - CKAN's interface
        """Return the file's path; `id` is not needed, the row has the address.

        In a storage elsewhere it is the file's location there.
        """
        if self.address is None:
            return super().get_path(id)
        here = store.place()
        if isinstance(here, RemoteStore):
            return location_of(self.address)
        return str(here.path(self.address))

    def upload(self, id: str, max_size: int = 10) -> None:  # noqa: A002, ARG002 - CKAN's interface
        """Store the upload. What a link replaces stays: other rows may name it."""
        if not self.filename or self.upload_file is None:
            return
        try:
            stored = store.keep(self.upload_file)
        except OSError as error:
            log.exception("An upload could not be stored")
            raise tk.ValidationError(
                {
                    "upload": [
                        tk._(
                            "The file could not be stored and nothing was changed."
                            " Please try again later."
                        )
                    ]
                }
            ) from error
        finally:
            self.upload_file.close()
        if stored != self.address:
            raise OSError("the upload changed while it was stored")

    def delete(self, id: str, filename: str | None = None) -> None:  # noqa: A002 - the interface's
        """Keep the bytes: an address is for ever, and retention ends files."""

    def _refuse_too_large(self) -> None:
        most = uploader.get_max_resource_size() * _MEGABYTE
        if self.filesize > most and not own_files.is_own():
            raise tk.ValidationError({"upload": [tk._("File upload too large")]})


def local(resource: Mapping[str, Any]) -> AbstractContextManager[Path | None]:
    """Give the path of an uploaded resource's file; None of what is no upload."""
    address = resource.get(ADDRESS)
    return store.local(address) if address else nullcontext()


@kept_files.opener
def kept(address: str) -> AbstractContextManager[Path]:
    """Give the path of a file that another feature keeps by its address."""
    return store.local(address)


def _known(resource_id: str | None) -> str | None:
    if not resource_id:
        return None
    if resource_id in _inherited.get():
        return _inherited.get()[resource_id]
    row = model.Session.get(model.Resource, resource_id)
    return row.extras.get(ADDRESS) if row else None


def _write(resource: dict[str, Any], address: str | None) -> None:
    if address is None:
        resource.pop(ADDRESS, None)
    else:
        resource[ADDRESS] = address


class ContentAddressed(S3Storages):
    """Mixed into the plugin: resource files go through `ResourceFile`."""

    p.implements(p.IUploader, inherit=True)

    def get_resource_uploader(self, resource: dict[str, Any]) -> ResourceFile:
        return ResourceFile(resource)
