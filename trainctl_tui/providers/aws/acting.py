"""Acts on EC2: one attempt each, and an outcome that is unknown wherever it could have been anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
)

from trainctl_tui.domain.errors import Bug, InvalidResponse, NothingSent, OutcomeUnknown, TrainctlError
from trainctl_tui.domain.orders import MAKING, Order
from trainctl_tui.providers.aws.calls import Answer, Caller, Question, is_code
from trainctl_tui.providers.base import Patience, Receipt
from trainctl_tui.providers.gate import named
from trainctl_tui.providers.requests import is_single, request

# The key that each answer must hold, where it holds more than its request id.
_KEYS: Mapping[str, str] = {
    "StartInstances": "StartingInstances",
    "StopInstances": "StoppingInstances",
    "TerminateInstances": "TerminatingInstances",
    "CreateVolume": "VolumeId",
    "CreateSnapshot": "SnapshotId",
    "ModifyVolume": "VolumeModification",
}
_ALWAYS = "ResponseMetadata"
# Failures to connect, before which no byte of a request can have left.
_UNSENT = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)


def send(caller: Caller, order: Order, region: str, ids: Collection[str], patience: Patience) -> Receipt:
    """Send an act once. Raises our errors; OutcomeUnknown for all that proves neither yes nor no."""
    doing = f"{order.act} {named(ids)}"
    operation, parameters = request(order, ids)
    key = _KEYS.get(operation, _ALWAYS)
    try:
        answer = caller.ask_once(Question("ec2", operation, region, key, doing, parameters), patience)
    except (InvalidResponse, Bug, NothingSent) as error:
        if _is_certain(error):
            raise
        raise _unknown(doing, region, error.why) from error
    if not answer.request_id:
        raise _unknown(doing, region, "The answer has no request id.")
    made = dict.fromkeys(ids, answer.parsed[key]) if order.act in MAKING else {}
    return Receipt(answer.request_id, _states(answer, key), made)


def rehearse(caller: Caller, order: Order, region: str, ids: Collection[str], patience: Patience) -> None:
    """Send an act with DryRun: raise what forbids it, and change nothing.

    Of an act that takes one target a call, the first stands for all.
    """
    some = list(ids)[:1] if is_single(order.act) else ids
    doing = f"rehearse to {order.act} {named(some)}"
    operation, parameters = request(order, some)
    asked = {**parameters, "DryRun": True}
    try:
        caller.ask(Question("ec2", operation, region, _ALWAYS, doing, asked), patience)
    except TrainctlError as error:
        if is_code(error, "DryRunOperation"):
            return
        raise
    raise _unknown(doing, region, "The endpoint answered as if it had been no rehearsal.")


def _is_certain(error: TrainctlError) -> bool:
    """Say whether an error proves that nothing was done: AWS refused, or no byte can have left."""
    cause = error.__cause__
    if isinstance(error, NothingSent):
        return cause is None or isinstance(cause, _UNSENT)
    return isinstance(cause, ClientError) and not isinstance(error, InvalidResponse)


def _states(answer: Answer, key: str) -> dict[str, str]:
    changes = answer.parsed[key] if key.endswith("Instances") else ()
    return {each.get("InstanceId", ""): each.get("CurrentState", {}).get("Name", "") for each in changes}


def _unknown(doing: str, region: str, why: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"It is not known whether this was done: {doing} in {region}.", why, "Look before doing it again."
    )
