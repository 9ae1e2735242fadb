"""The worked examples of the README's section, run: what it shows is what comes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.app import App
from gateway.catalog.programs import binaries

README = Path(__file__).parents[3] / "README.md"
SECTION = "One text, many versions"
SHELL, PSQL, MORE = "$ ", "xuanwu=> ", "xuanwu-> "
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"-- (\S+\.sql)\n")


class Example(NamedTuple):
    """A line that is typed (its continuation lines with it), and what is printed."""

    prompt: str
    typed: str
    printed: str


def blocks(language: str) -> list[str]:
    section = README.read_text("utf-8").partition(f"## {SECTION}\n")[2].partition("\n## ")[0]
    return [body for found, body in BLOCK.findall(section) if found == language]


def examples() -> Iterator[Example]:
    for body in blocks("console"):
        prompt, typed, printed = "", "", ""
        for line in body.splitlines(keepends=True):
            if line.startswith((SHELL, PSQL)):
                if prompt:
                    yield Example(prompt, typed, printed)
                prompt = SHELL if line.startswith(SHELL) else PSQL
                typed, printed = line.removeprefix(prompt), ""
            elif line.startswith(MORE) and not printed:
                typed += line.removeprefix(MORE)
            else:
                printed += line
        yield Example(prompt, typed, printed)


def run_lint(typed: str, folder: Path) -> str:
    """`tail -n 1 | jq -r .KEY` is done here: jq need not be installed."""
    command, *pipe = (part.split() for part in typed.split("|"))
    assert command[0] == "xuanwu"
    printed = said([sys.executable, "-m", "gateway", *command[1:]], folder)
    if not pipe:
        return printed
    assert pipe[0] == ["tail", "-n", "1"] and pipe[1][:2] == ["jq", "-r"], typed
    objects = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    return f"{objects[-1][pipe[1][2].removeprefix('.')]}\n"


def run_psql(typed: str, port: int) -> str:
    dsn = f"host=127.0.0.1 port={port} user=xuanwu dbname=xuanwu"
    return said([str(binaries() / "psql"), "-X", dsn], README.parent, typed)


def said(command: list[str], folder: Path, typed: str = "") -> str:
    """Both outputs, as on a terminal."""
    answer = subprocess.run(
        command,
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        timeout=60,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    return answer.stdout


def stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for body in blocks("sql"):
        name = FILE.match(body)
        assert name is not None, body
        (tmp_path / name[1]).write_text(body, "utf-8")
    return tmp_path


LINTS = [each for each in examples() if each.prompt == SHELL]
STATEMENTS = [each for each in examples() if each.prompt == PSQL]


def test_there_are_examples() -> None:
    assert LINTS and STATEMENTS and blocks("sql")


@pytest.mark.parametrize("example", LINTS, ids=lambda each: each.typed[:40])
def test_lint(example: Example, files: Path) -> None:
    assert stripped(run_lint(example.typed, files)) == stripped(example.printed)


@pytest.mark.postgres
@pytest.mark.parametrize("example", STATEMENTS, ids=lambda each: each.typed[:40])
async def test_statements(example: Example, plain_server: App) -> None:
    printed = await asyncio.to_thread(run_psql, example.typed, plain_server.server.port)
    assert stripped(printed) == stripped(example.printed)
