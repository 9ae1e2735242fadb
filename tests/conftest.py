"""Fixtures by subject; every folder below has an `__init__`, so that `tests.protocol` never hides
the package `protocol`."""

pytest_plugins = [
    "pytester",
    "tests.fixtures.folders",
    "tests.fixtures.skips",
    "tests.fixtures.postgres",
    "tests.fixtures.flink",
    "tests.fixtures.judges",
    "tests.fixtures.server",
]
