"""Secrets of one statement, masked in all that is said about it."""

from __future__ import annotations

from gateway.engine.secrets import MASK, mask, replaced

_TELLING = 4  # characters: a shorter secret is a word of others too, and masked in quotes alone


class Masker:
    """A rule may show a value without its key, by which `mask` would know it."""

    def __init__(self, statement: str) -> None:
        found: set[str] = set()

        def note(key: str, value: str) -> str:
            found.add(value)
            return MASK

        replaced(statement, note)
        self._values = sorted(found - {""}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        text = mask(text)
        for value in self._values:
            text = text.replace(f"'{value}'", f"'{MASK}'")
            if len(value) >= _TELLING:
                text = text.replace(value, MASK)
        return text
