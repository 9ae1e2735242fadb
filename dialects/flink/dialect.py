"""The dialect as sqlglot finds it: `sqlglot.parse_one(text, read="flink")`."""

from __future__ import annotations

from sqlglot import tokenizer_core, tokens
from sqlglot.dialects.dialect import Dialect, NormalizationStrategy

from dialects.flink.generator import Generator as FlinkGenerator
from dialects.flink.parser import Parser as FlinkParser
from dialects.flink.tokens import to_sqlglot
from dialects.splitter import single


class Flink(Dialect):
    """Flink SQL; names are case-sensitive, unquoted ones too."""

    INDEX_OFFSET = 1
    NORMALIZATION_STRATEGY = NormalizationStrategy.CASE_SENSITIVE
    NULL_ORDERING = "nulls_are_small"
    TYPED_DIVISION = True

    class Tokenizer(tokens.Tokenizer):
        IDENTIFIERS = ["`", '"']

        def tokenize(self, sql: str) -> list[tokenizer_core.Token]:
            statement = single(sql)
            return to_sqlglot(statement.text, statement.tokens)

    Parser = FlinkParser
    Generator = FlinkGenerator
