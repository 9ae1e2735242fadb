"""`xuanwu catalog export` and `import`: the whole stored catalog as an SQL script, and back.

    store ── writing ──► text ── script ──► entries ── reading ──► store
                │                   │            as a client's DDL, one by one
                └───── secrets ─────┘
        references, masked, or plain

Both work beside a running server, whose sessions see at once what was read, and without one: the
embedded Postgres is found running or started for the time being. Flink is asked, and started, only
for what it alone can judge (views, catalogs, computed columns).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from gateway.catalog.catalog import Catalog, CatalogConfig
from gateway.engine.engine import FlinkEngine
from gateway.engine.local import LocalProvider
from gateway.engine.provider import Provider
from gateway.engine.static import StaticProvider, parse
from gateway.objects.external_mirror import ExternalMirrors
from gateway.objects.healing import prepare
from gateway.objects.porting.reading import AdministratorSession, Asked, Outcome, Reading
from gateway.objects.porting.script import Entry, read_script, unresolved
from gateway.objects.porting.secrets import read_secrets
from gateway.objects.porting.writing import Wanted, script
from gateway.objects.store import Store
from protocol.errors import INVALID_PARAMETER_VALUE, Notice, SqlError

__all__ = ["Asked", "Wanted", "Where", "export", "read_in"]

Tell = Callable[[str], None]
_WORDS = ("created", "granted", "skipped", "replaced", "failed")


@dataclass(frozen=True, slots=True)
class Where:
    """Whose catalog. `postgres`: DSN, None: the embedded one under `data`; `flink`: engines as
    `serve` takes them, none: the local ones under `data`."""

    data: Path
    postgres: str | None = field(default=None, repr=False)
    flink: Sequence[str] = ()


# ── export ──────────────────────────────────────────────────────────────────────────────────────


async def export(where: Where, wanted: Wanted, output: str) -> None:
    """Write it to a file, or to standard output (`-`). Raises SqlError, OSError."""
    async with _mirrors(where) as mirrors:
        store = mirrors.store
        text = await script(store, wanted)
    if output == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        _write(Path(output), text, private=wanted.secrets == "plain")


def _write(path: Path, text: str, *, private: bool) -> None:
    """All of it or nothing; `private`: for the owner alone, from the first byte on."""
    mode = 0o600 if private else _usual_mode(path)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            os.fchmod(descriptor, mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _usual_mode(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


# ── import ──────────────────────────────────────────────────────────────────────────────────────


async def read_in(
    where: Where, asked: Asked, path: str, secrets_file: Path | None, tell: Tell
) -> int:
    """Tell what becomes of each statement; how many failed. Raises SqlError, OSError, ValueError
    for a script that cannot be read at all, before anything is done."""
    secrets = read_secrets(_text(str(secrets_file))) if secrets_file else {}
    entries = read_script(_text(path))
    _check_given(entries, secrets)
    provider = _provider(where)
    asked = replace(asked, version=asked.version or provider.default_version)
    async with _mirrors(where) as mirrors, _session(provider, mirrors, tell) as session:
        reading = Reading(session, asked, secrets)
        outcomes = await reading.run(entries, lambda outcome: _report(outcome, tell))
    counts = [sum(outcome.word == word for outcome in outcomes) for word in _WORDS]
    said = ", ".join(f"{count} {word}" for count, word in zip(counts, _WORDS, strict=True))
    tell(f"{said}{' (dry run: nothing was changed)' if asked.dry_run else ''}")
    return counts[-1]


def _text(path: str) -> str:
    return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")


def _check_given(entries: list[Entry], secrets: Mapping[str, str]) -> None:
    if names := unresolved(entries, secrets):
        raise SqlError(
            INVALID_PARAMETER_VALUE,
            f"{len(names)} {'secret is' if len(names) == 1 else 'secrets are'} not given",
            detail="\n".join(names),
            hint="Write each as NAME=value into a file, and name it with --secrets-file.",
        )


def _report(outcome: Outcome, tell: Tell) -> None:
    error = outcome.error
    if error is None:
        tell(f"{outcome.word:<9} {outcome.what}")
        return
    tell(f"failed    line {outcome.line}: {outcome.what}: {error.sqlstate} {error.message}")
    for name, text in (("detail", error.detail), ("hint", error.hint)):
        if text:
            tell(f"          {name}: {text}")


# ── what both stand on ──────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def _mirrors(where: Where) -> AsyncIterator[ExternalMirrors]:
    catalog = await Catalog.start(CatalogConfig(where.data.absolute(), dsn=where.postgres))
    try:
        store = Store(catalog.sessions)
        await prepare(store)
        yield ExternalMirrors(catalog.databases, store)
    finally:
        await catalog.close()


@asynccontextmanager
async def _session(
    provider: Provider, mirrors: ExternalMirrors, tell: Tell
) -> AsyncIterator[AdministratorSession]:
    """Engines that it starts stay, as those of `xuanwu engine start` do: a server that begins
    meanwhile may already use them."""

    def notify(notice: Notice) -> None:
        tell(f"{notice.severity.lower()}: {notice.message}")

    engine = FlinkEngine(provider)
    try:
        session = engine.session(os.getpid(), notify)
        yield AdministratorSession(session, mirrors.store, notify, mirrors)
    finally:
        await engine.close()
        await provider.close()


def _provider(where: Where) -> Provider:
    if where.flink:
        return StaticProvider(parse(where.flink))
    return LocalProvider(where.data.absolute())
