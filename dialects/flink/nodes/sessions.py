"""What changes a session: USE, SET, modules, jars."""

from __future__ import annotations

from dialects.flink.nodes.clauses import Options
from dialects.flink.syntax import Many, Node, One, Part, Word, maybe, sequence


class Use(Node):
    """`USE d`, `USE CATALOG c`"""

    syntax = sequence("USE", Word("kind", "CATALOG"), One("this", Part.OBJECT))


class UseModules(Node):
    syntax = sequence("USE MODULES", Many("expressions", Part.NAME))


class Set(Node):
    """`SET 'key' = 'value'`; without quotes both are exp.Var, the text as written."""

    syntax = sequence("SET", maybe(One("this", Part.KEY), "=", One("expression", Part.REST)))


class Reset(Node):
    syntax = sequence("RESET", maybe(One("this", Part.KEY)))


class LoadModule(Node):
    syntax = sequence("LOAD MODULE", One("this", Part.NAME), maybe(One("options", Options)))


class UnloadModule(Node):
    syntax = sequence("UNLOAD MODULE", One("this", Part.NAME))


class Jar(Node):
    """`ADD JAR 'path'`"""

    syntax = sequence(Word("verb", "ADD", "REMOVE", required=True), "JAR", One("this", Part.STRING))


class ClientCommand(Node):
    """What the SQL client answers itself."""

    syntax = Word("this", "CLEAR", "HELP", "QUIT", "EXIT", required=True)
