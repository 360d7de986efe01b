"""The door for HTTP out: whom it calls, whom it never calls, and how it ends what takes too long."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest
from fakes.hook import Reply, running_hook
from hypothesis import given
from hypothesis import strategies as st

from assay.outbound import Door, LostAnswerError, OutboundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator


def door(*addresses: str, on_premise: bool = False, timeout_s: float = 10.0) -> Door:
    """A door behind which every name has these addresses."""
    return Door(on_premise, timeout_s, resolve=lambda _host, _port: list(addresses))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "https:///path", "example.com",
        "https://user:hunter2@example.com/", "https://example.com:8443/", "https://example.com/a b",
        "https://example.com/\r\nHost: x", "https://[::1/", "https://example.com:99999/", "",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    """And the address, which may hold a secret, is not repeated."""
    with pytest.raises(RefusedError) as caught:
        door("93.184.215.14").post(url, b"", {})

    assert caught.value.permanent
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "0.0.0.1",
        "::1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fc00::1", "::ffff:169.254.169.254", "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1", "224.0.0.1", "255.255.255.255",
        "100.100.100.200", "192.0.0.192", "ff02::1",
    ],
)  # fmt: skip
def test_an_address_within_is_refused(address: str) -> None:
    """Private, link-local, metadata and disguised addresses, also where a public one stands beside them."""
    with pytest.raises(RefusedError, match="has the address"):
        door("93.184.215.14", address).addresses("example.com", 443)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "224.0.0.1", "0.0.0.1"]
)
def test_on_premise_opens_no_way_to_a_metadata_service(address: str) -> None:
    """Private addresses pass there, these never."""
    assert door("10.0.0.1", on_premise=True).addresses("hook.internal", 80) == ["10.0.0.1"]
    with pytest.raises(RefusedError, match="never called"):
        door(address, on_premise=True).addresses("hook.internal", 80)


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_passes_in_the_disguise_of_ipv6(address: object) -> None:
    """What is refused plain is refused as ::ffff:a.b.c.d, and as NAT64 and 6to4 in any case."""
    plain, mapped = door(str(address)), door(f"::ffff:{address}")
    assert _passes(plain) == _passes(mapped)
    assert not _passes(door(f"64:ff9b::{address}"))


def _passes(tried: Door) -> bool:
    try:
        tried.addresses("example.com", 443)
    except RefusedError:
        return False
    return True


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """A name that means another address a moment later leads nowhere else: it is asked once."""
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with running_hook(204) as hook:
        url = hook.url.replace("127.0.0.1", "hook.example")
        answer = Door(on_premise=True, resolve=resolve).post(url, b"{}", {"X-One": "1"})

    assert (answer.status, asked) == (204, ["hook.example"])
    assert hook.requests[0].headers["host"].startswith("hook.example:")
    assert hook.requests[0].headers["x-one"] == "1"


def test_no_redirect_is_followed() -> None:
    """What an answer points at was not checked."""
    with running_hook() as hook:
        hook.replies.append(Reply(302, headers=(("Location", f"{hook.url}/elsewhere"),)))
        answer = Door(on_premise=True).post(hook.url, b"", {})

    assert (answer.status, len(hook.requests)) == (302, 1)


def test_an_answer_is_read_no_further_than_its_limit() -> None:
    """A server that sends without end fills no memory."""
    with running_hook() as hook:
        hook.replies.append(Reply(200, b"x" * 5000))
        answer = Door(on_premise=True, most_bytes=100).post(hook.url, b"", {})

    assert len(answer.body) == 100


def test_a_host_nobody_knows_is_told_by_its_name() -> None:
    """Its name, not the whole address."""

    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror("no such host")

    with pytest.raises(OutboundError, match=r"The host hook\.example is not known") as caught:
        Door(resolve=unknown).post("https://hook.example/secret", b"", {})
    assert "secret" not in str(caught.value)
    assert not caught.value.permanent


def test_a_server_that_is_away_may_be_asked_again() -> None:
    """Nothing was sent: it is neither refused for good nor in doubt."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(OutboundError, match="cannot be reached") as caught:
            Door(on_premise=True).post(url, b"", {})
    assert not caught.value.permanent
    assert not caught.value.ambiguous


def test_a_line_cut_after_the_request_leaves_it_in_doubt() -> None:
    """It may have been done."""
    with running_hook() as hook:
        hook.replies.append(Reply(cut=True))
        with pytest.raises(LostAnswerError) as caught:
            Door(on_premise=True).post(hook.url, b"", {})
    assert caught.value.ambiguous


def test_a_server_that_answers_byte_by_byte_is_left_in_time() -> None:
    """The limit is for the whole, not for each read."""
    with _dripping() as url, pytest.raises(LostAnswerError, match=r"no answer in 0\.3 s"):
        Door(on_premise=True, timeout_s=0.3).post(url, b"", {})


def test_a_handshake_that_trickles_is_left_in_time() -> None:
    """A server of TLS that sends its greeting a byte at a time: each byte is in time, the whole is not."""
    began = time.monotonic()
    with (
        _dripping(b"\x16\x03\x03\x40\x00", b"\x02") as url,
        pytest.raises(OutboundError, match=r"cannot be reached: no connection in 0\.5 s") as caught,
    ):
        Door(on_premise=True, timeout_s=0.5).post(url.replace("http:", "https:"), b"", {})
    assert time.monotonic() - began < 5
    assert not caught.value.ambiguous


def test_headers_that_trickle_are_left_in_time() -> None:
    """A status, and then headers without an end."""
    with (
        _dripping(b"HTTP/1.1 200 OK\r\nX: ", b"x") as url,
        pytest.raises(LostAnswerError, match=r"did not answer in 0\.3 s"),
    ):
        Door(on_premise=True, timeout_s=0.3).post(url, b"", {})


def test_a_name_that_nobody_answers_for_is_left_in_time() -> None:
    """The resolver cannot be ended; it is not waited for."""
    never = threading.Event()

    def resolve(_host: str, _port: int) -> list[str]:
        never.wait()
        return []

    with pytest.raises(OutboundError, match="is not known"):
        Door(timeout_s=0.1, resolve=resolve).post("https://hook.example/", b"", {})
    never.set()


def test_many_addresses_take_no_longer_than_one() -> None:
    """A host whose addresses all swallow what is sent is left when the time is over."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as waiting:
        for _ in range(3):  # nobody takes these up, and there is no room for more
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        began = time.monotonic()
        with pytest.raises(OutboundError, match="cannot be reached"):
            door(*["127.0.0.1"] * 20, on_premise=True, timeout_s=0.2).get(
                f"http://hook.example:{full.getsockname()[1]}/"
            )

    assert time.monotonic() - began < 2


def test_a_certificate_nobody_vouches_for_is_refused() -> None:
    """A plain server where TLS is wanted is told as what it is, and nothing is sent."""
    with running_hook() as hook:
        url = hook.url.replace("http://", "https://")
        with pytest.raises(OutboundError, match="cannot be reached"):
            Door(on_premise=True, timeout_s=2).post(url, b"secret", {})
    assert hook.requests == []


@contextmanager
def _dripping(first: bytes = b"", drop: bytes = b"H") -> Iterator[str]:
    """A server that sends `first`, then `drop` every 50 ms, for ever."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        line, _ = server.accept()
        with line:
            line.recv(1000)
            try:
                line.sendall(first)
                while not over.wait(0.05):
                    line.sendall(drop)
            except OSError:
                return  # the other side has left, as it should

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    finally:
        over.set()
        server.close()
        thread.join()
