"""What is asked of each target beyond the verb, as plan, gate and providers share it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from trainctl_tui.domain.acts import Act
from trainctl_tui.domain.resources import Tags

MAKING = frozenset({Act.CREATE, Act.SNAPSHOT, Act.RESTORE})
"""Acts that make something new; it carries the tag ``trainctl:op``."""


class Change(Struct, frozen=True):
    """What is to become of one target, beyond the verb: the parameters of its call, frozen in the plan.

    Empty text and None mean: not asked for. ``force`` is a forced detach. ``tags`` are set, ``untag`` are
    keys that are removed; what is made gets ``tags`` too.
    """

    instance: str = ""
    device: str = ""
    type: str = ""
    size_gib: int | None = None
    iops: int | None = None
    throughput: int | None = None  # MiB/s
    zone: str = ""
    encrypted: bool = False
    description: str = ""
    force: bool = False
    tags: Tags = ()
    untag: tuple[str, ...] = ()


NO_CHANGES: Mapping[str, Change] = MappingProxyType({})
"""Nothing beyond the verb, of any target."""

UNASKED = Change()
"""Nothing beyond the verb."""


class Order(Struct, frozen=True):
    """An act with its parameters, as providers take it. ``mark`` is the id of the operation.

    What is made is tagged ``trainctl:op=<mark>/<target>``, and that is its client token where a call has one.
    """

    act: Act
    changes: dict[str, Change] = {}
    mark: str = ""

    def of(self, id: str) -> Change:
        """Return what is asked for this target."""
        return self.changes.get(id, UNASKED)
