"""How a node is written, said once for reading and for writing.

    class CompilePlan(Node):
        syntax = sequence("COMPILE PLAN", One("this", Part.STRING), Word("exists", "IF NOT EXISTS"),
                          "FOR", One("expression", Part.STATEMENT))

A text in a sequence stands for keywords that must be there. A word that may be chosen or missing is
kept as a node of its own, so that a rule finds its place. Reading looks one phrase ahead; only
where one of several nodes may stand the next is tried when one cannot be read. What is written for
a node that was read reads as an equal one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, ClassVar, Protocol, TypeAlias

from sqlglot import exp

from dialects.vocabulary import QUERY_WORDS

Phrase: TypeAlias = tuple[str, ...]

_GAPS = {",": ", ", ".": ".", "": " "}  # as written, by separator


class Node(exp.Expression):
    """A node whose arguments follow from its syntax."""

    syntax: ClassVar[Element]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "syntax" in cls.__dict__:
            cls.arg_types = dict(cls.syntax.arguments())
        super().__init_subclass__(**kwargs)


class Part(Enum):
    """What is not said by a syntax, for the parser of queries or a token itself reads it."""

    NAME = auto()  # a name of one part, reserved or not: exp.Identifier
    PATH = auto()  # the name of a table or view, up to three parts: exp.Table
    OBJECT = auto()  # the name of any other object: nodes.Path
    TARGET = auto()  # a table with its hints: exp.Table
    SOURCE = auto()  # what may stand behind FROM
    STRING = auto()
    NUMBER = auto()
    EXPRESSION = auto()
    TYPE = auto()
    WHERE = auto()
    QUERY = auto()
    STATEMENT = auto()
    KEY = auto()  # the key of a setting: exp.Literal, without quotes exp.Var
    REST = auto()  # its value, up to the end of the text: exp.Literal or exp.Var


Kind: TypeAlias = Part | type[Node] | tuple[type[Node], ...]


class Reader(Protocol):
    """What a syntax asks of the parser. Each method that reads raises ParseError if it cannot."""

    def ahead(self, phrase: Phrase) -> int: ...
    def demand(self, phrase: Phrase) -> None: ...
    def taken(self, phrases: tuple[Phrase, ...]) -> exp.Expr | None: ...
    def begins(self, kind: Kind) -> bool: ...
    def part(self, kind: Kind) -> exp.Expr: ...


class Writer(Protocol):
    def sql(self, expression: exp.Expr) -> str: ...


class Element(ABC):
    """A piece of a syntax."""

    optional = False

    @abstractmethod
    def begins(self, reader: Reader) -> bool:
        """Does what stands at the reader begin like this?"""

    @abstractmethod
    def read(self, reader: Reader, args: dict[str, Any]) -> None: ...

    @abstractmethod
    def write(self, writer: Writer, node: exp.Expr) -> Iterator[str]: ...

    def arguments(self) -> Iterator[tuple[str, bool]]:
        """The names of arguments, and whether they are always there."""
        return iter(())

    def present(self, node: exp.Expr) -> bool:
        return any(node.args.get(name) for name, _ in self.arguments())


@dataclass(frozen=True)
class Fixed(Element):
    """Keywords that must be there."""

    phrase: Phrase

    def begins(self, reader: Reader) -> bool:
        return reader.ahead(self.phrase) > 0

    def read(self, reader: Reader, args: dict[str, Any]) -> None:
        reader.demand(self.phrase)

    def write(self, writer: Writer, node: exp.Expr) -> Iterator[str]:
        yield " ".join(self.phrase)


class Word(Element):
    """One of several keywords or phrases, kept as exp.Var; it may be missing unless `required`."""

    def __init__(self, name: str, *phrases: str, required: bool = False) -> None:
        self.name = name
        self.phrases = tuple(tuple(phrase.split()) for phrase in phrases)
        self.optional = not required

    def begins(self, reader: Reader) -> bool:
        return any(reader.ahead(phrase) for phrase in self.phrases)

    def read(self, reader: Reader, args: dict[str, Any]) -> None:
        found = reader.taken(self.phrases)
        if found is not None:
            args[self.name] = found
        elif not self.optional:
            reader.demand(self.phrases[0])

    def write(self, writer: Writer, node: exp.Expr) -> Iterator[str]:
        if node.args.get(self.name):
            yield writer.sql(node.args[self.name])

    def arguments(self) -> Iterator[tuple[str, bool]]:
        yield self.name, not self.optional


@dataclass(frozen=True)
class One(Element):
    """One node of a kind."""

    name: str
    kind: Kind

    def begins(self, reader: Reader) -> bool:
        return reader.begins(self.kind)

    def read(self, reader: Reader, args: dict[str, Any]) -> None:
        args[self.name] = reader.part(self.kind)

    def write(self, writer: Writer, node: exp.Expr) -> Iterator[str]:
        yield writer.sql(node.args[self.name])

    def arguments(self) -> Iterator[tuple[str, bool]]:
        yield self.name, True


@dataclass(frozen=True)
class Many(Element):
    """One node of a kind or more, with a comma, a dot or nothing (but blanks) between them."""

    name: str
    kind: Kind
    separator: str = ","

    def begins(self, reader: Reader) -> bool:
        return reader.begins(self.kind)

    def read(self, reader: Reader, args: dict[str, Any]) -> None:
        found = args[self.name] = [reader.part(self.kind)]
        while self._more(reader):
            found.append(reader.part(self.kind))

    def _more(self, reader: Reader) -> bool:
        if not self.separator:
            return reader.begins(self.kind)
        more = reader.ahead((self.separator,)) > 0
        if more:
            reader.demand((self.separator,))
        return more

    def write(self, writer: Writer, node: exp.Expr) -> Iterator[str]:
        texts = (writer.sql(one) for one in node.args[self.name])
        yield _GAPS[self.separator].join(texts)

    def arguments(self) -> Iterator[tuple[str, bool]]:
        yield self.name, True


@dataclass(frozen=True)
class Bracketed(Element):
    """`(…, …)`, which may be empty."""

    name: str
    kind: Kind
    separator: str = ","

    def begins(self, reader: Reader) -> bool:
        return reader.ahead(("(",)) > 0

    def read(self, reader: Reader, args: dict[str, Any]) -> None:
        reader.demand(("(",))
        args[self.name] = []
        if not reader.ahead((")",)):
            Many(self.name, self.kind, self.separator).read(reader, args)
        reader.demand((")",))

    def write(self, writer: Writer, node: exp.Expr) -> Iterator[str]:
        texts = (writer.sql(one) for one in node.args.get(self.name) or ())
        yield f"({_GAPS[self.separator].join(texts)})"

    def arguments(self) -> Iterator[tuple[str, bool]]:
        yield self.name, False


@dataclass(frozen=True)
class Sequence(Element):
    elements: tuple[Element, ...]

    def begins(self, reader: Reader) -> bool:
        for element in self.elements:
            if element.begins(reader):
                return True
            if not element.optional:
                return False
        return False

    def read(self, reader: Reader, args: dict[str, Any]) -> None:
        for element in self.elements:
            element.read(reader, args)

    def write(self, writer: Writer, node: exp.Expr) -> Iterator[str]:
        for element in self.elements:
            yield from element.write(writer, node)

    def arguments(self) -> Iterator[tuple[str, bool]]:
        for element in self.elements:
            yield from element.arguments()


@dataclass(frozen=True)
class Maybe(Element):
    """What may be missing; if it begins, it must be there as a whole."""

    inner: Sequence
    optional = True

    def begins(self, reader: Reader) -> bool:
        return self.inner.begins(reader)

    def read(self, reader: Reader, args: dict[str, Any]) -> None:
        if self.inner.begins(reader):
            self.inner.read(reader, args)

    def write(self, writer: Writer, node: exp.Expr) -> Iterator[str]:
        if self.present(node):
            yield from self.inner.write(writer, node)

    def arguments(self) -> Iterator[tuple[str, bool]]:
        return ((name, False) for name, _ in self.inner.arguments())


@dataclass(frozen=True)
class Unless(Element):
    """What begins only where none of some phrases stands."""

    phrases: tuple[Phrase, ...]
    inner: Sequence

    def begins(self, reader: Reader) -> bool:
        return not any(map(reader.ahead, self.phrases)) and self.inner.begins(reader)

    def read(self, reader: Reader, args: dict[str, Any]) -> None:
        self.inner.read(reader, args)

    def write(self, writer: Writer, node: exp.Expr) -> Iterator[str]:
        return self.inner.write(writer, node)

    def arguments(self) -> Iterator[tuple[str, bool]]:
        return self.inner.arguments()


@dataclass(frozen=True)
class Either(Element):
    """The first of several that begins."""

    choices: tuple[Sequence, ...]

    def begins(self, reader: Reader) -> bool:
        return any(choice.begins(reader) for choice in self.choices)

    def read(self, reader: Reader, args: dict[str, Any]) -> None:
        chosen = (choice for choice in self.choices if choice.begins(reader))
        next(chosen, self.choices[0]).read(reader, args)

    def write(self, writer: Writer, node: exp.Expr) -> Iterator[str]:
        chosen = (choice for choice in self.choices if choice.present(node))
        return next(chosen, self.choices[0]).write(writer, node)

    def arguments(self) -> Iterator[tuple[str, bool]]:
        names = {name for choice in self.choices for name, _ in choice.arguments()}
        return ((name, False) for name in sorted(names))


def sequence(*elements: Element | str) -> Sequence:
    """Elements in order; texts are keywords."""
    made = (Fixed(tuple(one.split())) if isinstance(one, str) else one for one in elements)
    return Sequence(tuple(made))


def maybe(*elements: Element | str) -> Maybe:
    return Maybe(sequence(*elements))


def either(*choices: Element | str) -> Either:
    return Either(tuple(sequence(choice) for choice in choices))


def unless_query(element: Element) -> Unless:
    """Brackets that hold no query."""
    return Unless(tuple(("(", word) for word in sorted(QUERY_WORDS)), sequence(element))
