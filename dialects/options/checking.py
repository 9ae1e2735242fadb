"""The check itself: each option of a table against the factories that the table names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from dialects.ddl.model import Option
from dialects.options import data, values
from dialects.options.complaints import Scope, ignored, meant, unknown
from dialects.options.data import CONNECTOR, FORMAT, OWN_FORMAT, Factory, OptionSpec
from protocol.errors import (
    FDW_DYNAMIC_PARAMETER_VALUE_NEEDED,
    FDW_INVALID_ATTRIBUTE_VALUE,
    UNDEFINED_COLUMN,
    Notice,
    SqlError,
)

# Of these keys one is needed, which the factories check outside of their lists (seen on engines).
_ONE_OF = {
    "kafka": (("topic", "topic-pattern"), ("format", "value.format")),
    "upsert-kafka": (("topic", "topic-pattern"),),
    "dynamic-kafka": (("stream-ids", "stream-pattern"),),
}
# Their factories check their options themselves, and take none of what every table may have.
_ON_THEIR_OWN = frozenset({"datagen"})


def check(
    options: Sequence[Option], version: str, columns: Collection[str] | None = None
) -> tuple[Notice, ...]:
    """Refuse what Flink of that version would refuse at the table's first use.

    `options` are all that the table has (those of a LIKE merged in), `columns` its physical columns
    if they are known. The notices tell of options that Flink takes without a word and never reads.
    A table without a connector, of a connector that no jar of ours has, or for a version that the
    data does not have, is not checked. Raises SqlError HV00D for an unknown option, HV024 for a
    value that cannot be read, HV002 for a missing option, 42703 for a column that is not there.
    """
    given = {option.key: option for option in options}
    scopes = list(_scopes(given, version))
    notices: list[Notice] = []
    for option in options if scopes else ():
        if option.key != CONNECTOR:
            notices += _judge(option, scopes, version, columns)
    for scope in scopes:
        _complete(scope, given)
    return tuple(notices)


def _scopes(given: Mapping[str, Option], version: str) -> Iterator[Scope]:
    """The connector's own, what every table may have, then one for each format."""
    named = given.get(CONNECTOR)
    connector = data.factory(CONNECTOR, named.value, version) if named is not None else None
    if named is None or connector is None:
        return
    yield Scope("", connector, named)
    if connector.identifier not in _ON_THEIR_OWN:
        yield Scope("", data.factory("common", "*", version), named)
    for key in connector.options:
        if key == FORMAT or key.endswith(f".{FORMAT}"):
            chosen = given.get(key)
            if chosen is not None:
                prefix = f"{key.removesuffix(FORMAT)}{chosen.value}."
                lenient = OWN_FORMAT.removesuffix("*") in connector.prefixes
                factory = data.factory(FORMAT, chosen.value, version)
                yield Scope(prefix, factory, chosen, lenient)


def _judge(
    option: Option, scopes: Sequence[Scope], version: str, columns: Collection[str] | None
) -> Iterator[Notice]:
    for scope in scopes:
        if not option.key.startswith(scope.prefix):
            continue
        if scope.factory is None:
            return
        spec = _found(scope.factory, option, option.key.removeprefix(scope.prefix), columns)
        if spec is not None:
            _read(option, spec, version)
            return
        if option.key.startswith(scope.factory.prefixes):
            return
    own = [scope for scope in scopes if option.key.startswith(scope.prefix)]
    # An option of a format is the format's matter: its prefix is the longest.
    at_home = max(own, key=lambda scope: len(scope.prefix))
    error = unknown(option, at_home, own, version)
    if not at_home.lenient:
        raise error
    yield ignored(option, error)


def _found(
    factory: Factory, option: Option, key: str, columns: Collection[str] | None
) -> OptionSpec | None:
    spec = factory.options.get(key)
    if spec is not None:
        return spec
    for template, each in factory.templates:
        match = template.match(key)
        if match is not None:
            if columns is not None:
                _column(option, match[1], columns)
            return each
    return None


def _column(option: Option, name: str, columns: Collection[str]) -> None:
    """A field of a nested column is written with a dot after it."""
    if any(name == column or name.startswith(f"{column}.") for column in columns):
        return
    raise SqlError(
        UNDEFINED_COLUMN,
        f'column "{name}" named in option "{option.key}" does not exist',
        hint=meant(name, columns),
        position=option.position or None,
    )


def _read(option: Option, spec: OptionSpec, version: str) -> None:
    if values.valid(spec.type, option.value, version):
        return
    constants = values.constants(spec.type)
    hint = f"Available values: {', '.join(constants)}." if constants else None
    kind = "" if constants else f"{values.NAMES.get(spec.type, spec.type)} "
    raise SqlError(
        FDW_INVALID_ATTRIBUTE_VALUE,
        f'invalid value for {kind}option "{option.key}": "{option.value}"',
        hint=hint or values.EXAMPLES.get(spec.type),
        position=option.value_position or option.position or None,
    )


def _complete(scope: Scope, given: Mapping[str, Option]) -> None:
    if scope.factory is None:
        return
    groups: list[tuple[str, ...]] = [(s.key, *s.fallbacks) for s in scope.factory.required]
    if scope.factory.kind == CONNECTOR:
        groups += _ONE_OF.get(scope.factory.identifier, ())
    for keys in groups:
        if any(scope.prefix + key in given for key in keys):
            continue
        offered = " or ".join(f'"{scope.prefix}{key}"' for key in keys)
        raise SqlError(
            FDW_DYNAMIC_PARAMETER_VALUE_NEEDED,
            f"option {offered} is required for {scope.factory.name}",
            position=scope.named.value_position or scope.named.position or None,
        )
