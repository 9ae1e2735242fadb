"""Whole jobs through the whole range: what changes, what is refused, what Flink would say of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dialects import options, split
from dialects.ddl import read_ddl
from dialects.ddl.model import Create, Option
from dialects.mapping import Target, translate
from dialects.mapping.connectors import RULES
from dialects.mapping.model import Translation
from dialects.versions import VERSIONS, Version
from protocol.errors import SqlError
from tests.dialects.mapping.jobs import Job, jobs
from tests.each import each

JOBS = list(jobs())


def given(text: str) -> dict[str, tuple[Option, ...]]:
    """The options of the table or catalog that a statement creates, by its name."""
    created = read_ddl(split(text)[0])
    found = getattr(created.definition, "options", ()) if isinstance(created, Create) else ()
    return {created.path.parts[-1]: found} if isinstance(created, Create) else {}


def shown(text: str) -> list[str]:
    return [f"{name} {o.key!r} = {o.value!r}" for name, all_ in given(text).items() for o in all_]


def told(job: Job, version: Version) -> Iterator[str]:
    """What becomes of a job, in the words of its file."""
    for statement, result in zip(job.statements, translated(job, version), strict=True):
        if result.refusal is not None:
            yield "refused: " + result.refusal.message.replace(f"Flink {version}", "Flink <target>")
            return
        before, after = shown(statement.text), shown(result.text)
        for sign, these, those in (("-", before, after), ("+", after, before)):
            yield from (line.replace(" ", f" {sign} ", 1) for line in these if line not in those)


def translated(job: Job, version: Version) -> list[Translation]:
    target = Target(version, job.written_for)
    return [translate(statement, target, RULES) for statement in job.statements]


@each(JOBS, VERSIONS)
def test_a_job_becomes_what_its_file_says(job: Job, version: Version) -> None:
    assert list(told(job, version)) == job.expected[version]
    if not job.expected[version]:
        for statement, result in zip(job.statements, translated(job, version), strict=True):
            assert result.text == statement.text


@each(JOBS, VERSIONS)
def test_the_options_of_a_translated_job_are_those_of_the_target(
    job: Job, version: Version
) -> None:
    for result in translated(job, version):
        if result.refusal is None:
            for name, options_ in given(result.text).items():
                try:
                    options.check(options_, str(version))
                except SqlError as error:
                    pytest.fail(f"{name}: {error}")


@each(JOBS, VERSIONS)
def test_a_translated_job_needs_nothing_more(job: Job, version: Version) -> None:
    for result in translated(job, version):
        if result.refusal is None:
            again = translate(split(result.text)[0], Target(version), RULES)
            assert (again.text, again.applied) == (result.text, ())


@each(JOBS, VERSIONS)
def test_there_and_back_is_the_same_where_nothing_was_left_out(job: Job, version: Version) -> None:
    home = Target(job.written_for)
    for statement, there in zip(job.statements, translated(job, version), strict=True):
        if there.refusal is None and not any(there.notices()):
            back = translate(split(there.text)[0], home, RULES)
            assert shown(back.text) == shown(translate(statement, home, RULES).text)
