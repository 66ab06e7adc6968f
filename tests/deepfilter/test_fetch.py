"""Pictures from the web: only from public addresses, ports 80 and 443, in bounds of size and time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from filters.deepfilter import fetch
from filters.deepfilter.problem import Problem
from tests.deepfilter import faulty
from tests.deepfilter.faulty import FaultyService, Handler, faulty_service

LARGEST = 1000


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyService]:
    """A web server that counts as one of the open internet."""
    with faulty_service() as running:
        monkeypatch.setattr(fetch, "is_public", lambda ip: True)
        monkeypatch.setattr(fetch, "PORTS", (running.server_port,))
        yield running


def refusal(address: str) -> str:
    """What the caller is told."""
    with pytest.raises(Problem) as refused:
        fetch.fetch(address, LARGEST)
    return refused.value.message


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://8.8.8.8:22/x.png", "ports 80 and 443 only"),
        ("https://8.8.8.8:8443/x.png", "ports 80 and 443 only"),
        ("http://8.8.8.8:99999/x.png", "cannot be read"),
        ("http://[::1/x.png", "cannot be read"),
        ("http:///x.png", "names no host"),
        ("http://user:password@8.8.8.8/x.png", "names no host"),
    ],
)
def test_an_address_that_is_none_for_a_picture_is_refused_unasked(
    monkeypatch: pytest.MonkeyPatch, address: str, sentence: str
) -> None:
    def connect(*_: Any, **__: Any) -> None:
        raise AssertionError("it was asked")

    monkeypatch.setattr(socket, "getaddrinfo", connect)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert sentence in refusal(address)


def test_a_name_is_refused_where_one_of_its_addresses_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert "pictures.example.org is not a public address" in refusal("http://pictures.example.org/x.png")


def test_what_is_there_is_brought(service: FaultyService) -> None:
    service.fail("CALL", faulty.answer(b"x" * LARGEST, "image/png"))
    assert fetch.fetch(f"{service.address}/x.png?size=1", LARGEST) == b"x" * LARGEST
    assert service.seen == [("CALL", "/x.png?size=1")]


def test_a_picture_that_is_too_large_is_not_taken_in(service: FaultyService) -> None:
    service.fail("CALL", faulty.answer(b"x" * (LARGEST + 1), "image/png"))
    assert "too large" in refusal(f"{service.address}/x.png")


def test_a_picture_that_drips_in_is_given_up(service: FaultyService, monkeypatch: pytest.MonkeyPatch) -> None:
    """However short the silences are, and while it goes on."""
    given_up, at_its_end = threading.Event(), threading.Event()

    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        try:
            for _ in range(400):
                handler.wfile.write(b"x")
                time.sleep(0.02)
        except OSError:
            given_up.set()
        at_its_end.set()
        handler.close_connection = True

    monkeypatch.setattr(fetch, "SECONDS", 0.2)
    service.fail("CALL", drip)
    assert "comes too slowly" in refusal(f"{service.address}/x.png")
    assert at_its_end.wait(30)
    assert given_up.is_set()


def test_a_server_that_hangs_up_is_told_of(service: FaultyService) -> None:
    service.fail("CALL", faulty.cut_off)
    assert "cannot be fetched from 127.0.0.1" in refusal(f"{service.address}/x.png")
