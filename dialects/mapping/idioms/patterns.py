"""Regular expressions that Postgres and Java read alike.

They differ in classes, escapes, back references and line breaks. What is left: characters, sets,
groups, alternatives and their repetitions, anchors around them.
"""

from __future__ import annotations

import re

# Letters, digits and signs that mean themselves to both, sets of them, simple repetitions.
_COMMON = re.compile(
    r"""\^?(?:
        (?: [A-Za-z0-9_\ \-,:;/@\#%&=<>~!'"] | [^\x00-\x7f] | \. | \\[.\-/+*?()\[\]{}|^$]
          | \[\^?(?: [A-Z]-[A-Z] | [a-z]-[a-z] | [0-9]-[0-9] | [A-Za-z0-9_\ .,] )+\]
          | \((?!\?) | \) | \| )
        (?: [*+?](?![*+?]) | \{[0-9]{1,3}(?:,[0-9]{0,3})?\}(?!\?) )?
    )*\$?""",
    re.VERBOSE,
)


def java_pattern(pattern: str, folded: bool) -> str | None:
    """In Java's words, where a dot is any character, a line break too, and `$` the very end;
    None if they may differ."""
    if _COMMON.fullmatch(pattern) is None:
        return None
    flags = "iu" * folded + "s" * ("." in pattern)
    escaped = len(pattern) - len(pattern[:-1].rstrip("\\")) - 1
    ends = pattern.endswith("$") and escaped % 2 == 0
    return (f"(?{flags})" if flags else "") + (pattern[:-1] + r"\z" if ends else pattern)
