"""The file never passes through Django: what its socket receives is counted during an import."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserType

from devstack.stack import Stack
from tests.browser.counting_proxy import counting_proxy
from tests.browser.site import Site
from tests.generated import write_airports_of
from tests.journeys.support import rows

FILE_BYTES = 20_000_000
LIMIT = 200_000
"""The sample of 64 KB, a few pages, and a poll a second come to some 100 KB."""


def test_the_web_process_receives_next_to_nothing_of_a_file_of_20_mb(
    stack: Stack,
    countries: None,
    tmp_path: Path,
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
) -> None:
    file = tmp_path / "airports.csv"
    airports = write_airports_of(file, FILE_BYTES)
    assert file.stat().st_size >= FILE_BYTES
    port = urlsplit(stack.web_url).port
    assert port is not None
    with counting_proxy(port) as proxy:
        # The browser keeps the site's own origin, which the bucket's CORS rules ask for.
        rule = f"--host-resolver-rules=MAP 127.0.0.1:{port} 127.0.0.1:{proxy.port}"
        arguments = {**browser_type_launch_args}
        arguments["args"] = [*arguments["args"], rule]
        with browser_type.launch(**arguments) as browser:
            site = Site(browser.new_page(), stack.web_url)
            site.sign_in()
            site.choose("airports.airport", file)
            site.confirm()
            site.wait_until_over()
            assert site.figures()["Inserted"] == f"{airports:,}"
    print(f"web received {proxy.received:,} bytes of and about a file of {file.stat().st_size:,}")
    (job,) = rows(stack, "SELECT object_size FROM imports_importjob")
    assert job["object_size"] == file.stat().st_size
    assert 64 * 1024 < proxy.received < LIMIT
