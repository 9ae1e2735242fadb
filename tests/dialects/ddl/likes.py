"""CREATE TABLE … LIKE a base: what a real Flink took, and what it refused."""

from __future__ import annotations

BASE = """CREATE TABLE base (
  a INT, b STRING COMMENT 'cb', c AS a + 1, m STRING METADATA FROM 'k', ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, CONSTRAINT pk PRIMARY KEY (a) NOT ENFORCED
) COMMENT 'base' DISTRIBUTED BY (b) INTO 4 BUCKETS PARTITIONED BY (b)
WITH ('connector' = 'kafka', 'x' = '1')"""

# what stands in front of LIKE base, and behind it
MERGED = [
    ("", ""),
    ("COMMENT 'mine'", ""),
    ("WITH ('x' = '2', 'y' = '3')", ""),
    ("WITH ('y' = '2')", "(INCLUDING OPTIONS)"),
    ("WITH ('x' = '2')", "(EXCLUDING OPTIONS)"),
    ("WITH ('x' = '2')", "(INCLUDING ALL OVERWRITING OPTIONS)"),
    ("", "(EXCLUDING ALL)"),
    ("", "(EXCLUDING CONSTRAINTS)"),
    ("", "(EXCLUDING CONSTRAINTS EXCLUDING WATERMARKS)"),
    ("", "(INCLUDING ALL)"),
    ("", "(EXCLUDING GENERATED EXCLUDING METADATA EXCLUDING PARTITIONS EXCLUDING DISTRIBUTION)"),
    ("(z INT, y AS z + 1)", ""),
    ("(c AS a + 2)", "(OVERWRITING GENERATED)"),
    ("(c INT)", "(EXCLUDING GENERATED)"),
    ("(m INT METADATA)", "(OVERWRITING METADATA)"),
    ("(m INT)", "(EXCLUDING METADATA)"),
    ("(m AS 1)", "(EXCLUDING METADATA OVERWRITING GENERATED)"),
    ("(n INT, PRIMARY KEY (n) NOT ENFORCED)", "(EXCLUDING CONSTRAINTS)"),
    ("(WATERMARK FOR ts AS ts)", "(OVERWRITING WATERMARKS)"),
    ("(WATERMARK FOR ts AS ts)", "(EXCLUDING WATERMARKS)"),
    ("PARTITIONED BY (a)", "(EXCLUDING PARTITIONS)"),
    ("DISTRIBUTED BY (a) INTO 2 BUCKETS", "(EXCLUDING DISTRIBUTION)"),
]

REFUSED = [
    ("WITH ('x' = '2')", "(INCLUDING OPTIONS)", "42P16"),
    ("WITH ('x' = '2')", "(INCLUDING ALL)", "42P16"),
    ("(a INT)", "", "42701"),
    ("(c AS a + 2)", "", "42701"),
    ("(c INT)", "(OVERWRITING GENERATED)", "42701"),
    ("(a AS 1)", "(OVERWRITING GENERATED)", "42701"),
    ("(m INT METADATA)", "", "42701"),
    ("(a INT METADATA)", "(OVERWRITING METADATA)", "42701"),
    ("(m AS 1)", "(OVERWRITING GENERATED)", "42701"),
    ("(c INT METADATA)", "(OVERWRITING METADATA)", "42701"),
    ("(PRIMARY KEY (b) NOT ENFORCED)", "", "42P16"),
    ("(PRIMARY KEY (b) NOT ENFORCED)", "(EXCLUDING CONSTRAINTS)", "42P16"),
    ("(PRIMARY KEY (nope) NOT ENFORCED)", "(EXCLUDING CONSTRAINTS)", "42703"),
    ("(WATERMARK FOR ts AS ts)", "", "42P16"),
    ("(t TIMESTAMP(3), WATERMARK FOR t AS t)", "(OVERWRITING WATERMARKS)", "42P16"),
    ("PARTITIONED BY (a)", "", "42P16"),
    ("PARTITIONED BY (nope)", "(EXCLUDING PARTITIONS)", "42703"),
    ("DISTRIBUTED BY (a) INTO 2 BUCKETS", "", "42P16"),
]
