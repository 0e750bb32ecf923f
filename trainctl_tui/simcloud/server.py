"""The HTTP server of the simulated AWS: loopback only, keep-alive, a thread per connection."""

from __future__ import annotations

import os
import select
import sys
import threading
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from trainctl_tui.simcloud.wire.application import Application

HOST = "127.0.0.1"
_PARENT_CHECK = 2.0


class Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1 and keeps quiet."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes; with Nagle the second waits 40 ms for an acknowledgement.
    disable_nagle_algorithm = True

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer without the Date and Server of this machine: the application sends the engine's."""
        self.send_response_only(code, message)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing for each request."""

    def log_error(self, format: str, *args: Any) -> None:
        """Say nothing of a client that hung up."""


def make(application: Application, port: int = 0, fd: int | None = None) -> BaseWSGIServer:
    """Return a server that listens on loopback, or on the listening socket ``fd``."""
    return make_server(HOST, port, application, threaded=True, request_handler=Handler, fd=fd)


def end_with_parent() -> None:
    """End this process when its standard input closes or its parent is gone, even by kill -9."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            ready, _, _ = select.select([sys.stdin], [], [], _PARENT_CHECK)
            if ready and not os.read(sys.stdin.fileno(), 4096):
                break
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()
