"""Secrets in definitions that leave the server: where they stand, what is written instead.

    'password' = 'hush'   ── reference ──►   'password' = '${secret:xuanwu.public.orders/password}'
                          ── mask ───────►   'password' = '******'

A reference stands inside a string literal or a hint; the same name means the same value all over a
script. `$${secret:` is the text `${secret:` itself. What stands in comments is always masked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from dialects import Edit, Rewritten, Statement, Token, TokenKind, rewrite
from dialects.lexer import STRINGS
from dialects.names import quote_string, string_value
from gateway.engine.secrets import MASK, is_secret, mask, replaced
from gateway.objects.stored import StoredObject
from protocol.errors import INVALID_PARAMETER_VALUE, SqlError

_OPENING = "${secret:"
_REFERENCE = re.compile(r"\$\$\{secret:|\$\{secret:(?P<name>[^}']*)\}")
_LINE = re.compile(r"(?:export\s+)?(?P<name>[^=\s#][^=]*?)\s*=\s*(?P<value>.*)", re.DOTALL)
_NOT_IN_NAME, _NOT_IN_KEY = r"[^\w-]", r"[^\w./-]"
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}

Instead = Callable[[str, str], str]  # key of the secret, its value → what is written


def masked(key: str, value: str) -> str:
    return MASK


def plain(key: str, value: str) -> str:
    return value


class References:
    """Names for the secrets of a script; `values` has those given so far, by name."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def of(self, there: StoredObject) -> Instead:
        path = ".".join(_encoded(part, _NOT_IN_NAME) for part in there.place.parts)
        if there.namespace not in ("relation", "database", "catalog"):
            path = f"{there.namespace}:{path}"

        def instead(key: str, value: str) -> str:
            base = name = f"{path}/{_encoded(key, _NOT_IN_KEY)}"
            number = 1
            while self.values.setdefault(name, value) != value:  # another one of the same key
                number += 1
                name = f"{base}#{number}"
            return f"{_OPENING}{name}}}"

        return instead


def _encoded(text: str, odd: str) -> str:
    """As in URLs, letters of every script left as they are."""
    return re.sub(odd, lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def rewritten(statement: Statement, instead: Instead) -> str:
    """The text with something else for each secret, ready to be read by `resolved`."""
    edits = list(_edits(statement, instead))
    at = 0
    for start, end in [*((t.start, t.end) for t in statement.tokens), (len(statement.text),) * 2]:
        gap = statement.text[at:start]
        if (hidden := mask(gap)) != gap:
            edits.append(Edit(at, start, hidden))
        at = end
    return rewrite(statement.text, edits).text


def _edits(statement: Statement, instead: Instead) -> Iterator[Edit]:
    for index, token in enumerate(statement.tokens):
        if token.kind is TokenKind.HINT:
            text = _in_hint(_guarded(token.text), instead)
            if text != token.text:
                yield Edit(token.start, token.end, text)
        elif token.kind in STRINGS:
            value = string_value(token)
            changed = _in_value(_key(statement, index), _guarded(value), instead)
            if changed != value:
                yield Edit(token.start, token.end, quote_string(changed))


def _guarded(text: str) -> str:
    return text.replace(_OPENING, f"${_OPENING}")


def _key(statement: Statement, index: int) -> str:
    """Of the option whose value the token is: `'key' = 'value'`."""
    if index < 2 or statement.words[index - 1] != "=":
        return ""
    before = statement.tokens[index - 2]
    return string_value(before) if before.kind in STRINGS else ""


def _in_value(key: str, value: str, instead: Instead) -> str:
    """A secret as a whole, or what is secret in it: the password in an option `url`."""
    if key and is_secret(key):
        return instead(key, value)
    return replaced(value, lambda inner, part: instead(f"{key}/{inner}" if key else inner, part))


def _in_hint(text: str, instead: Instead) -> str:
    """Values stand there as in SQL, their quotes doubled."""
    return replaced(text, lambda key, value: _doubled(instead(key, value.replace("''", "'"))))


def _doubled(value: str) -> str:
    return value.replace("'", "''")


# ── the way back ────────────────────────────────────────────────────────────────────────────────


def resolved(statement: Statement, values: Mapping[str, str]) -> Rewritten:
    """The statement with the values that references name. Raises SqlError 22023 with the position
    of a secret that is masked, or whose value was not given."""
    edits: list[Edit] = []
    for token in statement.tokens:
        new = _given(token, values)
        if new != token.text:
            edits.append(Edit(token.start, token.end, new))
    _check_unmasked(statement)
    return rewrite(statement.text, edits)


def _given(token: Token, values: Mapping[str, str]) -> str:
    """The token with values in place of references."""

    def value(found: re.Match[str]) -> str:
        return _value(found, values, token.start + 1)

    if token.kind is TokenKind.HINT:
        return _REFERENCE.sub(lambda found: _doubled(value(found)), token.text)
    if token.kind not in STRINGS:
        return token.text
    old = string_value(token)
    new = _REFERENCE.sub(value, old)
    return token.text if new == old else quote_string(new)


def references(statement: Statement) -> list[str]:
    """The names of the secrets that the statement refers to."""
    texts = [t.text for t in statement.tokens if t.kind in STRINGS or t.kind is TokenKind.HINT]
    found = [match["name"] for text in texts for match in _REFERENCE.finditer(text)]
    return [name for name in found if name is not None]


def _value(found: re.Match[str], values: Mapping[str, str], position: int) -> str:
    name = found["name"]
    if name is None:
        return _OPENING
    if name not in values:
        raise SqlError(
            INVALID_PARAMETER_VALUE,
            f'no value is given for the secret "{name}"',
            hint=f"Put a line {name}=… into the file of --secrets-file.",
            position=position,
        )
    return values[name]


def _check_unmasked(statement: Statement) -> None:
    def check(key: str, value: str) -> str:
        if value == MASK:
            raise SqlError(
                INVALID_PARAMETER_VALUE,
                f'the value of "{key}" is masked',
                hint="Export with --secrets reference or plain, or write the value in its place.",
            )
        return value

    for _ in _edits(statement, check):
        pass


def read_secrets(text: str) -> dict[str, str]:
    """NAME=value, one a line, as in env files: `#` begins a comment line, `export` may stand in
    front, a value may stand in quotes (in double ones \\n, \\" and \\\\ mean what they mean in a
    shell's $'…', and it may go over several lines). Raises ValueError for anything else."""
    values: dict[str, str] = {}
    lines = iter(enumerate(text.replace("\r\n", "\n").split("\n"), start=1))
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise ValueError(f"line {number} of the secrets is not NAME=value")
        value = found["value"]
        while value[:1] in ("'", '"') and not _closed(value):
            more = next(lines, None)
            if more is None:
                raise ValueError(f"line {number} of the secrets has a quote that is not closed")
            value += f"\n{more[1]}"
        values[found["name"]] = _unquoted(value)
    return values


def _closed(value: str) -> bool:
    quote = value[0]
    inside = re.sub(r"\\.", "", value[1:], flags=re.DOTALL) if quote == '"' else value[1:]
    return inside.rstrip().endswith(quote)


def _unquoted(value: str) -> str:
    if value[:1] == "'":
        return value.rstrip()[1:-1]
    if value[:1] == '"':
        inside = value.rstrip()[1:-1]
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), inside, flags=re.DOTALL)
    return value
