"""Names for columns, whatever the header says."""

from lambda_worker.files.csv_reading.headers import LONGEST, edge_of_all, fitted, joined, unique
from lambda_worker.files.reading import Note


def test_names_are_stripped_and_kept() -> None:
    assert unique([" id ", "na\0me", "\ufeffsize"]) == (("id", "name", "size"), [])


def test_columns_without_a_name_get_one() -> None:
    names, notes = unique(["id", "", " "])

    assert names == ("id", "column 2", "column 3")
    assert notes == [Note("headers_empty", {"headers": ["column 2", "column 3"]})]


def test_names_that_come_again_are_counted() -> None:
    names, notes = unique(["a", "a", "b", "a"])

    assert names == ("a", "a (2)", "b", "a (3)")
    assert notes == [Note("headers_twice", {"headers": ["a"]})]


def test_a_counted_name_takes_no_other_ones_place() -> None:
    assert unique(["a", "a", "a (2)"])[0] == ("a", "a (3)", "a (2)")
    assert unique(["", "column 1"])[0] == ("column 1 (2)", "column 1")


def test_endless_names_are_cut() -> None:
    assert unique(["x" * 5_000])[0] == ("x" * LONGEST,)


def test_one_header_line_is_taken_as_it_is() -> None:
    assert joined([["a", "", "b"]]) == ["a", "", "b"]


def test_a_merged_cell_names_all_columns_below_it() -> None:
    assert joined([["2019", "", "2020", ""], ["min", "max", "min", "max"]]) == [
        "2019 min",
        "2019 max",
        "2020 min",
        "2020 max",
    ]


def test_lines_that_say_the_same_say_it_once() -> None:
    assert joined([["id", "name"], ["id", "name"]]) == ["id", "name"]


def test_a_line_drawn_below_names_is_none_of_them() -> None:
    assert joined([["id", "name"], ["--", ":----"]]) == ["id", "name"]
    assert joined([["a", "b"], ["-", "-"]]) == ["a -", "b -"]


def test_a_shorter_last_line_leaves_the_names_above() -> None:
    assert joined([["a", "b", "c"], ["x"]]) == ["a x", "b", "c"]


def test_names_are_as_many_as_records_have_values() -> None:
    assert fitted(["a", "b"], 0) == (["a", "b"], [])
    assert fitted(["a", "b"], 3) == (["a", "b", ""], [])


def test_row_names_have_none() -> None:
    assert fitted(["a", "b"], 3, row_names=True) == (["", "a", "b"], [])


def test_empty_names_behind_the_last_value_are_left_out() -> None:
    assert fitted(["a", "b", " ", ""], 2) == (["a", "b"], [])


def test_names_of_values_that_no_record_has_are_left_out_and_said() -> None:
    names, notes = fitted(["a", "b", "Approve", "Reject"], 2)

    assert names == ["a", "b"]
    assert notes == [Note("headers_unused", {"headers": ["Approve", "Reject"]})]


def test_the_mark_at_the_ends_of_names_is_left_of_a_longer_delimiter() -> None:
    assert edge_of_all(["id~", "~name~", "~city"]) == "~"
    for names in (["*a*", "*b*", "*c*"], ["a_", "_b_", "_c_"], ["a", "b", "c"], ["a~", "~b"], []):
        assert edge_of_all(names) == ""
