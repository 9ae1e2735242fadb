"""SET 'key' = 'value' and RESET 'key' as rules: the key in the target's spelling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dialects.lexer import STRINGS, Token
from dialects.mapping.configuration.settled import Settled, settled
from dialects.mapping.model import Change, Found, Refusal, Remark, Rule, Target, Text
from dialects.names import quote_string, string_value
from dialects.rewriting import Edit


def _spelling(text: Text, target: Target) -> Iterable[Found]:
    found = _judged(text, target)
    if found is None:
        return
    key, value, verdict = found
    if verdict.error is not None:
        verdict.error.position = key.start + 1
        yield Refusal(verdict.error)
    elif not verdict.notice and (edits := tuple(_edits(text, key, value, verdict))):
        yield replace(Change.of(*edits), why=verdict.why)


def _dropped(text: Text, target: Target) -> Iterable[Found]:
    found = _judged(text, target)
    if found is not None and found[2].notice and found[2].key is None:
        yield replace(Change.of(*_edits(text, *found)), why=found[2].why)


def _unknown(text: Text, target: Target) -> Iterable[Found]:
    found = _judged(text, target)
    if found is not None and found[2].notice and found[2].key is not None:
        yield Remark(found[0].start, found[0].end, found[2].why)


def _judged(text: Text, target: Target) -> tuple[Token, Token | None, Settled] | None:
    found = _setting(text)
    if found is None:
        return None
    key, value = found
    said = None if value is None else string_value(value)
    return key, value, settled(string_value(key), said, target.version)


def _setting(text: Text) -> tuple[Token, Token | None] | None:
    """The key's and the value's tokens; the forms without quotes were quoted before."""
    tokens, words = text.statement.tokens, text.statement.words
    if len(tokens) == 4 and words[0] == "SET" and words[2] == "=":
        key, value = tokens[1], tokens[3]
        return (key, value) if key.kind in STRINGS and value.kind in STRINGS else None
    if len(tokens) == 2 and words[0] == "RESET" and tokens[1].kind in STRINGS:
        return tokens[1], None
    return None


def _edits(text: Text, key: Token, value: Token | None, verdict: Settled) -> Iterable[Edit]:
    if verdict.key is None:
        yield Edit(0, len(text.statement.text), "")
        return
    if verdict.key != string_value(key):
        yield Edit(key.start, key.end, quote_string(verdict.key))
    if value is not None and verdict.value not in (None, string_value(value)):
        assert verdict.value is not None
        yield Edit(value.start, value.end, quote_string(verdict.value))


_WORDS = frozenset({"SET", "RESET"})

RULES = (
    Rule("configuration.spelling", _spelling, "The version reads another key.", _WORDS),
    Rule("configuration.dropped", _dropped, "The version has no such option.", _WORDS, notice=True),
    Rule("configuration.unknown", _unknown, "No version reads this key.", _WORDS, notice=True),
)
