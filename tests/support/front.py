"""A door before the simulated AWS that hands out secrets: sign-ins, roles, consoles, errors that quote URLs.

It is also an HTTP proxy. Whatever it does not answer itself goes on to the simulated AWS.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

MARK = "c4n4ry"
"""Part of every secret, so that one search finds them all, in any case of letters."""

_ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:one</AssumedRoleId>
<Arn>arn:aws:sts::123456789012:assumed-role/trainer/one</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>
<SessionToken>{token}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""
_CONSOLE = """<GetConsoleOutputResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
<instanceId>i-1</instanceId><timestamp>2026-01-01T00:00:00Z</timestamp><output>{text}</output>
</GetConsoleOutputResponse>"""
_REFUSED = (
    "<Response><Errors><Error><Code>{code}</Code><Message>{words}</Message></Error></Errors></Response>"
)


def secret(kind: str, length: int = 40) -> str:
    """Return a secret of a kind, as long and as mixed as real ones."""
    return f"{kind}{MARK}{'Aq7/Zk9+xW3bR5tYu8LmN0pQ' * 8}"[:length]


def key_id(kind: str) -> str:
    """Return an access key id of a kind."""
    return f"ASIA{kind}{MARK}00000000"[:20].upper()


def password() -> str:
    """Return a secret that may stand in an address."""
    return secret("password", 24).replace("/", "")


QUOTED = (
    "The document https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    f"&amp;X-Amz-Credential={key_id('URL')}%2F20260101&amp;X-Amz-Signature={secret('url-signature', 64)}"
    f"&amp;X-Amz-Security-Token={secret('url-token', 120)} is not one."
    f" Authorization: Bearer {secret('url-bearer')}"
)
REFUSED = {
    "DescribeVolumes": ("InvalidParameterValue", QUOTED),
    "DescribeSnapshots": ("UnauthorizedOperation", f"You may not read it with token={secret('denied')}"),
    "DescribeInstanceStatus": (
        "SomethingNew",
        f"https://user:{password()}@b.example.com/ said no",
    ),
}
"""Errors whose words quote secrets, as those of real services do."""


class Front:
    """Use it as a context manager. ``refusals`` says which actions fail, with which code and words.

    ``seen`` names what was asked for: actions, paths, and "a proxy" where it was asked as one.
    """

    def __init__(self, behind: str) -> None:
        self.refusals: dict[str, tuple[str, str]] = {}
        self.seen: list[str] = []
        self._behind = urlsplit(behind).netloc
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, bytes]:
        """Return status, type and body."""
        action = parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
        self.seen.append(action or path.partition("?")[0])
        if path.startswith("/federation/credentials"):
            role = {"accessKeyId": key_id("SSO"), "secretAccessKey": secret("sso-role")}
            role |= {"sessionToken": secret("sso-session", 120)}
            expiry = int((time.time() + 3600) * 1000)
            return (
                200,
                "application/json",
                json.dumps({"roleCredentials": {**role, "expiration": expiry}}).encode(),
            )
        if refusal := self.refusals.get(action):
            return 400, "text/xml", _REFUSED.format(code=refusal[0], words=refusal[1]).encode()
        if action == "AssumeRole":
            kinds = {"key": key_id("ROLE"), "secret": secret("role"), "token": secret("role-session", 120)}
            return 200, "text/xml", _ASSUMED.format(**kinds).encode()
        if action == "GetConsoleOutput":
            text = base64.b64encode(f"export TOKEN={secret('console')}\n".encode()).decode()
            return 200, "text/xml", _CONSOLE.format(text=text).encode()
        return self._pass_on(method, path, body, headers)

    def _pass_on(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, str, bytes]:
        connection = HTTPConnection(self._behind, timeout=30)
        try:
            kept = {name: value for name, value in headers.items() if not name.lower().startswith("proxy-")}
            connection.request(method, path, body, kept)
            reply = connection.getresponse()
            return reply.status, reply.getheader("Content-Type") or "text/xml", reply.read()
        finally:
            connection.close()

    def __enter__(self) -> Front:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(front: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path
            if path.startswith("http://"):  # as a proxy is asked
                front.seen.append("a proxy")
                path = "/" + path.removeprefix("http://").partition("/")[2]
            status, kind, answer = front.answer(self.command, path, body, dict(self.headers))
            self.send_response_only(status)
            self.send_header("Content-Type", kind)
            self.send_header("Date", self.date_time_string())
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    return Handler
