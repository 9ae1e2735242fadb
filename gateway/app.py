"""The composition root: builds everything in order, hands each part what it needs, stops in order.

Postgres ─► catalog ─► provider of engines ─► engine ─► listener
(stop: listener, sessions, engine, provider, catalog, Postgres)
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import AsyncExitStack

import structlog

from gateway.catalog.bootstrap import OWNER
from gateway.catalog.catalog import Catalog, CatalogConfig
from gateway.config import Config
from gateway.engine.engine import FlinkEngine
from gateway.engine.local import LocalProvider
from gateway.engine.naming import instance_of, is_running
from gateway.engine.process import identify
from gateway.engine.provider import Provider
from gateway.engine.static import StaticProvider
from gateway.engine.static import parse as parse_given
from gateway.objects.engine import StoredEngine
from gateway.objects.external_mirror import ExternalMirrors
from gateway.objects.healing import prepare
from gateway.objects.store import Store
from gateway.server import Server, make_tls
from protocol.errors import INVALID_PARAMETER_VALUE, Notice, SqlError
from session import settings
from session.auth import Policy
from session.connection import Peers
from session.registry import Registry
from session.texts import Texts

log = structlog.get_logger(__name__)
Tell = Callable[[str], None]


class App:
    """One server process. `async with` starts and stops it; `tell` gets a line per long step."""

    def __init__(
        self, config: Config, tell: Tell = lambda line: None, *, provider: Provider | None = None
    ) -> None:
        """`provider`: engines that somebody else owns and stops; None: as configured."""
        self._config = config
        self._tell = tell
        self._given = provider
        self._stack = AsyncExitStack()
        self.server: Server
        self.engine: FlinkEngine
        self.catalog: Catalog
        self._warming: asyncio.Task[None] | None = None

    async def __aenter__(self) -> App:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    async def _start(self) -> None:
        config, stack = self._config, self._stack
        config.data.mkdir(parents=True, exist_ok=True)
        provider = self._given or self._make_provider()
        if self._given is None:
            stack.push_async_callback(provider.close)
            if isinstance(provider, LocalProvider) and not config.keep_engines:
                stack.push_async_callback(provider.stop)
        version = config.flink_version or provider.default_version
        self._provider, self._version = provider, version
        if version not in provider.versions:
            raise SqlError(
                INVALID_PARAMETER_VALUE,
                f'unknown Flink version "{version}"',
                hint=f"Known versions: {', '.join(provider.versions)}.",
            )
        self._tell("starting Postgres" if config.postgres is None else "connecting to Postgres")
        self.catalog = await Catalog.start(
            CatalogConfig(
                data=config.data,
                dsn=config.postgres,
                defaults={**settings.DEFAULTS, "flink.version": version},
                connections=config.limits.max_backends,
            )
        )
        stack.push_async_callback(self.catalog.close)
        await self._check_listener()
        self.engine = self._make_engine(provider, version)
        stack.push_async_callback(self.engine.close)
        self.store = Store(self.catalog.sessions)
        await prepare(self.store)
        self.mirrors = ExternalMirrors(self.catalog.databases, self.store)
        await self.mirrors.heal()
        self.server = Server(config.listen, self._make_peers(), config.limits)
        await self.server.start()
        stack.push_async_callback(self.server.stop)
        if config.warm:
            self._warming = asyncio.create_task(
                self._warm(provider, version), name="start of the default engine"
            )
            stack.push_async_callback(self._stop_warming)

    async def ready(self) -> None:
        """Wait until the default engine answers. Raises SqlError when it does not come up."""
        if self._warming is not None:
            await asyncio.shield(self._warming)
        await self._provider.ensure(self._version, self._on_notice)

    def _make_provider(self) -> Provider:
        if self._config.engine == "static":
            return StaticProvider(parse_given(self._config.flink))
        return LocalProvider(self._config.data)

    def _make_engine(self, provider: Provider, version: str) -> FlinkEngine:
        """Local engines outlive a server that crashed: its queries are told by their names."""
        me = identify(os.getpid())
        if me is None or not isinstance(provider, LocalProvider):
            return FlinkEngine(provider, default_version=version)
        return FlinkEngine(
            provider, default_version=version, instance=instance_of(me), alive=is_running
        )

    def _make_peers(self) -> Peers:
        config = self._config
        context, binding = make_tls(config.tls) if config.tls is not None else (None, None)
        return Peers(
            registry=Registry(config.limits.max_sessions),
            backends=self.catalog,
            engine=StoredEngine(self.engine, self.store, self.mirrors),
            authenticator=self.catalog.users,
            policy=Policy(config.trust, OWNER, binding),
            tls=context,
            require_tls=not config.listen.loopback,
            handshake_s=config.limits.handshake_s,
            texts=Texts(config.limits.max_tokens),
        )

    async def _check_listener(self) -> None:
        """Nobody may listen to the world without users and encryption. Raises SqlError 22023."""
        config = self._config
        if config.listen.loopback:
            return
        missing = []
        if config.tls is None:
            missing.append("TLS (--tls-cert FILE --tls-key FILE)")
        if not await self.catalog.users.any_user():
            missing.append(f"a user (xuanwu user add NAME --data {config.data})")
        if config.trust:
            missing.append("authentication (--auth scram)")
        if missing:
            raise SqlError(
                INVALID_PARAMETER_VALUE,
                f"refusing to listen on {config.listen} without {' and '.join(missing)}",
                hint="A loopback address, such as 127.0.0.1, needs neither.",
            )

    async def _warm(self, provider: Provider, version: str) -> None:
        try:
            self._tell(f"starting Flink {version}")
            await provider.ensure(version, self._on_notice)
            self._tell(f"Flink {version} is ready")
        except SqlError as error:
            log.error("default engine did not start", version=version, error=str(error))
            self._tell(f"Flink {version} did not start: {error.message}")

    async def _stop_warming(self) -> None:
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)

    def _on_notice(self, notice: Notice) -> None:
        self._tell(notice.message)
