"""The few questions a provider asks a running Flink: who are you, have you slots, run `SELECT 1`.

Not the client of statements: no retries, no decoding, every call bounded, silence is an answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp

_CALL_S = 5.0
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Vitals:
    release: str  # as the JobManager says it, "2.2.1"
    slots_total: int
    jobs_running: int


class Probe:
    """Owns one HTTP session; created on first use, because that needs a running loop."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def gateway_release(self, gateway_url: str) -> str | None:
        """The release that the SQL Gateway reports; None if it does not answer.

        /v1 is served by all versions.
        """
        info = await self._get(f"{gateway_url}/v1/info")
        return None if info is None else str(info.get("version"))

    async def vitals(self, jobmanager_url: str) -> Vitals | None:
        """What /overview of the JobManager says; None if nothing there answers as one does."""
        overview = await self._get(f"{jobmanager_url}/overview")
        if overview is None:
            return None
        try:
            return Vitals(
                overview["flink-version"], overview["slots-total"], overview["jobs-running"]
            )
        except KeyError:
            return None

    async def warm(self, gateway_url: str, api: str, timeout_s: float) -> str | None:
        """Run `SELECT 1` to its end: the first statement of a gateway loads the planner (seconds).

        None when it did; else why not.
        """
        base = f"{gateway_url}/{api}/sessions"
        try:
            async with asyncio.timeout(timeout_s):
                # Flink 1.16 takes the runtime mode at the opening of a session only.
                opening = {"properties": {"execution.runtime-mode": "batch"}}
                session = (await self._post(base, opening))["sessionHandle"]
                try:
                    await self._select(f"{base}/{session}", api)
                finally:
                    async with self._http().delete(f"{base}/{session}"):
                        pass
        except (aiohttp.ClientError, TimeoutError, KeyError) as error:
            return f"{type(error).__name__}: {error}"
        return None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _select(self, session_url: str, api: str) -> None:
        started = await self._post(f"{session_url}/statements", {"statement": "SELECT 1"})
        operation = started["operationHandle"]
        base = f"{session_url}/operations/{operation}"
        path = f"{base}/result/0"
        while True:
            suffix = "" if api == "v1" else "?rowFormat=JSON"
            async with self._http().get(path + suffix) as response:
                response.raise_for_status()
                page: dict[str, Any] = await response.json()
            if page["resultType"] == "EOS":
                return
            following = page.get("nextResultUri")
            path = path if not following else f"{base}/result/{_token(following)}"
            await asyncio.sleep(_POLL_S)

    async def _get(self, url: str) -> dict[str, Any] | None:
        try:
            async with self._http().get(url) as response:
                if response.status != 200:
                    return None
                answer: dict[str, Any] = await response.json()
                return answer
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None

    async def _post(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._http().post(url, json=body) as response:
            response.raise_for_status()
            answer: dict[str, Any] = await response.json()
            return answer

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=_CALL_S)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session


def _token(uri: str) -> str:
    """The page token at the end of `/v2/sessions/…/result/1?rowFormat=JSON`."""
    return uri.split("?")[0].rsplit("/", 1)[1]
