"""One message to its statements, with the offsets that error positions need."""

from __future__ import annotations

from dataclasses import dataclass

from dialects.lexer import Lexeme, Token, TokenKind, scan


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a message.

    `text` has neither the closing semicolon nor blanks and comments around it; those inside are
    kept. `start` is the offset of `text` in the message. `tokens` are the significant ones, hints
    among them, with offsets relative to `text`.
    """

    text: str
    start: int
    tokens: tuple[Token, ...]


def split(sql: str) -> list[Statement]:
    """The statements of a message, empty ones dropped.

    A semicolon inside parentheses, a SQL function body (BEGIN ATOMIC … END) or a statement set
    does not end a statement. Raises SqlError 42601 for an unterminated quote or comment.
    """
    splitter = _Splitter(sql)
    for lexeme in scan(sql):
        splitter.add(lexeme)
    splitter.finish()
    return splitter.statements


def single(sql: str) -> Statement:
    """The whole text as one statement, however many semicolons are in it."""
    splitter = _Splitter(sql, whole=True)
    for lexeme in scan(sql):
        splitter.add(lexeme)
    splitter.finish()
    return splitter.statements[0] if splitter.statements else Statement("", 0, ())


def part(statement: Statement, first: int, last: int | None = None) -> Statement:
    """The statement made of the tokens first … last (exclusive; None: up to the end)."""
    tokens = statement.tokens[first:last]
    if not tokens:
        return Statement("", statement.start + len(statement.text), ())
    base, end = tokens[0].start, tokens[-1].end
    shifted = tuple(Token(t.kind, t.text, t.start - base, t.end - base) for t in tokens)
    return Statement(statement.text[base:end], statement.start + base, shifted)


class _Splitter:
    """Tokens of the statement at hand, and how deep in parentheses and BEGIN … END they are."""

    def __init__(self, sql: str, *, whole: bool = False) -> None:
        self.sql = sql
        self.whole = whole
        self.statements: list[Statement] = []
        self.tokens: list[Token] = []
        self.base = self.end = 0
        self.parentheses = 0
        self.block = 0

    def add(self, lexeme: Lexeme) -> None:
        kind, start, end = lexeme
        text = self.sql[start:end]
        if text == ";" and not (self.parentheses or self.block or self.whole):
            self.finish()
            return
        self.end = end
        if kind is None:  # kept at the end of a text: to Postgres it is no comment
            return
        if not self.tokens:
            self.base = start
        self.tokens.append(Token(kind, text, start - self.base, end - self.base))
        if kind is TokenKind.OPERATOR:
            self._parenthesis(text)
        elif kind is TokenKind.WORD and len(text) <= 6:
            self._block_word(text.upper())

    def finish(self) -> None:
        if self.tokens:
            text = self.sql[self.base : self.end]
            self.statements.append(Statement(text, self.base, tuple(self.tokens)))
        self.tokens = []
        self.parentheses = self.block = 0

    def _parenthesis(self, text: str) -> None:
        if text == "(":
            self.parentheses += 1
        elif text == ")" and self.parentheses:
            self.parentheses -= 1

    def _block_word(self, word: str) -> None:
        if self.block:
            self.block += {"CASE": 1, "END": -1}.get(word, 0)
        elif self._opens_block(word):
            self.block = 1

    def _opens_block(self, word: str) -> bool:
        if word == "BEGIN":  # EXECUTE | EXPLAIN | COMPILE … STATEMENT SET BEGIN
            return self._before(2) == ["STATEMENT", "SET"]
        if word == "SET":  # BEGIN STATEMENT SET;
            return len(self.tokens) == 3 and self._before(2) == ["BEGIN", "STATEMENT"]
        if word == "ATOMIC":  # CREATE FUNCTION … BEGIN ATOMIC
            return self.tokens[0].text.upper() == "CREATE" and self._before(1) == ["BEGIN"]
        return False

    def _before(self, count: int) -> list[str]:
        """The `count` tokens in front of the newest one, in upper case."""
        return [token.text.upper() for token in self.tokens[-count - 1 : -1]]
