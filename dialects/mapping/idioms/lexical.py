"""Why the lexical rewrites of `to_engine` are made: a sentence for each label of an edit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WHY: Mapping[str, str] = MappingProxyType({
    "idiom.quotes": "Flink quotes names with backticks.",
    "idiom.cast": "Flink casts with CAST, and by its own names of types.",
    "idiom.not_equal": "Flink writes <> for not equal.",
    "idiom.escape_string": "Flink's strings have no escapes with backslashes.",
    "idiom.dollar_string": "Flink's strings stand in single quotes.",
    "idiom.setting": "Flink writes keys and values of options as strings.",
    "idiom.statement_set": "The one-step form leaves Flink's session outside of the set.",
    "idiom.comment": "Flink's comments do not nest.",
})  # fmt: skip
