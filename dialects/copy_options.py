"""Options of COPY … TO STDOUT, in every spelling that Postgres takes.

    TO STDOUT (FORMAT csv, HEADER, DELIMITER ';')       since 9.0
    TO STDOUT WITH CSV HEADER DELIMITER AS ';'          before
    COPY BINARY t TO STDOUT DELIMITERS '|'              long before

Checks, their order and their messages are those of Postgres 16 (copy.c, ProcessCopyOptions).
"""

from __future__ import annotations

from collections.abc import Callable

from dialects.lexer import NAMES, STRINGS, Token, TokenKind
from dialects.names import folded, string_value
from dialects.reader import Reader
from protocol.errors import (
    FEATURE_NOT_SUPPORTED,
    INVALID_PARAMETER_VALUE,
    SYNTAX_ERROR,
    SqlError,
)

Options = dict[str, object]

_TRUE = frozenset({"true", "on", "1"})
_FALSE = frozenset({"false", "off", "0"})
_UTF8 = frozenset({"utf8", "unicode"})
_RESERVED_DELIMITERS = frozenset("\\.abcdefghijklmnopqrstuvwxyz0123456789")
_FROM_ONLY = ("force_not_null", "force_null")
_CSV_ONLY = ("quote", "escape", "force_quote", *_FROM_ONLY)


def copy_options(reader: Reader, binary: bool = False) -> Options:
    """All options with their defaults filled in; reads to the end of the statement.

    Raises SqlError with the words of Postgres for what is unknown, doubled or contradictory, and
    0A000 for an encoding other than UTF-8.
    """
    given: Options = {"format": "binary"} if binary else {}
    if reader.accept("DELIMITERS") or reader.accept("USING", "DELIMITERS"):
        given["delimiter"] = _string(reader)
    reader.accept("WITH")
    if reader.word() == "(":
        reader.at += 1
        _new_style(reader, given)
    else:
        _old_style(reader, given)
    if not reader.done:
        raise _syntax(reader)
    return _complete(given)


def _new_style(reader: Reader, given: Options) -> None:
    while True:
        token = reader.name()
        if token is None:
            raise _syntax(reader)
        option = folded(token)
        value = _OPTIONS.get(option)
        if value is None:
            raise SqlError(
                SYNTAX_ERROR, f'option "{option}" not recognized', position=token.start + 1
            )
        if option in given:
            raise _redundant(token)
        given[option] = value(reader, token)
        if reader.accept(")"):
            return
        if not reader.accept(","):
            raise _syntax(reader)


def _old_style(reader: Reader, given: Options) -> None:
    while (token := reader.token) is not None:
        word = reader.word()
        reader.at += 1
        if word in ("BINARY", "CSV"):
            _put(given, "format", word.lower(), token)
        elif word == "HEADER":
            _put(given, "header", True, token)
        elif word in ("DELIMITER", "NULL", "QUOTE", "ESCAPE", "ENCODING"):
            if word != "ENCODING":
                reader.accept("AS")
            _put(given, word.lower(), _string(reader), token)
        elif word == "FORCE":
            _force(reader, given, token)
        elif word == "FREEZE":
            _put(given, "freeze", True, token)
        else:
            reader.at -= 1
            raise _syntax(reader)


def _force(reader: Reader, given: Options, token: Token) -> None:
    if reader.accept("QUOTE"):
        _put(given, "force_quote", True if reader.accept("*") else _names(reader), token)
    elif reader.accept("NOT", "NULL"):
        _put(given, "force_not_null", _names(reader), token)
    elif reader.accept("NULL"):
        _put(given, "force_null", _names(reader), token)
    else:
        raise _syntax(reader)


def _put(given: Options, option: str, value: object, token: Token) -> None:
    if option in given:
        raise _redundant(token)
    given[option] = value


def _redundant(token: Token) -> SqlError:
    message = "conflicting or redundant options"
    return SqlError(SYNTAX_ERROR, message, position=token.start + 1)


# ── values ──────────────────────────────────────────────────────────────────────────────────────


def _string(reader: Reader) -> str:
    token = reader.token
    if token is None or token.kind not in STRINGS:
        raise _syntax(reader)
    reader.at += 1
    return string_value(token)


def _text(reader: Reader, option: Token) -> str:
    """The argument of a new-style option: literal, number with a sign, or bare word."""
    token = reader.token
    if token is None:
        raise _syntax(reader)
    if token.text in (",", ")"):
        raise SqlError(SYNTAX_ERROR, f"{folded(option)} requires a parameter")
    if token.kind in STRINGS:
        return _string(reader)
    sign = reader.one_of(("-", "+")) if reader.kind(1) is TokenKind.NUMBER else ""
    token = reader.take()
    if token is None or not (token.kind in NAMES or token.kind is TokenKind.NUMBER):
        reader.at -= 1
        raise _syntax(reader)
    return sign.replace("+", "") + folded(token)


def _boolean(reader: Reader, option: Token) -> bool:
    if reader.word() in (",", ")"):
        return True
    text = _text(reader, option).lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    name = folded(option)
    if name == "header" and text == "match":
        raise SqlError(FEATURE_NOT_SUPPORTED, 'cannot use "match" with HEADER in COPY TO')
    wanted = 'a Boolean value or "match"' if name == "header" else "a Boolean value"
    raise SqlError(SYNTAX_ERROR, f"{name} requires {wanted}")


def _format(reader: Reader, option: Token) -> str:
    text = _text(reader, option)
    if text not in ("text", "csv", "binary"):
        raise _invalid(f'COPY format "{text}" not recognized', option)
    return text


def _columns(reader: Reader, option: Token) -> bool | tuple[str, ...]:
    name = folded(option)
    if name == "force_quote" and reader.accept("*"):
        return True
    if not reader.accept("("):
        raise _invalid(f'argument to option "{name}" must be a list of column names', option)
    names = _names(reader)
    if not reader.accept(")"):
        raise _syntax(reader)
    return names


def _names(reader: Reader) -> tuple[str, ...]:
    names: list[str] = []
    while (token := reader.name()) is not None:
        names.append(folded(token))
        if not reader.accept(","):
            return tuple(names)
    raise _syntax(reader)


_OPTIONS: dict[str, Callable[[Reader, Token], object]] = {
    "format": _format,
    "freeze": _boolean,
    "delimiter": _text,
    "null": _text,
    "header": _boolean,
    "quote": _text,
    "escape": _text,
    "force_quote": _columns,
    "force_not_null": _columns,
    "force_null": _columns,
    "encoding": _text,
}


# ── defaults and checks ─────────────────────────────────────────────────────────────────────────


def _complete(given: Options) -> Options:
    kind = str(given.get("format", "text"))
    if kind == "binary":
        _check_binary(given)
    csv = kind == "csv"
    quote = str(given.get("quote", '"'))
    options: Options = {
        "format": kind,
        "header": given.get("header") is True,
        "delimiter": given.get("delimiter", "," if csv else "\t"),
        "null": given.get("null", "" if csv else "\\N"),
        "quote": quote,
        "escape": given.get("escape", quote),
        "force_quote": given.get("force_quote", ()),
    }
    _check_characters(given, options, csv)
    _check_encoding(given)
    return options


def _check_binary(given: Options) -> None:
    for option in ("delimiter", "null"):
        if option in given:
            message = f"cannot specify {option.upper()} in BINARY mode"
            raise SqlError(SYNTAX_ERROR, message)


def _check_characters(given: Options, options: Options, csv: bool) -> None:
    delimiter, null = str(options["delimiter"]), str(options["null"])
    _one_byte("delimiter", delimiter)
    if delimiter in "\r\n":
        raise _invalid("COPY delimiter cannot be newline or carriage return")
    if "\r" in null or "\n" in null:
        raise _invalid("COPY null representation cannot use newline or carriage return")
    if not csv and delimiter in _RESERVED_DELIMITERS:
        raise _invalid(f'COPY delimiter cannot be "{delimiter}"')
    if options["format"] == "binary" and options["header"]:
        raise SqlError(FEATURE_NOT_SUPPORTED, "cannot specify HEADER in BINARY mode")
    _check_csv(given, options, csv)
    if options["format"] != "binary" and delimiter in null:
        message = "COPY delimiter must not appear in the NULL specification"
        raise SqlError(FEATURE_NOT_SUPPORTED, message)
    if csv and str(options["quote"]) in null:
        message = "CSV quote character must not appear in the NULL specification"
        raise SqlError(FEATURE_NOT_SUPPORTED, message)


def _check_csv(given: Options, options: Options, csv: bool) -> None:
    for option in _CSV_ONLY:
        words = option.replace("_", " ")
        if not csv and option in given:
            message = f"COPY {words} available only in CSV mode"
            raise SqlError(FEATURE_NOT_SUPPORTED, message)
        if option in ("quote", "escape"):
            _one_byte(option, str(options[option]))
        if option == "quote" and csv and options["delimiter"] == options["quote"]:
            raise _invalid("COPY delimiter and quote must be different")
        if option in _FROM_ONLY and option in given:
            message = f"COPY {words} only available using COPY FROM"
            raise SqlError(FEATURE_NOT_SUPPORTED, message)


def _one_byte(option: str, value: str) -> None:
    if len(value.encode("utf-8", "surrogatepass")) != 1:
        message = f"COPY {option} must be a single one-byte character"
        raise SqlError(FEATURE_NOT_SUPPORTED, message)


def _check_encoding(given: Options) -> None:
    encoding = str(given.get("encoding", "utf8"))
    if encoding.lower().replace("-", "").replace("_", "") not in _UTF8:
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            f'COPY of Flink tables in encoding "{encoding}" is not supported',
            hint="Use UTF8.",
        )


def _invalid(message: str, option: Token | None = None) -> SqlError:
    position = None if option is None else option.start + 1
    return SqlError(INVALID_PARAMETER_VALUE, message, position=position)


def _syntax(reader: Reader) -> SqlError:
    token = reader.token
    if token is None:
        end = len(reader.statement.text) + 1
        return SqlError(SYNTAX_ERROR, "syntax error at end of input", position=end)
    message = f'syntax error at or near "{token.text}"'
    return SqlError(SYNTAX_ERROR, message, position=token.start + 1)
