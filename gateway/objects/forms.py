"""A table's definition in the form of the session's version: what is checked, and told, at CREATE.

    definition ─► translate ─► read again ─► options checked as that version's connectors have them
                     └ refused, or told what is left out

What is stored is the definition as it was written; other versions get other forms of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dialects import Edit, Rewritten, Statement, options, rewrite, single
from dialects.ddl import read_ddl
from dialects.ddl.model import ColumnKind, Create, Definition, TableDefinition
from gateway.objects.placing import placed
from protocol.errors import FDW_DYNAMIC_PARAMETER_VALUE_NEEDED, SqlError
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession

_CONNECTORS = frozenset({"connector", "connector.type"})  # the second in the style before 1.11


async def in_form(
    session: StoredSession, statement: Statement, create: Create, settings: EngineSettings
) -> Create:
    """Flink itself looks at options only when the table is used. Raises SqlError, its position in
    the statement; what Flink accepts and never reads is a warning."""
    definition = create.definition
    if not isinstance(definition, TableDefinition) or definition.query or definition.like:
        return create
    settings = replace(settings, tables=None)
    text = _without_replace(statement)
    with placed(text):
        sent = text.then(await session.inner.translator.translated(text.text, settings))
        await session.inner.translator.tell(text.text, settings)
    with placed(sent):
        form = read_ddl(single(sent.text)) if sent.edits else create
        assert isinstance(form, Create), sent.text
        _check_connector(form)
        _check_options(session, form.definition, settings.version)
    return form


def _without_replace(statement: Statement) -> Rewritten:
    """Replacing is done here; Flink never does, and the client would be told so."""
    if statement.words[1:3] != ("OR", "REPLACE"):
        return Rewritten(statement.text)
    first, last = statement.tokens[1], statement.tokens[3]
    return rewrite(statement.text, [Edit(first.start, last.start, "")])


def _check_connector(form: Create) -> None:
    """Flink 2.0 and later create such a table and can do nothing with it, older ones refuse it."""
    assert isinstance(form.definition, TableDefinition)
    if _CONNECTORS.isdisjoint(option.key for option in form.definition.options):
        message = f'table "{form.path.parts[-1]}" has no connector'
        hint = "Name one: WITH ('connector' = …)."
        position = form.path.position
        raise SqlError(FDW_DYNAMIC_PARAMETER_VALUE_NEEDED, message, hint=hint, position=position)


def _check_options(session: StoredSession, definition: Definition, version: str) -> None:
    assert isinstance(definition, TableDefinition)
    physical = [c.name for c in definition.columns if c.kind is ColumnKind.PHYSICAL]
    for notice in options.check(definition.options, version, physical):
        session.notify(notice)
