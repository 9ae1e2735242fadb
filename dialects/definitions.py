"""CREATE, ALTER, DROP, TRUNCATE: Flink's objects, Postgres's roles and temporary tables."""

from __future__ import annotations

from collections.abc import Callable

from dialects.classified import NO_OPTIONS, Classified, Kind, Names, backend, engine, refused
from dialects.lexer import STRINGS, Token
from dialects.names import folded
from dialects.passwords import password_tokens
from dialects.queries import MIXED_HINT, Owner, mixed, owner
from dialects.reader import Reader
from dialects.relations import Survey, survey
from dialects.splitter import Statement, part
from dialects.vocabulary import QUERY_WORDS, is_postgres_schema

_ROLES = ("ROLE", "USER", "GROUP", "OWNED")
_FLINK_OBJECTS = (
    "TABLE", "VIEW", "FUNCTION", "CATALOG", "DATABASE", "SCHEMA", "MODEL", "CONNECTION",
)  # fmt: skip
_TEMP_SCHEMA = "pg_temp"


def classify_create(statement: Statement, names: Names) -> Classified:
    reader = Reader(statement, 1)
    replace = reader.accept("OR", "REPLACE") or reader.accept("OR", "ALTER")
    if reader.word() in _ROLES and not replace:
        return _role(statement)
    short = reader.one_of(("LOCAL", "GLOBAL")) or reader.word() == "TEMP"
    temporary = bool(reader.one_of(("TEMP", "TEMPORARY")))
    if temporary and (short or reader.word() in ("TABLE", "VIEW", "SEQUENCE", "RECURSIVE")):
        return _create_temporary(statement, reader, names, postgres=bool(short))
    if reader.word() == "TABLE" and _in_temp_schema(reader):
        return _create_temporary(statement, reader, names, postgres=True)
    reader.accept("SYSTEM")
    return _flink_object(statement, reader, names, "CREATE")


def classify_replace(statement: Statement, names: Names) -> Classified:
    """REPLACE TABLE … AS."""
    return _flink_object(statement, Reader(statement, 1), names, "CREATE")


def classify_alter(statement: Statement, names: Names) -> Classified:
    reader = Reader(statement, 1)
    word = reader.word()
    if word in _ROLES or word in ("SYSTEM", "DEFAULT"):
        return _role(statement)
    if word == "DATABASE" and not _alters_flink_database(Reader(statement, 2)):
        return backend(statement)
    return _drop_or_alter(statement, reader, names, "ALTER")


def classify_drop(statement: Statement, names: Names) -> Classified:
    reader = Reader(statement, 1)
    if reader.word() in _ROLES:
        return _drop_owned(statement) if reader.word() == "OWNED" else backend(statement)
    reader.one_of(("TEMPORARY",))
    reader.accept("SYSTEM")
    return _drop_or_alter(statement, reader, names, "DROP")


def classify_truncate(statement: Statement, names: Names) -> Classified:
    reader = Reader(statement, 1)
    reader.accept("TABLE")
    reader.accept("ONLY")
    if is_postgres_target(reader.chain(), names):
        return backend(statement)
    return engine(statement, Kind.EXECUTE, "TRUNCATE TABLE")


def classify_comment(statement: Statement, names: Names) -> Classified:
    """COMMENT ON: what Flink has is Flink's, but for its databases by their own name: a DATABASE is
    Postgres's there."""
    reader = Reader(statement, 2)
    kind = reader.one_of(("TABLE", "VIEW", "COLUMN", "FUNCTION", "SCHEMA"))
    name = reader.chain()
    target = name[:-1] if kind == "COLUMN" else name
    mine = kind != "SCHEMA" and is_postgres_target(target, names)
    if not kind or not target or mine or reader.word() != "IS":
        return backend(statement)
    return engine(statement, Kind.EXECUTE, "COMMENT")


def is_postgres_target(name: tuple[Token, ...], names: Names) -> bool:
    """A relation that Postgres alone has: of its own schemas, or temporary."""
    parts = [folded(token) for token in name]
    if len(parts) > 1:
        return is_postgres_schema(parts[-2])
    return bool(parts) and (parts[0] in names.temp_relations or parts[0] in names.pg_relations)


def reads_postgres(statement: Statement, found: Survey, names: Names) -> Classified | None:
    """The refusal of a Flink statement that reads relations of Postgres."""
    if owner(found, names) not in (Owner.POSTGRES, Owner.BOTH):
        return None
    return mixed(statement, found, names, Kind.SUBMIT)


def _role(statement: Statement) -> Classified:
    found = password_tokens(statement)
    return backend(statement, options={"passwords": found} if found else NO_OPTIONS)


def _drop_owned(statement: Statement) -> Classified:
    """DROP OWNED BY role [, …]: the session asks first what that would drop."""
    reader = Reader(statement, 3)
    owners = [reader.take()]
    while reader.accept(","):
        owners.append(reader.take())
    named = tuple(folded(token) for token in owners if token is not None)
    return backend(statement, options={"drops_owned": named})


# ── temporary relations ─────────────────────────────────────────────────────────────────────────


def _create_temporary(
    statement: Statement, reader: Reader, names: Names, *, postgres: bool
) -> Classified:
    """Both sides have CREATE TEMPORARY TABLE and VIEW; what is told apart is what follows."""
    start = reader.at
    reader.accept("RECURSIVE")
    is_view = reader.word() == "VIEW"
    reader.at += 1
    reader.accept("IF", "NOT", "EXISTS")
    name = reader.chain()
    query = _defining_query(statement, reader)
    whose = Owner.NOBODY if query is None else owner(query, names)
    flink = not postgres and (_has_flink_options(reader) or whose is Owner.FLINK)
    if flink or (is_view and not postgres and whose is Owner.NOBODY):
        reader.at = start
        return _flink_object(statement, reader, names, "CREATE")
    if whose in (Owner.FLINK, Owner.BOTH):
        return refused(
            statement,
            Kind.BACKEND,
            "a temporary table of Postgres cannot be filled from Flink tables",
            hint="Use CREATE TEMPORARY VIEW, or a Flink table WITH ('connector' = …).",
        )
    options = {"creates": folded(name[-1])} if name else {}
    return backend(statement, sticky=True, options=options)


def _in_temp_schema(reader: Reader) -> bool:
    """CREATE TABLE pg_temp.t."""
    ahead = Reader(reader.statement, reader.at + 1)
    ahead.accept("IF", "NOT", "EXISTS")
    name = ahead.chain()
    return len(name) > 1 and folded(name[-2]) == _TEMP_SCHEMA


def _has_flink_options(reader: Reader) -> bool:
    """WITH ('key' = …) or LIKE outside of the column list."""
    depth = 0
    for index in range(reader.at, len(reader.words)):
        word = reader.words[index]
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0 and word == "AS":
            return False
        if depth == 0 and word == "LIKE":
            return True
        if depth == 0 and word == "WITH" and reader.words[index + 1 : index + 2] == ("(",):
            option = reader.tokens[index + 2 : index + 3]
            return bool(option) and option[0].kind in STRINGS
    return False


def _defining_query(statement: Statement, reader: Reader) -> Survey | None:
    """What the query behind AS reads; None if there is no such query."""
    depth = 0
    for index in range(reader.at, len(reader.words)):
        word = reader.words[index]
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth or word != "AS":
            continue
        if reader.words[index + 1 : index + 2] and reader.words[index + 1] in QUERY_WORDS:
            return survey(statement.tokens[index + 1 :], reader.words[index + 1 :])
    return None


# ── Flink's objects ─────────────────────────────────────────────────────────────────────────────


def _flink_object(statement: Statement, reader: Reader, names: Names, verb: str) -> Classified:
    kind = _object(reader)
    if not kind:
        return engine(statement, Kind.UNKNOWN, f"{verb} {reader.word()}".strip())
    ahead = Reader(statement, reader.at)
    query = _defining_query(statement, ahead) if kind.endswith(("TABLE", "VIEW")) else None
    if query is not None and owner(query, names) in (Owner.POSTGRES, Owner.BOTH):
        return refused(
            statement,
            Kind.EXECUTE,
            f"a {kind.lower()} of Flink cannot read tables of Postgres",
            hint=MIXED_HINT,
        )
    fills = kind == "TABLE" and query is not None
    return engine(statement, Kind.SUBMIT if fills else Kind.EXECUTE, f"{verb} {kind}")


def _object(reader: Reader) -> str:
    """TABLE, VIEW, … MATERIALIZED TABLE; empty if Flink has no such object."""
    if reader.accept("MATERIALIZED", "TABLE"):
        return "MATERIALIZED TABLE"
    return reader.one_of(_FLINK_OBJECTS)


def _drop_or_alter(statement: Statement, reader: Reader, names: Names, verb: str) -> Classified:
    kind = _object(reader)
    if kind in ("TABLE", "VIEW") or reader.word() in ("SEQUENCE", "INDEX"):
        if not kind:
            reader.at += 1
        targets = _targets(reader)
        if targets and all(is_postgres_target(target, names) for target in targets):
            drops = tuple(folded(t[-1]) for t in targets) if verb == "DROP" else ()
            return backend(statement, options={"drops": drops} if drops else {})
    if not kind:
        return engine(statement, Kind.UNKNOWN, f"{verb} {reader.word()}".strip())
    return engine(statement, Kind.EXECUTE, f"{verb} {kind}")


def _targets(reader: Reader) -> list[tuple[Token, ...]]:
    reader.accept("IF", "EXISTS")
    reader.accept("ONLY")
    targets = [reader.chain()]
    while reader.accept(","):
        targets.append(reader.chain())
    return [target for target in targets if target]


def _alters_flink_database(reader: Reader) -> bool:
    """Flink sets properties in parentheses; all else about a DATABASE is Postgres's."""
    reader.chain()
    return bool(reader.one_of(("SET", "RESET"))) and reader.word() == "("


Classifier = Callable[[Statement, Names], Classified]

CLASSIFIERS: dict[str, Classifier] = {
    "CREATE": classify_create,
    "REPLACE": classify_replace,
    "ALTER": classify_alter,
    "COMMENT": classify_comment,
    "DROP": classify_drop,
    "TRUNCATE": classify_truncate,
}


def query_after(statement: Statement, first: int) -> Survey:
    """What the tokens from `first` on read."""
    rest = part(statement, first)
    return survey(rest.tokens, Reader(rest).words)
