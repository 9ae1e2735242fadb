"""Masks secrets in texts that leave the engine side: logs, errors, notices.

Texts come from clients and may be megabytes of anything: every pattern is possessive and begins
where a word begins, so that no character is looked at twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# Option keys whose value nobody but Flink needs to see, quoted as in WITH clauses and in SET.
_SECRET = re.compile(
    r"password|passwd|secret|token|credential|jaas|(?:access|api|private)[.\-]?key", re.IGNORECASE
)
_KEY = r"(?<![\w.\-])(?P<key>[\w.\-]++)"
_OPTION = re.compile(rf"{_KEY}(?P<gap>'\s*+=\s*+')(?P<value>(?:[^']|'')*+)'")
# `&` ends a value where it begins another parameter of a URL: ?user=a&password=b
_WORD = r"[^\s,;'\"}&]"
_VALUE = rf"{_WORD}++(?:&(?![\w.\-]++=){_WORD}*+)*+"
_BARE = re.compile(rf"{_KEY}(?P<gap>\s*+=\s*+)(?!')(?P<value>{_VALUE})")
_URL = re.compile(r"(?P<head>(?<!\w)\w++://[^\s:/@']++:)(?P<value>[^\s@/']++)@")
MASK = "******"


def mask(text: str) -> str:
    """The text with the values of secret options and the passwords of URLs replaced."""
    return replaced(text, lambda key, value: MASK)


def replaced(text: str, instead: Callable[[str, str], str]) -> str:
    """As `mask`, with what `instead` answers for (key, value as written); the key of what stands
    in front of a URL's host is `password`."""

    def option(found: re.Match[str]) -> str:
        key, value = found["key"], found["value"]
        if not is_secret(key):
            return found[0]
        rest = found[0][found.end("value") - found.start() :]
        return f"{key}{found['gap']}{instead(key, value)}{rest}"

    text = _BARE.sub(option, _OPTION.sub(option, text))
    return _URL.sub(lambda found: f"{found['head']}{instead('password', found['value'])}@", text)


def is_secret(key: str) -> bool:
    """Whether the value of an option is for Flink alone."""
    return _SECRET.search(key) is not None
