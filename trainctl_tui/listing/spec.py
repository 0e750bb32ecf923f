"""What makes a pane: its kind, its columns, its details. The three panes of the dashboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trainctl_tui.domain.resources import Kind
from trainctl_tui.listing import instances, snapshots, volumes
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.details import Details
from trainctl_tui.listing.facts import Facts


@dataclass(frozen=True)
class PaneSpec:
    """One pane. ``order`` is its first order, ``reverse`` its direction. ``sides``: what it is joined with.

    ``columns`` take rows of ``kind`` only; the pane never mixes kinds, so their row type is open here.
    """

    kind: Kind
    title: str
    noun: str
    columns: tuple[Column[Any, Facts], ...]
    details: Callable[[Any, Facts], Details]
    order: str
    reverse: bool = False
    sides: tuple[Kind, ...] = ()

    def column(self, key: str) -> Column[Any, Facts] | None:
        """Return a column by its key, or None."""
        return next((column for column in self.columns if column.key == key), None)


PANES: tuple[PaneSpec, ...] = (
    PaneSpec(
        Kind.INSTANCES,
        "Instances",
        "instance",
        instances.COLUMNS,
        instances.details,
        "age",
        sides=(Kind.STATUSES, Kind.TYPES),
    ),
    PaneSpec(
        Kind.VOLUMES, "Volumes", "volume", volumes.COLUMNS, volumes.details, "age", sides=(Kind.SNAPSHOTS,)
    ),
    PaneSpec(
        Kind.SNAPSHOTS,
        "Snapshots",
        "snapshot",
        snapshots.COLUMNS,
        snapshots.details,
        "age",
        sides=(Kind.VOLUMES,),
    ),
)
