"""What an import costs: milliseconds x memory at the configured price, in figures that say
something."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from imports import cost
from imports.cost import Prices, Usage
from imports.models import ImportAttempt

AT = Prices(
    per_gb_second=Decimal("0.0000133334"),
    per_request=Decimal("0.0000002"),
    dyno_a_month=Decimal(25),
    currency="USD",
)
BEGUN = datetime(2026, 11, 26, 12, tzinfo=UTC)


def run(billed_ms: int | None = 1000, memory_mb: int = 1024, **fields: Any) -> ImportAttempt:
    heard = BEGUN + timedelta(seconds=fields.pop("heard", 1))
    times = {"started_at": BEGUN, "heartbeat_at": heard}
    return ImportAttempt(billed_ms=billed_ms, memory_mb=memory_mb, **times, **fields)


def test_a_gigabyte_for_a_second_is_one_unit() -> None:
    assert cost.usage_of([run()]).gb_seconds == 1


def test_every_attempt_is_billed() -> None:
    assert cost.usage_of([run(1000), run(500, 2048)]) == Usage(requests=2, mb_ms=2_048_000)


def test_the_price_is_that_of_the_time_and_of_the_requests() -> None:
    usage = Usage(requests=2, mb_ms=10 * 1_024_000)
    assert cost.cost_of(usage, AT) == Decimal("0.000133334") + Decimal("0.0000004")


def test_an_attempt_that_has_not_ended_costs_at_least_what_was_heard_of_it() -> None:
    usage = cost.usage_of([run(None, heard=3)])
    assert usage == Usage(requests=1, mb_ms=3 * 1_024_000, whole=False)
    assert cost.in_words(usage, AT).startswith("at least 0.00004")


def test_a_run_without_a_known_memory_is_not_said_to_cost_nothing_more() -> None:
    assert not cost.usage_of([run(memory_mb=0)]).whole


def test_no_run_costs_nothing() -> None:
    assert cost.cost_of(cost.usage_of([]), AT) == 0


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "0 USD"),
        ("0.00001234", "0.000012 USD"),
        ("0.00123", "0.0012 USD"),
        ("0.0996", "0.10 USD"),
        ("0.996", "1.00 USD"),
        ("12.5", "12.50 USD"),
        ("25", "25 USD"),
        ("25.00", "25 USD"),
        ("1234.5", "1,234.50 USD"),
    ],
)
def test_money_has_two_digits_that_say_something(amount: str, words: str) -> None:
    assert cost.money(Decimal(amount), "USD") == words


def test_money_is_written_as_the_reader_writes_numbers() -> None:
    with translation.override("de"):
        assert cost.money(Decimal("1234.5"), "EUR") == "1.234,50 EUR"


def test_the_dyno_is_compared_in_round_numbers() -> None:
    assert cost.such_imports(Decimal("0.0012"), AT) == 20_000
    assert cost.such_imports(Decimal(10), AT) == 2
    assert cost.such_imports(Decimal(0), AT) == 0


def test_the_receipt_stands_beside_a_months_dyno() -> None:
    usage = Usage(requests=1, mb_ms=90 * 1_024_000)
    assert cost.compared(usage, AT) == (
        "0.0012 USD, where an idle worker dyno costs 25 USD a month (20,000 such imports)"
    )


def test_an_import_that_costs_as_much_as_a_dyno_is_not_made_to_look_cheap() -> None:
    usage = Usage(requests=1, mb_ms=2_000_000 * 1_024_000)
    assert cost.compared(usage, AT).endswith("25 USD a month")


def test_the_settings_say_the_prices(settings: Any) -> None:
    settings.SLUICE_PRICE_PER_GB_SECOND = 0.5
    settings.SLUICE_PRICE_CURRENCY = "EUR"
    assert cost.in_words(Usage(mb_ms=1_024_000), cost.prices()) == "0.50 EUR"


def test_without_settings_the_public_prices_hold(settings: Any) -> None:
    del settings.SLUICE_PRICE_PER_GB_SECOND
    assert cost.prices().per_gb_second == Decimal("0.0000133334")
