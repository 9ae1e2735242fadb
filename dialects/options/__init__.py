"""The options of a table, checked when it is created.

    'connector' = 'kafka', 'format' = 'json', …  ──check──▶  SqlError with position and hint
                                                             or notices of what Flink ignores
    options.tsv  key × type × versions, read from the jars

Flink looks at them when a table is first used. The package refuses to refuse what Flink accepts:
what no jar of ours knows (connectors and formats of the user, catalogs' own tables) is not checked,
and neither are rules between options that only the connector's code has. A connector with a release
cycle of its own is known in every release that may serve the version.
"""

from __future__ import annotations

from dialects.options.checking import check

__all__ = ["check"]
