"""The gate of AWS: a hook on every client of a session, those by which botocore signs in included.

It sees the request as it will be serialised (event ``before-call``), after every other hook. What only
reads passes; DryRun passes; anything else must be, to the letter, the request that the order being spent
makes, or is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel
from botocore.serialize import create_serializer
from botocore.session import Session

from trainctl_tui.domain.errors import Refused
from trainctl_tui.domain.plans import Approval
from trainctl_tui.providers import gate
from trainctl_tui.providers.base import ProviderOptions
from trainctl_tui.providers.requests import is_single
from trainctl_tui.providers.requests import request as wanted

ACTS = frozenset(
    {
        "ec2:StartInstances",
        "ec2:StopInstances",
        "ec2:RebootInstances",
        "ec2:TerminateInstances",
        "ec2:AttachVolume",
        "ec2:DetachVolume",
        "ec2:DeleteVolume",
        "ec2:ModifyVolume",
        "ec2:ModifyInstanceAttribute",
        "ec2:CreateVolume",
        "ec2:CreateSnapshot",
        "ec2:DeleteSnapshot",
        "ec2:CreateTags",
        "ec2:DeleteTags",
    }
)
"""All calls of this program that change anything."""

# Calls by which the SDK turns one credential into another; they change nothing in an account.
SIGN_IN = frozenset(
    {
        "sts:AssumeRole",
        "sts:AssumeRoleWithWebIdentity",
        "sts:AssumeRoleWithSAML",
        "sso:GetRoleCredentials",
        "sso-oidc:CreateToken",
        "signin:CreateOAuth2Token",
    }
)
_READING = ("Describe", "Get", "List", "Head")
_SECRETS = frozenset({"Credential", "Credentials", "Token", "Tokens", "Password"})
_WORDS = re.compile(r"[A-Z][a-z]+")
_TARGET = re.compile(r"(InstanceId|ResourceId)\.\d+")  # of calls that may name several
_PLAN = "trainctl_plan"
MARK = "md/trainctl-plan#"
"""Stands before the hash of the plan in the User-Agent of an act; CloudTrail keeps it."""


def guard(session: Session, options: ProviderOptions) -> None:
    """Put the hook on every client that a session will make."""

    def before_call(model: OperationModel, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        if approval := _judge(model, params, options):
            context[_PLAN] = re.sub(r"[^0-9a-zA-Z]", "", approval.plan_hash)[:16]

    events = session.get_component("event_emitter")
    events.register_last("before-call", before_call)
    events.register_last("request-created", _mark)


def is_read(model: OperationModel) -> bool:
    """Say whether an operation only reads, by the service's own model.

    Its first word must say so; it must give an answer, take no client token (what needs one makes
    something), and hand out no credentials.
    """
    word, *others = _WORDS.findall(model.name) or [""]
    output = model.output_shape
    return (
        word in _READING
        and not _SECRETS.intersection(others)
        and output is not None
        and not model.idempotent_members
        and not any("credential" in name.lower() for name in output.members)
    )


def _judge(model: OperationModel, request: Mapping[str, Any], options: ProviderOptions) -> Approval | None:
    """Return the approval of an act, or None for what needs none; raise Refused for what may not be sent."""
    name = f"{model.service_model.service_name}:{model.name}"
    if name in SIGN_IN or is_read(model):
        return None
    what = f"Did not send {model.name}."
    if name not in ACTS:
        raise Refused(f"Did not send {name}.", "It is no read, and no act of this program.", "Report it.")
    told: Mapping[str, Any] = request["body"]
    if told.get("DryRun") == "true":
        gate.check_rehearsal(model.name, read_only=options.read_only)
        return None
    spent = gate.in_force(what, endpoint=options.endpoint, read_only=options.read_only)
    ids = [str(value) for key, value in told.items() if _TARGET.fullmatch(key)] or spent.ids
    gate.check(spent.order, ids, endpoint=options.endpoint)
    if is_single(spent.order.act) and len(ids) != 1:
        raise Refused(what, "Which of several targets it is for was not said.", "Report it.")
    operation, parameters = wanted(spent.order, ids)
    if operation != model.name:
        raise Refused(what, f"What was confirmed is {operation}.", "Report it.")
    confirmed = _serialised(model, parameters)
    if odd := sorted(key for key in {**told, **confirmed} if told.get(key) != confirmed.get(key)):
        raise Refused(what, f"It is not what was confirmed: {', '.join(odd[:3])} differs.", "Report it.")
    return spent.approval


def _serialised(model: OperationModel, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the body that botocore makes of parameters."""
    serializer = create_serializer(model.service_model.resolved_protocol, include_validation=False)
    body: Mapping[str, Any] = serializer.serialize_to_request(parameters, model)["body"]
    return body


def _mark(request: Any, **_: Any) -> None:
    """Name the plan in an approved request: botocore writes the User-Agent anew at this moment."""
    if plan := request.context.get(_PLAN):
        agent = request.headers["User-Agent"]
        request.headers.replace_header("User-Agent", f"{agent} {MARK}{plan}")
