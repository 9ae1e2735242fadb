"""Masks secrets in texts that leave the engine side: logs, errors, notices.

Texts come from clients and may be megabytes of anything: every pattern is possessive and begins
where a word begins, so that no character is looked at twice.
"""

from __future__ import annotations

import re

# Option keys whose value nobody but Flink needs to see, quoted as in WITH clauses and in SET.
_SECRET = re.compile(
    r"password|passwd|secret|token|credential|jaas|(?:access|api|private)[.\-]?key", re.IGNORECASE
)
_KEY = r"(?<![\w.\-])(?P<key>[\w.\-]++)"
_OPTION = re.compile(rf"{_KEY}(?P<gap>'\s*+=\s*+)'(?:[^']|'')*+'")
_BARE = re.compile(rf"{_KEY}(?P<gap>\s*+=\s*+)(?!')[^\s,;'\"}}]++")
_URL = re.compile(r"((?<!\w)\w++://[^\s:/@']++:)[^\s@/']++@")
MASK = "******"


def mask(text: str) -> str:
    """The text with the values of secret options and the passwords of URLs replaced."""
    text = _OPTION.sub(lambda found: _masked(found, f"'{MASK}'"), text)
    text = _BARE.sub(lambda found: _masked(found, MASK), text)
    return _URL.sub(rf"\1{MASK}@", text)


def is_secret(key: str) -> bool:
    """Whether the value of an option is for Flink alone."""
    return _SECRET.search(key) is not None


def _masked(found: re.Match[str], instead: str) -> str:
    if not is_secret(found["key"]):
        return found[0]
    return f"{found['key']}{found['gap']}{instead}"
