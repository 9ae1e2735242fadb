"""Masks secrets in texts that leave the engine side: logs, errors, notices."""

from __future__ import annotations

import re

# Option keys whose value nobody but Flink needs to see, quoted as in WITH clauses and in SET.
_WORDS = r"password|passwd|secret|token|credential|jaas|(?:access|api|private)[.\-]?key"
_KEY = rf"[\w.\-]*(?:{_WORDS})[\w.\-]*"
_OPTION = re.compile(rf"('{_KEY}'\s*=\s*)'(?:[^']|'')*'", re.IGNORECASE)
_BARE = re.compile(rf"(\b{_KEY}\s*=\s*)(?!')[^\s,;'\"}}]+", re.IGNORECASE)
_URL = re.compile(r"(\w+://[^\s:/@']+:)[^\s@/']+@")
MASK = "******"


def mask(text: str) -> str:
    """The text with the values of secret options and the passwords of URLs replaced."""
    text = _OPTION.sub(rf"\1'{MASK}'", text)
    text = _BARE.sub(rf"\1{MASK}", text)
    return _URL.sub(rf"\1{MASK}@", text)
