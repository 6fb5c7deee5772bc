"""Stands in front of a server and counts the bytes each way, at the socket."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

CHUNK = 64 * 1024


class CountingProxy:
    """Passes connections on to `port`; counts what the server `received` and what it `sent`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self.port: int = self._listener.getsockname()[1]
        self.received = 0
        self.sent = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[CountingProxy]:
        """Accept connections until the block ends."""
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            # shutdown, because close alone does not wake a thread that waits in accept().
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                for source, sink, up in ((client, server, True), (server, client, False)):
                    arguments = (source, sink, up)
                    threading.Thread(target=self._pass_on, args=arguments, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._count(len(data), up)
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _count(self, size: int, up: bool) -> None:
        with self._lock:
            if up:
                self.received += size
            else:
                self.sent += size
