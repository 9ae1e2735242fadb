"""Reading queries and expressions, one class for each subject on top of another.

    SpannedParser ─► Names ─► Types ─► Expressions ─► Calls ─► Windows ─► Tables ─► Queries

Words are judged where they stand: what cannot be a name there is listed, everything else may be
one, since each version of Flink reserves other words and all of them are read here.
"""
