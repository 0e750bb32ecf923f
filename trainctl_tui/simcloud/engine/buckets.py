"""Token buckets: how often each call may be made in one region of one account, and refusals beyond.

Sizes are those of "Request throttling for the Amazon EC2 API": a bucket holds so many calls at most and is
filled again at so many a second. A few acts have a second bucket, of the machines that they name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from trainctl_tui.simcloud.engine.context import Params
from trainctl_tui.simcloud.engine.errors import EngineError


class Limit(Struct, frozen=True, forbid_unknown_fields=True):
    """The size of a bucket and what flows into it each second."""

    holds: float
    per_second: float


_CALLS = {
    "RunInstances": Limit(5, 2),
    "TerminateInstances": Limit(100, 5),
    "CreateVolume": Limit(100, 5),
    "DeleteVolume": Limit(100, 5),
    "CreateSnapshot": Limit(100, 5),
    "DeleteSnapshot": Limit(100, 5),
    "CreateTags": Limit(100, 10),
}
_MACHINES = {"RunInstances": Limit(1000, 2), "TerminateInstances": Limit(1000, 20)}


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """All sizes. ``calls`` and ``machines`` are by operation; the others hold for what these do not name."""

    calls: Mapping[str, Limit] = field(default_factory=lambda: dict(_CALLS))
    machines: Mapping[str, Limit] = field(default_factory=lambda: dict(_MACHINES))
    reads: Limit = Limit(100, 20)
    whole_reads: Limit = Limit(50, 10)  # listings that neither filter nor page
    acts: Limit = Limit(50, 5)


DOCUMENTED = Limits()
"""As AWS documents them."""


def read_limits(told: Any) -> Limits | None:
    """Return limits from "documented", "none" or a table of sizes. Raises ValueError for anything else."""
    if told == "none":
        return None
    return DOCUMENTED if told == "documented" else msgspec.convert(told, Limits)


_WHOLE = frozenset({"Filters", "MaxResults", "NextToken"})


class Buckets:
    """The buckets of one region of one account."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._levels: dict[str, tuple[float, float]] = {}  # what is left, and when that was

    def spend(self, operation: str, params: Params, now: float) -> None:
        """Take what a call costs out of its buckets, or raise RequestLimitExceeded and take nothing."""
        wanted = self._wanted(operation, params)
        left = {name: self._left(name, limit, now) - cost for name, limit, cost in wanted}
        if min(left.values()) < 0:
            raise EngineError("RequestLimitExceeded", "Request limit exceeded.", 503)
        self._levels.update({name: (level, now) for name, level in left.items()})

    def _wanted(self, operation: str, params: Params) -> list[tuple[str, Limit, float]]:
        """Return the buckets of a call: (name, size, cost)."""
        limits = self._limits
        if operation.startswith(("Describe", "Get")):
            ids = any(key.endswith("Ids") for key in params)
            whole = operation.startswith("Describe") and not ids and not _WHOLE & params.keys()
            return [("whole", limits.whole_reads, 1)] if whole else [("reads", limits.reads, 1)]
        own = limits.calls.get(operation)
        found = [(operation, own, 1.0)] if own else [("acts", limits.acts, 1.0)]
        if machines := limits.machines.get(operation):
            count = len(params.get("InstanceIds", ())) or params.get("MaxCount", 1)
            found.append((f"{operation}/machines", machines, count))
        return found

    def _left(self, name: str, limit: Limit, now: float) -> float:
        level, since = self._levels.get(name, (limit.holds, now))
        return min(limit.holds, level + limit.per_second * (now - since))
