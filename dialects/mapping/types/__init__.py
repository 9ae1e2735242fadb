"""Types that the target does not have, and Postgres's names for those that it has.

A type of a column becomes the one that holds the same values in the target, with a notice where
something is lost: VARIANT a STRING of JSON, STRUCTURED a ROW, BITMAP its bytes. In a cast there is
no such way out: the value would be another.
"""

from __future__ import annotations

from dialects.mapping.model import Rule
from dialects.mapping.types import newer, postgres

RULES: tuple[Rule, ...] = (*postgres.RULES, *newer.RULES)
