"""Any encoding comes out as UTF-8, a bad byte stays one bad byte, and chunks do not matter."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_worker.files.csv_reading.reader import CsvReader
from lambda_worker.files.dialect import ASCII, Dialect
from lambda_worker.files.encodings.decoding import decoded
from lambda_worker.files.encodings.plausible import CANDIDATES
from lambda_worker.files.encodings.transcoding import WINDOW, Transcoder
from tests.worker.files.reading import Read, drain, in_chunks

WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-16", "utf-32")
JIS = ("iso2022_jp_ext", "iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_2004", "iso2022_kr")
BYTEWISE = (*CANDIDATES, "utf-8", "shift_jis_2004", "euc_jis_2004", "latin-1", "gbk", "big5")

# Text that its encoding has, with second bytes that are ASCII where there are such.
TEXTS = [
    ("cp932", "ソ表能|十ポ\\ﾊﾝｶｸ㈱髙①\uff5e\uff0d"),
    ("euc_jp", "日本語ﾊﾝｶｸ丂"),
    ("iso2022_jp_ext", "日本語ﾊﾝｶｸ丂"),
    ("gb18030", "价格€卐㐀𠀀龴ḿ"),
    ("cp950", "功|許蓋\\€碁"),
    ("big5hkscs", "功許蓋嘅喺𠮩"),
    ("cp949", "김철수똠방각하"),
    ("cp1252", "Müller “5 €”"),
    ("koi8-r", "Иванов"),
    ("utf-16-le", "Müller 日本 😀"),
    ("utf-32-be", "Müller 日本 😀"),
    ("iso2022_kr", "서울"),
]


def transcoded(chunks: Iterable[bytes], encoding: str) -> str:
    transcoder = Transcoder(chunks, encoding)
    data = b"".join(transcoder)
    return data.decode("utf-8", transcoder.errors)


def first_bad(text: str) -> int:
    """The first byte that was no character."""
    return next(ord(c) - 0xDC00 for c in text if "\udc00" <= c <= "\udcff")


def read(data: bytes, encoding: str, **members: str) -> Read:
    transcoder = Transcoder([data], encoding)
    dialect = Dialect(encoding=encoding, **members)  # type: ignore[arg-type]
    return drain(CsvReader(transcoder, dialect, lambda: transcoder.errors))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The data in chunks, some of them empty."""
    ends = sorted(place % (len(data) + 1) for place in places)
    return [data[a:b] for a, b in zip([0, *ends], [*ends, len(data)], strict=True)]


# -- Chunks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("encoding", "text"), TEXTS)
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_text_comes_out_as_it_was_whatever_its_chunks(
    encoding: str, text: str, size: int
) -> None:
    lines = f"a,{text}\r\n{text},b\n"
    assert transcoded(in_chunks(lines.encode(encoding), size), encoding) == lines


ODD = b"\x0e\x80\x81\x8e\x8f\xa1\xb0\xc6\xc7\xc8\xd8\xe9\xff\0"
PARTS = [bytes([byte]) for byte in b'\n,"|\\0A\x1b' + ODD]
PARTS += [b"\x1b$B", b"\x1b(B", b"\x1b(I", b"\x1b$)C", b"\x1b&@"]
AWKWARD = st.binary(max_size=40) | st.lists(st.sampled_from(PARTS), max_size=25).map(b"".join)


@given(
    AWKWARD,
    st.lists(st.integers(0, 100), max_size=6),
    st.sampled_from([*BYTEWISE, *JIS, *WIDE]),
)
def test_any_bytes_come_out_the_same_in_any_chunks(
    data: bytes, places: list[int], encoding: str
) -> None:
    whole = transcoded([data], encoding)
    assert transcoded(cut(data, places), encoding) == whole
    assert transcoded(in_chunks(data, 1), encoding) == whole


@given(AWKWARD, st.sampled_from(BYTEWISE))
def test_no_byte_swallows_a_delimiter_or_a_line_end(data: bytes, encoding: str) -> None:
    text = transcoded([data], encoding)
    for mark in '\n\r,;\t" ':
        assert text.count(mark) == data.count(mark.encode())


@given(AWKWARD, st.sampled_from(JIS))
def test_no_escape_sequence_swallows_a_line_end(data: bytes, encoding: str) -> None:
    assert transcoded([data], encoding).count("\n") == data.count(b"\n")


# -- Bad bytes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "line", "byte"),
    [
        ("cp932", b"\x82,b", 0x82),
        ("cp932", b"\xfd,b", 0xFD),
        ("euc_jp", b"\xc5,b", 0xC5),
        ("gb18030", b"\xff,b", 0xFF),
        ("cp950", b"\xa4,b", 0xA4),
        ("cp949", b"\xb0,b", 0xB0),
        ("cp1252", b"\x81,b", 0x81),
        ("utf-8", b"\xe9,b", 0xE9),
        ("iso2022_jp_ext", b"\xe9,b", 0xE9),
    ],
)
def test_a_bad_byte_sets_its_own_record_aside(encoding: str, line: bytes, byte: int) -> None:
    found = read(b"h,i\n1,2\n" + line + b"\n3,4\n", encoding)
    assert found.rows == [["1", "2"], ["3", "4"]]
    assert found.faults == [(3, "bad_encoding")]
    assert found.asides[0].params == {"byte": f"0x{byte:02X}"}


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_five_bytes_are_no_characters_of_windows_1252(byte: int) -> None:
    assert first_bad(transcoded([bytes([0x80, byte])], "cp1252")) == byte


def test_a_lone_surrogate_of_utf16_is_bad_and_the_rest_is_read() -> None:
    data = "a,b\n".encode("utf-16-le") + b"\x00\xd8" + ",é\n".encode("utf-16-le")
    found = transcoded([data], "utf-16-le")
    assert (found[:4], first_bad(found), found[6:]) == ("a,b\n", 0x00, ",é\n")


def test_half_a_unit_at_the_end_of_utf16_is_bad() -> None:
    assert first_bad(transcoded(["é".encode("utf-16-be") + b"\x41"], "utf-16-be")) == 0x41


def test_what_stands_behind_a_cut_character_at_the_end_is_kept() -> None:
    assert transcoded([b'a\x8f"'], "euc_jp") == 'a\udc8f"'
    assert transcoded([b"a\x811;"], "gb18030") == "a\udc811;"


def test_a_line_of_iso_2022_that_does_not_return_to_ascii_leaves_the_next_alone() -> None:
    assert transcoded([b"\x1b$B;3\nabc\n"], "iso2022_jp_ext") == "山\nabc\n"


def test_an_escape_sequence_without_an_end_is_bad() -> None:
    data = b"a\x1b" + b"(" * 20 + b"\nb\n"
    assert transcoded(in_chunks(data, 7), "iso2022_jp_ext").startswith("a\udc1b((")


# -- Characters whose second byte is ASCII ---------------------------------------------------------

SECOND_BYTES = [("cp932", "ソ", "ポ"), ("cp950", "功", "育"), ("gb18030", "俓", "倈")]


@pytest.mark.parametrize(("encoding", "backslash", "bar"), SECOND_BYTES)
def test_a_second_byte_is_no_escape_and_no_delimiter(
    encoding: str, backslash: str, bar: str
) -> None:
    assert backslash.encode(encoding).endswith(b"\\")
    assert bar.encode(encoding).endswith(b"|")
    data = f'a|b\n"{backslash}"|{bar}\n{bar}|{backslash}\n'.encode(encoding)
    found = read(data, encoding, delimiter="|", escape="\\")
    assert found.rows == [[backslash, bar], [bar, backslash]]


# -- Characters that Windows and browsers read otherwise than Python -------------------------------


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp", "shift_jis_2004"])
def test_a_wave_dash_is_the_same_in_all_japanese_encodings(encoding: str) -> None:
    codec = {"cp932": "shift_jis_2004"}.get(encoding, encoding)
    assert transcoded(["\u301c\u2212".encode(codec)], encoding) == "\uff5e\uff0d"


def test_vendor_characters_are_read_in_all_japanese_encodings() -> None:
    assert transcoded([b"\x87\x40\x8a\x94\xfb\xfc"], "cp932") == "①株髙"
    assert transcoded([b"\xad\xa1\xb3\xf4"], "euc_jp") == "①株"
    assert transcoded([b"\x1b$B-!3t\x1b(B"], "iso2022_jp") == "①株"


def test_characters_of_users_own_keep_their_places_in_cp932() -> None:
    assert transcoded([b"\xf0\x40"], "cp932") == "\ue000"


def test_the_euro_of_windows_is_read_in_chinese_files() -> None:
    assert transcoded([b"\x80,\xa2\xe3,\xbc\xdb"], "gb18030") == "€,€,价"


def test_characters_that_gb18030_moved_are_where_they_are_now() -> None:
    assert transcoded([b"\xa8\xbc\xfe\x59\xa6\xd9"], "gb18030") == "ḿ\u9fb4\ufe10"


@pytest.mark.parametrize("encoding", ["cp950", "big5", "big5hkscs"])
def test_kana_of_big5_are_where_eten_put_them(encoding: str) -> None:
    assert transcoded([b"\xc6\xe7\xc6\xe8\xc7\x7b\xc6\xcf"], encoding) == "ぁあァ廴"


def test_characters_of_hong_kong_are_read_in_its_own_encoding_alone() -> None:
    data = "嘅".encode("big5hkscs")
    assert transcoded([data], "big5hkscs") == "嘅"
    assert first_bad(transcoded([data], "cp950")) == data[0]


def test_the_euro_is_read_in_both_kinds_of_big5() -> None:
    assert transcoded([b"\xa3\xe1"], "cp950") == transcoded([b"\xa3\xe1"], "big5hkscs") == "€"


@pytest.mark.parametrize(
    ("said", "data", "text"),
    [
        ("shift_jis", b"\x87\x40", "①"),
        ("latin-1", b"\x80 \x93", "€ “"),
        ("gb2312", b"\x81\x40", "丂"),
        ("euc_kr", b"\x8c\x63", "똠"),
        ("iso8859-9", b"\x80\xfe", "€ş"),
        ("iso2022_jp", b"\x1b(I6\x1b(B", "ｶ"),
    ],
)
def test_a_label_stands_for_the_wider_encoding_that_files_are_in(
    said: str, data: bytes, text: str
) -> None:
    assert transcoded([data], said) == text


# -- Byte order marks ------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", *WIDE, "gb18030"])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_byte_order_mark_is_no_part_of_the_text(encoding: str, size: int) -> None:
    codec = encoding if encoding not in ("utf-16", "utf-32") else f"{encoding}-be"
    data = "\ufeffa,é\n".encode(codec)
    assert transcoded(in_chunks(data, size), encoding) == "a,é\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_without_a_mark_the_order_of_bytes_is_that_of_windows(encoding: str) -> None:
    assert transcoded(["aé".encode(f"{encoding}-le")], encoding) == "aé"


def test_only_the_first_mark_is_left_out() -> None:
    assert transcoded(["\ufeffa\ufeffb".encode()], "utf-8") == "a\ufeffb"


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_marks_of_files_that_were_put_together_are_left_out(size: int) -> None:
    data = "\ufeff\ufeffid,a\n\ufeffid,\ufeffb\r\n".encode()

    assert transcoded(in_chunks(data, size), "utf-8") == "id,a\nid,\ufeffb\r\n"


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "cp437"])
def test_dos_mark_of_the_end_is_left_out(encoding: str, size: int) -> None:
    data = b"id,a\x1ab\r\n1,c" + b"\x1a" * 40

    assert transcoded(in_chunks(data, size), encoding) == "id,a\x1ab\r\n1,c"


def test_an_unknown_encoding_is_refused_at_once() -> None:
    with pytest.raises(LookupError):
        Transcoder([], "no such encoding")


# -- Files that begin in ASCII ---------------------------------------------------------------------

BEGINNING = b"id,name\n" + b"1,abc\n" * 20_000
LATER = [
    ("utf-8", "é,東京,ж\n" * 3),
    ("cp932", "1,山田太郎\n2,佐藤花子\n3,東京都千代田区\n"),
    ("cp1252", "1,Müller\n2,François\n3,Größe\n4,Málaga\n"),
    ("iso2022_jp_ext", "1,山田太郎\n2,佐藤花子\n"),
]


@pytest.mark.parametrize(("encoding", "text"), LATER)
@pytest.mark.parametrize("size", [1_000, 64 * 1024, 10_000_000])
def test_the_first_letter_that_is_not_ascii_decides(encoding: str, text: str, size: int) -> None:
    transcoder = Transcoder(in_chunks(BEGINNING + text.encode(encoding), size), ASCII)
    data = b"".join(transcoder)
    assert data == BEGINNING + text.encode()
    assert transcoder.encoding == encoding
    assert [note.params for note in transcoder.notes] == (
        [] if encoding == "utf-8" else [{"encoding": encoding}]
    )


def test_all_ascii_stays_ascii() -> None:
    transcoder = Transcoder(in_chunks(BEGINNING, 1_000), ASCII)
    assert b"".join(transcoder) == BEGINNING
    assert (transcoder.encoding, transcoder.notes) == (ASCII, [])


def test_a_letter_that_tells_nothing_is_left_to_its_record() -> None:
    transcoder = Transcoder([BEGINNING + b"2,\xd4\n"], ASCII)
    assert b"".join(transcoder).endswith(b"2,\xd4\n")
    assert transcoder.encoding == "utf-8"


def test_escape_characters_that_begin_nothing_leave_the_encoding_open() -> None:
    colours = b"1,\x1b[31mred\x1b[0m\n" * (WINDOW // 8)
    transcoder = Transcoder(in_chunks(colours + "2,é\n".encode(), 50_000), ASCII)
    assert b"".join(transcoder) == colours + "2,é\n".encode()
    assert transcoder.encoding == "utf-8"


@given(st.binary(max_size=60).map(lambda data: data.replace(b"\0", b"")), st.integers(1, 70))
def test_chunks_do_not_matter_while_the_encoding_is_open(data: bytes, size: int) -> None:
    data = b"a,b\n" * 9 + data
    one, many = Transcoder([data], ASCII), Transcoder(in_chunks(data, size), ASCII)
    assert b"".join(one) == b"".join(many)
    assert one.encoding == many.encoding


def test_what_is_decoded_at_once_is_what_comes_out_in_chunks() -> None:
    data = "a,①\n".encode("cp932") + b"\xfd\x82,\n"
    assert decoded(data, "cp932") == transcoded(in_chunks(data, 1), "cp932")
