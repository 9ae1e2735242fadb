"""Which relations and functions does a query name? A token scanner, not a parser.

It follows FROM lists at every level with an explicit stack, so that neither depth nor length can
hurt it; what it does not understand it passes over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from dialects.lexer import NAMES, Token, TokenKind
from dialects.names import folded
from dialects.vocabulary import NOT_CALLS


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of a relation or function: `name` folded as by Postgres, part by part.

    `first` and `last` are the token indexes of its first and last part. `flink` marks what only
    Flink can mean: backticks, or a function inside TABLE( … ).
    """

    name: tuple[str, ...]
    first: int
    last: int
    call: bool = False
    flink: bool = False


@dataclass(slots=True)
class Survey:
    """What was found. `values`: a VALUES list below the top level; `into`: the INTO of a SELECT,
    `locking`: the FOR of FOR UPDATE and its kin, both as token indexes."""

    relations: list[Reference] = field(default_factory=list)
    calls: list[Reference] = field(default_factory=list)
    values: bool = False
    into: int | None = None
    locking: int | None = None


class _State(Enum):
    EXPRESSION = auto()
    FROM = auto()  # a relation must follow
    ALIAS = auto()  # a relation was read; alias, join or comma may follow
    ON = auto()  # join condition
    WITH = auto()  # the name of a common table expression must follow
    CTE = auto()  # … was read; its body follows
    SKIP = auto()  # column lists of aliases, MATCH_RECOGNIZE and the like


@dataclass(slots=True)
class _Frame:
    """One level of parentheses."""

    state: _State
    names: list[str] | None = None  # common table expressions declared here
    flink: bool = False  # inside TABLE( … )
    query: bool = False  # FROM is a clause here, unlike in EXTRACT(x FROM y)
    dml: bool = False
    recursive: bool = False
    cte: str | None = None  # whose body is read in the frame above this one


_FROM_STATES = frozenset({_State.FROM, _State.ALIAS, _State.ON})
_CLAUSES = frozenset(
    "WHERE GROUP ORDER HAVING LIMIT WINDOW UNION INTERSECT EXCEPT MINUS QUALIFY FETCH OFFSET"
    " RETURNING SET".split()
)
_DML = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})
_LOCKS = frozenset({"UPDATE", "SHARE", "NO", "KEY"})


def survey(tokens: Sequence[Token], words: Sequence[str]) -> Survey:
    """Relations and calls of a query or data-modifying statement.

    `words` has the text of each token, in upper case where it is a keyword or an operator.
    """
    return _Scanner(tokens, words).run()


class _Scanner:
    def __init__(self, tokens: Sequence[Token], words: Sequence[str]) -> None:
        self.tokens = tokens
        self.words = words
        self.stack = [_Frame(_State.EXPRESSION)]
        self.visible: Counter[str] = Counter()  # common table expressions in scope
        self.found = Survey()
        self.at = 0

    @property
    def frame(self) -> _Frame:
        return self.stack[-1]

    def run(self) -> Survey:
        """The hot loop: what is neither a name nor one of `(),` is passed over."""
        steps = {"(": self._push, ")": self._pop, ",": self._comma}
        size, tokens, words = len(self.tokens), self.tokens, self.words
        while self.at < size:
            kind = tokens[self.at].kind
            if kind is TokenKind.OPERATOR:
                step = steps.get(words[self.at])
                if step is not None:
                    step()
            elif kind in NAMES and not self._keyword(words[self.at]):
                self._name()
            self.at += 1
        return self.found

    def word(self, offset: int = 0) -> str:
        index = self.at + offset
        return self.words[index] if 0 <= index < len(self.words) else ""

    def is_name(self, offset: int = 0) -> bool:
        index = self.at + offset
        return 0 <= index < len(self.tokens) and self.tokens[index].kind in NAMES

    # ── parentheses and commas ──────────────────────────────────────────────────────────────────

    def _push(self) -> None:
        frame = self.frame
        child = _Frame(_State.EXPRESSION)
        if frame.state is _State.FROM:
            child.state, child.flink = _State.FROM, frame.flink or self.word(-1) == "TABLE"
            frame.state = _State.ALIAS
        elif frame.state is _State.CTE and self.word(-1) in ("AS", "MATERIALIZED"):
            if frame.recursive:
                self._end_cte()  # in scope already in its own body
        elif frame.state is _State.CTE and self.word(-1) == ")":  # WITH x AS (…) (SELECT …)
            self._end_cte()
            frame.state = _State.EXPRESSION
        elif frame.state in (_State.ALIAS, _State.SKIP, _State.CTE):
            child.state = _State.SKIP
        self.stack.append(child)

    def _pop(self) -> None:
        if len(self.stack) > 1:
            names = self.stack.pop().names
            if names is not None:
                self.visible.subtract(names)

    def _comma(self) -> None:
        frame = self.frame
        if frame.state in _FROM_STATES:
            frame.state = _State.FROM
        elif frame.state is _State.CTE:
            self._end_cte()
            frame.state = _State.WITH

    def _end_cte(self) -> None:
        frame = self.frame
        if frame.cte is not None:
            if frame.names is None:
                frame.names = []
            frame.names.append(frame.cte)
            self.visible[frame.cte] += 1
        frame.cte = None

    # ── keywords ────────────────────────────────────────────────────────────────────────────────

    def _keyword(self, word: str) -> bool:
        """Move the state; True if the word was one that moves it."""
        frame = self.frame
        if self.tokens[self.at].kind is not TokenKind.WORD or self.word(-1) == ".":
            return False
        if word in ("SELECT", "VALUES") or word in _DML:
            return self._head(word)
        if word == "FROM":
            return self._from()
        if word == "WITH" and (frame.dml or frame.state not in (_State.ALIAS, _State.SKIP)):
            return self._with()
        if word == "RECURSIVE" and frame.state is _State.WITH:
            frame.recursive = True
            return True
        if word == "TABLE":
            return self._table()
        if word in ("INTO", "OVERWRITE") or (word == "USING" and self.word(1) != "("):
            return self._into(word)
        return self._join_or_clause(word)

    def _head(self, word: str) -> bool:
        frame = self.frame
        if word in _DML and (frame.query or self.word(1) == "("):
            return False  # FOR UPDATE, DO UPDATE, a column or function of that name
        self._end_cte()
        if word == "VALUES":
            self.found.values |= len(self.stack) > 1
        else:
            frame.query, frame.dml = True, word in _DML
        frame.state = _State.FROM if word == "UPDATE" else _State.EXPRESSION
        return True

    def _from(self) -> bool:
        frame = self.frame
        if self.word(-1) == "DISTINCT" and self.word(-2) in ("IS", "NOT"):
            return True
        if frame.query and not (frame.state is _State.FROM and self.word(-1) == "ROWS"):
            frame.state = _State.FROM
        return True

    def _with(self) -> bool:
        start = 2 if self.word(1) == "RECURSIVE" else 1
        follows = self.word(start + 1)
        if self.is_name(start) and self.word(start) != "ORDINALITY" and follows in ("AS", "("):
            self.frame.state = _State.WITH
        return True

    def _table(self) -> bool:
        """`TABLE name` as a query or as an argument of a table function; TABLE( is FROM's."""
        if self.word(1) != "(" and self.is_name(1):
            self._end_cte()
            self.at += 1
            self._reference(self.found.relations)
        return True

    def _into(self, word: str) -> bool:
        frame = self.frame
        if frame.dml:
            frame.state = _State.FROM
        elif word == "INTO" and frame.query and self.found.into is None:
            self.found.into = self.at
            self.at += 1  # its target is no source
            while self.word() in ("TEMP", "TEMPORARY", "LOCAL", "GLOBAL", "UNLOGGED", "TABLE"):
                self.at += 1
            self._chain()
        return True

    def _join_or_clause(self, word: str) -> bool:
        frame = self.frame
        if word in ("JOIN", "APPLY") and frame.state in _FROM_STATES:
            frame.state = _State.FROM
        elif word == "ON" and frame.state is _State.ALIAS:
            frame.state = _State.ON
        elif word in _CLAUSES and frame.state in _FROM_STATES:
            frame.state = _State.EXPRESSION
        elif word == "FOR" and frame.query and self.word(1) in _LOCKS:
            self.found.locking = self.at if self.found.locking is None else self.found.locking
            frame.state = _State.EXPRESSION
            self.at += 1
        else:
            return frame.state is _State.FROM and self._prefix(word)
        return True

    def _prefix(self, word: str) -> bool:
        """Words between FROM and the relation."""
        if word == "ROWS":
            return self.word(1) == "FROM"
        return word == "LATERAL" or (word == "ONLY" and (self.word(1) == "(" or self.is_name(1)))

    # ── names ───────────────────────────────────────────────────────────────────────────────────

    def _name(self) -> None:
        frame = self.frame
        if frame.state is _State.FROM:
            self._reference(self.found.relations)
            frame.state = _State.ALIAS
            if self.word(1) == "(":
                self._arguments()
        elif frame.state is _State.WITH:
            frame.cte, frame.state = folded(self.tokens[self.at]), _State.CTE
        elif frame.state in (_State.EXPRESSION, _State.ON):
            self._expression_name()

    def _arguments(self) -> None:
        """The parentheses of a table function are an expression, not a list of aliases.

        INSERT INTO t (a, b) looks alike; its columns do no harm there.
        """
        self.at += 1
        self.stack.append(_Frame(_State.EXPRESSION))

    def _expression_name(self) -> None:
        first = self.at
        name = self._chain()
        if self.word(1) != "(" or (first == self.at and self.words[first] in NOT_CALLS):
            return
        flink = any(t.kind is TokenKind.BACKTICK for t in self.tokens[first : self.at + 1])
        self.found.calls.append(Reference(name, first, self.at, True, flink))

    def _reference(self, into: list[Reference]) -> None:
        """Read a dotted name and note it, unless it is a common table expression."""
        frame, first = self.frame, self.at
        name = self._chain()
        call = self.word(1) == "(" and not frame.dml
        if len(name) == 1 and not call and self.visible[name[0]]:
            return
        flink = frame.flink or any(
            t.kind is TokenKind.BACKTICK for t in self.tokens[first : self.at + 1]
        )
        into.append(Reference(name, first, self.at, call, flink))

    def _chain(self) -> tuple[str, ...]:
        """The dotted name at hand, folded; leaves `at` on its last part."""
        if not self.is_name():
            return ()
        parts = [folded(self.tokens[self.at])]
        while self.word(1) == "." and self.is_name(2):
            self.at += 2
            parts.append(folded(self.tokens[self.at]))
        return tuple(parts)
