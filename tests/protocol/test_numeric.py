"""numeric's binary form: groups of four digits, found by arithmetic or by cutting the text."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from protocol.values.numbers import (
    _count_groups,
    _cut_groups,
    numeric_binary,
    numeric_from_binary,
)

_HEAD = struct.Struct("!hhHh")
_digits = st.text("0123456789", max_size=40)
_whole = st.integers(0, 10**30).map(str)


@given(_whole, _digits)
def test_both_ways_to_the_groups_agree(whole: str, fraction: str) -> None:
    assert _count_groups(whole, fraction) == _cut_groups(whole, fraction)


@given(st.sampled_from(["", "-"]), _whole, _digits)
def test_every_digit_comes_back(sign: str, whole: str, fraction: str) -> None:
    plain = f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
    packed = numeric_binary(plain)
    count, weight, sign_word, scale = _HEAD.unpack_from(packed)
    groups = struct.unpack_from(f"!{count}h", packed, _HEAD.size)
    zero = not plain.strip("-0.")
    shown = numeric_from_binary(weight, sign_word, scale, groups)
    assert shown == (plain.lstrip("-") if zero else plain)
    assert not groups or (groups[0] and groups[-1])  # as Postgres strips them


def test_thousands_of_digits() -> None:
    plain = "9" * 20_000 + "." + "1" * 10_001
    packed = numeric_binary(plain)
    count, weight, sign, scale = _HEAD.unpack_from(packed)
    groups = struct.unpack_from(f"!{count}h", packed, _HEAD.size)
    assert numeric_from_binary(weight, sign, scale, groups) == plain
