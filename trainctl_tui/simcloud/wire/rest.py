"""moto, for every service that the engine is not: imported late, because that takes 1.7 s."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from trainctl_tui.simcloud.wire import bodies
from trainctl_tui.simcloud.wire.bodies import Reply
from trainctl_tui.simcloud.wire.question import Question

# What moto raises where it lacks an operation, a service or a parameter.
_LACKING = (NotImplementedError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


class Rest:
    """The moto application, loaded in the background or at first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._application: Callable[..., Iterable[bytes]] | None = None

    def warm_up(self) -> None:
        """Begin to import moto beside the running server."""
        threading.Thread(target=self._load, name="moto", daemon=True).start()

    def reply(self, environ: dict[str, Any], body: bytes, question: Question, request_id: str) -> Reply:
        """Pass a request on. What moto lacks comes back as AWS's own error, never as a page of HTML."""
        told: list[Any] = []
        inner = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], None]:
            told[:] = [int(status.split()[0]), headers]
            return lambda data: None

        application = self._load()
        try:
            chunks = application(inner, start)
            try:
                content = b"".join(chunks)
            finally:
                getattr(chunks, "close", lambda: None)()
        except _LACKING:
            return _unsupported(question, request_id)
        status, headers = told
        if status >= 500 and b"<html" in content[:200].lower():
            return _unsupported(question, request_id)
        drop = {"date", "connection", "transfer-encoding"}
        if environ["REQUEST_METHOD"] != "HEAD":  # whose length is that of the body it does not have
            drop.add("content-length")
        return Reply(status, [(k, v) for k, v in headers if k.lower() not in drop], content)

    def _load(self) -> Callable[..., Iterable[bytes]]:
        with self._lock:
            if self._application is None:
                # Without this moto makes 1,300 images at start (measured: 0.8 s) that nobody here uses.
                os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
                from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

                self._application = DomainDispatcherApplication(create_backend_app)
            return self._application


def _unsupported(question: Question, request_id: str) -> Reply:
    said = f"{question.name} is not part of the simulated AWS."
    return bodies.error(question.protocol, "UnsupportedOperation", said, 400, request_id)
