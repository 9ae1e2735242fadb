"""Types as Flink SQL: as they were written where this dialect read them, else in Flink's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from dialects.flink.query_generator import QueryGenerator

_D = exp.DType
NAMES: dict[exp.DType, str] = {
    _D.BLOB: "BYTES",
    _D.BPCHAR: "CHAR",
    _D.DATETIME: "TIMESTAMP",
    _D.JSON: "STRING",
    _D.JSONB: "STRING",
    _D.NAME: "STRING",
    _D.STRUCT: "ROW",
    _D.TEXT: "STRING",
    _D.TIMESTAMPLTZ: "TIMESTAMP_LTZ",
    _D.TIMESTAMPNTZ: "TIMESTAMP",
    _D.TIMESTAMPTZ: "TIMESTAMP_LTZ",
    _D.UUID: "STRING",
    _D.VARBINARY: "BYTES",
}
"""Types of other dialects' trees. A VARCHAR without a length is a STRING to Postgres."""


def written_type(writer: QueryGenerator, node: exp.DataType) -> str:
    sql = _written(writer, node)
    nullable = node.args.get("nullable")
    if nullable is None:
        return sql
    return f"{sql} NULL" if nullable else f"{sql} NOT NULL"


def _written(writer: QueryGenerator, node: exp.DataType) -> str:
    kind = node.args.get("kind")
    if isinstance(node.this, exp.Interval):
        return f"INTERVAL {writer.sql(node.this, 'unit')}"
    name = writer.sql(kind) if isinstance(kind, exp.Expr) else kind or _name(node)
    inside = ", ".join(_inside(writer, one) for one in node.expressions)
    if not inside:
        return f"{name}()" if node.args.get("expressions") == [] and name == "ROW" else name
    if node.args.get("nested"):
        return f"{name}<{inside}>"
    first, _, rest = name.partition(" ")
    if first in ("TIME", "TIMESTAMP") and rest:
        return f"{first}({inside}) {rest}"
    return f"{name}({inside})"


def _name(node: exp.DataType) -> str:
    if not isinstance(node.this, exp.DType):
        return str(node.this)
    if node.this == _D.VARCHAR and not node.expressions:
        return "STRING"
    return NAMES.get(node.this, node.this.value)


def _inside(writer: QueryGenerator, node: exp.Expr) -> str:
    if not isinstance(node, exp.ColumnDef):
        return writer.sql(node)
    sql = f"{writer.sql(node, 'this')} {writer.sql(node, 'kind')}"
    for comment in node.find_all(exp.CommentColumnConstraint):
        if comment.parent is not None and comment.parent.parent is node:
            sql += f" {writer.sql(comment, 'this')}"
    return sql
