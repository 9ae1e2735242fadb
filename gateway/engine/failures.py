"""What Flink's failures mean: patterns of its messages ↔ SQLSTATEs, one row each, tried in order.

Every pattern is searched in `Kind: message` of each cause of a chain. The texts are those of Flink
1.16 to 2.2 and of the Calcite in it (`CalciteResource.properties`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from protocol import errors as codes


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` is searched in a cause's message (class name in front: `Kind: message`).

    `message` is expanded with the match's groups; None takes the cause's own message.
    """

    pattern: re.Pattern[str]
    sqlstate: str
    message: str | None = None
    hint: str | None = None


def _rule(pattern: str, sqlstate: str, message: str | None = None, hint: str | None = None) -> Rule:
    return Rule(re.compile(pattern, re.DOTALL), sqlstate, message, hint)


RULES: tuple[Rule, ...] = (
    # resources and the life of jobs
    _rule(r"NoResourceAvailableException", codes.TOO_MANY_CONNECTIONS, "no free slot for the job"),
    _rule(
        r"^JobCancellationException|Job was cancell?ed", codes.QUERY_CANCELED, "job was canceled"
    ),
    _rule(r"^OutOfMemoryError: (.*)", codes.OUT_OF_MEMORY, r"out of memory in Flink: \1"),
    _rule(
        r"Duplicate(?:Job|Application)SubmissionException",
        codes.DUPLICATE_OBJECT,
        "job was submitted already",
    ),
    # systems on the other side of a connector
    _rule(
        r"TimeoutException: Topic (\S+) not present in metadata",
        codes.CONNECTION_FAILURE,
        r"no Kafka broker answers for topic \1",
        hint="See 'properties.bootstrap.servers' of the table, and whether the topic exists.",
    ),
    _rule(
        r"Failed to get metadata for topics (\S+?)\.?$"
        r"|TimeoutException: Timed out waiting for a node assignment",
        codes.CONNECTION_FAILURE,
        "no Kafka broker answers",
        hint="See 'properties.bootstrap.servers' of the table, and whether the topic exists.",
    ),
    _rule(
        r"^(?:ConnectException|UnknownHostException|NoRouteToHostException)"
        r"|PSQLException: (?:Connection to|The connection attempt failed)",
        codes.CONNECTION_FAILURE,
    ),
    _rule(
        r"Record size is (\d+) bytes, but max bytes per batch is only (\d+) bytes",
        codes.PROGRAM_LIMIT_EXCEEDED,
        r"a row of \1 bytes is larger than a batch of Flink's results (\2 bytes)",
        hint="SET 'collect-sink.batch-size.max' = '16mb' makes room for larger rows.",
    ),
    # values met while the job ran
    _rule(
        r"ArithmeticException: (?:/ by zero|.*[Dd]ivision (?:by zero|undefined))",
        codes.DIVISION_BY_ZERO,
        "division by zero",
    ),
    _rule(
        r"NumberFormatException: For input string: ['\"](.*?)['\"]",
        codes.INVALID_TEXT_REPRESENTATION,
        r'invalid input syntax for a number: "\1"',
    ),
    _rule(
        r"NumberFormatException",
        codes.INVALID_TEXT_REPRESENTATION,
        "invalid input syntax for a number",
    ),
    _rule(
        r"DateTime(?:Parse)?Exception: For input string: '(.*?)'",
        codes.INVALID_DATETIME_FORMAT,
        r'invalid input syntax for a date or time: "\1"',
    ),
    _rule(r"DateTimeParseException|DateTimeException", codes.INVALID_DATETIME_FORMAT),
    _rule(
        r"SingleValueAggFunction received more than one element",
        "21000",
        "more than one row returned by a subquery used as an expression",
    ),
    _rule(
        r"^Json(?:Parse|EOF)Exception",
        codes.INVALID_TEXT_REPRESENTATION,
        "invalid input syntax for JSON",
    ),
    # syntax
    _rule(
        r'Encountered "<EOF>"|Encountered: <EOF>|^SqlParserEOFException',
        codes.SYNTAX_ERROR,
        "syntax error at end of input",
    ),
    _rule(
        r"Incorrect syntax near the keyword '([^']+)'",
        codes.SYNTAX_ERROR,
        r'syntax error at or near "\1"',
    ),
    _rule(
        r'Encountered "\\?([^"\s]+)[^"]*" at line',
        codes.SYNTAX_ERROR,
        r'syntax error at or near "\1"',
    ),
    _rule(r"Lexical error at line", codes.SYNTAX_ERROR),
    _rule(
        r"Non-query expression encountered in illegal context",
        codes.SYNTAX_ERROR,
        "the text is neither a query nor a statement that Flink knows",
    ),
    # names
    _rule(
        r"(?:Object|Table) '([^']*)' not found|Cannot find table '([^']*)' in any of the catalogs",
        codes.UNDEFINED_TABLE,
        r'relation "\1\2" does not exist',
    ),
    _rule(
        r"(?:[Tt]ables?|[Vv]iews?)[\w ()]*? ['`]([^ ]*)['`] (?:does not|doesn't) exist",
        codes.UNDEFINED_TABLE,
        r'relation "\1" does not exist',
    ),
    _rule(
        r"Column '([^']*)' not found in (?:any table|table '[^']*')",
        codes.UNDEFINED_COLUMN,
        r'column "\1" does not exist',
    ),
    _rule(
        r"Unknown (?:target column|field) '([^']*)'",
        codes.UNDEFINED_COLUMN,
        r'column "\1" does not exist',
    ),
    _rule(
        r"Column '([^']*)' is ambiguous",
        codes.AMBIGUOUS_COLUMN,
        r'column reference "\1" is ambiguous',
    ),
    _rule(
        r"Expression '([^']*)' is not being grouped",
        codes.GROUPING_ERROR,
        r'column "\1" must appear in the GROUP BY clause or be used in an aggregate function',
    ),
    _rule(
        r"No match found for function signature (.*)",
        codes.UNDEFINED_FUNCTION,
        r"function \1 does not exist",
    ),
    _rule(r"Invalid number of arguments to function", codes.UNDEFINED_FUNCTION),
    _rule(
        r"[Ff]unction '?([\w.`]+)'? (?:does not exist|doesn't exist)",
        codes.UNDEFINED_FUNCTION,
        r"function \1 does not exist",
    ),
    _rule(
        r"ClassNotFoundException: (\S+)",
        codes.UNDEFINED_OBJECT,
        r"class \1 is not on the engine's class path",
        hint="Load its jar with ADD JAR first.",
    ),
    _rule(
        r"[Cc]atalog (?:with name )?\[?([\w.`]+)\]? (?:does not|doesn't) exist",
        codes.INVALID_CATALOG_NAME,
        r'catalog "\1" does not exist',
    ),
    _rule(
        r"[Dd]atabase (?:with name )?\[?([\w.`]+)\]? (?:does not|doesn't) exist",
        codes.INVALID_SCHEMA_NAME,
        r'database "\1" does not exist',
    ),
    _rule(r"Database ([\w.`]+) already exists", "42P06", r'database "\1" already exists'),
    _rule(
        r"Catalog ([\w.`]+) already exists",
        codes.DUPLICATE_OBJECT,
        r'catalog "\1" already exists',
    ),
    _rule(
        r"(?:Could not execute|Table|View|Temporary (?:table|view)).*?'([^']*)' already exist",
        codes.DUPLICATE_TABLE,
        r'relation "\1" already exists',
    ),
    _rule(
        r"Table (?:\(or view\) )?([\w.`$]+) already exists",
        codes.DUPLICATE_TABLE,
        r'relation "\1" already exists',
    ),
    _rule(
        r"[Cc]olumn named '([^']*)' already exists",
        codes.DUPLICATE_COLUMN,
        r'column "\1" specified more than once',
    ),
    _rule(r"already exists|already defined", codes.DUPLICATE_OBJECT),
    # options
    _rule(
        r"Could not find any factory for identifier '([^']+)'",
        codes.UNDEFINED_OBJECT,
        r'connector or format "\1" is not installed',
        hint="Load its jar with ADD JAR, or see which ones the engine has in the detail.",
    ),
    _rule(
        r"One or more required options are missing|Unsupported options found for"
        r"|Invalid value for option|Could not parse value",
        codes.INVALID_PARAMETER_VALUE,
    ),
    # types
    _rule(
        r"Cannot apply '(.*?)' to arguments of type (.*?)\. Supported",
        codes.DATATYPE_MISMATCH,
        r"cannot apply '\1' to arguments of type \2",
    ),
    _rule(r"Cast function cannot convert value of type|Unsupported cast|Cannot cast", "42846"),
    _rule(
        r"Cannot apply '|Invalid function call|Invalid input arguments|Invalid argument type"
        r"|must be a condition|requires the timecol to be|Column types of query result and sink"
        r"|Type mismatch|must have compatible types|Parameters must be of the same type",
        codes.DATATYPE_MISMATCH,
    ),
    _rule(
        r"Number of (?:INSERT target )?columns|Column count mismatch|INSERT has",
        codes.SYNTAX_ERROR,
    ),
    # what Flink cannot do
    _rule(
        r"Cannot generate a valid execution plan",
        codes.FEATURE_NOT_SUPPORTED,
        "Flink has no execution plan for this query",
    ),
    _rule(
        r"Sort on a non-time-attribute field is not supported",
        codes.FEATURE_NOT_SUPPORTED,
        "an endless stream can be ordered by a time attribute only",
        hint="Add LIMIT, or read a bounded source with SET flink.runtime_mode = 'batch'.",
    ),
    _rule(
        r"Querying an unbounded .*?('[^']*').*? in batch mode is not allowed",
        codes.FEATURE_NOT_SUPPORTED,
        r"table \1 is a stream and cannot be read in batch mode",
        hint="Use SET flink.runtime_mode = 'streaming' or 'auto'.",
    ),
    _rule(
        r"doesn't support consuming (?:update|delete|update and delete) changes"
        r"|can only be used as a sink|[Uu]nsupported|[Nn]ot support|isn't supported"
        r"|[Nn]ot implemented|^UnsupportedOperationException",
        codes.FEATURE_NOT_SUPPORTED,
    ),
    _rule(r"Illegal use of 'NULL'", codes.INDETERMINATE_DATATYPE, "the type of NULL is not known"),
    _rule(r"^SqlValidatorException|^SqlParserException|^SqlParseException", codes.SYNTAX_ERROR),
)
