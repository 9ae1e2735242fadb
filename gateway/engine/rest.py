"""Client of the Flink SQL Gateway's REST endpoint, `/v1` (1.16) and `/v2` (1.17 to 2.3).

    open ─► submit ─► page 0 ─► page 1 … ─► close_operation ─► close

Shapes: Flink's manual "REST Endpoint" of the SQL Gateway. What a page holds is read by `pages`.
"""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
import msgspec

from gateway.engine.http import Refused, Unreachable, call
from gateway.engine.provider import Endpoint

OPEN_TIMEOUT_S = 60.0
SUBMIT_TIMEOUT_S = 60.0
PAGE_TIMEOUT_S = 120.0  # a page of wide rows is built in memory before its first byte
CLOSE_TIMEOUT_S = 10.0


class _Session(msgspec.Struct):
    sessionHandle: str


class _Operation(msgspec.Struct):
    operationHandle: str


class _Status(msgspec.Struct):
    status: str


class GatewayClient:
    """Calls on one SQL Gateway; sessions are plain handles. Raises `Unreachable` and `Refused`."""

    def __init__(self, http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
        self._http = http
        self._base = f"{endpoint.gateway_url}/{endpoint.api}/sessions"
        self._row_format = None if endpoint.api == "v1" else {"rowFormat": "JSON"}

    async def open(self, name: str, properties: Mapping[str, str]) -> str:
        content = await call(
            self._http,
            "POST",
            self._base,
            body={"sessionName": name, "properties": dict(properties)},
            timeout=OPEN_TIMEOUT_S,
            repeatable=False,
        )
        return msgspec.json.decode(content, type=_Session).sessionHandle

    async def heartbeat(self, session: str) -> None:
        await call(self._http, "POST", f"{self._base}/{session}/heartbeat", body={})

    async def close(self, session: str) -> None:
        await self._delete(f"{self._base}/{session}")

    async def submit(self, session: str, statement: str, config: Mapping[str, str]) -> str:
        """Start an operation. Never repeated: an unanswered call may have been carried out."""
        content = await call(
            self._http,
            "POST",
            f"{self._base}/{session}/statements",
            body={"statement": statement, "executionConfig": dict(config)},
            timeout=SUBMIT_TIMEOUT_S,
            repeatable=False,
        )
        return msgspec.json.decode(content, type=_Operation).operationHandle

    async def page(self, session: str, operation: str, token: int) -> bytes:
        """A result page; reading the same token a second time is safe, and done when needed."""
        return await call(
            self._http,
            "GET",
            f"{self._of(session, operation)}/result/{token}",
            params=self._row_format,
            timeout=PAGE_TIMEOUT_S,
        )

    async def status(self, session: str, operation: str) -> str:
        content = await call(self._http, "GET", f"{self._of(session, operation)}/status")
        return msgspec.json.decode(content, type=_Status).status

    async def cancel(self, session: str, operation: str) -> None:
        """Interrupt an operation that is not FINISHED; one that is has to be closed instead."""
        url = f"{self._of(session, operation)}/cancel"
        await call(self._http, "POST", url, body={}, timeout=CLOSE_TIMEOUT_S)

    async def close_operation(self, session: str, operation: str) -> None:
        await self._delete(f"{self._of(session, operation)}/close")

    def _of(self, session: str, operation: str) -> str:
        return f"{self._base}/{session}/operations/{operation}"

    async def _delete(self, url: str) -> None:
        await call(self._http, "DELETE", url, timeout=CLOSE_TIMEOUT_S)


__all__ = ["GatewayClient", "Refused", "Unreachable"]
