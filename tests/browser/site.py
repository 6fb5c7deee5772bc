"""The pages as people use them, and screenshots of them in both themes and at a phone's width."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page, expect

ARTIFACTS: Final = Path(__file__).parents[1] / "artifacts"
"""Out of git; each run overwrites the last one's."""

DESKTOP: Final = (1280, 800)
PHONE: Final = (390, 844)
SMALL: Final = (320, 640)
"""As WCAG 2.2 asks for (1.4.10, Reflow)."""

THEMES: Final[tuple[tuple[str, tuple[int, int], Literal["light", "dark"]], ...]] = (
    ("light", DESKTOP, "light"),
    ("dark", DESKTOP, "dark"),
    ("phone", PHONE, "light"),
    ("small", SMALL, "light"),
)

IMPORT_MS: Final = 60_000
"""An import takes two seconds; this is for a machine that is busy with something else."""


@dataclass(frozen=True)
class Site:
    """The web app in a browser."""

    page: Page
    url: str

    def sign_in(self, name: str = "admin", path: str = "/imports/") -> None:
        """As one of the demo's users, on the way to `path`."""
        self.page.goto(self.url + path)
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", f"{name}-demo")
        self.page.click("[type=submit]")

    def choose(self, target: str, file: Path) -> None:
        """Up to the preview."""
        self.page.goto(f"{self.url}/imports/new/?target={target}")
        self.page.set_input_files("#file", file)
        expect(self.page.locator("[data-confirm]")).to_be_visible()

    def give(self, column: str, field: str) -> None:
        """Give a column of the file a field, or none, on the preview."""
        row = self.page.locator("[data-columns] tr", has=self.page.get_by_text(column, exact=True))
        row.locator("select").select_option(field)

    def confirm(self) -> None:
        """From the preview to the job's page."""
        self.page.click("[data-confirm]")
        self.page.wait_for_url("**/imports/*-*-*-*-*/", timeout=IMPORT_MS)

    def wait_until_over(self) -> None:
        """Until the page polls no more."""
        over = self.page.locator("#progress:not([hx-get])")
        expect(over).to_be_visible(timeout=IMPORT_MS)

    def figures(self) -> dict[str, str]:
        """The counts by their names, as the page shows them."""
        rows = self.page.locator(".figures > div").all()
        return {r.locator("dt").inner_text(): r.locator("dd").inner_text() for r in rows}

    def sentence(self) -> str:
        """What the page says is happening."""
        return self.page.locator("#sentence").inner_text()

    def shots(self, name: str) -> None:
        """Keep the page as it looks in each theme; nothing may be wider than the screen."""
        ARTIFACTS.mkdir(exist_ok=True)
        for theme, (width, height), scheme in THEMES:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.emulate_media(color_scheme=scheme)
            self.page.screenshot(path=ARTIFACTS / f"{name}-{theme}.png", full_page=True)
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide on a screen of {width} px"
        self.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
