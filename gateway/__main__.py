"""The command line: `xuanwu serve`, `demo`, `psql`, `user add`, `engine start`, `engine stop`,
`catalog export`, `catalog import`, `lint`."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import uvloop

from gateway import logs
from gateway.config import Config, Limits, Listen, Tls, default_data
from protocol.errors import SqlError

if TYPE_CHECKING:
    from gateway.app import App

cli = typer.Typer(
    help="Postgres wire protocol in front of Apache Flink.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
user_cli = typer.Typer(help="Users who may log in with a password.", no_args_is_help=True)
cli.add_typer(user_cli, name="user")
engine_cli = typer.Typer(help="Local engines of a data directory.", no_args_is_help=True)
cli.add_typer(engine_cli, name="engine")
catalog_cli = typer.Typer(help="The stored catalog as an SQL script.", no_args_is_help=True)
cli.add_typer(catalog_cli, name="catalog")


@cli.callback()
def prepare() -> None:
    """Postgres wire protocol in front of Apache Flink."""
    logs.configure("warning")  # what a command has to say, it tells


DATA = default_data()
Data = Annotated[Path, typer.Option(help="Directory of this server's data.")]
Postgres = Annotated[
    str | None, typer.Option(help="DSN of a Postgres to use instead of the embedded one.")
]


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# A page of rows is thousands of small lists without a cycle: with Python's own threshold (700) the
# search for cycles took a fifth of the time that reading a page takes.
_GC_THRESHOLD = 20_000


def _run(work: Coroutine[Any, Any, int]) -> None:
    """Run to the end; a known error is one line (and a hint), not a trace."""
    gc.freeze()  # what the imports have made stays
    gc.set_threshold(_GC_THRESHOLD)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            code = runner.run(work)
    except SqlError as error:
        _tell(f"xuanwu: {error.message}")
        for name, text in (("detail", error.detail), ("hint", error.hint)):
            if text:
                _tell(f"{name}: {text}")
        code = 1
    except (OSError, ValueError) as error:
        _tell(f"xuanwu: {error}")
        code = 1
    raise typer.Exit(code)


@cli.command()
def serve(
    listen: Annotated[str, typer.Option(help="HOST:PORT to listen on.")] = "127.0.0.1:5433",
    data: Data = DATA,
    engine: Annotated[str, typer.Option(help="local (embedded) or static (--flink).")] = "local",
    flink_version: Annotated[
        str | None, typer.Option(help="Flink version of sessions that do not choose one.")
    ] = None,
    flink: Annotated[
        list[str] | None,
        typer.Option(
            help="VERSION=GATEWAY_URL,JOBMANAGER_URL of an engine (with --engine static)."
        ),
    ] = None,
    postgres: Annotated[
        str | None, typer.Option(help="DSN of a Postgres to use instead of the embedded one.")
    ] = None,
    auth: Annotated[
        str | None,
        typer.Option(help="trust or scram; by default trust on loopback, scram elsewhere."),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="PEM file of the certificate chain.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM file of its key.")] = None,
    max_sessions: Annotated[int, typer.Option(help="Clients at a time.")] = Limits().max_sessions,
    keep_engines: Annotated[
        bool, typer.Option(help="Leave Flink running at the end, for the next start.")
    ] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "warning",
) -> None:
    """Serve until Ctrl-C (a second one stops at once)."""
    logs.configure(log_level)
    if engine not in ("local", "static") or auth not in (None, "trust", "scram"):
        raise typer.BadParameter("--engine is local or static, --auth is trust or scram")
    if (tls_cert is None) != (tls_key is None):
        raise typer.BadParameter("--tls-cert and --tls-key go together")

    async def work() -> int:
        return await _serve(
            Config(
                data=data.absolute(),
                listen=Listen.parse(listen),
                engine=engine,
                flink=tuple(flink or ()),
                flink_version=flink_version,
                postgres=postgres,
                auth=auth,
                tls=Tls(tls_cert, tls_key) if tls_cert and tls_key else None,
                limits=Limits(max_sessions=max_sessions),
                keep_engines=keep_engines,
            )
        )

    _run(work())


async def _serve(config: Config) -> int:
    from gateway.app import App  # heavy: not for `xuanwu --help`

    serving = asyncio.create_task(_serving(App(config, _tell), config), name="server")
    asked = False

    def on_signal() -> None:
        nonlocal asked
        if asked:
            _tell("stopping at once")
            os._exit(130)
        asked = True
        _tell("stopping (Ctrl-C again stops at once)")
        serving.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    try:
        await serving
    except asyncio.CancelledError:
        if not asked:
            raise
    return 0


async def _serving(app: App, config: Config) -> None:
    """Serve until cancelled; leaving the application stops everything in order."""
    from gateway.server import expired

    async with app:
        _tell(f"listening on {config.listen.host}:{app.server.port}")
        _tell(f"  {_psql(config, app.server.port)}")
        if config.tls is not None and (end := expired(config.tls)):
            _tell(f"warning: {config.tls.certificate} expired on {end:%Y-%m-%d %H:%M} UTC")
        await asyncio.Event().wait()


def _psql(config: Config, port: int) -> str:
    """How to connect from this machine."""
    host = config.listen.host if config.listen.host not in ("0.0.0.0", "::") else "127.0.0.1"
    if config.trust and config.listen.loopback:
        return f"psql -h {host} -p {port} -U xuanwu xuanwu"
    mode = " sslmode=require" if config.tls is not None else ""
    return f'psql "host={host} port={port} dbname=xuanwu user=NAME{mode}"'


@user_cli.command("add")
def user_add(name: str, data: Data = DATA, postgres: str | None = None) -> None:
    """Create a user, or give one a new password (asked for, or read from standard input)."""
    password = (
        typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\n")
    )

    async def work() -> int:
        from gateway.catalog.catalog import Catalog, CatalogConfig

        if not password:
            raise ValueError("the password is empty")
        catalog = await Catalog.start(CatalogConfig(data.absolute(), dsn=postgres))
        try:
            await catalog.users.create_user(name, password)
        finally:
            await catalog.close()
        _tell(f'user "{name}" can log in')
        return 0

    _run(work())


@engine_cli.command("start")
def engine_start(versions: list[str], data: Data = DATA) -> None:
    """Start engines (they stay, for the next server) and print where SQL Gateway and JobManager
    answer."""

    async def work() -> int:
        from gateway.engine.local import LocalProvider

        provider = LocalProvider(data.absolute())
        try:
            for version in versions:
                found = await provider.ensure(version, lambda notice: _tell(notice.message))
                print(f"Flink {found.release}: {found.gateway_url} {found.jobmanager_url}")
        finally:
            await provider.close()
        return 0

    _run(work())


@engine_cli.command("stop")
def engine_stop(
    versions: Annotated[list[str] | None, typer.Argument(help="All, if none is given.")] = None,
    data: Data = DATA,
) -> None:
    """Stop engines, and the jobs that run in them."""

    async def work() -> int:
        from gateway.engine.local import LocalProvider

        provider = LocalProvider(data.absolute())
        try:
            await provider.stop(versions or None)
        finally:
            await provider.close()
        return 0

    _run(work())


@catalog_cli.command("export")
def catalog_export(
    data: Data = DATA,
    postgres: Postgres = None,
    output: Annotated[str, typer.Option(help="File to write, or - for standard output.")] = "-",
    catalog: Annotated[str | None, typer.Option(help="This catalog alone.")] = None,
    database: Annotated[str | None, typer.Option(help="This database alone.")] = None,
    secrets: Annotated[
        str,
        typer.Option(
            help="reference (names, listed at the top), mask (cannot be read in again) or plain"
            " (a file is for its owner alone)."
        ),
    ] = "reference",
    grants: Annotated[
        bool, typer.Option("--grants", help="GRANTs as statements; else as comments.")
    ] = False,
) -> None:
    """Write tables, views, functions, databases and catalogs as an SQL script.

    Whether a server runs or not; the same catalog always gives the same text.
    """
    if secrets not in ("reference", "mask", "plain"):
        raise typer.BadParameter("--secrets is reference, mask or plain")

    async def work() -> int:
        from gateway.objects import porting

        where = porting.Where(data, postgres)
        await porting.export(where, porting.Wanted(catalog, database, secrets, grants), output)
        return 0

    _run(work())


@catalog_cli.command("import")
def catalog_import(
    file: Annotated[str, typer.Argument(help="Script to read, or - for standard input.")],
    data: Data = DATA,
    postgres: Postgres = None,
    secrets_file: Annotated[
        Path | None, typer.Option(help="NAME=value, one a line, for ${secret:NAME} in the script.")
    ] = None,
    on_conflict: Annotated[
        str, typer.Option(help="What is there already: error, skip or replace.")
    ] = "error",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look and tell; views are not given to Flink.")
    ] = False,
    owner: Annotated[
        str | None, typer.Option(help="Role that owns all of it; else as the script says.")
    ] = None,
    flink_version: Annotated[
        str | None, typer.Option(help="Flink version of what the script gives none for.")
    ] = None,
    flink: Annotated[
        list[str] | None,
        typer.Option(help="VERSION=GATEWAY_URL,JOBMANAGER_URL of an engine; else local ones."),
    ] = None,
) -> None:
    """Run the CREATE and GRANT statements of a script, each all or nothing, in any order.

    Whether a server runs or not. The exit status is 1 if any of them failed.
    """
    if on_conflict not in ("error", "skip", "replace"):
        raise typer.BadParameter("--on-conflict is error, skip or replace")

    async def work() -> int:
        from gateway.objects import porting

        where = porting.Where(data, postgres, tuple(flink or ()))
        asked = porting.Asked(flink_version or "", on_conflict, dry_run, owner)
        return min(await porting.read_in(where, asked, file, secrets_file, print), 1)

    _run(work())


@cli.command()
def lint(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="SQL scripts; - is standard input.")
    ],
    to: Annotated[
        list[str],
        typer.Option(metavar="V[,V...]", help="Flink versions to judge for; may be repeated."),
    ],
    source: Annotated[
        str | None, typer.Option("--from", metavar="V", help="Version they were written for.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="text, or json: one object a statement and version.")
    ] = "text",
    connectors: Annotated[
        str, typer.Option(help="Releases in your images: 'kafka 3.4.0, jdbc 3.3.0'.")
    ] = "",
) -> None:
    """Judge the statements of files for versions of Flink, by the rules alone: no server is needed.

    A statement is accepted, translated (the rules that were applied are shown) or refused.

    All files are read together: functions and tables of one are known in the others.

    The exit status is 1 if any is refused, 2 if a file or an argument cannot be read.
    """
    from gateway.linting.command import run

    raise typer.Exit(run(files, to, source, form, connectors))


@cli.command()
def demo() -> None:
    """Start a server, run an example through psql, stop."""
    logs.configure("error")
    from gateway import demo as example

    _run(example.run(_tell))


@cli.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def psql(context: typer.Context) -> None:
    """Run the psql of the embedded Postgres; all arguments are its own."""
    from gateway.catalog.programs import binaries

    path = str(binaries() / "psql")
    os.execv(path, [path, *context.args])


def main() -> None:
    cli()


if __name__ == "__main__":
    main()
