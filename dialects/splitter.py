"""One message to its statements, with the offsets that error positions need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dialects.lexer import MAX_TOKENS, Token, TokenKind, scan, too_complex


@dataclass(frozen=True)
class Statement:
    """One statement of a message.

    `text` has neither the closing semicolon nor blanks and comments around it; those inside are
    kept. `start` is the offset of `text` in the message. `tokens` are the significant ones, hints
    among them, with offsets relative to `text`.
    """

    text: str
    start: int
    tokens: tuple[Token, ...]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The tokens' texts: keywords and operators in upper case, anything else as written."""
        word = TokenKind.WORD
        return tuple([t.text.upper() if t.kind is word else t.text for t in self.tokens])


def split(sql: str, *, max_tokens: int = MAX_TOKENS) -> list[Statement]:
    """The statements of a message, empty ones dropped.

    A semicolon inside parentheses, a SQL function body (BEGIN ATOMIC … END) or a statement set
    does not end a statement. Raises SqlError 42601 for an unterminated quote or comment, 54001 for
    a text of more than `max_tokens`.
    """
    return _Splitter(sql, max_tokens).run()


def single(sql: str) -> Statement:
    """The whole text as one statement, however many semicolons are in it."""
    statements = _Splitter(sql, MAX_TOKENS, whole=True).run()
    return statements[0] if statements else Statement("", 0, ())


def part(statement: Statement, first: int, last: int | None = None) -> Statement:
    """The statement made of the tokens first … last (exclusive; None: up to the end)."""
    tokens = statement.tokens[first:last]
    if not tokens:
        return Statement("", statement.start + len(statement.text), ())
    base, end = tokens[0].start, tokens[-1].end
    shifted = tuple([Token(kind, text, a - base, b - base) for kind, text, a, b in tokens])
    return Statement(statement.text[base:end], statement.start + base, shifted)


_BLOCK_WORDS = frozenset({"BEGIN", "SET", "ATOMIC", "CASE", "END"})
_ABOUT = frozenset({"TRANSLATE", "VALIDATE"})  # verbs in front of any statement


class _Splitter:
    """Tokens of the statement at hand, and how deep in parentheses and BEGIN … END they are."""

    def __init__(self, sql: str, limit: int, *, whole: bool = False) -> None:
        self.sql = sql
        self.left = self.limit = limit  # tokens
        self.whole = whole
        self.statements: list[Statement] = []
        self.tokens: list[Token] = []
        self.base = self.end = 0
        self.parentheses = 0
        self.block = 0

    def run(self) -> list[Statement]:
        """The hot loop of every text: what is rare is done elsewhere."""
        sql, word, operator = self.sql, TokenKind.WORD, TokenKind.OPERATOR
        token, tokens = tuple.__new__, self.tokens  # half the time of Token( … )
        for kind, start, end in scan(sql):
            text = sql[start:end]
            if kind is operator:
                if text == "(":
                    self.parentheses += 1
                elif text == ")":
                    self.parentheses -= self.parentheses > 0
                elif text == ";" and not (self.parentheses or self.block or self.whole):
                    self._finish()
                    tokens = self.tokens
                    continue
            self.end = end
            if kind is None:  # kept at the end of a text: to Postgres it is no comment
                continue
            if not tokens:
                self.base = start
            elif len(tokens) >= self.left:
                raise too_complex(self.limit)
            tokens.append(token(Token, (kind, text, start - self.base, end - self.base)))
            if kind is word and end - start <= 6 and (upper := text.upper()) in _BLOCK_WORDS:
                self._block_word(upper)
        self._finish()
        return self.statements

    def _finish(self) -> None:
        self.left -= len(self.tokens)
        if self.tokens:
            text = self.sql[self.base : self.end]
            self.statements.append(Statement(text, self.base, tuple(self.tokens)))
        self.tokens = []
        self.parentheses = self.block = 0

    def _block_word(self, word: str) -> None:
        if self.block:
            self.block += {"CASE": 1, "END": -1}.get(word, 0)
        elif self._opens_block(word):
            self.block = 1

    def _opens_block(self, word: str) -> bool:
        if word == "BEGIN":  # EXECUTE | EXPLAIN | COMPILE … STATEMENT SET BEGIN
            return self._before(2) == ["STATEMENT", "SET"]
        if word == "SET":  # BEGIN STATEMENT SET;
            first = len(self.tokens) - 3 == self._verb()
            return first and self._before(2) == ["BEGIN", "STATEMENT"]
        if word == "ATOMIC":  # CREATE FUNCTION … BEGIN ATOMIC
            verb = self.tokens[self._verb()].text.upper()
            return verb == "CREATE" and self._before(1) == ["BEGIN"]
        return False

    def _verb(self) -> int:
        """The index of the statement's own verb."""
        return int(self.tokens[0].text.upper() in _ABOUT)

    def _before(self, count: int) -> list[str]:
        """The `count` tokens in front of the newest one, in upper case."""
        return [token.text.upper() for token in self.tokens[-count - 1 : -1]]
