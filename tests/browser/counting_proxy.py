"""Stands in front of a server, counts the bytes each way at the socket, and breaks when told to."""

from __future__ import annotations

import contextlib
import math
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

CHUNK = 64 * 1024


@dataclass
class Counts:
    """`port` is the proxy's own; the server behind it `received` and `sent` so many bytes.

    From `cut_at` bytes received on, every connection breaks, and new ones do at once. Before that,
    each chunk takes `pause` seconds.
    """

    port: int = 0
    received: int = 0
    sent: int = 0
    cut_at: float = math.inf
    pause: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, received: int = 0, sent: int = 0) -> None:
        with self.lock:
            self.received += received
            self.sent += sent
        time.sleep(self.pause if received else 0)
        if self.received >= self.cut_at:
            raise ConnectionResetError


class _Connection(socketserver.BaseRequestHandler):
    """One client's connection, and one of ours to the server."""

    def __init__(self, server_port: int, counts: Counts, *arguments: object) -> None:
        self.server_port = server_port
        self.counts = counts
        super().__init__(*arguments)  # type: ignore[arg-type]

    def handle(self) -> None:
        if self.counts.received >= self.counts.cut_at:
            return
        with socket.create_connection(("127.0.0.1", self.server_port)) as server:
            back = threading.Thread(
                target=_pass_on, args=(server, self.request, lambda n: self.counts.add(sent=n))
            )
            back.start()
            _pass_on(self.request, server, lambda n: self.counts.add(received=n))
            if self.counts.received >= self.counts.cut_at:
                _end(server, self.request)  # or either would wait for the rest
            back.join()


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, sink: socket.socket, count: Callable[[int], None]) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            count(len(data))
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class _Server(socketserver.ThreadingTCPServer):
    # The browser has gone by then, so no connection is left to wait for.
    block_on_close = True


@contextlib.contextmanager
def counting_proxy(server_port: int) -> Iterator[Counts]:
    """A proxy in front of the port, until the block ends; close its clients before that."""
    counts = Counts()
    with _Server(("127.0.0.1", 0), partial(_Connection, server_port, counts)) as proxy:
        counts.port = proxy.server_address[1]
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        try:
            yield counts
        finally:
            proxy.shutdown()
            thread.join()
