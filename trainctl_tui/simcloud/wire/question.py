"""Who asks what: one HTTP request, read far enough to route, count and spoil it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from trainctl_tui.simcloud.engine.paging import page_of

_SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
READS = ("Describe", "Get", "List", "Head", "Lookup", "Search", "Simulate", "Filter", "Batch Get")
"""How the names of operations begin that change nothing."""

_FORMS = frozenset({"ec2", "sts", "iam"})  # services whose every request is a form with an Action


@dataclass(frozen=True)
class Question:
    """One request. ``protocol`` is "ec2", "query", "json", "s3" or "rest"; it decides how errors look."""

    service: str
    region: str
    action: str
    protocol: str
    access_key: str
    form: Mapping[str, str]
    page: int
    agent: str = ""

    @property
    def name(self) -> str:
        """Return "ec2:DescribeInstances"."""
        return f"{self.service}:{self.action}"

    @property
    def mutating(self) -> bool:
        """Say whether this would change anything. A form cut short before its Action asks for nothing."""
        if self.service in _FORMS and not self.form.get("Action"):
            return False
        if self.protocol in ("s3", "rest"):
            return not self.action.startswith(("GET ", "HEAD "))
        return not self.action.startswith(READS) and self.action not in (
            "AssumeRole",
            "DecodeAuthorizationMessage",
        )


def read(environ: Mapping[str, Any], body: bytes) -> Question:
    """Return what a WSGI request asks."""
    signed = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    access_key, region, service = signed.groups() if signed else ("", "us-east-1", "")
    form: dict[str, str] = {}
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if target := environ.get("HTTP_X_AMZ_TARGET", ""):
        action, protocol = target.rpartition(".")[2], "json"
    elif "Action" in form:
        action, protocol = form["Action"], "ec2" if service == "ec2" else "query"
    else:
        query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
        action = f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '/')}{query}"
        protocol = "s3" if service in ("s3", "") else "rest"
    page, agent = page_of(form.get("NextToken")), environ.get("HTTP_USER_AGENT", "")
    return Question(service, region, action, protocol, access_key, form, page, agent)
