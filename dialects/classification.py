"""One statement to one route, by its first word and what the grammar of that verb says."""

from __future__ import annotations

from collections.abc import Callable

from dialects import changes, cursors, settings
from dialects.classified import Classified, Kind, Names, backend, engine
from dialects.copying import classify_copy
from dialects.definitions import CLASSIFIERS
from dialects.lexer import STRINGS
from dialects.platform import classify_translate, classify_validate
from dialects.queries import classify_query
from dialects.reader import Reader
from dialects.splitter import Statement
from dialects.vocabulary import QUERY_WORDS

Handler = Callable[[Statement, Names], Classified]

# Words that only Postgres knows: relayed as they are. The value: may they change a parameter, do
# they leave state on the connection?
_POSTGRES: dict[str, tuple[bool, bool]] = {
    "ABORT": (True, False),
    "CHECKPOINT": (False, False),
    "CLUSTER": (False, False),
    "DO": (True, True),
    "GRANT": (False, False),
    "IMPORT": (False, False),
    "LISTEN": (False, True),
    "LOCK": (False, False),
    "NOTIFY": (False, False),
    "REASSIGN": (False, False),
    "REFRESH": (False, False),
    "REINDEX": (False, False),
    "REVOKE": (False, False),
    "SECURITY": (False, False),
    "UNLISTEN": (False, False),
    "VACUUM": (False, False),
}
_TRANSACTION = frozenset({"BEGIN", "COMMIT", "ROLLBACK", "END", "ABORT", "SAVEPOINT", "RELEASE"})


def classify(statement: Statement, names: Names) -> Classified:
    """The route and kind of one statement. Never raises: what is refused carries its error."""
    word = statement.tokens[0].text.upper() if statement.tokens else ""
    if word in QUERY_WORDS:
        return classify_query(statement, names)
    if word in CLASSIFIERS:
        return CLASSIFIERS[word](statement, names)
    if word in _HANDLERS:
        return _HANDLERS[word](statement, names)
    if word in _TRANSACTION:
        return backend(statement, Kind.TRANSACTION, touches=True)
    if word in _POSTGRES:
        touches, sticky = _POSTGRES[word]
        return backend(statement, sticky=sticky, touches=touches)
    return engine(statement, Kind.UNKNOWN, word)


def _begin(statement: Statement, names: Names) -> Classified:
    if Reader(statement).words[1:3] == ("STATEMENT", "SET"):
        return changes.classify_statement_set(statement)
    return backend(statement, Kind.TRANSACTION, touches=True)


def _start(statement: Statement, names: Names) -> Classified:
    if Reader(statement).words[1:2] == ("TRANSACTION",):
        return backend(statement, Kind.TRANSACTION, touches=True)
    return engine(statement, Kind.UNKNOWN, "START")


def _load(statement: Statement, names: Names) -> Classified:
    """LOAD 'library' is Postgres's, LOAD MODULE Flink's."""
    if len(statement.tokens) > 1 and statement.tokens[1].kind in STRINGS:
        return backend(statement, sticky=True, touches=True)
    return engine(statement, Kind.EXECUTE, "LOAD MODULE")


def _analyze(statement: Statement, names: Names) -> Classified:
    """ANALYZE TABLE … COMPUTE STATISTICS is Flink's, any other ANALYZE Postgres's."""
    if Reader(statement).words[1:2] == ("TABLE",):
        return engine(statement, Kind.EXECUTE, "ANALYZE TABLE")
    return backend(statement)


def _stop(statement: Statement, names: Names) -> Classified:
    """STOP JOB 'id' answers OK; WITH SAVEPOINT a row with its path."""
    words = Reader(statement).words
    kind = Kind.SHOW if "SAVEPOINT" in words else Kind.EXECUTE
    return engine(statement, kind, "STOP JOB" if words[1:2] == ("JOB",) else "STOP")


def _two_words(kind: Kind, *second: str) -> Handler:
    """ADD JAR and its like: the first two words are the tag."""

    def handle(statement: Statement, names: Names) -> Classified:
        words = Reader(statement).words
        known = words[1:2] and words[1] in second
        return engine(
            statement, kind if known else Kind.UNKNOWN, " ".join(words[: 1 + bool(known)])
        )

    return handle


def _fixed(kind: Kind, tag: str) -> Handler:
    return lambda statement, names: engine(statement, kind, tag)


def _plain(handler: Callable[[Statement], Classified]) -> Handler:
    return lambda statement, names: handler(statement)


def _about(handler: Callable[[Statement, Names, cursors.Classify], Classified]) -> Handler:
    """Verbs of the platform, over a statement of any other verb."""
    return lambda statement, names: handler(statement, names, lambda inner: classify(inner, names))


def _nested(handler: Callable[[Statement, cursors.Classify], Classified]) -> Handler:
    """Verbs with a statement inside; the nesting is one deep, for each takes only some verbs."""
    return lambda statement, names: handler(statement, lambda inner: classify(inner, names))


_HANDLERS: dict[str, Handler] = {
    "ADD": _two_words(Kind.EXECUTE, "JAR"),
    "ANALYSE": _plain(backend),
    "ANALYZE": _analyze,
    "BEGIN": _begin,
    "CALL": changes.classify_call,
    "CLOSE": _plain(cursors.classify_close),
    "COMPILE": _plain(changes.classify_compile),
    "COPY": lambda s, names: classify_copy(s, names, lambda inner: classify(inner, names)),
    "DEALLOCATE": _plain(cursors.classify_deallocate),
    "DECLARE": _nested(cursors.classify_declare),
    "DELETE": changes.classify_change,
    "DESC": _fixed(Kind.SHOW, "DESCRIBE"),
    "DESCRIBE": _fixed(Kind.SHOW, "DESCRIBE"),
    "DISCARD": _plain(cursors.classify_discard),
    "EXECUTE": _nested(changes.classify_execute_any),
    "EXPLAIN": _nested(changes.classify_explain),
    "FETCH": _plain(cursors.classify_fetch),
    "INSERT": changes.classify_change,
    "LOAD": _load,
    "MERGE": changes.classify_change,
    "MOVE": _plain(cursors.classify_fetch),
    "PREPARE": _nested(cursors.classify_prepare),
    "REMOVE": _two_words(Kind.EXECUTE, "JAR"),
    "RESET": _plain(settings.classify_reset),
    "SET": _plain(settings.classify_set),
    "SHOW": _plain(settings.classify_show),
    "START": _start,
    "STOP": _stop,
    "TRANSLATE": _about(classify_translate),
    "UNLOAD": _fixed(Kind.EXECUTE, "UNLOAD MODULE"),
    "UPDATE": changes.classify_change,
    "UPSERT": changes.classify_change,
    "USE": _fixed(Kind.EXECUTE, "USE"),
    "VALIDATE": _about(classify_validate),
}
