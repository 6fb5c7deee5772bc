"""From record to record: rows in runs where all is as expected, with care where it is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from json import JSONDecodeError
from typing import Any, Final, cast

from lambda_worker.files.csv_reading.scanner import FIELD_LIMIT
from lambda_worker.files.json_reading.grammar import BRACKETS, MOST_RECORD, Grammar, LoneGrammar
from lambda_worker.files.json_reading.matching import STEP, matched_length, quotes_fit
from lambda_worker.files.json_reading.mending import mended
from lambda_worker.files.json_reading.records import Records, require_storable, text_of
from lambda_worker.files.json_reading.remarks import Remarks
from lambda_worker.files.json_reading.text import BLANKS, PASSED_KEPT, SURROGATE, Window
from lambda_worker.files.json_reading.values import Broken, Odd, opened, scan
from lambda_worker.files.reading import TEXT_SHOWN, Aside, FileFault, Rows

TOKEN: Final = 32
"""Characters of a word, an escape or the end of a number: an error so near to the end of a window
may come from the cut."""

FAR_LOOKS: Final = 20
"""After so many records without an end the next ones are looked for only where they should be, by
their lines: a file of nothing else is read in linear time."""

_NULLS: Final = re.compile(r"(?:null[ \t\n\r]*,?[ \t\n\r]*)*")
_GAP: Final = re.compile(r"[ \t\n\r,\x1e]*")


MakeRecords = Callable[[str, list[list[str]]], Records]
"""What reads records, by the first character of the first one, and the arrays that are the
header."""


class Elements:
    """The records that a grammar finds, read by what `make` returns.

    Where the first two stand on one line, all are told by their numbers instead of their lines:
    such a file may be one line.
    """

    def __init__(
        self, window: Window, grammar: Grammar, make: MakeRecords, remarks: Remarks
    ) -> None:
        self._window = window
        self._grammar = grammar
        self._make = make
        self._remarks = remarks
        self._records: Records | None = None
        self.header: list[list[str]] = []
        """The arrays that are it."""
        self.mark = ""
        """The first character of the first record; of the first one that is sound, if that is an
        array or an object."""
        self._is_numbered = False
        self._in_lines = True
        self._last_line = 0
        self._far_looks = 0
        """Records that had no end, or one far behind their line."""
        self.number = 0
        """Of records so far."""

    def pieces(self, header_lines: int = 0) -> Iterator[Rows | Aside]:
        """All of them, if they are arrays without the first `header_lines`; FileFault where what
        stands between them is no JSON."""
        grammar = self._grammar
        more = grammar.advance()
        while more and len(self.header) < header_lines and self._first_mark() == "[":
            self.header.append(self._header_record())
            more = grammar.advance()
        if more:
            self.mark = self._first_mark()
        while more:
            if not self._records and self.number < FAR_LOOKS and self._next_on_same_line():
                self._is_numbered, self._in_lines = True, False
                self._remarks.numbered()
            piece = self._closely()
            yield piece
            if grammar.joint and isinstance(piece, Rows):
                yield from self._run(grammar.joint)
            more = grammar.advance()

    def _first_mark(self) -> str:
        """The first character of the record that comes next, or of one soon behind it if it is
        null."""
        window = self._window
        window.fill(STEP)
        match = _NULLS.match(window.text, window.at, window.at + STEP)
        assert match is not None
        return window.text[match.end() : match.end() + 1]

    def _header_record(self) -> list[str]:
        window = self._window
        try:
            end = self._sound_end()
            values = opened(window.text, window.at)[0]
        except Odd as odd:
            raise FileFault("json_broken", **window.place(window.at)) from odd
        window.at = end
        if not isinstance(values, list):
            raise FileFault("json_broken", **window.place(window.at))
        return [text_of(value, self._remarks, 0) for value in cast("list[Any]", values)]

    def _next_on_same_line(self) -> bool:
        """Whether the record that comes next shares its line with another behind it."""
        window = self._window
        if isinstance(self._grammar, LoneGrammar) or (length := self._length()) < 0:
            return False
        while True:
            match = _GAP.match(window.text, window.at + length)
            assert match is not None
            if match.end() < len(window.text):
                is_record = window.text[match.end()] not in "]}"
                return is_record and not window.breaks(window.at, match.end())
            if match.end() - window.at > MOST_RECORD or not window.more():
                return False

    def _length(self) -> int:
        """Of the record that comes next; -1 where its end is not clear."""
        window = self._window
        try:
            return self._sound_end() - window.at
        except Odd:
            if self.number or window.text[window.at] not in BRACKETS:
                return -1
        length = matched_length(window, MOST_RECORD)
        return length if quotes_fit(window.text, window.at, window.at + length) else -1

    def _reading(self, mark: str) -> Records:
        """What reads records, by the first character of the first that is sound; a lone value may
        be the rest of one that is not."""
        if self._records is None:
            self.mark = mark if mark in BRACKETS else self.mark
            self._records = self._make(self.mark, self.header)
        return self._records

    def _place(self, line: int) -> int:
        """What is told as the line of the next record, which begins in `line`."""
        self.number = number = self.number + 1
        if self._is_numbered:
            return number
        if line - self._last_line != 1 < number:
            self._in_lines = False
        self._last_line = line
        return line

    # -- In runs -----------------------------------------------------------------------------------

    def _run(self, joint: str) -> Iterator[Rows | Aside]:
        """Records with the same joint before and behind them, from behind one such record on; up to
        one that needs a closer look."""
        window, records, text = self._window, self._reading(""), self._window.text
        line, counted, end = window.line_at(window.at), window.at, window.at
        has_breaks, has_returns = window.has_breaks, window.has_returns
        careful = window.may_be_odd or len(text) > FIELD_LIMIT
        first, rows = 0, list[list[str]]()
        while text.startswith(joint, end):
            start = end + len(joint)
            try:
                value, stop = records.parse(text, start)
            except (StopIteration, ValueError, RecursionError, Odd):
                break
            if not text.startswith(joint, stop):
                break
            if has_returns:
                line += window.breaks(counted, start)
            elif has_breaks:
                line += text.count("\n", counted, start)
            counted, end = start, stop
            place = self._place(line)
            try:
                row = records.row(value, text, start, place)
                if careful:
                    self._require_fit(row, stop - start)
            except Odd as odd:
                if rows:
                    yield Rows(first, rows)
                    rows = []
                yield self._aside(odd, place, text[start:stop])
                continue
            if place != first + len(rows):
                if rows:
                    yield Rows(first, rows)
                first, rows = place, []
            rows.append(row)
        window.at = end
        if rows:
            yield Rows(first, rows)

    def _require_fit(self, row: list[str], length: int) -> None:
        """Odd where a table cannot have a row, whose record has so many characters."""
        try:
            if self._window.may_be_odd:
                require_storable("".join(row))
        except Odd as odd:
            odd.fields = row
            raise
        if length > MOST_RECORD:
            raise Odd("record_too_long", limit=MOST_RECORD)
        if length > FIELD_LIMIT and max(map(len, row), default=0) > FIELD_LIMIT:
            raise Odd("field_too_long", row, limit=FIELD_LIMIT)

    # -- With care ---------------------------------------------------------------------------------

    def _closely(self) -> Rows | Aside:
        """The record that comes next, behind which the window goes."""
        window = self._window
        if window.at > PASSED_KEPT:
            window.forget()
        line = window.line_at(window.at)
        mark = "" if self._records else self._first_mark()
        try:
            end = self._sound_end()
        except Odd as odd:
            return self._unsound(odd, line)
        text, at = window.text, window.at
        window.at = end
        return self._piece(self._reading(mark), text, at, end, self._place(line))

    def _piece(self, records: Records, text: str, at: int, end: int, place: int) -> Rows | Aside:
        try:
            value, _ = records.parse(text, at)
            row = records.row(value, text, at, place)
            self._require_fit(row, end - at)
        except Odd as odd:
            return self._aside(odd, place, text[at:end])
        return Rows(place, [row])

    def _sound_end(self) -> int:
        """Where the record at the window's place ends, in the window's text. Odd: broken_json where
        it does not, or something else follows; too_deep; record_too_long."""
        window = self._window
        while True:
            text, at = window.text, window.at
            end, error_at = self._scanned(text, at)
            if end >= 0:
                fits = self._grammar.follows(end)
                if fits:
                    return end
                error_at = len(text) if fits is None else end
            if window.ended or error_at < len(text) - TOKEN:
                raise Broken(window.passed + error_at, **window.place(error_at))
            if len(text) - at > MOST_RECORD:
                raise Odd("record_too_long", limit=MOST_RECORD)
            window.more()

    def _unsound(self, odd: Odd, line: int) -> Rows | Aside:
        """A record that cannot be read is mended or set aside, if its end can be found."""
        window = self._window
        window.fill(TEXT_SHOWN)
        begin, text = window.passed + window.at, window.text[window.at : window.at + TEXT_SHOWN]
        place = self._place(line)
        if found := mended(self._pass_by(odd, line)):
            self._remarks.commas(line)
            return self._piece(self._reading(found[0]), found, 0, len(found), place)
        end = window.passed + window.at
        if isinstance(odd, Broken) and odd.passed >= end:
            self._far_looks += 1
            odd = Odd("cut_record")
        return self._aside(odd, place, text[: end - begin])

    def _pass_by(self, odd: Odd, line: int) -> str:
        """Go behind the record that comes next; its text if it is broken, and not too long."""
        window, grammar = self._window, self._grammar
        in_lines = self._in_lines and self.number > 1
        if not isinstance(odd, Broken):
            self._far_looks += 1
            grammar.skip(in_lines=in_lines)
            return ""
        begin = window.passed + window.at
        if not grammar.recover(in_lines=in_lines):
            if odd.passed < window.passed + len(window.text):
                raise FileFault("json_broken", **odd.params)
            raise FileFault("json_cut", line=line)
        start = begin - window.passed
        return window.text[start : window.at] if start >= 0 else ""

    def _aside(self, odd: Odd, place: int, text: str) -> Aside:
        code, params = odd.code, odd.params
        if bad := SURROGATE.search(text):
            code, params = "bad_encoding", {"byte": f"0x{ord(bad[0]) & 0xFF:02X}"}
        return Aside(place, code, params, text[:TEXT_SHOWN].rstrip(BLANKS), odd.fields)

    def _scanned(self, text: str, at: int) -> tuple[int, int]:
        """Where the value at a place ends, or -1; and where it is no JSON, or the text's length if
        it may go on."""
        near = (
            self._grammar.near_end(in_lines=self._in_lines) if self._far_looks > FAR_LOOKS else -1
        )
        if near < 0:
            return _scanned(text, at)
        end, error_at = _scanned(text[at:near], 0)
        return (end + at if end >= 0 else -1), error_at + at


def _scanned(text: str, at: int) -> tuple[int, int]:
    try:
        return scan(text, at)[1], -1
    except RecursionError:
        raise Odd("too_deep") from None
    except StopIteration as stop:
        return -1, int(stop.value)
    except JSONDecodeError as error:
        return -1, len(text) if error.msg.startswith("Unterminated") else error.pos
