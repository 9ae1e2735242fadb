"""TRANSLATE and VALIDATE: what one text is, and whether it runs, in each version of Flink.

    statement ─► rules (dialects.verdicts) ─► refused ────────────────────────────► a row
                         └ accepted ─► is an engine of that version up? ─ no ─► a row, by the rules
                                                └ yes ─► EXPLAIN there, with the stored
                                                         objects that it names ─► a row, by Flink
    plans ─► is there state, and would the version read it? (carrying)

Flink has the last word where it runs: only its planner knows every column and type. Nothing is
executed, no job and no engine is started: of DDL Flink explains only the query of a view or of
CREATE TABLE … AS, all else is judged by the rules and the check of options; and so is everything
for a version without a running engine. The row says who has judged.
"""
