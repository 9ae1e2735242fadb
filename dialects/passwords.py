"""PASSWORD 'text' in CREATE and ALTER ROLE: where it stands, and texts without it.

A clear text must reach neither Postgres, whose log shows statements, nor what we show of sessions:
the session puts a SCRAM secret in its place before the statement is relayed.
"""

from __future__ import annotations

import re

from dialects.lexer import STRINGS, Token, TokenKind
from dialects.names import string_value
from dialects.reader import Reader
from dialects.rewriting import Edit
from dialects.splitter import Statement
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError

_ROLES = ("ROLE", "USER", "GROUP")
# No lexer: the text may be cut off anywhere. It hides too much rather than too little.
_SPOKEN = re.compile(r"\b(?:role|user|group)\b.*?\bpassword\b", re.IGNORECASE | re.DOTALL)


def password_tokens(statement: Statement) -> tuple[int, ...]:
    """Indexes of the literals (strings, NULL) behind PASSWORD; none in any other statement."""
    reader = Reader(statement)
    if not reader.one_of(("CREATE", "ALTER")) or not reader.one_of(_ROLES):
        return ()
    if reader.word() == "MAPPING":
        return ()
    return tuple(
        index
        for index in range(reader.at + 1, len(reader.words))
        if reader.words[index - 1] == "PASSWORD"
        and (reader.tokens[index].kind in STRINGS or reader.words[index] == "NULL")
    )


def password_value(
    statement: Statement, index: int, *, standard_strings: bool = True
) -> str | None:
    """The clear text; None for NULL. `standard_strings`: a backslash in '…' is a plain character.
    Raises SqlError 0A000 for the rare forms of a literal whose value is not certain here."""
    token = statement.tokens[index]
    if token.kind is TokenKind.WORD:
        return None
    following = statement.tokens[index + 1 : index + 2]
    continued = bool(following) and (
        following[0].kind in STRINGS or following[0].text.upper() == "UESCAPE"
    )
    escaped = not standard_strings and token.kind is TokenKind.STRING and "\\" in token.text
    if continued or escaped:
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            "a password must be one string literal",
            hint="Write it as 'text' or E'text'.",
            position=token.start + 1,
        )
    return string_value(token)


def replaced(token: Token, secret: str) -> Edit:
    """`secret` in place of the literal; it has neither quotes nor backslashes."""
    assert "'" not in secret and "\\" not in secret
    return Edit(token.start, token.end, f"'{secret}'")


def without_passwords(query: str) -> str:
    """What may be shown of a query: nothing from the first password on."""
    found = _SPOKEN.search(query)
    return query if found is None else f"{query[: found.end()]} …"
