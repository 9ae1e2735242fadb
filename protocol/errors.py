"""The shared vocabulary of failure: SQLSTATEs and the one SQL error.

In a Postgres front end the SQLSTATE is the common language: every layer raises `SqlError`, one
place (`session.connection`) writes it to the client. Codes are those of the Postgres manual,
appendix A. Messages follow its style guide: lower case, no full stop, the primary message factual
and short, advice in the hint.
"""

from __future__ import annotations

from dataclasses import dataclass

# Class 08: connection exception
CONNECTION_FAILURE = "08006"
PROTOCOL_VIOLATION = "08P01"
# Class 0A: feature not supported
FEATURE_NOT_SUPPORTED = "0A000"
# Class 21, 22: data
DATA_EXCEPTION = "22000"
STRING_DATA_RIGHT_TRUNCATION = "22001"
NUMERIC_VALUE_OUT_OF_RANGE = "22003"
INVALID_DATETIME_FORMAT = "22007"
DATETIME_FIELD_OVERFLOW = "22008"
DIVISION_BY_ZERO = "22012"
CHARACTER_NOT_IN_REPERTOIRE = "22021"
INVALID_PARAMETER_VALUE = "22023"
INVALID_TEXT_REPRESENTATION = "22P02"
INVALID_BINARY_REPRESENTATION = "22P03"
# Class 24, 25, 26: cursors, transactions, statements
INVALID_CURSOR_STATE = "24000"
ACTIVE_SQL_TRANSACTION = "25001"
NO_ACTIVE_SQL_TRANSACTION = "25P01"
IN_FAILED_SQL_TRANSACTION = "25P02"
INVALID_SQL_STATEMENT_NAME = "26000"
# Class 28, 34, 3D, 3F: names
INVALID_AUTHORIZATION_SPECIFICATION = "28000"
INVALID_PASSWORD = "28P01"
INVALID_CURSOR_NAME = "34000"
INVALID_CATALOG_NAME = "3D000"
INVALID_SCHEMA_NAME = "3F000"
# Class 42: syntax error or access rule violation
SYNTAX_ERROR = "42601"
INSUFFICIENT_PRIVILEGE = "42501"
UNDEFINED_COLUMN = "42703"
UNDEFINED_FUNCTION = "42883"
UNDEFINED_TABLE = "42P01"
UNDEFINED_PARAMETER = "42P02"
UNDEFINED_OBJECT = "42704"
DUPLICATE_CURSOR = "42P03"
DUPLICATE_PREPARED_STATEMENT = "42P05"
DUPLICATE_TABLE = "42P07"
DUPLICATE_OBJECT = "42710"
DUPLICATE_COLUMN = "42701"
AMBIGUOUS_COLUMN = "42702"
AMBIGUOUS_FUNCTION = "42725"
DATATYPE_MISMATCH = "42804"
INDETERMINATE_DATATYPE = "42P18"
GROUPING_ERROR = "42803"
# Class 53, 54, 55, 57, 58: resources, limits, state, operator, system
INSUFFICIENT_RESOURCES = "53000"
OUT_OF_MEMORY = "53200"
TOO_MANY_CONNECTIONS = "53300"
CONFIGURATION_LIMIT_EXCEEDED = "53400"
PROGRAM_LIMIT_EXCEEDED = "54000"
STATEMENT_TOO_COMPLEX = "54001"
OBJECT_NOT_IN_PREREQUISITE_STATE = "55000"
QUERY_CANCELED = "57014"
ADMIN_SHUTDOWN = "57P01"
CRASH_SHUTDOWN = "57P02"
CANNOT_CONNECT_NOW = "57P03"
SYSTEM_ERROR = "58000"
# Class HV: options of foreign tables, and so of Flink's
FDW_DYNAMIC_PARAMETER_VALUE_NEEDED = "HV002"
FDW_INVALID_OPTION_NAME = "HV00D"
FDW_INVALID_ATTRIBUTE_VALUE = "HV024"
# Class XX
INTERNAL_ERROR = "XX000"


class SqlError(Exception):
    """An error (or a notice) on its way to the client.

    `position` is a 1-based character offset in the text that the raiser was given; whoever handed
    out a rewritten text maps it back. `routine` is a function of Postgres's source, for the errors
    that drivers know by it. `severity` is ERROR (the statement ends) or FATAL (the session ends).
    """

    def __init__(
        self,
        sqlstate: str,
        message: str,
        *,
        detail: str | None = None,
        hint: str | None = None,
        position: int | None = None,
        where: str | None = None,
        routine: str | None = None,
        severity: str = "ERROR",
    ) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message
        self.detail = detail
        self.hint = hint
        self.position = position
        self.where = where
        self.routine = routine
        self.severity = severity

    def __str__(self) -> str:
        return f"{self.sqlstate}: {self.message}"

    def copy(self) -> SqlError:
        """The same to be raised, for whoever passes it on moves its position; of an error that is
        kept for the next time."""
        return SqlError(
            self.sqlstate,
            self.message,
            detail=self.detail,
            hint=self.hint,
            position=self.position,
            where=self.where,
            routine=self.routine,
            severity=self.severity,
        )


class ProtocolViolation(SqlError):
    """The peer broke the wire protocol: always FATAL, the connection cannot be trusted further."""

    def __init__(self, message: str, *, sqlstate: str = PROTOCOL_VIOLATION) -> None:
        super().__init__(sqlstate, message, severity="FATAL")


@dataclass(frozen=True, slots=True)
class Notice:
    """A NoticeResponse: fields as of an error, severity WARNING, NOTICE, INFO, LOG or DEBUG."""

    message: str
    severity: str = "NOTICE"
    sqlstate: str = "00000"
    detail: str | None = None
    hint: str | None = None
