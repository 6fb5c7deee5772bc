"""What values look like."""

import pytest

from lambda_worker.files.sniffing.value_shapes import is_half_quoted, is_typed_column, mask, shape


@pytest.mark.parametrize(
    ("looks", "values"),
    [
        ("empty", ["", "  "]),
        ("null", ["NA", "\\N", "-", "n/a"]),
        (
            "number",
            ["5", "-1.5", "1,234.50", "1 234,5", "$5.00", "5 %", "1e-5", "12,34,567", "(5)"],
        ),
        (
            "date",
            ["2020-01-05", "5.1.2020 10:00", "12:30 pm", "5 May 2014", "Jan-14", "2020年1月5日"],
        ),
        ("date", ["Tue May 29 12:54:08 PDT 2018", "2018-01-01T10:00:00.5Z", "12:30:15", "12 août"]),
        (
            "other",
            ["a@example.com", "http://x.y/z?a=b,c", '{"a": 1}', "10.0.0.1", "C:\\a\\b", "a;b;c"],
        ),
        ("text", ["word", "High 2014", "Smith, John", "O'Neil", "Hello, world.", "東京、渋谷"]),
        ("odd", ["foo,bar", "a;1", '5" x', "x|y"]),
    ],
)
def test_values_look_like_what_they_are(looks: str, values: list[str]) -> None:
    assert [shape(value) for value in values] == [looks] * len(values)


def test_a_column_of_numbers_may_have_words_for_nothing_and_some_others() -> None:
    assert is_typed_column(["1", "2", "NA", "", "3", "4", "unknown"])
    assert not is_typed_column(["1", "a", "b"])
    assert not is_typed_column(["NA", ""])


def test_a_mask_tells_how_a_value_is_built() -> None:
    assert mask("AB-12é") == "aa-99a"


def test_a_quote_at_an_end_shows() -> None:
    assert is_half_quoted('"a')
    assert is_half_quoted("b'")
    assert not is_half_quoted("it's")
    assert not is_half_quoted("")
