"""Artifacts in S3, read through the real client from a server on this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import boto3
import pytest
from moto.server import ThreadedMotoServer

from assay.errors import ConnectionFailedError, MalformedInputError, MissingGrantError
from assay.model.runs import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Kit
    from mypy_boto3_s3 import S3Client

ORDERS = "model.shop.orders"
SECRET = "not-a-real-secret"  # noqa: S105 - it opens a server on loopback that takes any


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3 that lives as long as this module."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> S3Client:
    """A client of an empty bucket `artifacts`; the environment says where S3 is, as for any AWS program."""
    environment = {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    client = boto3.client("s3")
    client.create_bucket(Bucket="artifacts")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket="artifacts"):
        for item in page.get("Contents", ()):
            client.delete_object(Bucket="artifacts", Key=item["Key"])
    return client


def put(s3: S3Client, key: str, document: object) -> None:
    """Store a document."""
    s3.put_object(Bucket="artifacts", Key=key, Body=json.dumps(document).encode())


def test_a_prefix_reads_like_a_folder_and_nothing_beside_it(dbt: Kit, s3: S3Client) -> None:
    """Files of a prefix that merely begins alike are another project's."""
    put(s3, "shop/1/manifest.json", dbt.manifest({ORDERS: dbt.node(ORDERS)}))
    put(s3, "shop/1/run_results.json", dbt.results(dbt.result(ORDERS)))
    put(s3, "shop-old/run_results.json", dbt.results(dbt.result(ORDERS), invocation="old"))
    read = dbt.read("s3://artifacts/shop/")

    assert read.degraded == []
    assert [run.invocation_id for run in read.of(Run)] == ["r"]
    assert dbt.read("s3://artifacts/shop", read.seen).batches == []


def test_a_bucket_without_a_prefix_is_read_whole(dbt: Kit, s3: S3Client) -> None:
    """The bucket alone is a target too."""
    put(s3, "manifest.json", dbt.manifest({ORDERS: dbt.node(ORDERS)}))

    assert len(dbt.read("s3://artifacts").batches) == 1


def test_more_files_than_one_page_lists_are_all_read(
    dbt: Kit, s3: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 answers in pages; every page is read."""
    monkeypatch.setattr("collectors.dbt.s3.PAGE", 7)
    put(s3, "shop/manifest.json", dbt.manifest({ORDERS: dbt.node(ORDERS)}))
    for number in range(20):
        put(s3, f"shop/run_results_{number}.json", dbt.results(dbt.result(ORDERS), invocation=str(number)))

    assert {run.invocation_id for run in dbt.read("s3://artifacts/shop").of(Run)} == set(map(str, range(20)))


def test_a_file_written_anew_is_read_anew(dbt: Kit, s3: S3Client) -> None:
    """Its tag has changed, even if its size has not."""
    put(s3, "shop/manifest.json", dbt.manifest({ORDERS: dbt.node(ORDERS)}))
    put(s3, "shop/run_results.json", dbt.results(dbt.result(ORDERS), invocation="a"))
    first = dbt.read("s3://artifacts/shop")
    put(s3, "shop/run_results.json", dbt.results(dbt.result(ORDERS), invocation="b"))

    assert [run.invocation_id for run in dbt.read("s3://artifacts/shop", first.seen).of(Run)] == ["b"]


def test_a_broken_object_is_told_and_the_rest_is_read(dbt: Kit, s3: S3Client) -> None:
    """As in a folder."""
    put(s3, "shop/manifest.json", dbt.manifest({ORDERS: dbt.node(ORDERS)}))
    s3.put_object(Bucket="artifacts", Key="shop/run_results.json", Body=b'{"results": [')
    read = dbt.read("s3://artifacts/shop")

    assert len(read.batches) == 1
    assert isinstance(read.degraded[0].error, MalformedInputError)


@pytest.mark.usefixtures("s3")
def test_a_missing_bucket_is_named(dbt: Kit) -> None:
    """The next step is the option that names it."""
    with pytest.raises(ConnectionFailedError) as caught:
        dbt.read("s3://nowhere-to-be-found/shop")

    assert caught.value.message == "There is no bucket nowhere-to-be-found."


@pytest.mark.usefixtures("s3")
def test_an_empty_prefix_is_no_error(dbt: Kit) -> None:
    """Nothing has been written yet."""
    read = dbt.read("s3://artifacts/later")

    assert (read.batches, read.degraded) == ([], [])


def _answer_freely(server: str, times: str) -> None:
    """Let the server answer so many requests before it asks who is there."""
    plain = {"Content-Type": "text/plain"}
    asked = Request(f"{server}/moto-api/reset-auth", data=times.encode(), headers=plain)  # noqa: S310 - loopback
    urlopen(asked).close()  # noqa: S310 - as above


@pytest.fixture
def denied(server: str, s3: S3Client) -> Iterator[None]:
    """From here on the server knows no one: the key pair opens nothing."""
    assert s3
    _answer_freely(server, "0")
    yield
    _answer_freely(server, "inf")


@pytest.mark.usefixtures("denied")
def test_a_denied_key_names_the_policy_and_no_secret(dbt: Kit) -> None:
    """The answer is the grant that is missing; it repeats nothing secret."""
    with pytest.raises(MissingGrantError) as caught:
        dbt.read("s3://artifacts/shop")

    assert "assay grants dbt" in caught.value.hint
    assert SECRET not in str(caught.value)


@pytest.mark.usefixtures("s3")
def test_no_credentials_at_all_is_a_missing_grant(dbt: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken from the environment is not kept from an earlier reading."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(MissingGrantError):
        dbt.read("s3://artifacts/shop")


@pytest.mark.usefixtures("s3")
def test_a_server_that_is_not_there_is_one_clear_error(dbt: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead host ends in the place and the next step."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(ConnectionFailedError) as caught:
        dbt.read("s3://artifacts/shop")

    assert "s3://artifacts/shop" in caught.value.message


@pytest.mark.usefixtures("s3")
def test_aws_that_is_not_set_up_is_one_clear_error(dbt: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that does not exist, an address that is none."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "not an address")
    with pytest.raises(ConnectionFailedError) as caught:
        dbt.read("s3://artifacts/shop")

    assert "AWS" in caught.value.hint
