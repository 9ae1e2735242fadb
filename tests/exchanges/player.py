"""Plays an exchange against a server and writes down what was answered."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

from tests.exchanges.client import CLOSED, SILENT, Address, RawClient
from tests.exchanges.script import Exchange, Step
from tests.exchanges.wording import encode_line, show_frame

ENCRYPTION = ("SSLRequest", "GSSENCRequest")


@dataclass(slots=True)
class Player:
    address: Address
    clients: dict[str, RawClient] = field(default_factory=dict)
    finals: dict[str, int] = field(default_factory=dict)  # ReadyForQuery to come, by connection

    @property
    def _keys(self) -> dict[str, tuple[int, bytes]]:
        return {name: (client.pid, client.key) for name, client in self.clients.items()}

    async def play(self, exchange: Exchange) -> Exchange:
        """The exchange as this server answers it."""
        answers: list[tuple[str, ...]] = []
        try:
            for step in exchange.steps:
                if step.verb == "expect":
                    answers.append(tuple(await self._expect(step)))
                else:
                    await self._act(step)
            leftover = await self._end()
        finally:
            for client in self.clients.values():
                await client.close()
        if leftover and answers:
            answers[-1] += leftover
        return exchange.with_answers(answers)

    async def _act(self, step: Step) -> None:
        name = step.connection
        if step.verb == "drop":
            await self.clients.pop(name).close()
            return
        if name not in self.clients:
            self.clients[name] = await self.address.connect()
            if step.verb == "send":
                await self.clients[name].start()
        if step.verb == "send":
            data = b"".join(encode_line(line, self._keys) for line in step.lines)
            requests = sum(line in ENCRYPTION for line in step.lines)
            self.clients[name].send(data, requests=requests)
            self.finals[name] = step.finals

    async def _expect(self, step: Step) -> list[str]:
        client = self.clients[step.connection]
        until, times = step.until or "ReadyForQuery", step.times
        if not step.until:
            times = self.finals[step.connection]
        lines: list[str] = []
        while times:
            try:
                frame = await client.next_frame()
            except TimeoutError:
                return [*lines, SILENT]
            if not frame:
                return [*lines, CLOSED]
            lines.append(self._show(frame))
            times -= lines[-1].split(None, 1)[0] == until
        return lines

    def _show(self, frame: bytes) -> str:
        if len(frame) == 1:
            return f"Encryption {frame.decode()}"
        return show_frame(frame, self._keys)

    async def _end(self) -> tuple[str, ...]:
        """What is said when nothing more is asked; there should be nothing."""
        found: list[str] = []
        for name, client in self.clients.items():
            try:
                found += [f"left over on {name}: {self._show(f)}" for f in await client.rest()]
            except TimeoutError:
                found.append(f"left over on {name}: {SILENT}")
        return tuple(found)


async def play(exchange: Exchange, address: Address) -> Exchange:
    return await Player(address).play(exchange)


def compare(expected: Exchange, played: Exchange) -> str:
    """Empty when both are the same; else both transcripts' first block that differs."""
    for want, got in zip(expected.steps, played.steps, strict=True):
        if want.lines != got.lines:
            return _difference(want, got)
    return ""


def _difference(want: Step, got: Step) -> str:
    return "\n".join([want.header(), *difflib.ndiff(want.lines, got.lines)])
