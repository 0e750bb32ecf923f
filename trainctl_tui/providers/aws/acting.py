"""Acts on EC2: one attempt each, and an outcome that is unknown wherever it could have been anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
)

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.errors import Bug, InvalidResponse, NothingSent, OutcomeUnknown, TrainctlError
from trainctl_tui.providers.aws.calls import Answer, Caller, Question, is_code
from trainctl_tui.providers.aws.gated import OPERATIONS
from trainctl_tui.providers.base import Patience, Receipt
from trainctl_tui.providers.gate import named

# The key that each answer must hold. A reboot's holds nothing but its request id.
_KEYS: Mapping[Act, str] = {
    Act.START: "StartingInstances",
    Act.STOP: "StoppingInstances",
    Act.REBOOT: "ResponseMetadata",
    Act.TERMINATE: "TerminatingInstances",
}
# Failures to connect, before which no byte of a request can have left.
_UNSENT = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)


def send(caller: Caller, act: Act, region: str, ids: Collection[str], patience: Patience) -> Receipt:
    """Send an act once. Raises our errors; OutcomeUnknown for all that proves neither yes nor no."""
    doing = f"{act} {named(ids)}"
    question = Question(
        "ec2", OPERATIONS[act], region, _KEYS[act], doing, {"InstanceIds": list(dict.fromkeys(ids))}
    )
    try:
        answer = caller.ask_once(question, patience)
    except (InvalidResponse, Bug, NothingSent) as error:
        if _is_certain(error):
            raise
        raise _unknown(doing, region, error.why) from error
    if not answer.request_id:
        raise _unknown(doing, region, "The answer has no request id.")
    return Receipt(answer.request_id, _states(answer, _KEYS[act]))


def rehearse(caller: Caller, act: Act, region: str, ids: Collection[str], patience: Patience) -> None:
    """Send an act with DryRun: raise what forbids it, and change nothing."""
    doing = f"rehearse to {act} {named(ids)}"
    asked = {"InstanceIds": list(dict.fromkeys(ids)), "DryRun": True}
    try:
        caller.ask(Question("ec2", OPERATIONS[act], region, "ResponseMetadata", doing, asked), patience)
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
    changes = answer.parsed[key] if key != "ResponseMetadata" else ()
    return {each.get("InstanceId", ""): each.get("CurrentState", {}).get("Name", "") for each in changes}


def _unknown(doing: str, region: str, why: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"It is not known whether this was done: {doing} in {region}.", why, "Look before doing it again."
    )
