"""Provider `static`: engines that the operator runs, given as URLs. Nothing is started or stopped.

--flink 2.2=http://gateway:8083,http://jobmanager:8081
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.engine.probe import Probe
from gateway.engine.provider import Endpoint
from gateway.engine.versions import Catalogue, catalogue, known, minor_of, order
from protocol.errors import CONNECTION_FAILURE, Notice, SqlError

_FORM = "VERSION=GATEWAY_URL,JOBMANAGER_URL"


@dataclass(frozen=True, slots=True)
class Given:
    """The URLs of one engine, as the operator wrote them (no trailing slash)."""

    gateway_url: str
    jobmanager_url: str


def parse(texts: Iterable[str]) -> dict[str, Given]:
    """Read `2.2=http://gateway:8083,http://jobmanager:8081` … into minor → URLs.

    Raises ValueError, worded for the operator, for another form, an unknown or repeated version.
    """
    found: dict[str, Given] = {}
    for text in texts:
        version, _, urls = text.partition("=")
        gateway, _, jobmanager = urls.partition(",")
        minor = version.strip()
        if minor not in catalogue().versions:
            raise ValueError(f'unknown Flink version in "{text}"')
        if minor in found:
            raise ValueError(f"Flink {minor} is given twice")
        found[minor] = Given(_url(gateway, text), _url(jobmanager, text))
    return dict(sorted(found.items(), key=lambda item: order(item[0])))


class StaticProvider:
    """Raises ValueError if no engine is given, or the default is not among them."""

    def __init__(
        self,
        given: Mapping[str, Given],
        *,
        default: str | None = None,
        known_versions: Catalogue | None = None,
    ) -> None:
        if not given:
            raise ValueError(f"no Flink engine is given: {_FORM}")
        self._known = known_versions or catalogue()
        self._given = dict(given)
        self._default = self._choose(default)
        self._probe = Probe()
        self._checked: dict[str, Endpoint] = {}

    @property
    def versions(self) -> Sequence[str]:
        return tuple(self._given)

    @property
    def default_version(self) -> str:
        return self._default

    async def ensure(self, version: str, notify: Callable[[Notice], None]) -> Endpoint:
        """See `Provider.ensure`; 08006 if the engine does not answer or is of another version."""
        given = known(version, self._given)
        endpoint = self._checked.get(version)
        if endpoint is not None and await self.check(endpoint):
            return endpoint
        self._checked.pop(version, None)
        endpoint = await self._look(version, given)
        self._checked[version] = endpoint
        return endpoint

    async def runs(self, version: str) -> bool:
        try:
            await self.ensure(version, lambda notice: None)
        except SqlError:
            return False
        return True

    def releases(self, version: str) -> Mapping[str, str]:
        """Nobody tells what is on the class path of an engine elsewhere."""
        return {}

    async def check(self, endpoint: Endpoint) -> bool:
        gateway, jobmanager = await self._releases(
            Given(endpoint.gateway_url, endpoint.jobmanager_url)
        )
        # The two may be of different patches; an engine that was upgraded is looked at anew.
        return gateway == endpoint.release and minor_of(jobmanager or "") == endpoint.version

    async def close(self) -> None:
        await self._probe.close()

    def _choose(self, default: str | None) -> str:
        """The operator's wish, else the product's default, else the newest that is given."""
        if default is not None and default not in self._given:
            raise ValueError(f"default version {default} has no engine given")
        if default is not None:
            return default
        usual = self._known.default
        return usual if usual in self._given else max(self._given, key=order)

    async def _look(self, version: str, given: Given) -> Endpoint:
        gateway, jobmanager = await self._releases(given)
        for part, url, release in (
            ("SQL Gateway", given.gateway_url, gateway),
            ("JobManager", given.jobmanager_url, jobmanager),
        ):
            if release is None:
                raise SqlError(
                    CONNECTION_FAILURE, f"the {part} of Flink {version} does not answer at {url}"
                )
            if minor_of(release) != version:
                raise SqlError(
                    CONNECTION_FAILURE,
                    f"the {part} at {url} is Flink {release}, not {version}",
                )
        assert gateway is not None
        api = self._known.get(version).api
        return Endpoint(version, gateway, given.gateway_url, given.jobmanager_url, api)

    async def _releases(self, given: Given) -> tuple[str | None, str | None]:
        release, vitals = await asyncio.gather(
            self._probe.gateway_release(given.gateway_url),
            self._probe.vitals(given.jobmanager_url),
        )
        return release, None if vitals is None else vitals.release


def _url(text: str, whole: str) -> str:
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError(f'expected {_FORM}, found "{whole}"')
    return text.strip().rstrip("/")
