"""Child: many status pages, each polling once a second as a browser does, one after the other.

The loop is open: a poll is due at its time whether or not the one before has been answered, and
its seconds count from when it was due. So a server that stalls for a second is seen to do so by all
that should have been answered in it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from tests.bench.measuring import measured, task, tell

SEEN: Final = re.compile(r'data-seen="([^"]*)" data-left="([^"]*)"')
OVER: Final = 286


@dataclass
class Browser:
    """A page that is open on the job, with a connection of its own, kept as browsers keep it."""

    work: Mapping[str, Any]
    shows: dict[str, str] = field(default_factory=lambda: {"seen": "", "left": ""})
    etag: str = ""
    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def run(self, begin: float, end: float) -> None:
        """Poll once a second, from `begin` to `end` on the monotonic clock, or till it is over."""
        address = urlsplit(self.work["url"])
        connection = HTTPConnection(address.netloc, timeout=30)
        due = begin
        while due < end and OVER not in self.statuses:
            time.sleep(max(0.0, due - time.monotonic()))
            self._poll(connection, address.path)
            self.seconds.append(time.monotonic() - due)
            due += 1.0

    def _poll(self, connection: HTTPConnection, path: str) -> None:
        headers = {"Cookie": self.work["cookie"], "HX-Request": "true"}
        if self.etag:
            headers["If-None-Match"] = self.etag
        connection.request("GET", f"{path}?{urlencode(self.shows)}", headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        self.statuses.append(answer.status)
        self.etag = answer.headers.get("ETag", "")
        if found := SEEN.search(text):
            self.shows = {"seen": found[1], "left": found[2]}


def main() -> None:
    """Poll, and tell each poll's status and seconds."""
    work = task()
    browsers = [Browser(work) for _ in range(work["rate"])]
    begin = time.monotonic() + 0.5
    pages = [
        threading.Thread(target=browser.run, args=(due, due + work["seconds"]))
        for number, browser in enumerate(browsers)
        for due in [begin + number / work["rate"]]  # evenly over the second
    ]
    for page in pages:
        page.start()
    time.sleep(begin - time.monotonic())
    with measured() as measure:
        for page in pages:
            page.join()
    statuses = [status for browser in browsers for status in browser.statuses]
    measure.said = {
        "seconds": [second for browser in browsers for second in browser.seconds],
        "statuses": {status: statuses.count(status) for status in sorted(set(statuses))},
    }
    tell(measure)


if __name__ == "__main__":
    main()
