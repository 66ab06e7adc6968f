"""A small DeepFilter service that fails as told: the faults of real networks, over a real socket."""

from __future__ import annotations

import io
import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Fault = Callable[["Handler"], None]
CERTIFICATE = Path(__file__).with_name("server.pem")
"""For 127.0.0.1, signed by itself, with its key, until 2199."""


class Handler(BaseHTTPRequestHandler):
    """Folders and files in a dictionary; the algorithm inverts pictures (as PNG, so exactly)."""

    protocol_version = "HTTP/1.1"
    server: FaultyService

    def handle_any(self) -> None:
        """Read the body, fail if a fault is due for this kind of request, else answer."""
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.command if "/data/" in self.path else "CALL"
        with self.server.lock:
            self.server.seen.append((kind, self.path))
            faults = self.server.faults.get(kind)
            fault = faults.popleft() if faults else None
        if fault is not None:
            fault(self)
        elif kind == "CALL":
            self.call()
        else:
            self.data()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any  # noqa: N815 - the names that http.server calls

    def call(self) -> None:
        """Invert the pictures, as the protocol says."""
        asked = json.loads(self.body)
        with self.server.lock:
            self.server.running += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.running)
        time.sleep(self.server.call_seconds)
        for source, target in zip(asked["images"], asked["savePaths"], strict=True):
            self.server.files[target] = self.server.paint(self.server.files[source])
        with self.server.lock:
            self.server.running -= 1
            self.server.calls.append(asked)
        metadata = {"content_type": "json", "duration": 0.1}
        self.json({"result": {"savePaths": asked["savePaths"]}, "metadata": metadata})

    def data(self) -> None:
        """Put, get, make a folder, remove a folder."""
        path = "data://" + self.path.removeprefix("/v1/data/").partition("?")[0]
        if self.command == "PUT":
            self.server.files[path] = self.body
            self.json({"result": path})
        elif self.command == "POST":
            self.server.folders.add(f"{path}/{json.loads(self.body)['name']}")
            self.json({"result": path})
        elif self.command == "DELETE":
            self.server.folders.discard(path)
            for name in [name for name in self.server.files if name.startswith(path)]:
                del self.server.files[name]
            self.json({"result": {"deleted": 1}})
        elif path in self.server.files:
            self.reply(200, self.server.files[path], "image/png")
        else:
            self.json({"error": {"message": f"no such file {path}"}}, status=404)

    def json(self, value: Any, status: int = 200, **headers: str) -> None:
        """Answer with JSON."""
        self.reply(status, json.dumps(value).encode(), "application/json", **headers)

    def reply(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        """Answer with bytes."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class FaultyService(ThreadingHTTPServer):
    """What happened here, and what shall go wrong: `faults["CALL"]` is a queue, one fault for one request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.faults: dict[str, deque[Fault]] = {}
        self.files: dict[str, bytes] = {}
        self.folders: set[str] = set()
        self.seen: list[tuple[str, str]] = []
        self.calls: list[dict[str, Any]] = []
        self.call_seconds = 0.0
        self.running = 0
        self.most_at_once = 0
        self.paint = inverted
        self.scheme = "http"

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def encrypt(self) -> None:
        """Speak TLS from now on; a handshake waits in the thread of its request."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.scheme = "https"

    def fail(self, kind: str, *faults: Fault) -> None:
        """Let the next requests of a kind (CALL, GET, PUT, POST, DELETE) fail, in order."""
        self.faults.setdefault(kind, deque()).extend(faults)

    def count(self, kind: str) -> int:
        """How many requests of a kind came."""
        return sum(seen == kind for seen, _ in self.seen)


def inverted(picture: bytes) -> bytes:
    """The negative of a picture, as PNG."""
    frame = 255 - np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))
    return png(Image.fromarray(frame))


def png(image: Image.Image) -> bytes:
    """The bytes of a PNG."""
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def status(code: int, message: str = "as told", **headers: str) -> Fault:
    """Answer with a status and Algorithmia's JSON."""
    return lambda handler: handler.json({"error": {"message": message}}, status=code, **headers)


def answer(body: bytes, kind: str = "application/json") -> Fault:
    """Answer 200 with these bytes."""
    return lambda handler: handler.reply(200, body, kind)


def silence(seconds: float) -> Fault:
    """Say nothing for a while, then hang up."""

    def fault(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return fault


def hang_up(handler: Handler) -> None:
    """Read the request, and hang up without a word."""
    handler.close_connection = True


def done_and_hung_up(handler: Handler) -> None:
    """Carry the call out, and hang up instead of saying so."""
    handler.reply = lambda *_, **__: None  # type: ignore[method-assign]
    handler.call()
    handler.close_connection = True


def cut_off(handler: Handler) -> None:
    """Promise a thousand bytes, send ten, hang up."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x" * 10)
    handler.close_connection = True


def drip(seconds: float) -> Fault:
    """Send a byte now and then, so that no single silence is long."""

    def fault(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                handler.wfile.write(b"x")
                time.sleep(0.02)
        except OSError:  # the caller had enough, which is what is tested
            pass
        handler.close_connection = True

    return fault


@contextmanager
def faulty_service() -> Iterator[FaultyService]:
    """A service that runs while the block does."""
    service = FaultyService()
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()
        thread.join()
