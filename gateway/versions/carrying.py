"""Whether the state of a job of one version could be read by the same statement in another.

Flink's documentation promises savepoints across minor versions of 1.x, upwards, and for SQL only
while the plan stays the same; it promises nothing from 1.x to 2.x and never a way back. So a plan
that both versions print alike is the best that can be known before it is tried.
"""

from __future__ import annotations

from dialects.versions import Version
from gateway.versions.plans import Plan


def carried(source: Version, target: Version, plan: Plan | None, base: Plan | None) -> str:
    """A sentence that begins with yes, none, no, likely or not known. `plan`: of the target, None
    if no Flink has made it; `base`: of the source, likewise."""
    kept = base or plan  # what there is to carry, the source knows best
    if kept is not None and kept.mode == "batch":
        return "none: it is bounded and runs to its end"
    if kept is not None and not kept.stateful:
        return "none: it keeps nothing but the positions of its sources"
    if target == source:
        return "yes: it is the session's version"
    if target < source:
        return "no: an older Flink does not read the state of a newer one"
    if target.major != source.major:
        return f"no: Flink {target} does not promise to read state of Flink {source.major}.x"
    if plan is None or base is None:
        missing = target if plan is None else source
        return f"not known: no engine of Flink {missing} has planned it"
    return _compared(source, plan, base)


def _compared(source: Version, plan: Plan, base: Plan) -> str:
    if plan.operators != base.operators:
        return f"no: the plan has other operators than that of Flink {source}"
    if plan.text != base.text:
        return f"not known: the operators are those of Flink {source}, their details are not"
    if source.major == 1:
        return f"yes: the plan is that of Flink {source}"
    return f"likely: the plan is that of Flink {source}, yet Flink promises it within 1.x only"
