"""Between a worker and Postgres: cuts connections around COMMIT, or lets them stall."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit, urlunsplit

COMMIT: Final = b"COMMIT\x00"
"""As psycopg sends it: a simple query."""

DATA: Final = b"sluice data"
"""In the first packet of the data connection."""

BLOCK: Final = 65536


@dataclass
class Proxy:
    """What goes wrong: `cut` is "before" or "after" the `commits`-th COMMIT of a data connection;
    after `stall_at` bytes from its client nothing is taken from it any more."""

    url: str
    listening: socket.socket
    cut: str = ""
    commits: int = 3
    stall_at: int | None = None
    happened: threading.Event = field(default_factory=threading.Event)
    sockets: list[socket.socket] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """The database's URL, by way of the proxy."""
        parts = urlsplit(self.url)
        host, port = self.listening.getsockname()
        user = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{user}@{host}:{port}"))

    def serve(self) -> None:
        """Take connections until the end."""
        while not self._ended.is_set():
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            parts = urlsplit(self.url)
            server = socket.create_connection((parts.hostname or "", parts.port or 5432))
            self.sockets += [client, server]
            pair = Pair(self, client, server)
            threading.Thread(target=pair.to_server, daemon=True).start()
            threading.Thread(target=pair.to_client, daemon=True).start()

    def reset(self) -> None:
        """Break every connection as a lost route does: with a reset, not with a goodbye."""
        for sock in self.sockets:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            close(sock)

    def end(self) -> None:
        """Close everything."""
        self._ended.set()
        close(self.listening)
        for sock in self.sockets:
            close(sock)


def close(sock: socket.socket) -> None:
    """Close a socket, and wake up whoever reads from it."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


@dataclass
class Pair:
    """One connection through the proxy."""

    proxy: Proxy
    client: socket.socket
    server: socket.socket
    data: bool = False
    sent: int = 0
    commits: int = 0
    cut_at_answer: bool = False

    def to_server(self) -> None:
        """What the client sends."""
        with contextlib.suppress(OSError):
            while block := self.client.recv(BLOCK):
                self.data = self.data or DATA in block
                self.sent += len(block)
                if self._is_to_cut(block):
                    if self.proxy.cut == "before":
                        self._cut()
                        return
                    self.cut_at_answer = True
                if self._stalls():
                    self.proxy.happened.set()
                    self.proxy._ended.wait()
                    return
                self.server.sendall(block)
        self._close()

    def to_client(self) -> None:
        """What the server answers."""
        with contextlib.suppress(OSError):
            while block := self.server.recv(BLOCK):
                if self.cut_at_answer:
                    self._cut()  # the server has committed; the client will never hear of it
                    return
                self.client.sendall(block)
        self._close()

    def _is_to_cut(self, block: bytes) -> bool:
        if not (self.data and self.proxy.cut and COMMIT in block):
            return False
        self.commits += 1
        return self.commits == self.proxy.commits

    def _stalls(self) -> bool:
        limit = self.proxy.stall_at
        return self.data and limit is not None and self.sent > limit

    def _cut(self) -> None:
        self.proxy.happened.set()
        self._close()

    def _close(self) -> None:
        close(self.client)
        close(self.server)


@contextlib.contextmanager
def proxy(url: str, **faults: object) -> Iterator[Proxy]:
    """A proxy in front of the database at `url`, on a free port of this machine."""
    listening = socket.create_server(("127.0.0.1", 0))
    running = Proxy(url, listening, **faults)  # type: ignore[arg-type]
    threading.Thread(target=running.serve, daemon=True).start()
    try:
        yield running
    finally:
        running.end()
