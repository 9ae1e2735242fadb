"""What a tool sends, from its file under `queries/`.

    -- Heading: what the tool is, and what the file holds for all its messages
    -- protocol: extended

    -- catalog: the columns of a table      about the catalog: answered as by Postgres
    -- parameters: ["public", "orders"]     JSON, in text format; a null is NULL
    -- results: binary                      default: text
    -- mask: pid, backend_start             columns whose values cannot be the same
    -- degraded: shows our sessions         … and what that means, for the README
    SELECT … WHERE attrelid = {oid sales.orders}      the oid of that relation

    -- table: the first rows                over a table: Flink's
    -- probe: is it readable                over a table, but yields no row in any case

Statements of one message are separated as usual.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "queries"
_SUBJECTS = ("catalog", "table", "probe")
_LINE = re.compile(r"-- (\w+): (.*)")
_OID = re.compile(r"\{oid ([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One message. `parameters` of the extended protocol, as text."""

    tool: str
    subject: str
    name: str
    sql: str
    extended: bool = False
    binary: bool = False
    parameters: tuple[str | None, ...] = ()
    mask: frozenset[str] = frozenset()
    degraded: str = ""

    @property
    def id(self) -> str:
        return f"{self.tool}: {self.name}"

    @property
    def of_sessions(self) -> bool:
        """It asks for a view of sessions, in whose place the server has its own."""
        return any(f"pg_stat_{view}" in self.sql for view in ("activity", "gssapi", "ssl"))

    def text(self, oids: Mapping[str, int]) -> str:
        """The SQL with the oids of this world. Raises KeyError for an unknown relation."""
        return _filled(self.sql, oids)

    def values(self, oids: Mapping[str, int]) -> list[str | None]:
        """The parameters, likewise."""
        return [None if value is None else _filled(value, oids) for value in self.parameters]


def _filled(text: str, oids: Mapping[str, int]) -> str:
    return _OID.sub(lambda found: str(oids[found[1]]), text)


@dataclass(slots=True)
class _Block:
    subject: str = ""
    name: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def read(path: Path) -> list[Recorded]:
    """The messages of a file. Raises ValueError for a line that says nothing known."""
    blocks = [_Block()]
    for line in path.read_text("utf-8").splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            blocks[-1].lines.append(line)
        elif found[1] in _SUBJECTS:
            blocks.append(_Block(found[1], found[2]))
        elif found[1] in ("protocol", "results", "parameters", "mask", "degraded"):
            blocks[-1].facts[found[1]] = found[2]
        elif blocks[-1].subject:
            raise ValueError(f"{path.name}: not understood: {line}")
    return [_recorded(path.stem, blocks[0].facts, block) for block in blocks[1:]]


def _recorded(tool: str, general: Mapping[str, str], block: _Block) -> Recorded:
    facts = {**general, **block.facts}
    return Recorded(
        tool,
        block.subject,
        block.name,
        "\n".join(block.lines).strip(),
        facts.get("protocol") == "extended",
        facts.get("results") == "binary",
        tuple(json.loads(facts.get("parameters", "[]"))),
        frozenset(part.strip() for part in facts.get("mask", "").split(",") if part.strip()),
        facts.get("degraded", ""),
    )


def everything() -> list[Recorded]:
    """The messages of all tools, by tool."""
    return [one for path in sorted(FOLDER.glob("*.sql")) for one in read(path)]
