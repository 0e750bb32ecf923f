"""The WSGI application: control paths, faults, the engine, and moto behind it."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec

from trainctl_tui.simcloud.driver import Driver
from trainctl_tui.simcloud.engine import EngineError
from trainctl_tui.simcloud.wire import effects, own, question
from trainctl_tui.simcloud.wire.bodies import Reply
from trainctl_tui.simcloud.wire.counts import Counts
from trainctl_tui.simcloud.wire.faults import FaultBook, read_rules
from trainctl_tui.simcloud.wire.question import Question
from trainctl_tui.simcloud.wire.rest import Rest

Start: TypeAlias = Callable[..., Any]
_JSON = [("Content-Type", "application/json")]


class Application:
    """Answers as AWS would, or as the fault rules say. ``latency`` in seconds is added to every answer."""

    def __init__(self, driver: Driver, faults: FaultBook, latency: float = 0.0) -> None:
        self.driver = driver
        self.faults = faults
        self.latency = latency
        self.counts = Counts()
        self.rest = Rest()
        self._closing = threading.Event()

    def close(self) -> None:
        """Let answers that are held back go at once."""
        self._closing.set()

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        path = environ.get("PATH_INFO", "/")
        if path in self._controls:
            return self._send(self._control(environ["REQUEST_METHOD"], path, body), start, environ)
        asked = question.read(environ, body)
        self.counts.add(asked)
        rules = self.faults.hit(asked)
        self._closing.wait(self.latency + sum(rule.seconds for rule in rules if rule.effect == "latency"))
        reply = self._reply(environ, body, asked, [rule.effect for rule in rules])
        for rule in rules:
            reply = effects.spoil(rule, reply, asked)
        skew = sum(rule.seconds for rule in rules if rule.effect == "skew")
        return self._send(reply, start, environ, skew, cut=effects.cut([rule.effect for rule in rules]))

    def _reply(self, environ: dict[str, Any], body: bytes, asked: Question, hit: list[str]) -> Reply:
        request_id = str(uuid.uuid4())
        if effects.refuses(hit):
            return Reply(200, [("x-amzn-requestid", request_id)], b"")
        reply = own.reply(self.driver.engine, asked, request_id)
        if reply is None:
            reply = self.rest.reply(environ, body, asked, request_id)
        return reply

    def _send(
        self,
        reply: Reply,
        start: Start,
        environ: Mapping[str, Any],
        skew: float = 0.0,
        cut: int | None = None,
    ) -> Iterable[bytes]:
        if cut == 0:
            effects.hang_up(environ)
        headers = [*reply.headers, ("Date", formatdate(self.driver.engine.clock.now() + skew, usegmt=True))]
        if all(name.lower() != "content-length" for name, _ in headers):
            headers.append(("Content-Length", str(len(reply.body))))
        start(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
        return [reply.body] if cut is None else effects.half(reply.body, environ)

    @property
    def _controls(self) -> Mapping[str, Callable[[str, bytes], Any]]:
        return {"/_faults": self._faults, "/_calls": self._calls, "/_engine": self._engine}

    def _control(self, method: str, path: str, body: bytes) -> Reply:
        try:
            told = self._controls[path](method, body)
        except (msgspec.MsgspecError, EngineError, KeyError, ValueError) as error:
            return Reply(400, _JSON, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        return Reply(200, _JSON, json.dumps(told).encode())

    def _faults(self, method: str, body: bytes) -> Any:
        if method == "POST":
            self.faults.replace(*read_rules(body))
        elif method == "DELETE":
            self.faults.replace((), 0)
        return self.faults.told()

    def _calls(self, method: str, _body: bytes) -> Any:
        if method == "DELETE":
            self.counts.clear()
        return self.counts.told()

    def _engine(self, method: str, body: bytes) -> Any:
        if method != "POST":
            raise ValueError("POST a command here")
        return self.driver.command(json.loads(body))
