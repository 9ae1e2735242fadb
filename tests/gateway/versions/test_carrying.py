"""What a plan keeps, and whether another version would read it; the plans are Flink 1.19's own."""

from __future__ import annotations

import pytest

from dialects import single
from dialects.versions import Version
from gateway.versions.carrying import carried
from gateway.versions.plans import Plan, explainable, makes_job

SCAN = """+- WatermarkAssigner(rowtime=[ts], watermark=[(ts - 1000:INTERVAL SECOND)])
   +- TableSourceScan(table=[[xuanwu, public, src]], fields=[id, page, ts])"""
FILTER = f"""Sink(table=[xuanwu.public.snk], fields=[page, id])
+- Calc(select=[page, id], where=[(id > 1)])
{SCAN}"""
COUNT = f"""Sink(table=[xuanwu.public.snk], fields=[page, EXPR$1])
+- GroupAggregate(groupBy=[page], select=[page, COUNT(*) AS EXPR$1])
   +- Exchange(distribution=[hash[page]])
{SCAN}"""
SET = """WatermarkAssigner(rowtime=[ts], watermark=[(ts - 1000:INTERVAL SECOND)])(reuse_id=[1])
+- TableSourceScan(table=[[xuanwu, public, src]], fields=[id, page, ts])

Sink(table=[xuanwu.public.snk], fields=[page, id])
+- Calc(select=[page, id])
   +- Reused(reference_id=[1])"""
JOIN = """Calc(select=[id])
+- Join(joinType=[InnerJoin], where=[(id = id0)], select=[id, id0])
   :- Exchange(distribution=[hash[id]])(reuse_id=[1])
   :  +- Calc(select=[id])
   :     +- TableSourceScan(table=[[xuanwu, public, src]], fields=[id, page, ts])
   +- Reused(reference_id=[1])"""
UPSERT = FILTER.replace("fields=[page, id])", "fields=[page, id], upsertMaterialize=[true])", 1)
SESSION = "WindowTableFunction(window=[SESSION(time_col=[ts], gap=[10 min])])\n" + SCAN
TUMBLE = "WindowTableFunction(window=[TUMBLE(time_col=[ts], size=[1 min])])\n" + SCAN
UNKNOWN = "SomethingNew(select=[id])\n" + SCAN


@pytest.mark.parametrize(
    ("text", "stateful"),
    [
        (FILTER, False),
        (SET, False),
        (TUMBLE, False),
        (COUNT, True),
        (JOIN, True),
        (UPSERT, True),
        (SESSION, True),
        (UNKNOWN, True),
    ],
)
def test_what_a_plan_keeps(text: str, stateful: bool) -> None:
    assert Plan("streaming", text).stateful is stateful
    assert Plan("batch", text).stateful is False


def test_operators_with_their_depth() -> None:
    assert Plan("streaming", JOIN).operators == (
        "0 Calc",
        "3 Join",
        "6 Exchange",
        "9 Calc",
        "12 TableSourceScan",
        "6 Reused",
    )


V16, V19, V20, V2, V22 = (Version.parse(v) for v in ("1.16", "1.19", "1.20", "2.0", "2.2"))
COUNTED = Plan("streaming", COUNT)
WORDED = Plan("streaming", COUNT.replace("COUNT(*)", "COUNT(1)"))
JOINED = Plan("streaming", JOIN)


@pytest.mark.parametrize(
    ("source", "target", "plan", "base", "begins"),
    [
        (V19, V19, COUNTED, COUNTED, "yes: it is the session's"),
        (V19, V20, COUNTED, COUNTED, "yes: the plan is that of Flink 1.19"),
        (V19, V20, WORDED, COUNTED, "not known: the operators are"),
        (V19, V20, JOINED, COUNTED, "no: the plan has other operators"),
        (V19, V20, None, COUNTED, "not known: no engine of Flink 1.20"),
        (V19, V20, COUNTED, None, "not known: no engine of Flink 1.19"),
        (V19, V20, None, None, "not known: no engine of Flink 1.20"),
        (V2, V22, COUNTED, COUNTED, "likely: "),
        (V20, V2, COUNTED, COUNTED, "no: Flink 2.0 does not promise"),
        (V20, V19, COUNTED, COUNTED, "no: an older Flink"),
        (V22, V16, None, None, "no: an older Flink"),
        (V20, V2, None, Plan("streaming", FILTER), "none: it keeps nothing"),
        (V20, V2, Plan("streaming", FILTER), None, "none: it keeps nothing"),
        (V20, V16, None, Plan("batch", COUNT), "none: it is bounded"),
    ],
)
def test_carried(
    source: Version, target: Version, plan: Plan | None, base: Plan | None, begins: str
) -> None:
    assert carried(source, target, plan, base).startswith(begins)


@pytest.mark.parametrize(
    ("sql", "planned", "job"),
    [
        ("SELECT 1", "SELECT 1", True),
        ("INSERT INTO a SELECT 1", "INSERT INTO a SELECT 1", True),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END", None, True),
        ("CREATE VIEW v (a) AS SELECT 1", "SELECT 1", False),
        ("CREATE TEMPORARY VIEW v AS SELECT 1", "SELECT 1", False),
        ("CREATE TABLE t WITH ('connector'='print') AS SELECT 1", "SELECT 1", True),
        ("CREATE TABLE t (a INT) WITH ('connector'='print')", "", False),
        ("CREATE TABLE t (", "", False),
        ("EXECUTE PLAN '/tmp/x'", "", False),
        ("DROP TABLE t", "", False),
        ("SHOW TABLES", "", False),
        ("", "", False),
    ],
)
def test_what_flink_can_plan(sql: str, planned: str | None, job: bool) -> None:
    """None: the whole."""
    found = explainable(single(sql))
    assert (found.text if found else "") == (sql if planned is None else planned)
    assert found is None or sql[found.start :] == found.text
    assert makes_job(single(sql)) is job
