"""Options of connectors and formats, by the connector's release in the target's image.

    WITH (…), SET (…), OPTIONS(…) ─► each option ─► renamed | left out, told | refused | as it is
                                        ▲
    releases.tsv     family × Flink ► release     identifiers.tsv   since when there is a connector
    renames.tsv      key ► key, value ► value     lifetimes.tsv     options that came or went
    defaults.tsv     defaults that moved          legacy.tsv        the style of Flink 1.10

The release decides, not the version of Flink: a table says `kafka`, and what that takes is a matter
of the jar. What the image has is the target's to say; else the release counts that goes with the
version. Options of the distribution's own factories come from `dialects.options`, and so does the
net under the tables here: a key that the jars of other versions know and those of the target do not
is left out where it says the default, and refused else. A key that nobody knows stays as it is.

A hint, ALTER TABLE … SET and LIKE do not name the connector: either the target knows the table, or
a key is at most called otherwise, where all that have it agree. What depends on other options of
the table is in `special`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dialects.mapping.connectors import judging, legacy_style, proposing, special, tables
from dialects.mapping.connectors.missing import MISSING
from dialects.mapping.connectors.outcomes import rule_id
from dialects.mapping.model import Change, Find, Refusal, Rule, Target, Text

_GONE = "The target has no such option, and goes on without it."
_WORDS = frozenset({"WITH", "SET", "RESET", "/*+"})  # where lists of options stand
_SAME = "The target's release calls it otherwise."


def _find(rule: str) -> Find:
    def find(text: Text, target: Target) -> Iterable[Change | Refusal]:
        return proposing.proposed(text, target).get(rule, ())

    return find


def _rules() -> Iterator[Rule]:
    """One for each id that the tables bring about, those that only rename without a notice."""
    for kind, why in legacy_style.WHYS.items():
        yield _rule(legacy_style.rule(kind), why, notice=True)
    yield _rule(legacy_style.UNKNOWN, "There is no such connector any more.")
    for known in tables.identifiers().values():
        yield _rule(judging.identifier_rule(known.kind, known.family), _SAME, notice=True)
    for subject, renamed in tables.renames().items():
        for key, row in renamed.items():
            rule = rule_id(subject, tables.family_of(subject), key)
            yield _rule(rule, _SAME, notice=row.value == "stream")  # the account is lost
    for subject, rows in tables.lifetimes().items():
        for lived in rows:
            yield _rule(rule_id(subject, tables.family_of(subject), lived.key), _GONE, notice=True)
    for subject, moved in tables.moved().items():
        for each in moved:
            rule = rule_id(subject, tables.family_of(subject), each.key) + "_default"
            yield _rule(rule, each.remark, notice=True)
    for rule in special.RULES:
        yield _rule(rule, _GONE, notice=rule in special.NOTICED)
    yield _rule(judging.NET_DROPPED, _GONE, notice=True)
    yield _rule(judging.NET_REFUSED, _GONE)
    yield _rule(MISSING, "Flink asks for a connector when the table is used.")


def _rule(id_: str, why: str, *, notice: bool = False) -> Rule:
    return Rule(id_, _find(id_), why, _WORDS, notice=notice)


RULES: tuple[Rule, ...] = tuple({rule.id: rule for rule in reversed([*_rules()])}.values())[::-1]
