"""SQL text in, SQL text out: what a client wrote, whose it is, and how each side takes it.

                     ┌─ split ──► Statement ──► classify ──► Route + Kind (+ inner statement)
    message (text) ──┤                 │
                     └─ SqlError       ├─► to_engine   ──► text for Flink     ┐ Rewritten:
                        with position  ├─► to_backend  ──► text for Postgres  ├ maps positions
                                       ├─► substitute  ──► literals for $n    │ back to the source
                                       └─► mapping     ──► text for a version ┘

    flink     trees of Flink SQL (sqlglot)        versions  what each version of Flink knows
    ddl       definitions as data, their changes  options   options of connectors and formats
    platform  TRANSLATE, VALIDATE                 verdicts  what mapping and options say of a text

All work is edits of the text, guided by tokens and, where structure matters, by a tree, so that a
statement which needs nothing stays byte for byte as it was written. The package refuses to guess: a
construct it does not know goes to the engine unchanged, whose own parser judges; what neither side
can answer is refused with a hint. It opens no connection, knows no catalog (the caller hands in
what is known) and keeps no state.
"""

from __future__ import annotations

from dialects.assigning import assigned
from dialects.backend_text import mentions_activity, to_backend
from dialects.classification import classify
from dialects.classified import Classified, Kind, Names, Route
from dialects.engine_text import to_engine
from dialects.lexer import Token, TokenKind
from dialects.literals import bare, literal
from dialects.parameters import Parameters, Place, parameters, read_parameters, substitute
from dialects.passwords import password_value, replaced, without_passwords
from dialects.rewriting import Edit, Rewritten, rewrite
from dialects.splitter import Statement, part, single, split
from dialects.typenames import flink_type_of

__all__ = [
    "Classified",
    "Edit",
    "Kind",
    "Names",
    "Parameters",
    "Place",
    "Rewritten",
    "Route",
    "Statement",
    "Token",
    "TokenKind",
    "assigned",
    "bare",
    "classify",
    "flink_type_of",
    "literal",
    "mentions_activity",
    "parameters",
    "part",
    "password_value",
    "read_parameters",
    "replaced",
    "rewrite",
    "single",
    "split",
    "substitute",
    "to_backend",
    "to_engine",
    "without_passwords",
]
