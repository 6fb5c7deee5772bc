"""The browser's own arithmetic around an upload."""

from __future__ import annotations

import hashlib
import random

import pytest

from tests.browser.site import Site

MD5 = """async ([bytes, piece]) => {
  const { Md5 } = await import("/static/imports/md5.js");
  const md5 = new Md5();
  for (let at = 0; at < bytes.length; at += piece) {
    md5.update(Uint8Array.from(bytes.slice(at, at + piece)));
  }
  return md5.hex();
}"""

LEFT = """async ([sizes, total]) => {
  const { Meter } = await import("/static/imports/meter.js");
  const meter = new Meter();
  let sent = 0;
  const told = [];
  sizes.forEach((size, second) => {
    meter.add((sent += size), second * 1000);
    told.push(meter.secondsLeft(total));
  });
  return told;
}"""


@pytest.fixture
def site(site: Site) -> Site:
    site.page.goto(f"{site.url}/imports/")
    return site


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 1000])
def test_md5_is_md5(site: Site, length: int) -> None:
    data = random.Random(length).randbytes(length)
    found = site.page.evaluate(MD5, [list(data), 128])
    assert found == hashlib.md5(data).hexdigest()


def test_the_time_left_of_a_jerky_line_only_falls(site: Site) -> None:
    sizes = [2_000_000 * (second % 2) for second in range(200)]
    told = site.page.evaluate(LEFT, [sizes, 300_000_000])
    known = [left for left in told if left is not None]
    assert told[:2] == [None, None]
    assert known[10:] == sorted(known[10:], reverse=True)
    assert known[-1] == 100 or abs(known[-1] - 100) <= 30


def test_the_time_left_follows_a_line_that_has_slowed_down(site: Site) -> None:
    sizes = [10_000_000] * 20 + [1_000_000] * 60
    told = site.page.evaluate(LEFT, [sizes, 500_000_000])
    assert told[19] == 30
    assert 180 <= told[-1] <= 300
