"""E-mail: what is in a mail, how mails of an incident hang together, and what a mail server may do wrong."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from fakes.certificate import write_certificate
from fakes.smtp import Mailbox, running_smtp
from pydantic import ValidationError
from structlog.testing import capture_logs

from assay.incidents.channels.email import EmailChannel
from assay.incidents.channels.email.channel import _WHOLE_S, EmailConfig
from assay.incidents.dispatch import Delivered
from assay.incidents.parcel import LEASE_MS
from assay.model.incidents import Transition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from delivery.conftest import World

PASSWORD = "very-secret-word"  # noqa: S105 - made up
QUICK = {"chat": 0}


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server without TLS."""
    with running_smtp() as running:
        yield running


def channel(box: Mailbox, **options: object) -> EmailChannel:
    """A channel to that server."""
    given = {
        "host": "localhost", "port": box.port, "tls": "none", "sender": "Assay <assay@example.com>",
        "to": ("data@example.com", "ops@example.com"),
    }  # fmt: skip
    return EmailChannel("chat", EmailConfig.model_validate(given | options))


def test_the_mails_of_an_incident_are_one_thread(small_world: World, box: Mailbox) -> None:
    """Text and HTML say the same; the second mail answers the first."""
    incident_id = small_world.open()
    small_world.clock.pass_s(30)
    dispatcher = small_world.dispatcher(channel(box), link="https://assay.example", pauses_ms=QUICK)
    dispatcher.pump()
    small_world.tell(incident_id, Transition.RESOLVED)
    dispatcher.pump()

    first, second = box.mails
    assert first["To"] == "data@example.com, ops@example.com"
    assert "orders lost half its rows" in first["Subject"]
    assert first["X-Assay-Key"] == f"{incident_id}:opened:1:chat"
    assert (second["In-Reply-To"], second["References"]) == (first["Message-ID"], first["Message-ID"])
    assert "[resolved]" in second["Subject"]
    for words in ("shop.marts.orders", "finance"):
        assert words in box.text
        assert words in box.html
    assert "https://assay.example/incidents/1" in box.text


def test_no_text_from_outside_becomes_a_header_or_markup(small_world: World, box: Mailbox) -> None:
    """A title with line breaks adds no header; a tag stays text."""
    small_world.open(title="x\r\nBcc: evil@example.com\n<script>alert(1)</script>")
    small_world.clock.pass_s(30)
    small_world.dispatcher(channel(box)).pump()

    [mail] = box.mails
    assert mail["Bcc"] is None
    assert [line for line in box.said if line.startswith("RCPT")] == [
        "RCPT TO:<data@example.com>", "RCPT TO:<ops@example.com>",
    ]  # fmt: skip
    assert "<script>" not in box.html
    assert "&lt;script&gt;" in box.html


def test_a_mail_taken_without_a_word_is_sent_again_as_the_same_mail(small_world: World, box: Mailbox) -> None:
    """Both copies have one Message-ID, so that a mail program shows it once."""
    small_world.open()
    small_world.clock.pass_s(30)
    box.cut = True
    dispatcher = small_world.dispatcher(channel(box), pauses_ms=QUICK)

    assert dispatcher.pump() == Delivered(retried=1)
    small_world.clock.pass_s(60)
    assert dispatcher.pump() == Delivered(sent=1)
    first, copy = box.mails
    assert first["Message-ID"] == copy["Message-ID"]
    assert "may repeat" in box.text


@pytest.mark.parametrize(
    ("reply", "done", "said"),
    [
        (("RCPT", "550 no such user"), Delivered(dead=1), "no such user"),
        (("MAIL", "553 not you"), Delivered(dead=1), "553 not you"),
        (("RCPT", "451 try later"), Delivered(retried=1), "try later"),
        (("DATA", "452 full"), Delivered(retried=1), "452 full"),
    ],
)
def test_a_refusal_is_for_good_or_for_now_as_the_server_says(
    small_world: World, box: Mailbox, reply: tuple[str, str], done: Delivered, said: str
) -> None:
    """Replies of 5xx are given up, 4xx tried again."""
    small_world.open()
    small_world.clock.pass_s(30)
    box.refusals.update([reply])
    only = channel(box, to=("data@example.com",))

    assert small_world.dispatcher(only).pump() == done
    assert said in small_world.rows()[0].error
    assert box.mails == []


def test_one_wrong_address_of_several_loses_the_mail_for_nobody_else(
    small_world: World, box: Mailbox
) -> None:
    """Who can be reached gets it; who cannot is told in the log."""
    small_world.open()
    small_world.clock.pass_s(30)
    box.refusals["RCPT"] = "550 no such user"

    with capture_logs() as lines:
        assert small_world.dispatcher(channel(box)).pump() == Delivered(sent=1)
    assert len(box.mails) == 1
    assert [line["addresses"] for line in lines] == [["data@example.com"]]


def test_a_server_that_is_away_is_tried_again(small_world: World) -> None:
    """Nothing listens: the mail waits."""
    small_world.open()
    small_world.clock.pass_s(30)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = channel(Mailbox(port=taken.getsockname()[1]))

        assert small_world.dispatcher(away).pump() == Delivered(retried=1)
    assert "Connection refused" in small_world.rows()[0].error


def test_a_password_goes_over_tls_only(tmp_path: Path) -> None:
    """Without TLS it is refused with the settings, before anything is sent."""
    with pytest.raises(ValidationError, match="a password is sent over TLS only"):
        channel(Mailbox(port=25), user="assay", password=f"file:{tmp_path}/word")


def test_with_starttls_it_signs_in_and_the_certificate_must_fit(
    small_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's name is checked; one that nobody vouches for gets neither password nor mail."""
    files = write_certificate(tmp_path)
    (tmp_path / "word").write_text(PASSWORD)
    signed = {"tls": "starttls", "user": "assay", "password": f"file:{tmp_path / 'word'}"}
    small_world.open()
    small_world.clock.pass_s(30)
    with running_smtp(files) as box:
        box.password = PASSWORD
        dispatcher = small_world.dispatcher(channel(box, **signed), pauses_ms=QUICK)
        assert dispatcher.pump() == Delivered(retried=1)
        assert not [line for line in box.said if line.startswith("AUTH")]
        assert "certificate" in small_world.rows()[0].error.lower()
        monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
        small_world.clock.pass_s(60)

        assert dispatcher.pump() == Delivered(sent=1)
        assert len(box.mails) == 1


def test_a_wrong_password_is_told_without_it(
    small_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a server that repeats it cannot bring it into the store."""
    files = write_certificate(tmp_path)
    (tmp_path / "word").write_text(PASSWORD)
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    small_world.open()
    small_world.clock.pass_s(30)
    with running_smtp(files) as box:
        box.password = "another"  # noqa: S105 - made up
        wrong = channel(box, tls="starttls", user="assay", password=f"file:{tmp_path / 'word'}")

        assert small_world.dispatcher(wrong).pump() == Delivered(dead=1)
    error = small_world.rows()[0].error
    assert "535" in error
    assert PASSWORD not in error


def test_a_server_that_never_comes_to_an_end_is_left(
    small_world: World, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its lines comes in time, but the whole has a deadline: shorter than the lease of who sends it."""
    assert _WHOLE_S * 1000 < LEASE_MS
    monkeypatch.setattr("assay.incidents.channels.email.channel._WHOLE_S", 0.3)
    small_world.open()
    small_world.clock.pass_s(30)
    began = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=_greet_for_ever, args=(listening,))
        thread.start()
        endless = channel(box, host="127.0.0.1", port=listening.getsockname()[1])
        assert small_world.dispatcher(endless).pump() == Delivered(retried=1)
        thread.join(5)
    assert not thread.is_alive()
    assert time.monotonic() - began < 5


def _greet_for_ever(listening: socket.socket) -> None:
    talking, _ = listening.accept()
    with talking, suppress(OSError):
        while True:
            talking.sendall(b"220-welcome\r\n")
            time.sleep(0.05)
