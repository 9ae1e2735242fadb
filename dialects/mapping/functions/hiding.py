"""The user's own functions that a later version hides.

Flink looks a bare name up among temporary system functions, built-in functions and only then among
those of the catalog (`FunctionCatalog.resolveAmbiguousFunctionReference`). A function that a user
made before Flink had one of its name is therefore no longer the one that is called.
"""

from __future__ import annotations

from collections.abc import Iterator

from dialects.mapping.calls import calls
from dialects.mapping.model import Refusal, Remark, Rule, Target, Text
from dialects.versions.functions import added
from protocol.errors import AMBIGUOUS_FUNCTION, SqlError

_WHY = "The function that is built into Flink is called, not the one of the catalog."
_HINT = "Write the catalog and the database in front of the function's name."


def _hidden(text: Text, target: Target) -> Iterator[Refusal | Remark]:
    if not target.functions:
        return
    first = added()
    names = {n for n in target.functions if n in first and first[n] <= target.version}
    for call in calls(text, names):
        since = first[call.name]
        if target.source is not None and target.source < since:
            yield Refusal(
                SqlError(
                    AMBIGUOUS_FUNCTION,
                    f"function {call.name} is not the same in Flink {target.version}",
                    detail=f"Flink has one of its own from {since} on, which hides yours.",
                    hint=_HINT,
                    position=call.start + 1,
                )
            )
        else:
            yield Remark(call.start, call.name_end, f"{_WHY} {_HINT}")


RULES = (Rule("function.hidden", _hidden, _WHY, notice=True),)
