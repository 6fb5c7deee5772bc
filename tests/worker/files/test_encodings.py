"""The encoding of a file is found in few characters, and is not sure where others come near."""

# ruff: noqa: RUF001  (letters that look alike)

from __future__ import annotations

import codecs
import random
import subprocess
import sys

import pytest

from lambda_worker.files.encodings.decoding import decoded
from lambda_worker.files.encodings.detect import Guess, detect
from lambda_worker.files.encodings.names import NAMES
from lambda_worker.files.encodings.plausible import CANDIDATES


def table(*values: str) -> str:
    """A small file with the values in one of its columns."""
    rows = (f"{n},{value},2024-0{n}-17,{n * 7.5}\r\n" for n, value in enumerate(values, 1))
    return "id,name,date,price\r\n" + "".join(rows)


def found(data: bytes, *, whole: bool = True) -> Guess:
    guess = detect(data, whole=whole)
    assert guess is not None
    return guess


# -- Unicode ---------------------------------------------------------------------------------------

TEXTS = pytest.mark.parametrize(
    "text",
    [
        table("Müller", "Łódź"),
        table("山田太郎", "東京都"),
        table("Иванов", "Москва"),
        table("김철수", "서울특별시"),
        "名,価格\nりんご,百\n",
        "x\n“quoted” – 5 €\n",
    ],
)


@TEXTS
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_utf8_is_found_with_a_byte_order_mark_and_without(text: str, mark: str) -> None:
    assert found((mark + text).encode()) == Guess("utf-8", sure=True)


@TEXTS
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_unicode_is_found_with_a_mark_and_without(text: str, mark: str, encoding: str) -> None:
    assert found((mark + text).encode(encoding)) == Guess(encoding, sure=True)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32-be"])
def test_wide_unicode_is_found_where_the_sample_ends_inside_a_character(encoding: str) -> None:
    data = table("Müller", "山田").encode(encoding)
    assert {found(data[:-cut], whole=False).encoding for cut in range(1, 8)} == {encoding}


def test_one_character_of_utf8_is_enough() -> None:
    for word in ("é", "señor", "Łuk", "—", "don’t", "€5", "½", "25°C", "ж", "中", "あ", "한"):
        assert found(table(word).encode()) == Guess("utf-8", sure=True)


def test_utf8_is_found_where_the_sample_ends_inside_a_character() -> None:
    data = table("東京", "大阪", "京都").encode()
    first = data.index("東".encode())
    for end in range(first + 3, len(data)):
        assert found(data[:end], whole=False).encoding == "utf-8"


def test_a_character_that_the_end_cuts_tells_nothing() -> None:
    data = table("é").encode()
    assert found(data[: data.index(b"\xc3") + 1], whole=False) == Guess("ascii", sure=True)


@pytest.mark.parametrize("bad", [b"\xff", b"\xe9", b"\x81\x40", b"\xe6\x97"])
def test_a_damaged_line_leaves_a_file_in_utf8(bad: bytes) -> None:
    data = table("Müller", "Łódź", "東京").encode() + b"9," + bad + b",2024-01-01,1\r\n"
    assert found(data).encoding == "utf-8"


def test_text_that_was_encoded_twice_is_utf8() -> None:
    twice = table("Müller", "Søren", "José").encode().decode("cp1252").encode()
    assert found(twice) == Guess("utf-8", sure=True)


def test_a_mark_amid_the_text_changes_nothing() -> None:
    assert found(table("é", "\ufeffid", "ü").encode()).encoding == "utf-8"


def test_lines_in_two_encodings_are_not_sure() -> None:
    data = table("Müller").encode() * 4 + table("Müller", "Käse", "Öl").encode("cp1252") * 4
    assert not found(data).sure


# -- ASCII, and what is no text --------------------------------------------------------------------


def test_ascii_is_found() -> None:
    assert found(b"a,b\n1,2\n") == Guess("ascii", sure=True)


@pytest.mark.parametrize("row", [b"1,\0\n", b"1,x\0\0\0\0\0\0\0\0\n", b"1\x002\n"])
def test_nuls_in_ascii_are_text(row: bytes) -> None:
    assert found(b"a,b\n" + row * 9).encoding == "ascii"


def test_colours_of_a_terminal_are_text() -> None:
    assert found(b"a,b\n1,\x1b[31mred\x1b[0m\n").encoding == "ascii"


def test_control_characters_that_part_values_are_text() -> None:
    assert found(b"a\x01b\n1\x012\n3\x1f4\x1e5\n").encoding == "ascii"


def test_a_block_filled_up_with_dos_mark_of_the_end_is_text() -> None:
    assert detect(b"id,a\r\n1,b\r\n" + b"\x1a" * 114, whole=True) == Guess("ascii", sure=True)


@pytest.mark.parametrize("size", [200, 1_000, 64 * 1024])
def test_packed_data_is_no_text(size: int) -> None:
    assert detect(random.Random(size).randbytes(size), whole=True) is None


def test_numbers_of_a_machine_are_no_text() -> None:
    data = b"".join(n.to_bytes(4, "little") for n in range(0, 90_000_000, 70_001))
    assert detect(data, whole=True) is None


def test_a_mark_before_what_is_no_text_does_not_make_it_text() -> None:
    assert detect(codecs.BOM_UTF16_LE + b"\x00\xd8" * 50, whole=True) is None


# -- One encoding among many -----------------------------------------------------------------------

SHORT = [
    ("cp932", ["山田太郎", "佐藤花子"]),
    ("cp932", ["東京"]),
    ("cp932", ["テスト"]),
    ("cp932", ["ﾔﾏﾀﾞ ﾀﾛｳ", "ｻﾄｳ ﾊﾅｺ"]),
    ("cp932", ["ｶﾌﾞｼｷｶﾞｲｼｬ"]),
    ("cp932", ["㈱髙橋", "①番"]),
    ("cp932", ["ソフト表示能力"]),
    ("euc_jp", ["山田太郎", "佐藤花子"]),
    ("euc_jp", ["東京都", "大阪府"]),
    ("euc_jp", ["りんご", "バナナ"]),
    ("gb18030", ["张伟", "王芳", "北京市"]),
    ("gb18030", ["价格", "姓名", "中国"]),
    ("cp950", ["王小明", "臺北市"]),
    ("cp950", ["香港", "價格", "姓名"]),
    ("big5hkscs", ["我哋嘅嘢", "喺香港"]),
    ("cp949", ["김철수", "서울특별시"]),
    ("cp949", ["똠방각하", "이름"]),
    ("cp1252", ["Müller"]),
    ("cp1252", ["café"]),
    ("cp1252", ["don’t", "“quoted”"]),
    ("cp1252", ["5 €", "25 °C"]),
    ("cp1252", ["São Paulo", "Curaçao", "Østfold"]),
    ("iso8859-15", ["5 €", "19 €", "7,50 €"]),
    ("cp1250", ["Łódź", "Gdańsk"]),
    ("cp1250", ["Dvořák", "Šťastný"]),
    ("iso8859-2", ["Łódź", "Kraków", "Śląsk"]),
    ("cp1251", ["Иванов", "Москва"]),
    ("koi8-r", ["Иванов", "Москва"]),
    ("koi8-u", ["Київ", "Україна", "Їжак"]),
    ("cp866", ["Иванов", "Москва"]),
    ("iso8859-5", ["Иванов", "Москва", "Санкт-Петербург"]),
    ("cp1253", ["Αθήνα", "Θεσσαλονίκη"]),
    ("cp1254", ["Muğla", "Şırnak", "İstanbul"]),
    ("cp1255", ["שלום", "ירושלים"]),
    ("cp1256", ["محمد", "القاهرة"]),
    ("cp1257", ["Vilnius", "Šiauliai", "Panevėžys", "Žemaitė"]),
    ("cp874", ["กรุงเทพมหานคร", "เชียงใหม่"]),
    ("mac_roman", ["Müller", "Zoë", "Málaga", "Besançon"]),
    ("cp850", ["Müller", "Größe", "Düsseldorf", "Café"]),
    ("cp852", ["Łódź", "Gdańsk", "Wrocław", "Śląsk"]),
]


@pytest.mark.parametrize(("encoding", "values"), SHORT)
def test_an_encoding_is_found_in_a_few_words(encoding: str, values: list[str]) -> None:
    text = table(*values)
    guess = found(text.encode(encoding))
    assert decoded(text.encode(encoding), guess.encoding) == decoded(
        text.encode(encoding), encoding
    )


def test_an_encoding_is_found_in_the_header_alone() -> None:
    data = "番号,氏名,住所\r\n1,a,b\r\n2,c,d\r\n".encode("cp932")
    assert found(data) == Guess("cp932", sure=True)


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_a_large_file_in_a_japanese_encoding_is_sure(encoding: str) -> None:
    data = table(*["山田太郎", "大阪市北区", "りんご", "テレビ"] * 2).encode(encoding) * 400
    assert found(data[: 64 * 1024], whole=False) == Guess(encoding, sure=True)


def test_names_from_many_countries_are_western() -> None:
    names = ["Müller", "Søren", "José", "François", "Björk", "João", "Zoë"]
    assert found(table(*names).encode("cp1252")) == Guess("cp1252", sure=True)


def test_a_damaged_line_leaves_a_file_in_cp932() -> None:
    data = table("山田太郎", "佐藤花子", "鈴木一郎").encode("cp932") + b"4,\x82,2024-01-01,1\r\n"
    assert found(data).encoding == "cp932"


def test_letters_that_several_encodings_share_are_sure() -> None:
    """What comes out is the same."""
    assert found(table("Müller", "Köln").encode("iso8859-2")).sure


@pytest.mark.parametrize(("encoding", "value"), [("cp950", "曾"), ("koi8-r", "да"), ("cp850", "é")])
def test_a_single_letter_or_two_are_not_sure(encoding: str, value: str) -> None:
    assert not found(table(value).encode(encoding)).sure


def test_text_in_no_known_encoding_is_not_sure() -> None:
    text = table("Hello world", "this is EBCDIC", "nobody knows")
    assert not found(text.encode("cp500") + b"\x80").sure


# -- ISO 2022 --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "text", "expected"),
    [
        ("iso2022_jp", "山田", "iso2022_jp_ext"),
        ("iso2022_jp_ext", "ﾔﾏﾀﾞ", "iso2022_jp_ext"),
        ("iso2022_jp_1", "丂", "iso2022_jp_ext"),
        ("iso2022_jp_2", "你们", "iso2022_jp_2"),
        ("iso2022_jp_3", "俠", "iso2022_jp_3"),
        ("iso2022_kr", "서울", "iso2022_kr"),
    ],
)
def test_iso_2022_is_found_by_its_escapes(codec: str, text: str, expected: str) -> None:
    assert found(table(text).encode(codec)) == Guess(expected, sure=True)


# -- What it costs, and what others rely on --------------------------------------------------------


def test_letters_are_loaded_for_other_files_than_utf8_alone() -> None:
    code = (
        "import sys; from lambda_worker.files.encodings.detect import detect\n"
        "detect('a,b\\ném,東京,大阪\\n'.encode(), whole=True); detect(b'a,b', whole=True)\n"
        "sys.exit('lambda_worker.files.encodings.letters' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_encoding_that_is_found_has_a_name_for_people() -> None:
    """Add those that are missing to encoding_names.NAMES."""
    named = {codecs.lookup(name).name for name in NAMES}
    assert {codecs.lookup(name).name for name in CANDIDATES} <= named
