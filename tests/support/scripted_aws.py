"""An endpoint on loopback that answers as it is told: real sockets, so real botocore and real faults."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl

NO_ACTION = b"<Response><Errors><Error><Code>InvalidAction</Code></Error></Errors></Response>"


@dataclass(frozen=True)
class Reply:
    """One answer. ``drop`` closes the line without a word; ``cut`` after that many bytes of the body."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    cut: int | None = None


IDENTITY = Reply(
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDA</UserId><Account>123456789012</Account>"
    b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


def failure(
    code: str, message: str = "no", status: int = 400, headers: Mapping[str, str] | None = None
) -> Reply:
    """Return an error as EC2 writes it."""
    body = (
        f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
        f"<RequestID>req-{code}</RequestID></Response>"
    )
    return Reply(body.encode(), status, headers or {})


class ScriptedAws:
    """Answers each action with its replies in turn; the last one stays. ``seen`` holds every request."""

    def __init__(self) -> None:
        self.seen: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self._replies: dict[str, list[Reply]] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def on(self, action: str, *replies: Reply) -> None:
        """Say what an action is answered with from now on."""
        with self._lock:
            self._replies[action] = list(replies)

    def count(self, action: str) -> int:
        """Return how often an action was asked for."""
        return sum(request.get("Action") == action for request in self.seen)

    def next_reply(self, form: dict[str, str], headers: dict[str, str]) -> Reply:
        """Record a request and return its reply."""
        with self._lock:
            self.seen.append(form)
            self.headers.append(headers)
            replies = self._replies.get(form.get("Action", ""))
            if not replies:
                return Reply(NO_ACTION, 400)
            return replies.pop(0) if len(replies) > 1 else replies[0]

    def __enter__(self) -> ScriptedAws:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(aws: ScriptedAws) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            reply = aws.next_reply(dict(parse_qsl(body)), dict(self.headers))
            if not reply.drop:
                self._send(reply)
            if reply.drop or reply.cut is not None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

        def _send(self, reply: Reply) -> None:
            self.send_response_only(reply.status)
            headers = {"Content-Type": "text/xml;charset=UTF-8", "Date": self.date_time_string()}
            for name, value in {**headers, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body if reply.cut is None else reply.body[: reply.cut])

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    return Handler
