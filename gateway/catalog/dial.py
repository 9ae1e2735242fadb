"""Reach a Postgres: socket, TLS as the address asks for it, and the request that cancels."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, TypeVar

from gateway.catalog.address import Address
from protocol.encode import encode_cancel_request, encode_ssl_request
from protocol.errors import CONNECTION_FAILURE, SqlError

_CANCEL_TIMEOUT_S = 5.0
_P = TypeVar("_P", bound=asyncio.BaseProtocol)


async def dial(address: Address, factory: Callable[[], _P]) -> _P:
    """Connect a protocol. Raises SqlError 08006; the caller bounds the time."""
    try:
        arguments = await _opened(address)
        _, protocol = await asyncio.get_running_loop().create_connection(factory, **arguments)
    except OSError as error:
        raise _unreachable(address, error) from error
    return protocol


async def send_cancel(address: Address, pid: int, secret: bytes) -> None:
    """Ask to cancel what a backend runs; returns once Postgres has signalled it. SqlError 08006."""
    try:
        async with asyncio.timeout(_CANCEL_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(**await _opened(address))
            try:
                writer.write(encode_cancel_request(pid, secret))
                await reader.read()  # Postgres answers nothing: it closes when it is done
            finally:
                writer.close()
    except OSError as error:  # TimeoutError is one
        raise _unreachable(address, error) from error


async def _opened(address: Address) -> dict[str, Any]:
    """A connected socket, and the context if Postgres agreed to TLS."""
    connection = await _socket(address)
    try:
        context = address.tls()
        if context is None or not await _agrees(connection, address):
            return {"sock": connection}
        return {"sock": connection, "ssl": context, "server_hostname": address.host}
    except BaseException:
        connection.close()
        raise


async def _agrees(connection: socket.socket, address: Address) -> bool:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(connection, encode_ssl_request())
    # One byte and no more: what a man in the middle puts behind it must not be taken for TLS.
    agreed = await loop.sock_recv(connection, 1) == b"S"
    if not agreed and address.tls_required:
        raise SqlError(CONNECTION_FAILURE, "Postgres does not support TLS, but sslmode requires it")
    return agreed


async def _socket(address: Address) -> socket.socket:
    loop = asyncio.get_running_loop()
    if address.unix_path is not None:
        return await _connected(socket.AF_UNIX, address.unix_path)
    infos = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    failure = OSError(f"no address for {address.host}")
    for family, _, _, _, target in infos:
        try:
            connection = await _connected(family, target)
        except OSError as error:
            failure = error
            continue
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return connection
    raise failure


async def _connected(family: int, target: Any) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, target)
    except BaseException:
        connection.close()
        raise
    return connection


def _unreachable(address: Address, error: OSError) -> SqlError:
    place = address.unix_path or f"{address.host}:{address.port}"
    said = str(error) or type(error).__name__
    return SqlError(CONNECTION_FAILURE, "could not connect to Postgres", detail=f"{place}: {said}")
