"""A DeepFilter server of ours on a real socket, and the real client with a key to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import Algorithmia
import pytest
import requests
from django.contrib.auth.models import User
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from django.test.testcases import QuietWSGIRequestHandler

from filters.models import DeepFilterKey, Filter
from filters.service import forget_engines
from tests.factories import make_filter


@dataclass
class Server:
    """Our server: its address, a key, the real client with it, and plain requests."""

    address: str
    key: str
    row: DeepFilterKey
    client: Any

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request with the key."""
        headers = {"Authorization": self.key, **options.pop("headers", {})}
        return requests.request(method, f"{self.address}/v1/{path}", headers=headers, timeout=30, **options)

    def call(self, **asked: Any) -> requests.Response:
        """A call of the algorithm."""
        return self.ask("POST", "algo/deeplearning/DeepFilter", json=asked)


class SharingServer(ThreadedWSGIServer):
    """A server whose threads use the test's own connection, and leave it open."""

    def _close_connections(self) -> None:
        pass


class Underway:
    """Requests that have begun and not ended."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def begin(self, **_: Any) -> None:
        """One more."""
        with self._changed:
            self._count += 1

    def end(self, **_: Any) -> None:
        """One less."""
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def await_none(self) -> None:
        """Return once there is none."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._count <= 0, 30), "a request is still at work"


@pytest.fixture
def address(db: None) -> Iterator[str]:
    """Our server within the test's own transaction, so that tables need not be emptied after each test.

    Its threads share one connection, so requests must come one after another. A client has its answer before the
    server is done with the request: only then may the transaction end.
    """
    underway = Underway()
    shared = connections["default"]
    shared.inc_thread_sharing()
    web = SharingServer(("127.0.0.1", 0), QuietWSGIRequestHandler, connections_override={"default": shared})
    web.set_app(WSGIHandler())
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    # What begins and ends a request would close the connection, as it does not know of the test's transaction.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    request_started.connect(underway.begin)
    request_finished.connect(underway.end)
    thread.start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    web.server_close()
    thread.join()
    underway.await_none()
    request_started.disconnect(underway.begin)
    request_finished.disconnect(underway.end)
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)
    shared.dec_thread_sharing()


@pytest.fixture
def server(address: str, owner: User) -> Server:
    """A server with a key of Olga's."""
    row, key = DeepFilterKey.make(owner, "Olga's laptop")
    return Server(address, key, row, Algorithmia.client(key, address))


@pytest.fixture
def negative(server: Server) -> Filter:
    """A published filter of the server that makes negatives."""
    forget_engines()
    return make_filter("gan-vogh", name="Gan vogh")
