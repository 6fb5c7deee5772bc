"""How a file is written: its delimiter, its quotes and what else parts its values."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_worker.files.dialect import Dialect
from lambda_worker.files.sniffing.sniff import sniff


def found(text: str, **given: object) -> Dialect:
    return sniff(text, given)


def delimiter(text: str) -> str:
    """The delimiter, empty for a file of one column."""
    dialect = found(text)
    return dialect.delimiter if dialect.width > 1 else ""


# -- Delimiters ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", list(",;\t|^~¦§\x01\x1f"))
def test_characters_made_for_parting_values_part_them(mark: str) -> None:
    text = "name,size\nfoo,1\nbar,2\nbaz,30\n".replace(",", mark)

    assert delimiter(text) == mark


def test_a_header_alone_is_parted_by_its_commas() -> None:
    assert found("id,name,born\n").width == 3


def test_a_comma_is_a_decimal_point_where_semicolons_part_values() -> None:
    assert delimiter("name;price\nA;1,5\nB;2,75\nC;3,0\n") == ";"
    assert delimiter("1,5;2,5\n2,5;3,5\n4,5;1,5\n") == ";"


def test_commas_in_prose_part_nothing_where_tabs_do() -> None:
    text = "id\ttext\n1\tHello, world, how are you\n2\tFine, thanks\n3\tOh, well, so, it goes\n"

    assert delimiter(text) == "\t"


def test_lists_inside_of_values_part_nothing_where_the_header_has_none() -> None:
    assert delimiter("name,tags\nfoo,a;b;c\nbar,d;e;f\nbaz,g;h;i\n") == ","


def test_json_inside_of_values_parts_nothing() -> None:
    assert delimiter('id\tdata\n1\t{"a":1,"b":[1,2]}\n2\t{"a":2,"b":[3,4]}\n') == "\t"


def test_commas_of_japanese_prose_are_no_delimiters() -> None:
    assert delimiter("名前,住所\n山田太郎、次郎,東京、渋谷\n佐藤,大阪、梅田\n") == ","
    assert delimiter("りんご、みかん\nぶどう、なし\nもも、かき\n") == ""


def test_commas_of_chinese_part_a_table_that_has_no_others() -> None:
    text = "姓名,年龄,城市\n张三,25,北京\n李四,30,上海\n".replace(",", "\uff0c")

    assert delimiter(text) == "\uff0c"
    assert delimiter("id,地址\n1,北京\uff0c朝阳\n2,上海\uff0c浦东\n3,广州\uff0c天河\n") == ","


def test_blanks_part_the_few_records_that_r_writes() -> None:
    dialect = found('"mpg" "cyl"\n"Mazda RX4" 21 6\n"Datsun 710" 22.8 4\n')

    assert (dialect.delimiter, dialect.row_names, dialect.width) == (" ", True, 3)


def test_blanks_part_records_below_a_comment() -> None:
    assert delimiter("# x y z\n0.1 0.2 0.3\n0.4 0.5 0.6\n0.7 0.8 0.9\n") == " "


def test_blanks_part_columns_of_numbers() -> None:
    assert delimiter("1 2 3\n4 5 6\n7 8 9\n") == " "


def test_the_line_that_tells_excel_the_delimiter_is_believed() -> None:
    dialect = found("sep=^\na,b^c\n1,2^3\n")

    assert (dialect.delimiter, dialect.preamble, dialect.width) == ("^", 1, 2)


def test_a_file_whose_records_mostly_lack_their_last_value_is_still_parted() -> None:
    assert delimiter("a,b,c\n1,2\n3,4\n5,6,7\n8,9\n") == ","


# -- One column ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "12:30:15\n12:31:00\n12:32:10\n",
        "2020-01-01 10:00:00\n2020-01-02 11:00:00\n2020-01-03 12:00:00\n",
        "01/02/2020\n03/04/2020\n05/06/2020\n",
        "10.0.0.1\n10.0.0.2\n192.168.1.1\n",
        "a@example.com\nb@example.org\nc@example.net\n",
        "John Smith\nJane Doe\nBob Brown\n",
        "value\n1\n2\n3\n",
        "price\n1,50\n2,50\n13,99\n",
        "people\n1,234\n5,678\n12,345\n",
        '"1,000"\n"2,000"\n"3,500"\n',
        "2020-01-01 10:00:00 INFO start\n2020-01-01 10:00:01 WARN slow thing\n",
    ],
)
def test_values_that_are_whole_are_not_cut(text: str) -> None:
    assert delimiter(text) == ""


def test_a_list_where_some_lines_have_commas_is_read_with_a_character_that_none_has() -> None:
    text = "name\nSmith, John\nMadonna\nDoe, Jane, Dr.\nCher\nPrince\nBono\n"

    assert found(text).width == 1
    assert found(text).delimiter not in text


def test_columns_lined_up_with_blanks_are_one_column() -> None:
    text = (
        "name      age   city\nJohn       23   Paris\nElizabeth   4   Rome\nBob       123   Bonn\n"
    )

    assert delimiter(text) == ""


# -- Quotes ----------------------------------------------------------------------------------------


def test_single_quotes_are_quotes_where_they_hold_values_together() -> None:
    assert found("'a','b'\n'1,5','x'\n'2,5','y'\n").quote == "'"


def test_apostrophes_are_none() -> None:
    assert found("name,age\nO'Neil,5\nD'Arcy,7\n'tis,8\n").quote == '"'


def test_inches_are_no_quotes() -> None:
    dialect = found('id,item\n1,5" pipe\n2,3" hose\n3,plain\n')

    assert (dialect.delimiter, dialect.width) == (",", 2)


def test_quotes_that_open_values_and_do_not_close_them_are_none() -> None:
    text = "id,note\n" + "".join(f'{n},"so he said" and left\n' for n in range(9))

    assert found(text).quote == ""


def test_a_quote_that_is_never_closed_costs_its_own_record_alone() -> None:
    dialect = found('a,b\n1,"x\n' + "".join(f"{n},y\n" for n in range(2, 9)))

    assert (dialect.delimiter, dialect.quote, dialect.width) == (",", '"', 2)


def test_a_value_that_the_samples_end_has_cut_is_no_fault() -> None:
    dialect = found('a;b\n1;"x, y"\n2;"two\nlines, or, so\nand, more, of, it\n')

    assert (dialect.delimiter, dialect.quote, dialect.width) == (";", '"', 2)


def test_a_value_that_is_longer_than_the_sample_hides_nothing() -> None:
    assert found('id,text\n1,"' + "a line of text\n" * 4_000).width == 2


def test_values_of_several_lines_hide_what_is_in_them() -> None:
    inner = "id|key|value\n1|apple|10\n2|carrot|4\n"
    text = f'id,comment\n1,"A table:\n{inner}"\n2,hello\n3,bye\n4,ciao\n'

    assert found(text).delimiter == ","


def test_quotes_behind_blanks_are_seen() -> None:
    dialect = found('a, b\n1, "x, y"\n2, "z"\n')

    assert dialect.skip_blanks
    assert dialect.width == 2


def test_blanks_after_all_delimiters_belong_to_no_value() -> None:
    assert found("a, b, c\n1, 2, 3\n4, 5, 6\n").skip_blanks
    assert not found("a,b\n1, 2\n4,5\n6,7\n").skip_blanks


def test_thorns_are_quotes_in_a_load_file() -> None:
    dialect = found("þaþ\x14þbþ\nþ1þ\x14þx, yþ\nþ2þ\x14þzþ\n")

    assert (dialect.delimiter, dialect.quote) == ("\x14", "þ")


# -- Escapes ---------------------------------------------------------------------------------------


def test_backslashes_escape_quotes_where_these_would_be_stray() -> None:
    assert found('a,b\n"say \\"hi\\"",1\n"x",2\n').escape == "\\"


def test_backslashes_at_the_end_of_quoted_values_escape_nothing() -> None:
    text = 'dir,n\n"C:\\a\\",1\n"C:\\b\\",2\n"C:\\c\\",3\n'

    assert found(text).escape == ""


def test_backslashes_before_all_apostrophes_are_escapes() -> None:
    text = "id;name\n1;Ship\\'s cook\n2;Ship\\'s boy\n3;Ships\\' engineer\n"

    assert found(text).escape == "\\"


def test_a_single_backslash_before_an_apostrophe_is_none() -> None:
    assert found("id;name\n1;Ship\\'s cook\n2;cook\n").escape == ""


def test_an_escape_far_below_is_found() -> None:
    text = 'id,name\n1,"x"\n' + '2,"y"\n' * 900 + '3,"a \\"b\\" c"\n' * 3

    assert found(text).escape == "\\"


# -- What is given ---------------------------------------------------------------------------------


def test_what_is_given_is_taken() -> None:
    dialect = found("a:b,c\n1:2,3\n", delimiter=":", quote="'", header_lines=0)

    assert (dialect.delimiter, dialect.quote, dialect.header_lines) == (":", "'", 0)


def test_lines_of_a_given_preamble_are_not_looked_at() -> None:
    text = "x,y,z\n1,2,3\n4,5,6\na;b\n1;2\n3;4\n"

    assert found(text, preamble=3).delimiter == ";"


def test_a_character_that_is_given_as_quote_is_no_delimiter() -> None:
    assert found("|a|,|b|\n|1|,|2|\n", quote="|").delimiter == ","


# -- Anything at all -------------------------------------------------------------------------------

TEXTS = st.text(st.sampled_from(list(",;\t| \"'\\\n\r#:ab1.5-/é、\0\x1f")), max_size=200)
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "delimiter": st.sampled_from([",", " ", "a"]),
        "quote": st.sampled_from(["", "'", '"']),
        "escape": st.sampled_from(["", "\\"]),
        "comment": st.sampled_from(["", "#"]),
        "skip_blanks": st.booleans(),
        "preamble": st.integers(0, 3),
        "header_lines": st.integers(0, 3),
        "width": st.integers(0, 4),
    },
)


@settings(max_examples=300, deadline=None)
@given(text=TEXTS, given=GIVEN)
def test_any_text_has_a_dialect_with_what_was_given(text: str, given: dict[str, object]) -> None:
    dialect = sniff(text, given)

    assert {name: getattr(dialect, name) for name in given} == given
    assert len(dialect.delimiter) == 1


@pytest.mark.parametrize("mark", list(",;\t|"))
def test_a_table_of_numbers_and_words_is_found_however_it_is_written(mark: str) -> None:
    rng = random.Random(mark)
    words = ["alpha", "beta, or so", "gamma; delta", 'a "quoted" word', "x|y", ""]
    rows = [[str(n), rng.choice(words), f"{rng.random():.3f}"] for n in range(20)]

    def written(value: str) -> str:
        is_plain = mark not in value and '"' not in value
        return value if is_plain else '"' + value.replace('"', '""') + '"'

    lines = [mark.join(map(written, row)) for row in [["id", "word", "share"], *rows]]
    dialect = found("\r\n".join(lines) + "\r\n")

    assert (dialect.delimiter, dialect.quote, dialect.escape) == (mark, '"', "")
    assert (dialect.header_lines, dialect.width) == (1, 3)


def test_a_backslash_before_nothing_that_it_escapes_stays() -> None:
    rows = ["1|Anna|line one\\", r"line two|\N", r"2|Bert|C:\new|5"] * 3
    dialect = sniff("\n".join([*rows, ""]).replace("|", "\t"), {})
    assert (dialect.delimiter, dialect.escape, dialect.width) == ("\t", "\\", 4)
    assert dialect.nulls == ("\\N",)


def test_paths_that_end_in_a_backslash_end_their_records() -> None:
    text = "id;path\n" + "".join(f"{n};C:\\dir{n}\\\n" for n in range(8))
    assert sniff(text, {}).escape == ""
    assert sniff("".join(f"C:\\dir{n}\\\n" for n in range(8)), {}).escape == ""
