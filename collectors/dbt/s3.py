"""Artifacts in S3, read with the machine's own AWS credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from assay.errors import ConnectionFailedError, MissingGrantError, SourceError
from collectors.dbt.places import ENDINGS, Found

if TYPE_CHECKING:
    from collections.abc import Iterator

_DENIED = {"AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"}
PAGE = 1000
"""Files listed at once; S3 gives no more."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A prefix of a bucket. `client` is an S3 client; the address comes from the environment as for any AWS program."""

    bucket: str
    prefix: str
    client: Any = field(repr=False)

    @classmethod
    def of(cls, target: str) -> Self:
        """The place of an s3://bucket/prefix target."""
        bucket, _, prefix = target.removeprefix("s3://").partition("/")
        config = Config(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3, "mode": "standard"})
        try:
            client = boto3.Session().client("s3", config=config)
        except (BotoCoreError, ValueError) as error:
            raise ConnectionFailedError(
                f"AWS is not set up on this machine ({type(error).__name__}).",
                hint="Check AWS_PROFILE, AWS_ENDPOINT_URL and ~/.aws/config.",
            ) from error
        return cls(bucket, prefix.strip("/"), client)

    def files(self) -> Iterator[Found]:
        """Every JSON object below the prefix, page by page."""
        start = f"{self.prefix}/" if self.prefix else ""
        try:
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=start, PaginationConfig={"PageSize": PAGE}
            )
            for page in pages:
                for item in page.get("Contents", ()):
                    if item["Key"].endswith(ENDINGS):
                        folder, _, name = item["Key"].removeprefix(start).rpartition("/")
                        print_of = f"{item['Key']}:{item['Size']}:{item['ETag']}"
                        yield Found(folder, name, item["Size"], item["LastModified"].timestamp(), print_of)
        except (BotoCoreError, ClientError) as error:
            raise self._told(error) from error

    def read(self, found: Found) -> bytes:
        """The bytes of an object."""
        key = f"{self.prefix}/{found.path}" if self.prefix else found.path
        try:
            body: bytes = self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            raise self._told(error) from error
        return body

    def _told(self, error: BotoCoreError | ClientError) -> SourceError:
        """The error in our words; nothing of the credentials is in it."""
        where = f"s3://{self.bucket}/{self.prefix}"
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        if code == "NoSuchKey":
            return ConnectionFailedError(
                f"A file below {where} went away while it was read.", hint="Run again; the rest is read."
            )
        if code in {"NoSuchBucket", "404"}:
            return ConnectionFailedError(
                f"There is no bucket {self.bucket}.", hint="Check `target` in assay.toml."
            )
        if code in _DENIED or code == "NoCredentialsError":
            return MissingGrantError(
                f"{where} may not be read ({code}).",
                hint="Give Assay's AWS identity the policy of `assay grants dbt`.",
            )
        return ConnectionFailedError(
            f"{where} did not answer ({code}).", hint="Check the network, then run again."
        )
