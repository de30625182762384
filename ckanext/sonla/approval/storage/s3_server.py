"""The S3 server that a storage is on: where it is, and what goes wrong with it."""

from __future__ import annotations

import dataclasses
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import file_keeper as fk
from boto3.exceptions import S3UploadFailedError
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from file_keeper.default.adapters import s3
from werkzeug.exceptions import ServiceUnavailable

from ckan.lib import files

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

_ABSENT = ("404", "NoSuchKey", "NotFound")


class StorageDownError(ServiceUnavailable, OSError):
    """The storage doesn't answer, or not as it should: 503 to whoever asks."""


@contextmanager
def asking(storage: fk.Storage | None = None, location: str = "") -> Iterator[None]:
    """Name what went wrong with a request, without the request: it may have keys."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _ABSENT:
            raise fk.exc.MissingFileError(storage, location) from error
        log.error("The S3 storage refused: %s", code)
        raise StorageDownError(f"The storage refused: {code}") from None
    except (BotoCoreError, S3UploadFailedError, OSError) as error:
        log.error("The S3 storage failed: %s", type(error).__name__)
        raise StorageDownError("The storage does not answer") from None


@dataclasses.dataclass
class Settings(files.Settings, s3.Settings):
    """Where the bucket is. The endpoint and the keys come from CKAN's settings only."""

    client: Any = dataclasses.field(default=None, repr=False)
    secret: str | None = dataclasses.field(default=None, repr=False)
    # The same bytes again make an object young, and retention leaves what is young.
    overwrite_existing: bool = True
    addressing_style: str = "path"
    timeout: int = 30

    def __post_init__(self, **kwargs: Any) -> None:
        # Not s3.Settings': it lets a server that is down end CKAN's start.
        super(s3.Settings, self).__post_init__(**kwargs)
        self.path = self.path.strip("/")
        missing = [
            name
            for name in ("bucket", "endpoint", "key", "secret")
            if not getattr(self, name)
        ]
        if missing:
            raise fk.exc.InvalidStorageConfigurationError(
                self.name, f"these are not set: {', '.join(missing)}"
            )
        if self.client is None:
            self.client = self._connect()
        self._look()

    def _connect(self) -> Any:
        return boto3.client(
            "s3",
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            region_name=self.region or "us-east-1",
            endpoint_url=self.endpoint,
            config=Config(
                connect_timeout=5,
                read_timeout=self.timeout,
                retries={"mode": "standard", "total_max_attempts": 3},
                s3={"addressing_style": self.addressing_style},
                signature_version="s3v4",
                # Only what S3 itself demands: other servers know no newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _look(self) -> None:
        try:
            self.client.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in (
                *_ABSENT,
                "NoSuchBucket",
            ):
                raise fk.exc.InvalidStorageConfigurationError(
                    self.name, f"the bucket {self.bucket} is refused"
                ) from None
            if not self.initialize:
                raise fk.exc.InvalidStorageConfigurationError(
                    self.name, f"there is no bucket {self.bucket}"
                ) from None
            self.client.create_bucket(Bucket=self.bucket)
        except BotoCoreError as error:
            # The portal starts; what needs a file is answered with 503 until it is up.
            log.error("Storage %s: %s", self.name, type(error).__name__)
