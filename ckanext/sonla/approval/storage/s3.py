"""CKAN's storage on an S3 server: `type = sonla:s3`.

CKAN 2.12 has an adapter for folders only. file-keeper's own one for S3 is used through
this class, which makes it one of CKAN's (declared options, answers to requests), lists
a bucket of more than a thousand objects, asks for a part of a file, and reports a
server that doesn't answer instead of failing. It hands out no links: a signed address
works for whoever has it, also after a take-down.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import file_keeper as fk
import flask
from boto3.s3.transfer import TransferConfig
from file_keeper.default.adapters import s3
from werkzeug.wsgi import wrap_file

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib import files

from .folders import ResourcesApart
from .remote_file import RemoteFile
from .s3_server import Settings, asking
from .stored import address_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from ckan.config.declaration import Declaration, Key
    from ckan.types import Response

ADAPTER = "sonla:s3"
CHUNK = 1 << 20
# One request up to here, then parts of it, sent again one by one where they fail.
_PART = 64 << 20


class Reader(files.Reader, s3.Reader):
    """Reads an object whole or in part."""

    storage: S3Storage  # pyright: ignore[reportIncompatibleVariableOverride]
    capabilities = fk.Capability.STREAM | fk.Capability.RANGE

    def stream(
        self,
        data: fk.FileData,
        extras: dict[str, Any],  # noqa: ARG002 - the interface's
    ) -> Iterable[bytes]:
        return self._chunks(data)

    def range(
        self,
        data: fk.FileData,
        start: int,
        end: int | None,
        extras: dict[str, Any],  # noqa: ARG002 - the interface's
    ) -> Iterable[bytes]:
        return self._chunks(data, Range=f"bytes={start}-{'' if end is None else end}")

    def _chunks(self, data: fk.FileData, **asked: Any) -> Iterator[bytes]:
        with asking(self.storage, data.location):
            found = self.storage.settings.client.get_object(
                **self.storage.named(data.location), **asked
            )
        return _read(found["Body"])

    def response(
        self,
        data: fk.FileData,
        extras: dict[str, Any],  # noqa: ARG002 - the interface's
    ) -> Response:
        """Answer with the object, or with the part of it that the request asks for."""
        file = io.BufferedReader(RemoteFile(self.storage, data), CHUNK)
        response = flask.Response(
            wrap_file(flask.request.environ, file),
            mimetype=data.content_type or None,
            direct_passthrough=True,
        )
        response.content_length = data.size
        address = address_at(data.location)
        if address:
            response.set_etag(address)
        response.make_conditional(
            flask.request, accept_ranges=True, complete_length=data.size
        )
        return response


class Uploader(files.Uploader, s3.Uploader):
    """Sends a file, in parts if it is large; it appears when it is whole."""

    storage: S3Storage  # pyright: ignore[reportIncompatibleVariableOverride]
    capabilities = fk.Capability.CREATE

    def upload(
        self,
        location: fk.Location,
        upload: fk.Upload,
        extras: dict[str, Any],  # noqa: ARG002 - the interface's
    ) -> fk.FileData:
        settings = self.storage.settings
        if not settings.overwrite_existing and self.storage.exists(
            fk.FileData(location)
        ):
            raise fk.exc.ExistingFileError(self.storage, location)
        with asking(self.storage, location):
            settings.client.upload_fileobj(
                upload.stream,
                **self.storage.named(location),
                ExtraArgs={"ContentType": upload.content_type},
                Config=TransferConfig(
                    multipart_threshold=_PART,
                    multipart_chunksize=_PART,
                    use_threads=False,
                ),
            )
        return self.storage.analyze(location)


class Manager(files.Manager, s3.Manager):
    """Finds, lists and removes objects."""

    storage: S3Storage  # pyright: ignore[reportIncompatibleVariableOverride]
    capabilities = (
        fk.Capability.REMOVE
        | fk.Capability.ANALYZE
        | fk.Capability.EXISTS
        | fk.Capability.SCAN
        | fk.Capability.MOVE
        | fk.Capability.COPY
    )

    def scan(self, extras: dict[str, Any]) -> Iterable[str]:  # noqa: ARG002 - the interface's
        return (location for location, _, _ in self.storage.listing())

    def exists(
        self,
        data: fk.FileData,
        extras: dict[str, Any],  # noqa: ARG002 - the interface's
    ) -> bool:
        try:
            self.storage.head(data.location)
        except fk.exc.MissingFileError:
            return False
        return True

    def remove(self, data: fk.FileData, extras: dict[str, Any]) -> bool:
        if not self.exists(data, extras):
            return False
        with asking(self.storage, data.location):
            self.storage.settings.client.delete_object(
                **self.storage.named(data.location)
            )
        return True

    def analyze(
        self,
        location: fk.Location,
        extras: dict[str, Any],  # noqa: ARG002 - the interface's
    ) -> fk.FileData:
        found = self.storage.head(location)
        return fk.FileData(
            location,
            size=found["ContentLength"],
            content_type=found.get("ContentType", ""),
            hash=found["ETag"].strip('"'),
            algorithm="md5",
        )


# The two base classes name the same factories, as CKAN's own adapters do.
class S3Storage(  # pyright: ignore[reportIncompatibleVariableOverride]
    files.Storage, s3.S3Storage
):
    """Store files in a bucket of an S3 server."""

    settings: Settings  # pyright: ignore[reportIncompatibleVariableOverride]
    SettingsFactory = Settings
    ReaderFactory = Reader
    UploaderFactory = Uploader
    ManagerFactory = Manager

    @classmethod
    def declare_config_options(cls, declaration: Declaration, key: Key) -> None:
        super().declare_config_options(declaration, key)
        for name, description in (
            ("bucket", "Name of the bucket."),
            ("endpoint", "Address of the S3 server, such as https://s3.example.vn."),
            ("key", "Access key."),
            ("secret", "Secret key; it is written to no log."),
        ):
            declaration.declare(
                key.from_iterable([*key, name])
            ).required().set_description(description)
        declaration.declare(key.region, "us-east-1").set_description(
            "Region that requests are signed for."
        )
        declaration.declare(key.addressing_style, "path").set_description(
            "`path` (the bucket is in the path) or `virtual` (it is in the host name)."
        )
        declaration.declare_int(key.timeout, 30).set_description(
            "Seconds to wait for the server's next bytes."
        )

    def compute_capabilities(self) -> fk.Capability:
        """Leave the files of resources to the portal.

        CKAN's file manager and `ckan file` ask for these before they write or remove;
        the content-addressed layer goes to the services themselves.
        """
        found = super().compute_capabilities()
        if self.settings.name != tk.config["ckan.files.default_storages.resource"]:
            return found
        capability = fk.Capability
        return found.exclude(
            capability.CREATE, capability.REMOVE, capability.MOVE, capability.COPY
        )

    def named(self, location: str) -> dict[str, str]:
        """Return what names an object in a request."""
        return {
            "Bucket": self.settings.bucket,
            "Key": self.full_path(files.Location(location)),
        }

    def head(self, location: str) -> dict[str, Any]:
        """Return what the server knows of an object, without its bytes."""
        with asking(self, location):
            return self.settings.client.head_object(**self.named(location))

    def modified(self, location: str) -> datetime | None:
        """Return when an object was last put; None when there is none."""
        try:
            return self.head(location)["LastModified"]
        except fk.exc.MissingFileError:
            return None

    def listing(self) -> Iterator[tuple[str, int, datetime]]:
        """List location, size and time of every object."""
        prefix = f"{self.settings.path}/" if self.settings.path else ""
        pages = self.settings.client.get_paginator("list_objects_v2")
        with asking(self):
            for page in pages.paginate(Bucket=self.settings.bucket, Prefix=prefix):
                for item in page.get("Contents", ()):
                    location = item["Key"].removeprefix(prefix)
                    yield location, item["Size"], item["LastModified"]

    def end_parts(self, before: datetime) -> int:
        """End uploads in parts that began before and never ended; return how many."""
        prefix = f"{self.settings.path}/" if self.settings.path else ""
        client, bucket = self.settings.client, self.settings.bucket
        pages = client.get_paginator("list_multipart_uploads")
        ended = 0
        with asking(self):
            for page in pages.paginate(Bucket=bucket, Prefix=prefix):
                for one in page.get("Uploads", ()):
                    if one["Initiated"] <= before:
                        client.abort_multipart_upload(
                            Bucket=bucket, Key=one["Key"], UploadId=one["UploadId"]
                        )
                        ended += 1
        return ended


class S3Storages(p.SingletonPlugin):
    """Mixed into the plugin: adds `sonla:s3`, and keeps `ckan:fs` off resources."""

    p.implements(p.IFiles, inherit=True)

    def files_get_storage_adapters(self) -> dict[str, type[fk.Storage]]:
        return {ADAPTER: S3Storage, "ckan:fs": ResourcesApart}


def _read(body: Any) -> Iterator[bytes]:
    try:
        with asking():
            yield from body.iter_chunks(CHUNK)
    finally:
        body.close()
