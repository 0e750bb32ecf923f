"""What a fault makes of an answer, in the words of each protocol."""

from __future__ import annotations

import contextlib
import json
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from trainctl_tui.simcloud.wire import bodies
from trainctl_tui.simcloud.wire.bodies import Reply
from trainctl_tui.simcloud.wire.faults import Rule
from trainctl_tui.simcloud.wire.question import Question

# effect -> protocol -> (code, status); "" is every protocol without a line of its own.
_ERRORS: Mapping[str, Mapping[str, tuple[str, int]]] = {
    "throttle": {
        "ec2": ("RequestLimitExceeded", 503),
        "query": ("Throttling", 400),
        "s3": ("SlowDown", 503),
        "": ("ThrottlingException", 400),
    },
    "unavailable": {
        "ec2": ("Unavailable", 503),
        "": ("ServiceUnavailable", 503),
    },
    "internal": {
        "ec2": ("InternalError", 500),
        "s3": ("InternalError", 500),
        "": ("InternalFailure", 500),
    },
    "expired": {
        "ec2": ("RequestExpired", 400),
        "query": ("ExpiredToken", 403),
        "s3": ("ExpiredToken", 400),
        "": ("ExpiredTokenException", 400),
    },
    "denied": {
        "ec2": ("UnauthorizedOperation", 403),
        "query": ("AccessDenied", 403),
        "s3": ("AccessDenied", 403),
        "": ("AccessDeniedException", 400),
    },
    "invalid_auth": {
        "ec2": ("AuthFailure", 401),
        "query": ("InvalidClientTokenId", 403),
        "s3": ("InvalidAccessKeyId", 403),
        "": ("UnrecognizedClientException", 400),
    },
    "no_region": {
        "ec2": ("OptInRequired", 401),
        "query": ("InvalidClientTokenId", 403),
        "s3": ("IllegalLocationConstraintException", 400),
        "": ("UnrecognizedClientException", 400),
    },
}
_WORDS = {
    "throttle": "Request limit exceeded.",
    "unavailable": "The service is unavailable. Please try again shortly.",
    "internal": "An internal error has occurred",
    "expired": "Request has expired.",
    "invalid_auth": "AWS was not able to validate the provided access credentials",
    "no_region": "You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe.",
}
_PORTAL = (
    b"<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>Guest Wi-Fi</h1>"
    b"<p>Please accept the terms to go online.</p></body></html>"
)
_CUTS = {"drop": 0, "lost": 0, "half_body": 1}


def refuses(effects: Iterable[str]) -> bool:
    """Say whether an effect stands in for the real answer, so that nothing is asked or done."""
    return any(effect in _ERRORS or effect in ("drop", "html") for effect in effects)


def cut(effects: Iterable[str]) -> int | None:
    """Return how far an answer gets: 0 nothing, 1 half, None all of it."""
    return min((_CUTS[effect] for effect in effects if effect in _CUTS), default=None)


def spoil(rule: Rule, reply: Reply, question: Question) -> Reply:
    """Return what is left of an answer."""
    if rule.effect in _ERRORS:
        return _error(rule, reply, question)
    if rule.effect == "html":
        return Reply(200, [("Content-Type", "text/html")], _PORTAL)
    if rule.effect == "wrong_type":
        return Reply(200, [("Content-Type", "application/json")], b'{"message": "ok"}')
    if rule.effect == "missing_key":
        return _emptied(reply, question)
    return reply


def half(body: bytes, environ: Mapping[str, Any]) -> Iterator[bytes]:
    """Send half of a body, then end the connection."""
    yield body[: len(body) // 2]
    hang_up(environ)


def hang_up(environ: Mapping[str, Any]) -> NoReturn:
    """End the connection under the answer; the server takes it as a client that went away."""
    with contextlib.suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("a fault rule ended this connection")


def _error(rule: Rule, reply: Reply, question: Question) -> Reply:
    codes = _ERRORS[rule.effect]
    code, status = codes.get(question.protocol) or codes[""]
    request_id = dict(reply.headers).get("x-amzn-requestid", "")
    message = _WORDS.get(rule.effect) or (
        "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/demo is not"
        f" authorized to perform: {question.name}"
    )
    made = bodies.error(question.protocol, code, message, status, request_id)
    if rule.retry_after is not None:
        made.headers.append(("Retry-After", f"{rule.retry_after:g}"))
    return made


def _emptied(reply: Reply, question: Question) -> Reply:
    if question.protocol in ("json", "rest"):
        return Reply(200, reply.headers, json.dumps({}).encode())
    root = re.search(rb"<(\w+)[^>?]*>", reply.body)
    name = root.group(1).decode() if root else "Response"
    request_id = dict(reply.headers).get("x-amzn-requestid", "")
    return Reply(200, reply.headers, f"<{name}><requestId>{request_id}</requestId></{name}>".encode())
