"""Whatever a file holds: every finding has its place in it, and nothing crashes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dialects.verdicts import Ruling
from dialects.versions import Version
from gateway.linting.findings import findings
from gateway.linting.scripts import Script

WORDS = """SELECT INSERT INTO FROM t WHERE GROUP BY ORDER QUALIFY ROW_NUMBER() OVER ( ) , . ; ;
    CREATE TABLE VIEW FUNCTION f WITH AS 'connector' = 'kafka' 'x' "a" `b` INT int4 PRIMARY KEY
    EXECUTE STATEMENT SET BEGIN END CASE WHEN THEN VALIDATE TRANSLATE TO VERSION '1.16' DECLARE c
    CURSOR FOR COPY STDOUT \\i \\; /* */ -- /*+ * :: $$ $1 E'\\'' U&"x" [ ] < > != -> 1 .5 1e NULL
    TABLE( TUMBLE( DESCRIPTOR( INTERVAL '1' MINUTE ts LATERAL UNNEST( ARRAY[ MAP[ JOIN ON UNION
    """.split()
FRAGMENTS = st.lists(st.sampled_from([*WORDS, "\n", "\r\n", "\t", "名", "😀", "'", '"'])).map(
    " ".join
)
VERSIONS = (Version(1, 16), Version(2, 3))


@given(st.one_of(FRAGMENTS, st.text(max_size=200)))
@settings(max_examples=300, deadline=None)
def test_every_finding_has_its_place(text: str) -> None:
    script = Script("a.sql", text)
    lines = text.split("\n")
    pieces = {piece.start: piece for piece in script.pieces}
    assert list(pieces) == sorted(pieces)
    for finding in findings([script], VERSIONS):
        line, column = finding.place
        assert 1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1
        assert (finding.translated is None) is (finding.ruling is Ruling.REFUSE)
        assert finding.ruling is not Ruling.REFUSE or (finding.sqlstate and finding.message)
        assert all(change.position >= 1 and change.why for change in finding.rules)
