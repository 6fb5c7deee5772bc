"""Lambda's Runtime API, as small as it can be: it hands out one event and takes one answer."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

REQUEST_ID: Final = "00000000-0000-4000-8000-000000000001"
FUNCTION_ARN: Final = "arn:aws:lambda:eu-west-1:000000000000:function:alone"
SECONDS: Final = 60


class RuntimeApi(ThreadingHTTPServer):
    """Paths and headers are those of "Using the Lambda runtime API" (2018-06-01)."""

    daemon_threads = True

    def __init__(self, event: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.event = event
        self.started = time.monotonic()
        self.ready_after = 0.0
        self.kind = ""
        self.answer: Any = None
        self.answered = threading.Event()

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Answer in a thread for as long as the block runs."""
        thread = threading.Thread(target=self.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            thread.join()

    @property
    def address(self) -> str:
        """What AWS_LAMBDA_RUNTIME_API says."""
        return f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One GET for the event, one POST with what the handler returned or raised."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every call waits 40 ms for a delayed ACK
    server: RuntimeApi

    def do_GET(self) -> None:
        if self.server.ready_after:
            threading.Event().wait(SECONDS)  # nothing more to do: the function is frozen
            return
        self.server.ready_after = time.monotonic() - self.server.started
        deadline = int((time.time() + SECONDS) * 1000)
        headers = {
            "Content-Type": "application/json",  # awslambdaric 4.2's client crashes without it
            "Lambda-Runtime-Aws-Request-Id": REQUEST_ID,
            "Lambda-Runtime-Deadline-Ms": str(deadline),
            "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN,
        }
        self.reply(200, json.dumps(self.server.event).encode(), headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.kind = self.path.rsplit("/", 1)[-1]
        self.server.answer = json.loads(body)
        self.reply(202, b"{}", {})
        self.server.answered.set()

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """The tests' output is for what they found."""
