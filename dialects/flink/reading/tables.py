"""What stands behind FROM: tables, table functions, joins, and what is done to a table there."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType as T

from dialects.flink.reading.names import ALIASES, ANY, NAMES
from dialects.flink.reading.patterns import Patterns

_SIDES = frozenset({T.LEFT, T.RIGHT, T.FULL})
_JOINS = frozenset({T.JOIN, T.NATURAL, T.INNER, T.CROSS, T.ASOF, *_SIDES})


class Tables(Patterns):
    def sources(self) -> tuple[exp.Expr, list[exp.Expr]]:
        """`FROM` and the joins behind the first table, those by comma among them."""
        start = self._index
        self._advance()
        first = self.source()
        from_ = self.made(exp.From(this=first), start)
        joins: list[exp.Expr] = []
        while True:
            start = self._index
            if self._match(T.COMMA):
                joins.append(self.made(exp.Join(this=self.source()), start))
            elif self._curr.token_type in _JOINS:
                joins.append(self._join())
            else:
                return from_, joins

    def source(self) -> exp.Expr:
        """One table, with everything that belongs to it."""
        start = self._index
        kind = self._curr.token_type
        if kind == T.L_PAREN:
            node = self._bracketed(start)
        elif kind == T.LATERAL:
            return self._lateral(start)
        elif kind == T.UNNEST and self._next.token_type == T.L_PAREN:
            return self._unnest(start)
        elif kind == T.TABLE:
            node = self._table_function(start)
        elif kind == T.VALUES:
            node = self.values()
        else:
            node = self.relation()
        return self._dressed(node, start)

    def relation(self) -> exp.Expr:
        """A name of up to three parts or more, a call, or a query in brackets."""
        start = self._index
        if self._curr.token_type == T.L_PAREN:
            return self._paren(start)
        parts: list[exp.Expr] = [self._table_part()]
        while self._match(T.DOT):
            parts.append(self._table_part())
        if not isinstance(parts[-1], exp.Identifier):
            return self.made(exp.Table(this=self._dotted(parts, start)), start)
        this = parts[-1] if len(parts) < 4 else self._dotted(parts[2:], start + 4)
        names = dict(zip(("db", "catalog"), reversed(parts[:-1][:2]), strict=False))
        return self.made(exp.Table(this=this, **names), start)

    def _table_part(self) -> exp.Expr:
        if self._next.token_type == T.L_PAREN and self._curr.token_type in NAMES:
            return self._call(self._index)
        return self.name(ANY if self._prev.token_type == T.DOT else NAMES)

    def _bracketed(self, start: int) -> exp.Expr:
        """A query, or a join of tables, in brackets."""
        self._advance()
        if self.query_begins():
            return self._subquery(self.query(), start)
        inner = self._index
        node = self.source()
        if isinstance(node, exp.Subquery) and self._continues_query():
            return self._subquery(self.query_on(node, inner), start)
        joins: list[exp.Expr] = []
        while self._curr.token_type in _JOINS:
            joins.append(self._join())
        if joins:
            node.set("joins", joins)
            self.note(node, inner)
        return self._subquery(node, start)

    def _table_function(self, start: int) -> exp.Expr:
        """`TABLE(f(x))`; `TABLE(t)` as well."""
        self._advance()
        self.expect(T.L_PAREN)
        if self.query_begins():
            this = self.query()
        else:
            this = self.relation()
            if isinstance(this, exp.Table) and isinstance(this.this, (exp.Anonymous, exp.Dot)):
                this = this.this
        self.expect(T.R_PAREN)
        return self.made(exp.TableFromRows(this=this), start)

    def _lateral(self, start: int) -> exp.Expr:
        self._advance()
        inner = self._index
        kind = self._curr.token_type
        if kind == T.UNNEST and self._next.token_type == T.L_PAREN:
            this = self._unnest(inner, alias=False)
        elif kind == T.TABLE:
            this = self._table_function(inner)
        elif kind == T.L_PAREN:
            this = self._bracketed(inner)
        else:
            this = self.relation()
            if isinstance(this, exp.Table) and not isinstance(this.this, exp.Identifier):
                this = this.this
        node = exp.Lateral(this=this)
        self._alias(node)
        return self.made(node, start)

    def _unnest(self, start: int, alias: bool = True) -> exp.Expr:
        self._advance(2)
        node = exp.Unnest(expressions=self.separated(self.scalar))
        self.expect(T.R_PAREN)
        if self._curr.token_type == T.WITH and self._next.token_type == T.ORDINALITY:
            self._advance(2)
            node.set("offset", True)
        if alias:
            self._alias(node)
        return self.made(node, start)

    def _dressed(self, node: exp.Expr, start: int) -> exp.Expr:
        """Hints, the snapshot's time, patterns and pivots, the alias, a sample: in this order."""
        kind = self._curr.token_type
        if kind == T.HINT:
            self.hints(node)
        if self._curr.token_type == T.FOR and self._next.text.upper() in _TRAVELS:
            node.set("version", self._version())
        if self._curr.token_type == T.WITH and self._next.token_type == T.ORDINALITY:
            self._advance(2)
            node.set("ordinality", True)
        pivots: list[exp.Expr] = []
        while (pivot := self.pivoted()) is not None:
            pivots.append(pivot)
            self._alias(pivot)
            self.note(pivot, self._index)
        if pivots:
            node.set("pivots", pivots)
        else:
            self._alias(node)
        if self._curr.token_type == T.TABLE_SAMPLE:
            node.set("sample", self._sample())
        self.note(node, start)
        return node

    def hints(self, node: exp.Expr) -> None:
        found = []
        while self._curr.token_type == T.HINT:
            found.append(self.hint())
        if found:
            node.set("hints", found)

    def hint(self) -> exp.Hint:
        """`/*+ … */`, its text as it was written."""
        start = self._index
        text = exp.Var(this=self._curr.text)
        self._advance()
        return self.made(exp.Hint(expressions=[self.made(text, start)]), start)

    def _version(self) -> exp.Expr:
        """`FOR SYSTEM_TIME AS OF x`"""
        start = self._index
        self._advance()
        word = self._curr.text.upper()
        self._advance()
        self.expect(T.ALIAS)
        if not self.said("OF"):
            raise self.unexpected()
        node = exp.Version(this=word, kind="AS OF", expression=self.scalar(_SUM))
        return self.made(node, start)

    def _sample(self) -> exp.Expr:
        """`TABLESAMPLE BERNOULLI(10) REPEATABLE(5)`"""
        start = self._index
        self._advance()
        method = self.word()
        self.expect(T.L_PAREN)
        size = self.scalar()
        self.expect(T.R_PAREN)
        seed = self._paren(self._index) if self.said("REPEATABLE") else None
        seed = seed.this if isinstance(seed, exp.Paren) else seed
        return self.made(exp.TableSample(method=method, size=size, seed=seed), start)

    def _alias(self, node: exp.Expr) -> None:
        start = self._index
        if self._match(T.ALIAS):
            name = self.name()
        elif self._curr.token_type in ALIASES and not self._no_alias():
            name = self.name()
        else:
            return
        columns = self.names() if self._curr.token_type == T.L_PAREN else None
        node.set("alias", self.made(exp.TableAlias(this=name, columns=columns), start))

    def _no_alias(self) -> bool:
        """Hook of statements: words that end the table of a statement though they may be names."""
        return False

    def _join(self) -> exp.Expr:
        start = self._index
        words: dict[str, str] = {}
        if self._curr.token_type in (T.NATURAL, T.ASOF):
            words["method"] = self._taken()
        if self._curr.token_type in _SIDES:
            words["side"] = self._taken()
        if self._curr.token_type in _KINDS:
            words["kind"] = self._taken()
        self.expect(T.JOIN)
        node = exp.Join(this=self.source(), **words)
        if "method" not in words and words.get("kind") != "CROSS":
            self._nested(node)
        if self._curr.token_type == T.ON and self._next.text.upper() != "CONFLICT":
            self._advance()
            node.set("on", self.scalar())
        elif self._match(T.USING):
            node.set("using", self.names())
        return self.made(node, start)

    def _nested(self, node: exp.Join) -> None:
        """`a JOIN b JOIN c ON … ON …`: the inner join is the right side of the outer one."""
        index = self._index
        joins: list[exp.Expr] = []
        while self._curr.token_type in _JOINS:
            joins.append(self._join())
        if joins:
            if self._curr.token_type not in (T.ON, T.USING):
                raise self.unexpected()
            node.this.set("joins", joins)
            self.note(node.this, index)

    def _taken(self) -> str:
        self._advance()
        return self._prev.text.upper()

    def _parse_hint(self) -> exp.Hint | None:
        return self.hint() if self._curr.token_type == T.HINT else None

    def values(self) -> exp.Expr:
        raise NotImplementedError


_KINDS = frozenset({T.INNER, T.OUTER, T.CROSS, T.SEMI, T.ANTI})
_TRAVELS = frozenset({"SYSTEM_TIME", "SYSTEM_VERSION", "TIMESTAMP", "VERSION"})
_SUM = 8
