"""One way to call Flink's REST: a time-out on every call, bounded retries, two kinds of failure.

`Unreachable` means that no answer came (and whether the request may have been carried out);
`Refused` that an answer came which is no success, with Flink's text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp
import msgspec

from dialects import Rewritten

MAX_CONNECTIONS = 256  # of one server to all engines
RETRY_DELAYS = (0.05, 0.25)  # seconds before the second and third try of a repeatable call


class Unreachable(Exception):
    """No answer. `sent`: the request may have reached the peer and may have been carried out."""

    def __init__(self, url: str, reason: str, *, sent: bool) -> None:
        super().__init__(f"{url}: {reason}")
        self.reason = reason
        self.sent = sent


class Refused(Exception):
    """An answer of status ≥ 400; `text` is Flink's explanation, a Java stack as a rule."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"HTTP {status}: {text[:200]}")
        self.status = status
        self.text = text
        self.sent: Rewritten | None = None  # the text that was refused, and what it was made of


class _Errors(msgspec.Struct):
    errors: list[str] = []


def client() -> aiohttp.ClientSession:
    """The HTTP client of one engine side; must be made inside the running loop."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=30),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=True,
        read_bufsize=1 << 20,
    )


async def call(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    body: object = None,
    params: Mapping[str, str] | None = None,
    timeout: float = 30.0,
    repeatable: bool = True,
) -> bytes:
    """The body of the answer. `repeatable` calls are tried three times in all when no answer comes.

    Raises Unreachable and Refused.
    """
    delays = (*RETRY_DELAYS, None) if repeatable else (None,)
    for delay in delays:
        try:
            return await _once(http, method, url, body, params, timeout)
        except Unreachable:
            if delay is None:
                raise
            await asyncio.sleep(delay)
    raise AssertionError("the last delay is None")


async def _once(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    body: object,
    params: Mapping[str, str] | None,
    timeout: float,
) -> bytes:
    data = None if body is None else msgspec.json.encode(body)
    try:
        async with http.request(
            method,
            url,
            data=data,
            params=params,
            headers=None if data is None else {"Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=timeout),
        ) as answer:
            content = await answer.read()
            status = answer.status
    except aiohttp.ClientConnectorError as e:
        raise Unreachable(url, str(e), sent=False) from e
    except (aiohttp.ClientError, TimeoutError, ConnectionError) as e:
        raise Unreachable(url, str(e) or type(e).__name__, sent=True) from e
    if status >= 400:
        raise Refused(status, _explanation(content))
    return content


def _explanation(content: bytes) -> str:
    """Of {"errors": ["Internal server error.", "<stack>"]} the longest text tells most."""
    try:
        texts = msgspec.json.decode(content, type=_Errors).errors
    except msgspec.DecodeError:
        texts = []
    return max(texts, key=len) if texts else content.decode("utf-8", "replace")
