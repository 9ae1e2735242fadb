"""The listener: sockets in, one named task per connection, and an ordered stop.

Direct TLS (first byte 0x16, ALPN `postgresql`) and plain start-up share one port: the first byte
is peeked at before a protocol is chosen.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
from datetime import UTC, datetime

import structlog
from cryptography import x509

from gateway.config import Limits, Listen, Tls
from protocol.connection import ServerConnection
from session.client import Client
from session.connection import Peers, serve

log = structlog.get_logger(__name__)

ALPN = "postgresql"
TLS_HANDSHAKE_BYTE = 0x16
BACKLOG = 512


def make_tls(tls: Tls) -> tuple[ssl.SSLContext, bytes | None]:
    """A server context, and `tls-server-end-point` of its certificate for channel binding
    (RFC 5929: the hash of its signature, SHA-256 in place of weaker ones; none for Ed25519)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls.certificate, tls.key)
    context.set_alpn_protocols([ALPN])
    certificate = x509.load_pem_x509_certificates(tls.certificate.read_bytes())[0]
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None:
        return context, None
    name = "sha256" if algorithm.name in ("md5", "sha1") else algorithm.name
    der = ssl.PEM_cert_to_DER_cert(tls.certificate.read_text()[: _end_of_first(tls)])
    return context, hashlib.new(name, der).digest()


def expired(tls: Tls) -> datetime | None:
    """When the certificate came to its end, in UTC; None: it has not. Clients that verify it refuse
    it then, all others go on."""
    end = x509.load_pem_x509_certificates(tls.certificate.read_bytes())[0].not_valid_after_utc
    return end if end < datetime.now(UTC) else None


def _end_of_first(tls: Tls) -> int:
    mark = "-----END CERTIFICATE-----"
    return tls.certificate.read_text().index(mark) + len(mark)


class Server:
    """Accepts on one address until `stop`."""

    def __init__(self, listen: Listen, peers: Peers, limits: Limits) -> None:
        self._listen = listen
        self._peers = peers
        self._limits = limits
        self._sockets: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        port: int = self._sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """Raises OSError when the address cannot be had."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(
            self._listen.host, self._listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, _, _, _, address in dict.fromkeys(found):
            sock = socket.create_server(address[:2], family=family, backlog=BACKLOG)
            sock.setblocking(False)
            self._sockets.append(sock)
            task = asyncio.create_task(self._accept(sock), name=f"listener on {address[0]}")
            self._accepting.append(task)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, peer = await loop.sock_accept(listener)
            except OSError as error:  # out of file descriptors: those who are here must go first
                log.warning("accept failed", error=str(error))
                await asyncio.sleep(0.1)
                continue
            task = asyncio.create_task(self._connect(sock), name=f"connection of {peer}")
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

    async def _connect(self, sock: socket.socket) -> None:
        """One connection: peek, choose, serve."""
        loop = asyncio.get_running_loop()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            async with asyncio.timeout(self._limits.handshake_s):
                first = await _peek(loop, sock)
                direct = first == TLS_HANDSHAKE_BYTE and self._peers.tls is not None
                client = await self._wrap(loop, sock, direct)
        except (OSError, TimeoutError) as error:
            log.debug("connection refused", cause=repr(error))
            sock.close()
            return
        if client is not None:
            await serve(client, self._peers)

    async def _wrap(
        self, loop: asyncio.AbstractEventLoop, sock: socket.socket, direct: bool
    ) -> Client | None:
        wire = ServerConnection(max_message=self._limits.max_message, encrypted=direct)
        client = Client(wire)
        context = self._peers.tls if direct else None
        await loop.connect_accepted_socket(lambda: client, sock, ssl=context)
        found = client.ssl_object
        if direct and (found is None or found.selected_alpn_protocol() != ALPN):
            log.info("direct TLS without ALPN refused", peer=client.peername)
            await client.close()
            return None
        return client

    async def stop(self) -> None:
        """Stop accepting, tell every session, wait, then cancel what is left."""
        for task in self._accepting:
            task.cancel()
        await asyncio.gather(*self._accepting, return_exceptions=True)
        for sock in self._sockets:
            sock.close()
        for session in self._peers.registry:
            session.terminate()
        if self._connections:
            await asyncio.wait(self._connections, timeout=self._limits.stop_s)
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


async def _peek(loop: asyncio.AbstractEventLoop, sock: socket.socket) -> int:
    """The first byte, left where it is; -1 at the end (a health check that says nothing)."""
    readable: asyncio.Future[None] = loop.create_future()
    loop.add_reader(sock, _resolve, readable)
    try:
        await readable
    finally:
        loop.remove_reader(sock)
    data = sock.recv(1, socket.MSG_PEEK)
    return data[0] if data else -1
