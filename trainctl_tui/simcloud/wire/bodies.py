"""Errors in the words of each protocol."""

from __future__ import annotations

import json
from typing import NamedTuple
from xml.sax.saxutils import escape


class Reply(NamedTuple):
    """A whole HTTP answer, before it is sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def xml(body: bytes, request_id: str, status: int = 200) -> Reply:
    """Return an XML answer."""
    headers = [("Content-Type", "text/xml;charset=UTF-8"), ("x-amzn-requestid", request_id)]
    return Reply(status, headers, body)


def error(protocol: str, code: str, message: str, status: int, request_id: str) -> Reply:
    """Return an error as this protocol's clients expect it."""
    said = escape(message)
    if protocol == "ec2":
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
            f"<Code>{code}</Code><Message>{said}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
        return xml(text.encode(), request_id, status)
    if protocol == "query":
        kind = "Receiver" if status >= 500 else "Sender"
        text = (
            f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{said}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return xml(text.encode(), request_id, status)
    if protocol == "s3":
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{code}</Code><Message>{said}</Message><RequestId>{request_id}</RequestId></Error>"
        )
        return Reply(
            status, [("Content-Type", "application/xml"), ("x-amz-request-id", request_id)], text.encode()
        )
    body = json.dumps({"__type": code, "message": message}).encode()
    kind = "application/x-amz-json-1.1" if protocol == "json" else "application/json"
    headers = [("Content-Type", kind), ("x-amzn-RequestId", request_id), ("x-amzn-ErrorType", code)]
    return Reply(status, headers, body)
