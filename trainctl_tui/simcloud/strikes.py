"""What the fault rules of the wire mean to a caller in this process, who sees our errors and no bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trainctl_tui.domain.errors import (
    Denied,
    ExpiredCredentials,
    InvalidResponse,
    OutcomeUnknown,
    Throttled,
    TrainctlError,
)
from trainctl_tui.simcloud.wire.faults import FaultBook, Rule
from trainctl_tui.simcloud.wire.question import READS, Question

# Instead of the call: nothing is done. As ``providers.aws.errors`` reads what the wire says.
_INSTEAD: Mapping[str, tuple[type[TrainctlError], str]] = {
    "throttle": (Throttled, "RequestLimitExceeded"),
    "unavailable": (OutcomeUnknown, "Unavailable"),
    "internal": (OutcomeUnknown, "InternalError"),
    "drop": (OutcomeUnknown, "ConnectionClosedError"),
    "html": (InvalidResponse, ""),
    "expired": (ExpiredCredentials, "RequestExpired"),
    "denied": (Denied, "UnauthorizedOperation"),
    "invalid_auth": (Denied, "AuthFailure"),
    "no_region": (Denied, "OptInRequired"),
}
# After the call: it is done, and its answer is lost or spoiled.
_AFTER: Mapping[str, tuple[type[TrainctlError], str]] = {
    "lost": (OutcomeUnknown, "ConnectionClosedError"),
    "half_body": (OutcomeUnknown, "IncompleteReadError"),
    "missing_key": (InvalidResponse, ""),
    "wrong_type": (InvalidResponse, ""),
}


class Strikes:
    """The rules as they strike one provider, but for delays and skewed dates: nobody waits or reads them."""

    def __init__(self, book: FaultBook) -> None:
        self._book = book

    def on(self, operation: str, region: str, page: int) -> Sequence[Rule]:
        """Return the rules that strike a call, having raised for those that take its place."""
        service = {"GetCallerIdentity": "sts", "ListAccountAliases": "iam"}.get(operation, "ec2")
        asked = Question(service, region, operation, "ec2", "", {}, page)
        rules = self._book.hit(asked)
        _raise(rules, _INSTEAD, operation)
        return rules

    def after(self, rules: Sequence[Rule], operation: str) -> None:
        """Raise for rules that lose the answer of a call that was done."""
        _raise(rules, _AFTER, operation)


def _raise(
    rules: Sequence[Rule], errors: Mapping[str, tuple[type[TrainctlError], str]], operation: str
) -> None:
    for rule in rules:
        if rule.effect not in errors:
            continue
        kind, code = errors[rule.effect]
        if kind is InvalidResponse and not operation.startswith(READS):
            kind = OutcomeUnknown  # an act whose answer is no answer may have happened
        permission = f"ec2:{operation}" if rule.effect == "denied" else ""
        raise kind(
            f"Could not {operation}.",
            f"A fault rule says: {rule.effect}.",
            code=code,
            permission=permission,
            wait=rule.retry_after,
        )
