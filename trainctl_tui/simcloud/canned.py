"""A canned EC2 for very large fleets: ``python -m trainctl_tui.simcloud.canned --instances 10000``.

Every item is rendered before the first answer, so that a bench measures its client. Read-only.
Prints one line of JSON when it listens, as the simulated AWS does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sys
import uuid
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any, Self

from trainctl_tui.simcloud.canned_pages import DISTINCT, CannedPages
from trainctl_tui.simcloud.engine import Engine
from trainctl_tui.simcloud.fleet import Fleet
from trainctl_tui.simcloud.process import HOST, Child, Reservation, reserve_endpoint, spawn
from trainctl_tui.simcloud.server import end_with_parent
from trainctl_tui.simcloud.wire import bodies, own, question
from trainctl_tui.simcloud.wire.bodies import Reply


class Answers:
    """Answers one request: canned where it can be, else by the engine."""

    def __init__(self, engine: Engine, pages: Mapping[str, CannedPages]) -> None:
        self._engine = engine
        self._pages = pages

    def reply(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """Return the whole answer."""
        environ = {
            "HTTP_AUTHORIZATION": headers.get("authorization", ""),
            "CONTENT_TYPE": headers.get("content-type", ""),
            "REQUEST_METHOD": "POST",
        }
        asked = question.read(environ, body)
        request_id = str(uuid.uuid4())
        if asked.service == "ec2" and asked.region in self._pages:
            page = self._pages[asked.region].answer(asked.action, asked.form, request_id)
            if page is not None:
                return bodies.xml(page, request_id)
        said = f"{asked.name} is not canned."
        return own.reply(self._engine, asked, request_id) or bodies.error(
            asked.protocol, "UnsupportedOperation", said, 400, request_id
        )


class Connection(asyncio.Protocol):
    """One keep-alive HTTP/1.1 connection."""

    def __init__(self, answers: Answers, latency: float) -> None:
        self._answers = answers
        self._latency = latency
        self._transport: asyncio.Transport | None = None
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            lines = self._held[:end].decode("latin-1").split("\r\n")[1:]
            pairs = (line.partition(":") for line in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            whole = end + 4 + int(headers.get("content-length", 0))
            if len(self._held) < whole:
                return
            body, self._held = self._held[end + 4 : whole], self._held[whole:]
            reply = self._answers.reply(headers, body)
            asyncio.get_running_loop().call_later(self._latency, self._send, reply)

    def _send(self, reply: Reply) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        headers = [
            *reply.headers,
            ("Content-Length", str(len(reply.body))),
            ("Date", formatdate(usegmt=True)),
        ]
        head = f"HTTP/1.1 {reply.status} OK\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers) + "\r\n"
        self._transport.writelines((head.encode(), reply.body))


class Canned(Child):
    """A running canned EC2. Use it as a context manager, or call ``stop``."""

    @classmethod
    def start(
        cls,
        instances: int = 10_000,
        *,
        seed: int = 1,
        latency: float = 0.0,
        churn: int = 0,
        pretty: bool = False,
        reservation: Reservation | None = None,
    ) -> Self:
        """Start one and wait until its pages are rendered (10,000 machines: about 2 s)."""
        arguments = [
            *("--instances", str(instances), "--seed", str(seed)),
            *("--latency", str(latency), "--churn", str(churn)),
            *(("--pretty",) if pretty else ()),
        ]
        child = cls(*spawn("trainctl_tui.simcloud.canned", arguments, reservation or reserve_endpoint()))
        child.wait_until_ready()
        return child


def render_pages(
    instances: int, seed: int, *, churn: int = 0, pretty: bool = False
) -> tuple[Engine, dict[str, CannedPages]]:
    """Return the pages of us-east-1 for a fleet of this size, and the engine for all else."""
    engine = Engine(seed=seed)
    fleet = Fleet(seed, min(instances, DISTINCT), ("us-east-1",))
    fleet.populate(engine)
    pages = CannedPages(engine, fleet, "us-east-1", instances, churn=churn, pretty=pretty)
    return engine, {"us-east-1": pages}


async def _serve(options: argparse.Namespace) -> None:
    listener = (
        socket.create_server((HOST, options.port)) if options.fd is None else socket.socket(fileno=options.fd)
    )
    listener.setblocking(False)
    engine, pages = render_pages(options.instances, options.seed, churn=options.churn, pretty=options.pretty)
    answers = Answers(engine, pages)
    loop = asyncio.get_running_loop()
    server: Any = await loop.create_server(lambda: Connection(answers, options.latency), sock=listener)
    told = {"endpoint": f"http://{HOST}:{listener.getsockname()[1]}", "pid": os.getpid()}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    """Serve until standard input closes."""
    parser = argparse.ArgumentParser(
        prog="trainctl_tui.simcloud.canned", description="A canned EC2 on loopback."
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: any free one)")
    parser.add_argument("--fd", type=int, default=None, help="a socket that listens already")
    parser.add_argument("--seed", type=int, default=1, help="the fleet grows from this")
    parser.add_argument("--instances", type=int, default=10_000, help="machines in us-east-1")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument("--churn", type=int, default=0, help="machines that change between two sweeps")
    parser.add_argument("--pretty", action="store_true", help="indent as real EC2 does")
    parser.add_argument("--follow-stdin", action="store_true", help="end when standard input closes")
    options = parser.parse_args()
    if options.follow_stdin:
        end_with_parent()
    asyncio.run(_serve(options))


if __name__ == "__main__":
    main()
