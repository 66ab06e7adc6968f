"""A bad line: a TCP proxy that slows a connection down and cuts it where a test wants it cut."""

from __future__ import annotations

import socket
import struct
import threading
import time

PIECE = 64 * 1024
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends a reset, as a broken line would look


class BadLine:
    """Listens at `address` and passes everything on to a port of this machine, until told otherwise."""

    def __init__(self, port: int) -> None:
        self._goal = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._allowed: int | None = None
        self.up = True
        self.bytes_sent = 0
        self.cuts = 0
        self.refused = 0
        self.seconds_per_piece = 0.0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Where the line begins."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut_after(self, count: int) -> None:
        """Break every connection once `count` more bytes have gone to the server; then let nobody in."""
        with self._lock:
            self._allowed = count

    def mend(self) -> None:
        """Let everybody in again."""
        with self._lock:
            self._allowed = None
            self.up = True

    def close(self) -> None:
        """End everything."""
        self._listener.close()
        self._break()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            if not self.up:
                self.refused += 1
                _reset(visitor)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._goal))
            except OSError:
                _reset(visitor)
                continue
            with self._lock:
                self._open |= {visitor, server}
            threading.Thread(target=self._pump, args=(visitor, server, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, visitor, False), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, upwards: bool) -> None:
        try:
            while data := source.recv(PIECE):
                if upwards and not self._passes(len(data)):
                    self._break()
                    return
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            _reset(sink)

    def _passes(self, count: int) -> bool:
        time.sleep(self.seconds_per_piece)
        with self._lock:
            self.bytes_sent += count
            if self._allowed is None:
                return True
            self._allowed -= count
            return self._allowed > 0

    def _break(self) -> None:
        with self._lock:
            # Several connections may find the line used up at the same moment: that is one cut.
            self.cuts += self.up
            self.up = False
            broken, self._open = self._open, set()
        for one in broken:
            _reset(one)


def _reset(one: socket.socket) -> None:
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is broken already
    one.close()
