"""ALTER applied to a definition, by Flink's rules (AlterSchemaConverter, OperationConverterUtils).

Actions are done one after another; what they leave behind is checked once, at the end, so that a
key may be added in front of its column. Positions of the result are 0: it belongs to no text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dialects.ddl.checking import check, specified_twice, unknown_column
from dialects.ddl.describing import resolvable
from dialects.ddl.model import (
    Action,
    AddColumn,
    ColumnDefinition,
    Definition,
    DropColumns,
    DropPart,
    ModifyColumn,
    Option,
    OptionsDefinition,
    Other,
    Placement,
    PrimaryKey,
    Rename,
    RenameColumn,
    ResetOptions,
    SetColumnComment,
    SetComment,
    SetDistribution,
    SetOptions,
    SetPrimaryKey,
    SetQuery,
    SetRest,
    SetWatermark,
    TableDefinition,
    ViewDefinition,
)
from dialects.ddl.referring import dependents
from protocol.errors import (
    DUPLICATE_OBJECT,
    FEATURE_NOT_SUPPORTED,
    UNDEFINED_OBJECT,
    SqlError,
)

DEPENDENT_OBJECTS_STILL_EXIST = "2BP01"

Columns = tuple[ColumnDefinition, ...]
_ANYWAY = Rename | SetOptions | ResetOptions | SetComment  # what needs no columns


def apply(definition: Definition, actions: tuple[Action, ...]) -> Definition:
    """The definition after the actions. A Rename changes no definition: its name is the caller's.

    The `query` of a view that ALTER VIEW … AS changed is a span of the ALTER's text, and its column
    list is gone, as in Flink. Raises SqlError: 42703 for an unknown column, 42701 for one that
    exists, 42710 and 42704 for a key, watermark or distribution that there is already or not yet,
    2BP01 for a column that others need, 0A000 for what the definition cannot say, and what `check`
    raises for what is left; ValueError if columns are to be changed that LIKE or AS query brings.
    """
    changed = unplaced(definition)
    _require_columns(changed, actions)
    _each_once(actions)
    for action in actions:
        change = _CHANGES.get((type(changed), type(action)))
        if change is None:
            raise _unfit(action)
        changed = change(changed, action)
    if isinstance(changed, TableDefinition):
        check(changed)
        changed = replace(changed, certain=resolvable(changed))
    return unplaced(changed)


def unplaced(definition: Definition) -> Definition:
    """The definition with all positions 0, by which definitions of two texts can be compared. The
    span of a query stays."""
    if isinstance(definition, ViewDefinition):
        return definition
    options = tuple(replace(o, position=0, value_position=0) for o in definition.options)
    if isinstance(definition, OptionsDefinition):
        return replace(definition, options=options)
    key, mark = definition.primary_key, definition.watermark
    return replace(
        definition,
        options=options,
        columns=tuple(replace(column, position=0) for column in definition.columns),
        primary_key=key and replace(key, position=0),
        watermark=mark and replace(mark, position=0),
    )


def _require_columns(definition: Definition, actions: tuple[Action, ...]) -> None:
    if not isinstance(definition, TableDefinition):
        return
    if definition.like is None and definition.query is None:
        return
    if not all(isinstance(action, _ANYWAY) for action in actions):
        raise ValueError("the columns of LIKE or AS query must be resolved first")


def _each_once(actions: tuple[Action, ...]) -> None:
    """ADD and MODIFY of a list name each column once."""
    seen: set[str] = set()
    for action in actions:
        if isinstance(action, AddColumn | ModifyColumn):
            if action.column.name in seen:
                raise specified_twice(action.column.name, action.column.position)
            seen.add(action.column.name)


def _unfit(action: Action) -> SqlError:
    if isinstance(action, Other):
        message = f"{action.text} is not supported"
        detail = "The catalog keeps no partitions: a connector finds those of its table itself."
        return SqlError(
            FEATURE_NOT_SUPPORTED, message, detail=detail, position=action.position or None
        )
    return SqlError(FEATURE_NOT_SUPPORTED, "an object of this kind cannot be altered so")


# ── options, comments, the rest ─────────────────────────────────────────────────────────────────

Optioned = TableDefinition | OptionsDefinition


def _set_options(definition: Optioned, action: SetOptions) -> Optioned:
    options = {option.key: option for option in (*definition.options, *action.options)}
    return replace(definition, options=tuple(options.values()))


def _reset_options(definition: Optioned, action: ResetOptions) -> Optioned:
    kept: tuple[Option, ...] = tuple(o for o in definition.options if o.key not in action.keys)
    return replace(definition, options=kept)


def _set_comment(definition: Any, action: SetComment) -> Definition:
    changed: Definition = replace(definition, comment=action.comment)
    return changed


def _set_rest(definition: OptionsDefinition, action: SetRest) -> OptionsDefinition:
    return replace(definition, rest=action.rest)


def _unchanged(definition: Definition, action: Action) -> Definition:
    return definition


def _set_query(view: ViewDefinition, action: SetQuery) -> ViewDefinition:
    return replace(view, query=action.query, columns=())


def _comment_view_column(view: ViewDefinition, action: SetColumnComment) -> ViewDefinition:
    if action.column not in dict(view.columns):
        raise unknown_column(action.column, action.position)
    columns = dict(view.columns) | {action.column: action.comment}
    return replace(view, columns=tuple(columns.items()))


# ── columns ─────────────────────────────────────────────────────────────────────────────────────


def _find(table: TableDefinition, name: str, position: int) -> int:
    for index, column in enumerate(table.columns):
        if column.name == name:
            return index
    raise unknown_column(name, position)


def _add_column(table: TableDefinition, action: AddColumn) -> TableDefinition:
    column = action.column
    if any(c.name == column.name for c in table.columns):
        raise _exists(column.name, column.position)
    return replace(table, columns=_placed(table.columns, column, action.placement))


def _modify_column(table: TableDefinition, action: ModifyColumn) -> TableDefinition:
    column, columns = action.column, table.columns
    index = _find(table, column.name, column.position)
    if column.comment is None:
        column = replace(column, comment=columns[index].comment)
    before, behind = columns[:index], columns[index + 1 :]
    if action.placement is None:
        return replace(table, columns=(*before, column, *behind))
    return replace(table, columns=_placed((*before, *behind), column, action.placement))


def _placed(columns: Columns, column: ColumnDefinition, where: Placement | None) -> Columns:
    if where is None:
        return (*columns, column)
    if where.after is None:
        return (column, *columns)
    names = [c.name for c in columns]
    if where.after not in names:
        raise unknown_column(where.after, column.position, " named in AFTER")
    index = names.index(where.after) + 1
    return (*columns[:index], column, *columns[index:])


def _drop_columns(table: TableDefinition, action: DropColumns) -> TableDefinition:
    going = frozenset(action.names)
    if len(going) < len(action.names):
        twice = next(n for n in action.names if action.names.count(n) > 1)
        raise specified_twice(twice, action.position)
    for name in action.names:
        _find(table, name, action.position)
        needed = dependents(table, name, going)
        if table.primary_key is not None and name in table.primary_key.columns:
            needed.append("the primary key")
        _refuse(f'drop column "{name}"', needed, action.position)
    return replace(table, columns=tuple(c for c in table.columns if c.name not in going))


def _rename_column(table: TableDefinition, action: RenameColumn) -> TableDefinition:
    """A primary key goes along, what else names the column stands in the way, as in Flink."""
    index = _find(table, action.name, action.position)
    if any(c.name == action.to for c in table.columns):
        raise _exists(action.to, action.position)
    needed = dependents(table, action.name, frozenset())
    _refuse(f'rename column "{action.name}"', needed, action.position)
    columns, key = table.columns, table.primary_key
    renamed = replace(columns[index], name=action.to)
    if key is not None:
        names = tuple(action.to if name == action.name else name for name in key.columns)
        key = replace(key, columns=names)
    return replace(
        table, columns=(*columns[:index], renamed, *columns[index + 1 :]), primary_key=key
    )


def _comment_column(table: TableDefinition, action: SetColumnComment) -> TableDefinition:
    index, columns = _find(table, action.column, action.position), table.columns
    commented = replace(columns[index], comment=action.comment)
    return replace(table, columns=(*columns[:index], commented, *columns[index + 1 :]))


def _exists(name: str, position: int) -> SqlError:
    error = specified_twice(name, position)
    return SqlError(error.sqlstate, f'column "{name}" already exists', position=error.position)


def _refuse(what: str, dependents: list[str], position: int) -> None:
    if dependents:
        raise SqlError(
            DEPENDENT_OBJECTS_STILL_EXIST,
            f"cannot {what} because other parts of the table depend on it",
            detail="\n".join(f"{part} depends on it" for part in dependents),
            position=position or None,
        )


# ── key, watermark, distribution ────────────────────────────────────────────────────────────────


def _present(what: str, present: bool, wanted: bool, position: int) -> None:
    """ADD wants that there is none yet, MODIFY and DROP that there is one."""
    if present and not wanted:
        message, hint = f"the table already has a {what}", "Use MODIFY, or drop it first."
        raise SqlError(DUPLICATE_OBJECT, message, hint=hint, position=position or None)
    if wanted and not present:
        raise SqlError(UNDEFINED_OBJECT, f"the table has no {what}", position=position or None)


def _set_key(table: TableDefinition, action: SetPrimaryKey) -> TableDefinition:
    present = table.primary_key is not None
    _present("primary key", present, action.modify, action.key.position)
    return replace(_without_key(table), primary_key=action.key)


def _without_key(table: TableDefinition) -> TableDefinition:
    """Its columns stay NOT NULL."""
    key = table.primary_key.columns if table.primary_key is not None else ()
    columns = tuple(replace(c, nullable=c.nullable and c.name not in key) for c in table.columns)
    return replace(table, columns=columns, primary_key=None)


def _set_watermark(table: TableDefinition, action: SetWatermark) -> TableDefinition:
    mark = action.watermark
    _present("watermark", table.watermark is not None, action.modify, mark.position)
    return replace(table, watermark=mark)


def _set_distribution(table: TableDefinition, action: SetDistribution) -> TableDefinition:
    _present("distribution", table.distribution is not None, action.modify, 0)
    return replace(table, distribution=action.distribution)


def _drop_part(table: TableDefinition, action: DropPart) -> TableDefinition:
    what, position = action.what, action.position
    if what == "WATERMARK":
        _present("watermark", table.watermark is not None, True, position)
        return replace(table, watermark=None)
    if what == "DISTRIBUTION":
        _present("distribution", table.distribution is not None, True, position)
        return replace(table, distribution=None)
    key = table.primary_key
    _present("primary key", key is not None, True, position)
    if what == "CONSTRAINT" and key is not None and action.name != key_name(key):
        message = f'constraint "{action.name}" does not exist'
        raise SqlError(UNDEFINED_OBJECT, message, position=position or None)
    return _without_key(table)


def key_name(key: PrimaryKey) -> str:
    """Flink's name for a key that was given none (TableSchemaUtils)."""
    return key.name if key.name is not None else f"PK_{'_'.join(key.columns)}"


_CHANGES: dict[tuple[type, type], Callable[[Any, Any], Definition]] = {
    (TableDefinition, AddColumn): _add_column,
    (TableDefinition, ModifyColumn): _modify_column,
    (TableDefinition, DropColumns): _drop_columns,
    (TableDefinition, RenameColumn): _rename_column,
    (TableDefinition, SetColumnComment): _comment_column,
    (TableDefinition, SetPrimaryKey): _set_key,
    (TableDefinition, SetWatermark): _set_watermark,
    (TableDefinition, SetDistribution): _set_distribution,
    (TableDefinition, DropPart): _drop_part,
    (ViewDefinition, SetQuery): _set_query,
    (ViewDefinition, SetColumnComment): _comment_view_column,
    (OptionsDefinition, SetRest): _set_rest,
}
for _kind in (TableDefinition, ViewDefinition, OptionsDefinition):
    _CHANGES[_kind, Rename] = _unchanged
    _CHANGES[_kind, SetComment] = _set_comment
for _kind in (TableDefinition, OptionsDefinition):
    _CHANGES[_kind, SetOptions] = _set_options
    _CHANGES[_kind, ResetOptions] = _reset_options
