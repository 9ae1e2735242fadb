"""The lines of phrases.tsv as rules: words in a row that are refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from dialects.lexer import TokenKind
from dialects.mapping.calls import partner
from dialects.mapping.model import Refusal, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal

_ANYTHING = "…"
_SIGNS = frozenset("()*[")
# Too frequent to say that a phrase may be there.
_COMMON = _SIGNS | {
    "BY",
    "CURRENT",
    "FOR",
    "FROM",
    "GROUP",
    "JOIN",
    "LEFT",
    "OVER",
    "VALUE",
    "WITH",
}


@dataclass(frozen=True, slots=True)
class _Phrase:
    id: str
    versions: Range
    streaming: bool
    words: Sequence[str]
    about: int
    subject: str
    hint: str

    def find(self, text: Text, target: Target) -> Iterator[Refusal]:
        if self.streaming and target.batch is not False or self.words[0] in target.functions:
            return
        for index, word in enumerate(text.statement.words):
            if word == self.words[0] and self._follows(text, index):
                start = text.statement.tokens[index + self.about].start
                yield refusal(self.subject, self.versions, target.version, self.hint, start + 1)

    def _follows(self, text: Text, at: int) -> bool:
        words, tokens = text.statement.words, text.statement.tokens
        for expected in self.words:
            if expected == _ANYTHING:
                closing = partner(text, at - 1)
                if closing is None:
                    return False
                at = closing
                continue
            if at >= len(words) or words[at] != expected:
                return False
            if expected not in _SIGNS and tokens[at].kind is not TokenKind.WORD:
                return False
            at += 1
        return True

    def rule(self) -> Rule:
        word = next(word for word in self.words if word not in _COMMON and word != _ANYTHING)
        return Rule(
            f"query.{self.id}",
            self.find,
            self.hint or "There is no other way to say it.",
            frozenset({word}),
            self.versions.before,
            self.versions.since,
        )


def rules() -> tuple[Rule, ...]:
    text = files(__package__).joinpath("phrases.tsv").read_text("utf-8")
    return tuple(_phrase(line).rule() for line in text.splitlines() if not line.startswith("#"))


def _phrase(line: str) -> _Phrase:
    id_, versions, mode, words, about, subject, hint = line.split("\t")
    streaming, parts = mode == "streaming", tuple(words.split())
    return _Phrase(id_, Range.parse(versions), streaming, parts, int(about), subject, hint)
