"""COPY … TO STDOUT: DataRow messages into CopyData messages, in the three formats of Postgres.

    start() ──► header line                  rows(data) ──► one CopyData per DataRow
    end()   ──► binary trailer; CopyDone and CommandComplete are the session's

The binary signature shares the first CopyData with the first row (or the trailer), as in Postgres:
readers that take a CopyData for a row (psycopg) depend on it.

Text and csv take rows in text format, binary takes rows in binary format: then a DataRow's body is
already the tuple that COPY wants, and only type bytes change. Which column is quoted, escaped or
NULL, and which options go together, follows copyto.c and copy.c.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import cast

from protocol.errors import FEATURE_NOT_SUPPORTED, INVALID_PARAMETER_VALUE, SYNTAX_ERROR, SqlError
from protocol.frames import iter_rows

_Line = Callable[[Sequence[bytes | None]], bytes]  # fields to a line of text

_LENGTH = struct.Struct("!I")
_DATA = struct.Struct("!cI").pack
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
_TRAILER = b"\xff\xff"
_NOT_A_TEXT_DELIMITER = "\\.abcdefghijklmnopqrstuvwxyz0123456789"


class CopyFormat(Enum):
    TEXT = "text"
    CSV = "csv"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """Options of one COPY; None where the format's default holds.

    `force_quote`: column numbers (from 0) quoted even if they need not be, or "*" for all. Raises
    SqlError 22023 and 0A000, in Postgres's words, for options that do not go together.
    """

    format: CopyFormat = CopyFormat.TEXT
    delimiter: str | None = None
    null: str | None = None
    header: bool = False
    quote: str | None = None
    escape: str | None = None
    force_quote: frozenset[int] | str = frozenset()

    def __post_init__(self) -> None:
        if self.format is CopyFormat.BINARY:
            self._check_binary()
        else:
            self._check_characters()
        if self.format is not CopyFormat.CSV:
            for name, given in (
                ("quote", self.quote),
                ("escape", self.escape),
                ("force quote", self.force_quote or None),
            ):
                if given is not None:
                    _refuse(f"COPY {name} available only in CSV mode", FEATURE_NOT_SUPPORTED)
        else:
            self._check_csv()

    @property
    def delimiter_or_default(self) -> str:
        default = "," if self.format is CopyFormat.CSV else "\t"
        return default if self.delimiter is None else self.delimiter

    @property
    def null_or_default(self) -> str:
        default = "" if self.format is CopyFormat.CSV else "\\N"
        return default if self.null is None else self.null

    @property
    def quote_or_default(self) -> str:
        return '"' if self.quote is None else self.quote

    @property
    def escape_or_default(self) -> str:
        return self.quote_or_default if self.escape is None else self.escape

    def _check_binary(self) -> None:
        for name, given, sqlstate in (
            ("DELIMITER", self.delimiter is not None, SYNTAX_ERROR),
            ("NULL", self.null is not None, SYNTAX_ERROR),
            ("HEADER", self.header, FEATURE_NOT_SUPPORTED),
        ):
            if given:
                _refuse(f"cannot specify {name} in BINARY mode", sqlstate)

    def _check_characters(self) -> None:
        delimiter, null = self.delimiter_or_default, self.null_or_default
        if len(delimiter.encode()) != 1:
            _refuse("COPY delimiter must be a single one-byte character", FEATURE_NOT_SUPPORTED)
        if delimiter in "\r\n\0":
            _refuse("COPY delimiter cannot be newline or carriage return")
        if any(char in null for char in "\r\n\0"):
            _refuse("COPY null representation cannot use newline or carriage return")
        if self.format is CopyFormat.TEXT and delimiter in _NOT_A_TEXT_DELIMITER:
            _refuse(f'COPY delimiter cannot be "{delimiter}"')
        if delimiter in null:
            _refuse(
                "COPY delimiter must not appear in the NULL specification",
                FEATURE_NOT_SUPPORTED,
            )

    def _check_csv(self) -> None:
        for name, char in (("quote", self.quote_or_default), ("escape", self.escape_or_default)):
            if len(char.encode()) != 1 or char == "\0":
                _refuse(f"COPY {name} must be a single one-byte character", FEATURE_NOT_SUPPORTED)
        if self.delimiter_or_default == self.quote_or_default:
            _refuse("COPY delimiter and quote must be different")
        if self.quote_or_default in self.null_or_default:
            _refuse(
                "CSV quote character must not appear in the NULL specification",
                FEATURE_NOT_SUPPORTED,
            )


def _refuse(message: str, sqlstate: str = INVALID_PARAMETER_VALUE) -> None:
    raise SqlError(sqlstate, message)


class CopyOut:
    """The encoder of one COPY: `columns` are the names, which the header line shows."""

    def __init__(self, options: CopyOptions, columns: Sequence[str]) -> None:
        self._options = options
        self._columns = columns
        self._signature = _SIGNATURE  # until the first binary CopyData
        self._line: _Line | None = None
        if options.format is CopyFormat.TEXT:
            self._line = _text_line(options)
        elif options.format is CopyFormat.CSV:
            self._line = _csv_line(options, len(columns))
        if self._line is not None:
            self._rows = _compile_rows(options, len(columns), self._line)

    @property
    def row_format(self) -> int:
        """The format that the rows must have: 0 text, 1 binary."""
        return 1 if self._line is None else 0

    def start(self) -> bytes:
        """CopyData before the first row, or nothing."""
        if self._line is None or not self._options.header:
            return b""
        names = [name.encode() for name in self._columns]
        if self._options.format is CopyFormat.TEXT:
            return _copy_data(self._line(names))
        unforced = CopyOptions(
            CopyFormat.CSV,
            self._options.delimiter,
            self._options.null,
            quote=self._options.quote,
            escape=self._options.escape,
        )
        return _copy_data(_csv_line(unforced, len(names))(names))

    def rows(self, data: bytes) -> bytes:
        """CopyData messages for whole DataRow messages, one for each."""
        if self._line is None:
            return self._signed(_retyped(data))
        return self._rows(data)

    def end(self) -> bytes:
        """CopyData after the last row, or nothing."""
        return self._signed(_copy_data(_TRAILER)) if self._line is None else b""

    def _signed(self, copied: bytes) -> bytes:
        """The messages, the first one with the signature in front if it has not been sent."""
        if not self._signature or not copied:
            return copied
        (size,) = _LENGTH.unpack_from(copied, 1)
        signature, self._signature = self._signature, b""
        return _DATA(b"d", size + len(signature)) + signature + copied[5:]


def _copy_data(data: bytes) -> bytes:
    return _DATA(b"d", len(data) + 4) + data


def _retyped(data: bytes) -> bytes:
    copied = bytearray(data)
    at, size, letter = 0, len(data), ord("d")
    while at < size:
        copied[at] = letter
        at += 1 + _LENGTH.unpack_from(data, at + 1)[0]
    return bytes(copied)


# ── Rows of a usual kind ────────────────────────────────────────────────────────────────────────


def _compile_rows(options: CopyOptions, width: int, line: _Line) -> Callable[[bytes], bytes]:
    """A function from DataRow messages to CopyData messages, made for the number of columns.

    Most rows have neither a NULL nor anything to escape or quote: their fields are cut out and
    joined. A NULL's length leads beyond the row; that, like all else unusual, is left to `line`.
    """
    delimiter = options.delimiter_or_default.encode()
    names: dict[str, object] = {
        "LENGTH": _LENGTH.unpack_from,
        "DATA": _DATA,
        "JOIN": delimiter.join,
        "DELIMITER": delimiter,
        "NULL": options.null_or_default.encode(),
        "SPECIAL": re.compile(b"[" + re.escape(_special(options)) + b"]").search,
        "unusual": lambda row: line(next(iter_rows(row))),
        "error": struct.error,
    }
    fields = ", ".join(f"v{number}" for number in range(width)) + ("," if width else "")
    tests = ["p - 4 != end", f"text.count(DELIMITER) != {width - 1}", "SPECIAL(text) is not None"]
    if options.format is CopyFormat.CSV:  # a field that reads like NULL is quoted
        tests += [f"NULL in ({fields})", *(["True"] if options.force_quote else [])]
    body = [
        f"(n,) = LENGTH(data, p - 4); q = p + n; v{number} = data[p:q]; p = q + 4"
        for number in range(width)
    ]
    lines = [
        "def rows(data):",
        "    parts = []",
        "    append = parts.append",
        "    at, size = 0, len(data)",
        "    while at < size:",
        "        end = at + 1 + LENGTH(data, at + 1)[0]",
        "        p = at + 11",  # kind, length, number of fields, length of the first
        "        try:",
        *(f"            {each}" for each in body),
        f"            text = JOIN(({fields}))",
        f"            usual = not ({' or '.join(tests)})",
        "        except error:",
        "            usual = False",
        "        text = text + b'\\n' if usual else unusual(data[at:end])",
        "        append(DATA(b'd', len(text) + 4))",
        "        append(text)",
        "        at = end",
        "    return b''.join(parts)",
    ]
    exec(compile("\n".join(lines), "<copy encoder>", "exec"), names)  # from our own templates alone
    return cast("Callable[[bytes], bytes]", names["rows"])


def _special(options: CopyOptions) -> bytes:
    """Bytes other than the delimiter for which a field has to be looked at."""
    if options.format is CopyFormat.TEXT:
        return bytes(code for code in _LETTERS if chr(code) != options.delimiter_or_default)
    return options.quote_or_default.encode() + b"\r\n\\"


# ── Lines ───────────────────────────────────────────────────────────────────────────────────────

_LETTERS = {8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 92: b"\\\\"}


def _text_line(options: CopyOptions) -> _Line:
    delimiter = options.delimiter_or_default.encode()
    null = options.null_or_default.encode()
    escapes = {bytes((code,)): escape for code, escape in _LETTERS.items()}
    escapes.setdefault(delimiter, b"\\" + delimiter)
    special = re.compile(b"[" + b"".join(map(re.escape, escapes)) + b"]").sub

    def escape(match: re.Match[bytes]) -> bytes:
        return escapes[match[0]]

    def line(fields: Sequence[bytes | None]) -> bytes:
        shown = [null if f is None else special(escape, f) for f in fields]
        return delimiter.join(shown) + b"\n"

    return line


def _csv_line(options: CopyOptions, width: int) -> _Line:
    delimiter = options.delimiter_or_default.encode()
    null = options.null_or_default.encode()
    quote = options.quote_or_default.encode()
    escape = options.escape_or_default.encode()
    needs_quotes = re.compile(b"[" + re.escape(delimiter + quote) + b"\r\n]").search
    escaped = re.compile(b"[" + re.escape(quote + escape) + b"]").sub
    alone = width == 1
    every = range(width)
    forced = frozenset(every if options.force_quote == "*" else options.force_quote)

    def quoted(field: bytes) -> bytes:
        return quote + escaped(lambda match: escape + match[0], field) + quote

    def shown(number: int, field: bytes | None) -> bytes:
        if field is None:
            return null
        # `\.` alone on a line would end the data for readers of the old kind.
        if number in forced or field == null or (alone and field == b"\\."):
            return quoted(field)
        return quoted(field) if needs_quotes(field) else field

    def line(fields: Sequence[bytes | None]) -> bytes:
        return delimiter.join([shown(n, field) for n, field in enumerate(fields)]) + b"\n"

    return line
