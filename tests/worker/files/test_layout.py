"""Where the table stands in a file: what is above it, its header, its width, its words for
nothing."""

from dataclasses import asdict

import pytest

from lambda_worker.files.dialect import Dialect
from lambda_worker.files.sniffing.sniff import sniff
from tests.worker.files.reading import Read, read_csv


def as_found(text: str, **given: object) -> Read:
    """The text, read as it is found to be written."""
    return read_csv(text, **asdict(layout(text, **given)))


def layout(text: str, **given: object) -> Dialect:
    return sniff(text, given)


def lines(text: str) -> tuple[int, int]:
    """Lines above the header, and of the header."""
    dialect = layout(text)
    return dialect.preamble, dialect.header_lines


# -- A header or none ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "id,name\n1,foo\n2,bar\n",
        "city,country\nParis,France\nRome,Italy\n",
        "a,b\nc,d\ne,f\n",
        "a,b,c\n1,b,c\n2,b,c\n3,b,c\n",
        "id,name\n",
        ",a,b\n1,2,3\n2,4,5\n",
        "x,y\nNA,NA\n1,2\n3,4\n",
        "state,2018\nOhio,R+27\nUtah,R+15\nIowa,D+9\n",
    ],
)
def test_names_above_values_are_a_header(text: str) -> None:
    assert lines(text) == (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "1,foo,2.5\n2,bar,3.5\n3,baz,1.5\n",
        "1,2,3\n4,5,6\n",
        "1,foo,2020-01-01\n",
        "AB12,x\nCD34,y\nEF56,z\nGH78,w\n",
        "a@example.com\nb@example.org\n",
    ],
)
def test_a_first_record_like_all_others_is_none(text: str) -> None:
    assert lines(text) == (0, 0)


def test_years_and_counted_columns_may_be_names() -> None:
    assert lines("country,2018,2019,2020\nA,1,2,3\nB,4,5,6\n") == (0, 1)
    assert lines("0,1,2,class\n1.5,2.5,3.5,one\n4.5,5.5,6.5,two\n") == (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "region,1/22/20,1/23/20,1/24/20\nA,1,2,3\nB,4,5,6\n",
        "day,00:00,01:00\n2024-01-01,1,2\n2024-01-02,4,5\n",
        "2024-01-01,2024-01-02\n5,6\n7,8\n",
        "gene,10001,10002,10003\nA,0.5,0.6,0.7\nB,0.1,0.2,0.3\n",
    ],
)
def test_dates_above_numbers_and_codes_that_count_may_be_names(text: str) -> None:
    assert lines(text) == (0, 1)


def test_a_date_above_dates_is_none() -> None:
    assert lines("A,2024-01-01,5\nB,2024-01-02,6\nC,,7\n") == (0, 0)


def test_columns_that_pandas_counts_have_a_header() -> None:
    assert lines(",0,1\n0,5,0\n1,6,1\n2,7,2\n") == (0, 1)


def test_names_that_come_twice_are_still_names() -> None:
    assert lines("a,a,b\n1,2,3\n4,5,6\n") == (0, 1)


def test_a_record_that_comes_again_alone_is_a_header() -> None:
    text = "what,version\nstart,3\nwhat,version\nstop,x\nwait,y\nwhat,version\ngo,z\n"

    assert lines(text) == (0, 1)


def test_records_that_are_all_alike_have_no_header() -> None:
    assert lines("a,b\n" * 20) == (0, 0)


def test_units_below_the_names_belong_to_the_header() -> None:
    text = "time,temp,label\ns,°C,\n0.1,20.5,a\n0.2,20.6,b\n0.3,20.7,c\n"

    assert lines(text) == (0, 2)


def test_names_below_merged_cells_belong_to_the_header() -> None:
    assert lines("2019,,2020,\nmin,max,min,max\n1,2,3,4\n5,6,7,8\n") == (0, 2)
    travel = "Date,Travel,,,Cost\n,,,,\n,Air,Rail,Bus,\n4.5.2012,1,2,0,3\n5.5.2012,1,2,0,3\n"
    assert lines(travel) == (0, 3)


def test_units_in_brackets_belong_to_the_header_above_texts_too() -> None:
    assert lines("name,size,where\n[],[m],[city]\nfoo,1,Rome\nbar,2,Oslo\n") == (0, 2)
    assert lines("name,mark\nfoo,[x]\nbar,\nbaz,[x]\n") == (0, 1)


def test_units_below_a_blank_record_belong_to_the_header() -> None:
    text = ",Rome,Rome,Rome\nday,temp,temp,rain\n,,,\n,,kind,no\n1.1.24,7.1,8,1\n2.1.24,7.9,8,1\n"

    assert lines(text) == (0, 4)


@pytest.mark.parametrize(
    "text",
    [
        "id|name\n--|----\n1|foo\n2|bar\n",
        "| id | name |\n|---:|:-----|\n| 1 | foo |\n| 2 | bar |\n",
        "name\n------\nfoo\nbar\n",
    ],
)
def test_a_line_that_is_drawn_below_the_names_belongs_to_the_header(text: str) -> None:
    assert lines(text) == (0, 2)


def test_a_record_of_words_for_nothing_is_no_such_line() -> None:
    assert lines("x,y\n-,-\n1,2\n3,4\n") == (0, 1)


def test_a_line_without_letters_above_others_like_it_is_a_record() -> None:
    assert lines("  1  2.5   3\n 10 12.5  30\n100 22.5 300\n") == (0, 0)


def test_a_value_that_is_a_word_for_once_is_no_header() -> None:
    assert lines("name,size\nfoo,unknown\nbar,2\nbaz,3\n") == (0, 1)


# -- Above the table -------------------------------------------------------------------------------


def test_lines_with_other_numbers_of_values_stand_above_the_table() -> None:
    assert lines("Report of sales, costs, and gains\n\nid,cost\n1,2\n2,3\n3,4\n") == (2, 1)


def test_titles_that_a_spreadsheet_has_filled_up_stand_above_it() -> None:
    assert lines("Sales 2020,,\n,,\nid,name,cost\n1,a,2\n2,b,3\n") == (2, 1)


def test_labels_with_their_texts_stand_above_it() -> None:
    text = "Title:,Rivers,,\nYear:,2008,,\nregion,a,b,c\nNorth,1,2,3\nSouth,4,5,6\n"

    assert lines(text) == (2, 1)


def test_a_first_record_with_few_values_is_no_title() -> None:
    assert lines("a,b,c,d\n,,,\n1,,,\n,,2,\n") == (0, 1)


def test_records_of_another_width_that_come_again_below_are_not_above_the_table() -> None:
    text = "Hans,Aachen\nAbel,Abbate\n" + 'Kate,"Abel",7\nFrank,Auer\nTheo,"Bai",9\n' * 5

    assert layout(text).preamble == 0


def test_of_two_tables_the_first_is_read() -> None:
    first = "a,b,c\n" + "1,2,3\n" * 5
    second = "d,e\n" + "7,8\n" * 5

    dialect = layout(first + "\n" + second)

    assert (dialect.preamble, dialect.width) == (0, 3)


def test_a_small_table_above_the_main_one_is_passed() -> None:
    text = "instrument,X1\noperator,Jo\n" + "time,a,b,c\n" + "1,2,3,4\n" * 30

    assert (layout(text).preamble, layout(text).width) == (2, 4)


# -- Comments --------------------------------------------------------------------------------------


def test_comment_lines_amid_the_records_are_known_by_what_they_begin_with() -> None:
    dialect = layout("id,name\n1,a\n# checked by Jo\n2,b\n3,c\n")

    assert (dialect.comment, dialect.header_lines) == ("#", 1)


def test_comment_lines_above_the_table_are_skipped_and_no_more() -> None:
    dialect = layout("# made by x\n# in 2020\nid,name\n1,a\n2,b\n")

    assert (dialect.comment, dialect.preamble) == ("", 2)


def test_comments_with_delimiters_do_not_make_the_table() -> None:
    text = "#path\tx\n#open\t1\n#types\tint\n#set\t,\n1\ta\t10\n2\tb\t20\n#close\t2\n"

    assert (layout(text).preamble, layout(text).width) == (4, 3)


def test_a_header_may_begin_like_a_comment() -> None:
    assert lines("## made by x\n#id\tname\n1\ta\n2\tb\n3\tc\n") == (1, 1)


def test_values_that_begin_with_a_number_sign_are_no_comments() -> None:
    dialect = layout("tag,n\n#a,1\nb,2\n#c,3\nd,4\ne,5\n")

    assert dialect.comment == ""


# -- Columns ---------------------------------------------------------------------------------------


def test_a_header_that_lacks_one_name_is_that_of_r_with_row_names() -> None:
    dialect = layout('"mpg","cyl"\n"Mazda",21,6\n"Datsun",22,4\n')

    assert (dialect.row_names, dialect.width) == (True, 3)


def test_a_delimiter_at_the_end_of_all_records_makes_no_row_names() -> None:
    dialect = layout("id,name\n1,a,\n2,b,\n3,c,\n")

    assert (dialect.row_names, dialect.width) == (False, 3)


def test_a_header_that_lacks_several_names_has_records_with_more_values() -> None:
    dialect = layout("a,b\n1,2,3,4\n4,5,6,5\n7,8,9,1\n")

    assert (dialect.header_lines, dialect.width, dialect.row_names) == (1, 4, False)


def test_last_names_that_no_record_has_a_value_for_are_not_counted() -> None:
    assert layout("a,b,c,d\n1,2,3\n4,5,6\n7,8,9\n").width == 3


def test_a_record_that_lacks_its_last_value_does_not_make_the_table_narrower() -> None:
    assert layout("a,b,c\n1,2,3\n4,5\n7,8,9\n").width == 3


def test_a_header_with_a_broken_quote_is_still_the_header() -> None:
    text = 'id,"na"me",size\n1,a,5\n2,b,6\n3,c,7\n'

    assert (layout(text).header_lines, layout(text).width) == (1, 3)


def test_numbers_parted_by_their_own_commas_shift_no_column() -> None:
    dialect = layout("id,name,price\n1,a,1,50\n2,b,2,75\n3,c,13,99\n")

    assert (dialect.row_names, dialect.width) == (False, 3)
    assert layout("city,people\nA,1,234\nB,5,678\nC,12,345\n").width == 2


# -- Words for nothing -----------------------------------------------------------------------------


def test_words_for_nothing_are_those_in_columns_of_numbers() -> None:
    text = "n,word\n" + "1,NA\n2,x\nnull,y\n4,z\n5,w\n6,v\n"

    assert layout(text).nulls == ("null",)


def test_postgres_word_for_nothing_is_one_everywhere() -> None:
    assert layout("a,b\nx,\\N\n\\N,y\n").nulls == ("\\N",)


# -- What stands above and below -------------------------------------------------------------------

DAYS = [f"{n + 1:02}.01.2024;Shop {n};-{n},50;EUR" for n in range(9)]


def test_a_line_below_the_table_makes_none_above_it_a_header() -> None:
    above = ["Kontostand;1.000,00", "Stand;01.02.2024", ""]
    text = "\n".join([*above, "Tag;Wer;Betrag;Währung", *DAYS, "Endsaldo;955,00"]) + "\n"
    assert lines(text) == (3, 1)


def test_titles_stand_above_years_too() -> None:
    body = "".join(f"State {n},{n}00,{n}10,{n}20\n" for n in range(1, 9))
    assert lines("Population,,,\nin thousands,,,\n,2021,2022,2023\n" + body) == (2, 1)


def test_labels_with_a_value_that_a_spreadsheet_has_filled_up_are_no_header() -> None:
    above = "Company;Miller & Co;;\nAs of;2024-02-01;;\n;;;\n"
    body = "".join(f"100{n};Account {n};{n},50;0,00\n" for n in range(9))
    assert lines(above + "No;Name;Debit;Credit\n" + body) == (3, 1)


@pytest.mark.parametrize("above", ["name,city,,\n", "Ida,Rome,,\nBert,Oslo,,\n"])
def test_records_that_lack_their_last_values_are_no_labels(above: str) -> None:
    body = "".join(f"{name},Bonn,x,y\n" for name in ("Anna", "Cora", "Dora", "Emil", "Fay"))
    assert layout(above + body).preamble == 0


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (",state\n1,on\n2,off\n3,off\n4,off\n5,off\n6,off\n", 6),
        (",state\n2020-01-01,on\n2020-01-02,off\n2020-01-03,off\n", 3),
        ("name,city,,\nAnna,Bonn,,\nBert,Kiel,,\nCora,Ulm,,see note\n", 3),
        ("name,city\nAnna, Bonn,\nBert, Kiel,\nCora, Ulm,\n", 3),
        ("id,name,city\n1, Anna, Bonn, GER\n2, Bert, Kiel, GER\n3, Cora, Ulm, GER\n", 3),
        ("x,y\na,  1,  2\nb, 13, 24\nc,  5,  6\n", 3),
        ("#exported by anna\n#on 2024\n#v1\n#v2\n#v3\nid,name\n1,A\n2,B\n", 2),
        ("Sales\nname, age\nAnna, 12\nBert, 13\n", 2),
        ("# export\nname, city\n" + "".join(f"User{n}, City{n}\n" for n in range(9)), 9),
        ("#Fields: a,b,c\n1,2,3\n4,5,6\n", 2),
        ("#Fields: id name\n1,Anna Smith\n2,Bert Jones\n3,Cora Brown\n", 3),
        ("#fields are quoted\na,b\nx,1\ny,2\n", 2),
        ("#Fields: id name\nid,name\n1,Anna\n2,Bert\n", 2),
    ],
)
def test_what_only_looks_like_something_rare_is_read_as_usual(text: str, rows: int) -> None:
    found = as_found(text)
    assert (len(found.rows), found.faults) == (rows, [])
    assert len(found.headers) > 1


def test_names_of_groups_stand_above_names() -> None:
    header = ";;Sales;;Cost;\nRegion;Country;2023;2024;2023;2024\n"
    body = "".join(f"R{n};C{n};{n},5;{n};1{n};2{n}\n" for n in range(6))
    found = as_found(header + body)
    assert found.headers[2:] == ("Sales 2023", "Sales 2024", "Cost 2023", "Cost 2024")


def test_columns_without_names_make_no_record_a_header() -> None:
    body = "".join(f"{a}x,{a}y,{a}z,{a}w\n" for a in "pqrstu")
    assert lines(",,size,color\n" + body) == (0, 1)


def test_all_lines_of_a_header_that_comes_again_are_set_aside() -> None:
    header = "id|name|amount\n---|----|------\n|text|EUR\n"
    page = "".join(f"{n}|Name {n}|{n}.5\n" for n in range(5))
    found = read_csv(2 * (header + page), delimiter="|", header_lines=3)
    assert len(found.rows) == 10
    assert [code for _, code in found.faults] == 3 * ["header_again"]


# -- Values that commas part -----------------------------------------------------------------------


def test_names_with_unquoted_commas_do_not_shift_columns() -> None:
    body = "".join(f"Smith{n}, Anna,IT,{n}000\n" for n in range(5))
    found = as_found("name,dept,salary\n" + body)
    assert (found.headers, found.rows) == (("name", "dept", "salary"), [])
    assert {code for _, code in found.faults} == {"wrong_field_count"}


def test_a_column_without_a_name_is_said_to_be_the_first() -> None:
    assert as_found("x,y\na,1,2\nb,3,4\nc,5,6\n").notes == ["headers_empty", "row_names"]


def test_what_is_left_of_a_longer_delimiter_is_said() -> None:
    found = as_found("id~|~name~|~city\n1~|~A~|~X\n2~|~B~|~Y\n3~|~C~|~Z\n")
    assert found.notes == ["longer_delimiter"]


@pytest.mark.parametrize(
    "text",
    [
        "Name\n" + "".join(f"Smith{n}, Anna\n" for n in range(8)),
        "Population\n1,234,100\n2,345,678\n3,456,789\n",
        "".join(f"2024-01-02T10:0{n}:12Z INFO start{' again' * (n % 3)}\n" for n in range(9)),
        "".join(f"#{n} Fix login{', logout' * (n % 2)} and session\n" for n in range(100, 120)),
    ],
)
def test_lines_of_text_are_one_column(text: str) -> None:
    assert layout(text).width == 1


def test_the_frame_of_a_drawn_table_is_none_of_its_records() -> None:
    body = "".join(f"│ {n}  │ N{n}    │\n" for n in range(9))
    found = as_found(f"┌────┬───────┐\n│ id │ name  │\n├────┼───────┤\n{body}└────┴───────┘\n")
    assert [name for name in found.headers if name in ("id", "name")] == ["id", "name"]
    assert len(found.rows) == 9


# -- Logs that name their fields -------------------------------------------------------------------

IIS = """\
#Software: Microsoft Internet Information Services 10.0
#Fields: date time cs-method cs-uri-stem sc-status
2024-01-01 00:00:01 GET / 200
#Software: Microsoft Internet Information Services 10.0
#Fields: date time cs-method cs-uri-stem sc-status
2024-01-01 00:00:02 GET /a 404
2024-01-01 00:00:03 GET /b 200
"""


@pytest.mark.parametrize("given", [{}, {"comment": "#"}, {"preamble": 1}])
def test_the_comment_that_lists_fields_is_a_logs_header(given: dict[str, object]) -> None:
    found = as_found(IIS, **given)
    assert found.headers == ("date", "time", "cs-method", "cs-uri-stem", "sc-status")
    assert [fields[-1] for fields in found.rows] == ["200", "404", "200"]
    assert found.asides == []
    assert found.notes == []


def test_the_list_of_fields_may_be_written_with_another_delimiter() -> None:
    found = as_found("#Fields: date c-ip cs(Agent)\n2024-01-01\t::1\ta b\n2024-01-02\t::2\tc\n")
    assert found.headers == ("date", "c-ip", "cs(Agent)")
    assert found.rows[0] == ["2024-01-01", "::1", "a b"]


def test_types_below_the_list_of_fields_are_no_record() -> None:
    found = as_found("#fields\tts\tproto\n#types\ttime\tenum\n1.5\tudp\n2.5\ttcp\n#close\tx\n")
    assert (found.headers, found.rows) == (("ts", "proto"), [["1.5", "udp"], ["2.5", "tcp"]])


def test_a_list_of_other_fields_than_the_records_have_is_none() -> None:
    assert layout("#Fields: a b c\nx,y\nz,u\nv,w\n").width == 2
