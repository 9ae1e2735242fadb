"""SQLAlchemy's inspector, as Superset and others use it, run as a program: `python -m … PORT`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, Inspector, MetaData, Table, create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

Call = Callable[[Inspector, Engine], Any]
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
SCHEMAS = (None, "public", "sales", "Sales-2024")
TABLES = ("orders", "payments", "all_types", "MixedCase", "订单", "order_totals", "clicks")


def _reflected(inspector: Inspector, engine: Engine) -> str:
    metadata = MetaData()
    metadata.reflect(engine, views=True)
    return repr(metadata.sorted_tables)


CALLS: dict[str, Call] = {
    "get_schema_names": lambda i, _: i.get_schema_names(),
    "default_schema_name": lambda i, _: i.default_schema_name,
    "get_sequence_names": lambda i, _: i.get_sequence_names(),
    "get_temp_table_names": lambda i, _: i.get_temp_table_names(),
    "get_enums": lambda i, _: i.get_enums(),  # type: ignore[attr-defined]
    "get_domains": lambda i, _: i.get_domains(),  # type: ignore[attr-defined]
    "has_table": lambda i, _: (i.has_table("orders"), i.has_table("ORDERS"), i.has_table("none")),
    "server version": lambda _, e: e.dialect.server_version_info,
    "reflect": _reflected,
    "Table(autoload)": lambda _, e: repr(Table("payments", MetaData(), autoload_with=e)),
    "a catalog query": lambda _, e: [
        tuple(row)
        for row in e.connect().execute(
            text("SELECT relname FROM pg_class WHERE relnamespace = :n ORDER BY 1"), {"n": 2200}
        )
    ],
}
for _schema in SCHEMAS:
    for _name in ("get_table_names", "get_view_names", "get_materialized_view_names"):
        CALLS[f"{_name}, {_schema}"] = lambda i, _, n=_name, s=_schema: getattr(i, n)(schema=s)
    for _name in ("get_multi_columns", "get_multi_pk_constraint", "get_multi_table_comment"):
        CALLS[f"{_name}, {_schema}"] = lambda i, _, n=_name, s=_schema: getattr(i, n)(schema=s)
for _table in TABLES:
    for _name in (
        "get_columns",
        "get_pk_constraint",
        "get_foreign_keys",
        "get_indexes",
        "get_unique_constraints",
        "get_check_constraints",
        "get_table_comment",
    ):
        CALLS[f"{_name}, {_table}"] = lambda i, _, n=_name, t=_table: getattr(i, n)(t)
CALLS["get_view_definition"] = lambda i, _: i.get_view_definition("order_totals")


def main(port: int) -> None:
    engine = create_engine(f"postgresql+psycopg://xuanwu@127.0.0.1:{port}/xuanwu")
    answers: dict[str, Any] = {}
    for name, call in CALLS.items():
        try:
            answers[name] = _ADDRESS.sub("", repr(call(inspect(engine), engine)))
        except SQLAlchemyError as error:
            answers[name] = {"error": str(error)}
    engine.dispose()
    print(json.dumps(answers))


if __name__ == "__main__":
    main(int(sys.argv[1]))
