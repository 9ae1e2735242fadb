"""Facts of each Flink version, as data: which there are, and what each of them knows.

    data/*.tsv ── written anew from the jars of a version ──► the tables here, looked up by name

Nothing here decides or rewrites; that is `dialects.mapping`. No module knows a version by name,
except as a bound in a table.
"""

from __future__ import annotations

from dialects.versions.version import NEWEST, OLDEST, VERSIONS, Version, supported

__all__ = ["NEWEST", "OLDEST", "VERSIONS", "Version", "supported"]
