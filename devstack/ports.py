"""Free ports on the loopback address."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"
"""Nothing of the stack listens anywhere else."""


def free_port() -> int:
    """A port that was free a moment ago; whoever loses it to another program tries the next."""
    with listening_socket() as taken:
        port: int = taken.getsockname()[1]
        return port


def listening_socket() -> socket.socket:
    """A socket bound to a free port, to be handed to a server: no race, no second try."""
    bound = socket.socket()
    bound.bind((HOST, 0))
    return bound
