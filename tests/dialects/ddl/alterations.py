"""ALTER TABLE on two tables: what a real Flink made of it, and what it refused."""

from __future__ import annotations

RICH = """CREATE TABLE {} (
  a INT NOT NULL COMMENT 'ca', b STRING COMMENT 'cb', c AS a + 1 COMMENT 'cc',
  m STRING METADATA FROM 'k', ts TIMESTAMP(3), d DATE, e AS PROCTIME(),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, CONSTRAINT pk PRIMARY KEY (a) NOT ENFORCED
) DISTRIBUTED BY (b) INTO 4 BUCKETS PARTITIONED BY (d)
WITH ('connector' = 'kafka', 'x' = '1')"""
PLAIN = """CREATE TABLE {} (a INT, b STRING, ts TIMESTAMP(3))
WITH ('connector' = 'kafka', 'x' = '1')"""
KEYED = """CREATE TABLE {} (a INT, b STRING, CONSTRAINT pk PRIMARY KEY (a) NOT ENFORCED)
WITH ('connector' = 'kafka')"""

# base, action, lines of the definition that went (-) and came (+), order of the columns
ALTERED: list[tuple[str, str, dict[str, str]]] = [
    (RICH, "ADD n INT", {"+": "`n` INT", "order": "a b c m ts d e n"}),
    (
        RICH,
        "ADD (n INT COMMENT 'x' FIRST, o STRING AFTER a)",
        {"+": "`n` INT COMMENT 'x'\n`o` STRING", "order": "n a o b c m ts d e"},
    ),
    (RICH, "ADD n INT NOT NULL", {"+": "`n` INT NOT NULL"}),
    (RICH, "ADD n AS a * 2 AFTER a", {"+": "`n` AS a * 2", "order": "a n b c m ts d e"}),
    (
        RICH,
        "ADD n INT METADATA VIRTUAL FIRST",
        {"+": "`n` INT METADATA VIRTUAL", "order": "n a b c m ts d e"},
    ),
    (RICH, "ADD (n INT, n2 AS n + 1)", {"+": "`n` INT\n`n2` AS n + 1"}),
    (RICH, "MODIFY b INT", {"-": "`b` STRING COMMENT 'cb'", "+": "`b` INT COMMENT 'cb'"}),
    (
        RICH,
        "MODIFY b INT COMMENT 'new'",
        {"-": "`b` STRING COMMENT 'cb'", "+": "`b` INT COMMENT 'new'"},
    ),
    (
        RICH,
        "MODIFY b INT FIRST",
        {
            "-": "`b` STRING COMMENT 'cb'",
            "+": "`b` INT COMMENT 'cb'",
            "order": "b a c m ts d e",
        },
    ),
    (
        RICH,
        "MODIFY (b INT AFTER d, d TIMESTAMP(3) FIRST)",
        {
            "-": "`b` STRING COMMENT 'cb'\n`d` DATE",
            "+": "`d` TIMESTAMP(3)\n`b` INT COMMENT 'cb'",
            "order": "d a c m ts b e",
        },
    ),
    (
        RICH,
        "MODIFY c AS a + 2",
        {"-": "`c` AS a + 1 COMMENT 'cc'", "+": "`c` AS a + 2 COMMENT 'cc'"},
    ),
    (RICH, "MODIFY c INT", {"-": "`c` AS a + 1 COMMENT 'cc'", "+": "`c` INT COMMENT 'cc'"}),
    (
        RICH,
        "MODIFY m INT METADATA",
        {"-": "`m` STRING METADATA FROM 'k'", "+": "`m` INT METADATA"},
    ),
    (RICH, "MODIFY m INT", {"-": "`m` STRING METADATA FROM 'k'", "+": "`m` INT"}),
    (
        RICH,
        "MODIFY ts TIMESTAMP_LTZ(3)",
        {"-": "`ts` TIMESTAMP(3)", "+": "`ts` TIMESTAMP_LTZ(3)"},
    ),
    (
        RICH,
        "MODIFY WATERMARK FOR ts AS ts",
        {
            "-": "WATERMARK FOR `ts` AS ts - INTERVAL '5' SECOND",
            "+": "WATERMARK FOR `ts` AS ts",
        },
    ),
    (
        RICH,
        "MODIFY CONSTRAINT z PRIMARY KEY (b) NOT ENFORCED",
        {
            "-": "CONSTRAINT `pk` PRIMARY KEY (`a`) NOT ENFORCED",
            "+": "CONSTRAINT `z` PRIMARY KEY (`b`) NOT ENFORCED",
        },
    ),
    (
        RICH,
        "MODIFY DISTRIBUTION BY HASH(a) INTO 2 BUCKETS",
        {
            "-": "DISTRIBUTED BY (`b`) INTO 4 BUCKETS",
            "+": "DISTRIBUTED BY HASH(`a`) INTO 2 BUCKETS",
        },
    ),
    (RICH, "DROP c", {"-": "`c` AS a + 1 COMMENT 'cc'"}),
    (RICH, "DROP (c, e)", {"-": "`c` AS a + 1 COMMENT 'cc'\n`e` AS PROCTIME()"}),
    (RICH, "DROP m", {"-": "`m` STRING METADATA FROM 'k'"}),
    (RICH, "DROP PRIMARY KEY", {"-": "CONSTRAINT `pk` PRIMARY KEY (`a`) NOT ENFORCED"}),
    (RICH, "DROP CONSTRAINT pk", {"-": "CONSTRAINT `pk` PRIMARY KEY (`a`) NOT ENFORCED"}),
    (RICH, "DROP WATERMARK", {"-": "WATERMARK FOR `ts` AS ts - INTERVAL '5' SECOND"}),
    (RICH, "DROP DISTRIBUTION", {"-": "DISTRIBUTED BY (`b`) INTO 4 BUCKETS"}),
    (
        RICH,
        "RENAME c TO z",
        {
            "-": "`c` AS a + 1 COMMENT 'cc'",
            "+": "`z` AS a + 1 COMMENT 'cc'",
            "order": "a b z m ts d e",
        },
    ),
    (RICH, "SET ('x' = '2', 'y' = '3')", {"-": "'x' = '1'", "+": "'x' = '2'\n'y' = '3'"}),
    (RICH, "RESET ('x')", {"-": "'x' = '1'"}),
    (RICH, "RESET ('nope')", {}),
    (PLAIN, "ADD PRIMARY KEY (a) NOT ENFORCED", {"+": "PRIMARY KEY (`a`) NOT ENFORCED"}),
    (
        PLAIN,
        "ADD (PRIMARY KEY (n) NOT ENFORCED, n INT)",
        {"+": "`n` INT\nPRIMARY KEY (`n`) NOT ENFORCED"},
    ),
    (
        PLAIN,
        "ADD n INT PRIMARY KEY NOT ENFORCED",
        {"+": "`n` INT\nPRIMARY KEY (`n`) NOT ENFORCED"},
    ),
    (
        PLAIN,
        "ADD (n TIMESTAMP(3), WATERMARK FOR n AS n)",
        {"+": "`n` TIMESTAMP(3)\nWATERMARK FOR `n` AS n"},
    ),
    (PLAIN, "ADD DISTRIBUTION BY (a)", {"+": "DISTRIBUTED BY (`a`)"}),
    (PLAIN, "DROP (a, b)", {"-": "`a` INT\n`b` STRING", "order": "ts"}),
    (
        KEYED,
        "RENAME a TO z",
        {
            "-": "`a` INT\nCONSTRAINT `pk` PRIMARY KEY (`a`) NOT ENFORCED",
            "+": "`z` INT\nCONSTRAINT `pk` PRIMARY KEY (`z`) NOT ENFORCED",
        },
    ),
    (
        KEYED,
        "DROP PRIMARY KEY",
        {
            "-": "`a` INT\nCONSTRAINT `pk` PRIMARY KEY (`a`) NOT ENFORCED",
            "+": "`a` INT NOT NULL",
        },
    ),
    (KEYED, "MODIFY a STRING", {"-": "`a` INT", "+": "`a` STRING"}),
]

REFUSED = [
    (RICH, "ADD n INT AFTER nope", "42703"),
    (RICH, "ADD a INT", "42701"),
    (RICH, "ADD (n INT, n INT)", "42701"),
    (RICH, "ADD n INT PRIMARY KEY NOT ENFORCED", "42710"),
    (RICH, "ADD PRIMARY KEY (a) NOT ENFORCED", "42710"),
    (RICH, "ADD WATERMARK FOR ts AS ts", "42710"),
    (RICH, "ADD DISTRIBUTION BY (a)", "42710"),
    (RICH, "ADD (o INT AFTER n, n INT)", "42703"),
    (RICH, "MODIFY nope INT", "42703"),
    (RICH, "MODIFY b AS a + 1", "42P16"),
    (RICH, "MODIFY d INT METADATA", "42P16"),
    (RICH, "MODIFY ts TIMESTAMP(6)", "42804"),
    (RICH, "MODIFY ts STRING", "42804"),
    (RICH, "MODIFY b INT AFTER nope", "42703"),
    (RICH, "MODIFY (b INT, b STRING)", "42701"),
    (RICH, "MODIFY WATERMARK FOR d AS d", "42804"),
    (RICH, "DROP a", "2BP01"),
    (RICH, "DROP b", "2BP01"),
    (RICH, "DROP ts", "2BP01"),
    (RICH, "DROP d", "2BP01"),
    (RICH, "DROP (c, a)", "2BP01"),
    (RICH, "DROP (c, c)", "42701"),
    (RICH, "DROP nope", "42703"),
    (RICH, "DROP A", "42703"),
    (RICH, "DROP CONSTRAINT nope", "42704"),
    (RICH, "RENAME a TO z", "2BP01"),
    (RICH, "RENAME b TO z", "2BP01"),
    (RICH, "RENAME ts TO z", "2BP01"),
    (RICH, "RENAME d TO z", "2BP01"),
    (RICH, "RENAME nope TO z", "42703"),
    (RICH, "RENAME m TO a", "42701"),
    (PLAIN, "ADD PRIMARY KEY (nope) NOT ENFORCED", "42703"),
    (PLAIN, "MODIFY PRIMARY KEY (a) NOT ENFORCED", "42704"),
    (PLAIN, "MODIFY WATERMARK FOR ts AS ts", "42704"),
    (PLAIN, "MODIFY DISTRIBUTION BY (a)", "42704"),
    (PLAIN, "MODIFY a INT PRIMARY KEY NOT ENFORCED", "42704"),
    (PLAIN, "DROP PRIMARY KEY", "42704"),
    (PLAIN, "DROP CONSTRAINT x", "42704"),
    (PLAIN, "DROP WATERMARK", "42704"),
    (PLAIN, "DROP DISTRIBUTION", "42704"),
    (PLAIN, "ADD WATERMARK FOR b AS b", "42804"),
    (PLAIN, "ADD PARTITION (a = '1')", "0A000"),
    (KEYED, "DROP a", "2BP01"),
    (KEYED, "MODIFY a INT METADATA", "42P16"),
    (KEYED, "MODIFY a AS 1", "42P16"),
    (KEYED, "RENAME b TO b", "42701"),
]
