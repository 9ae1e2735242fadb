"""What the tables cannot say: an option that depends on others of the same table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dialects.mapping.connectors.outcomes import Drop, Outcome, Refuse, Rewrite, Where
from dialects.mapping.connectors.releases import where
from dialects.mapping.connectors.tables import Release, Subject
from dialects.mapping.model import Target

_KINESIS = "kinesis"
_NEW_SOURCE: Release = (5, 0)  # `kinesis` is another source from here on
_NO_OLD_SOURCE: Release = (6, 0)
_ARN_HINT = "Give 'stream.arn' and 'aws.region'; the ARN cannot be derived from the name."

# Databases by the beginning of the url, and the first release with their dialect.
_DIALECTS: tuple[tuple[str, Release], ...] = (
    ("jdbc:sqlserver:", (3, 1)),
    ("jdbc:db2:", (3, 2)),
    ("jdbc:trino:", (3, 2)),
    ("jdbc:crate:", (3, 2)),
    ("jdbc:oceanbase:", (3, 2)),
)
KAFKA_PREFIX, KINESIS_LEGACY, KINESIS_STREAM, JDBC_URL = RULES = (
    "kafka.sink_semantic_prefix",
    "kinesis.legacy",
    "kinesis.stream",
    "jdbc.url",
)
NOTICED = frozenset({KAFKA_PREFIX, KINESIS_LEGACY})


def connector(name: str, given: Mapping[str, str], target: Target) -> Outcome | None:
    """Of `'connector' = 'name'`, beside what its own table says."""
    place = where(("connector", name), target)
    if name != _KINESIS or place is None or "stream" not in given or "stream.arn" in given:
        return None
    between = _NEW_SOURCE <= place.release < _NO_OLD_SOURCE
    if between and not any(key.startswith("sink.") for key in given):
        why = f"From release 5.0 on the source with these options is called {_KINESIS}-legacy."
        return Rewrite(KINESIS_LEGACY, "connector", f"{_KINESIS}-legacy", why)
    return None


def option(
    subject: Subject, key: str, value: str | None, given: Mapping[str, str], target: Target
) -> Outcome | None:
    """Of an option that is not judged by its own key and value alone."""
    judge = _JUDGES.get((*subject, key))
    place = where(subject, target) if judge is not None else None
    return None if judge is None or place is None or value is None else judge(place, value, given)


def _semantic(place: Where, value: str, given: Mapping[str, str]) -> Outcome | None:
    """With the old key alone, releases before 4.0 called the transactions by a name of theirs."""
    new, prefix = "sink.delivery-guarantee", "sink.transactional-id-prefix"
    if value.lower() != "exactly-once" or new in given or prefix in given:
        return None
    added = ((prefix, "kafka-sink"),)
    return Rewrite(KAFKA_PREFIX, new, "exactly-once", "The new key needs the prefix.", added)


def _stream(place: Where, value: str, given: Mapping[str, str]) -> Outcome | None:
    """The name of a stream, where its ARN is needed."""
    if place.release < _NEW_SOURCE:
        return None
    if "stream.arn" in given:
        return Drop(KINESIS_STREAM, "The ARN of the stream is given.")
    message = f'option "stream" of {place.name} is not supported by Flink {place.flink}'
    detail = f"Release {place.release[0]} of the connector names a stream by its ARN."
    return Refuse(KINESIS_STREAM, message, detail, _ARN_HINT)


def _url(place: Where, value: str, given: Mapping[str, str]) -> Outcome | None:
    for prefix, since in _DIALECTS:
        if value.startswith(prefix) and place.release < since:
            first = ".".join(map(str, since))
            message = f'url "{prefix}" of {place.name} is not supported by Flink {place.flink}'
            detail = f"Its dialect was added in release {first} of the jdbc connector."
            return Refuse(JDBC_URL, message, detail, at_value=True)
    return None


_JUDGES: dict[tuple[str, str, str], Callable[[Where, str, Mapping[str, str]], Outcome | None]] = {
    ("connector", "kafka", "sink.semantic"): _semantic,
    ("connector", _KINESIS, "stream"): _stream,
    ("connector", "jdbc", "url"): _url,
    ("catalog", "jdbc", "base-url"): _url,
}
