"""Thousands of rows are taken in by steps whose work is bounded: counted, not timed."""

from __future__ import annotations

from random import Random
from typing import Any

from trainctl_tui.listing.columns import Column
from trainctl_tui.tui.widgets import fleet_plan
from trainctl_tui.tui.widgets.fleet_model import FleetModel, Key, Plan


def key(id: str) -> Key:
    return "us-east-1", id


class Watched:
    """Ten thousand rows whose every look at is counted: by filter, by order, by comparison."""

    def __init__(self, count: int = 10_000) -> None:
        self.looks = self.compared = 0
        numbers = list(range(count))
        Random(1).shuffle(numbers)
        self.rows = {key(f"{n:05}"): Seen(self, n) for n in numbers}
        self.column: Column[Seen, Any] = Column("n", "N", 5, lambda r, _: str(r.n), self.sort)

    def sort(self, row: Seen, _facts: Any) -> int:
        self.looks += 1
        return -row.n

    def wanted(self, row: Seen) -> bool:
        self.looks += 1
        return row.n % 2 == 0

    def most_in_a_step(self, plan: Plan) -> tuple[int, int]:
        """Run a plan; return the most looks and comparisons between two of its steps."""
        looks = compared = 0
        while True:
            self.looks = self.compared = 0
            ended = next(iter(plan), self) is self
            looks, compared = max(looks, self.looks), max(compared, self.compared)
            if ended:
                return looks, compared


class Seen:
    """A row that tells when it is compared."""

    def __init__(self, watched: Watched, n: int) -> None:
        self.watched, self.n = watched, n

    def __eq__(self, other: object) -> bool:
        self.watched.compared += 1
        return isinstance(other, Seen) and self.n == other.n

    __hash__ = None  # type: ignore[assignment]


def test_thousands_of_rows_are_taken_in_by_small_steps() -> None:
    watched = Watched()
    model = FleetModel()
    model.order_by(watched.column, reverse=False)
    looks, _ = watched.most_in_a_step(model.update(watched.rows, None))
    assert 0 < looks <= fleet_plan._KEYED
    looks, _ = watched.most_in_a_step(model.refilter(watched.wanted))
    assert 0 < looks <= fleet_plan._JUDGED
    copies = {one: Seen(watched, row.n) for one, row in watched.rows.items()}
    looks, compared = watched.most_in_a_step(model.update(copies, None))
    assert looks == 0  # equal rows are neither judged nor keyed again
    assert 0 < compared <= fleet_plan._COMPARED
    assert [row.n for row in model.shown_rows()] == list(range(9998, -1, -2))


def test_one_row_in_a_hundred_costs_as_many_looks() -> None:
    watched = Watched()
    model = FleetModel()
    model.order_by(watched.column, reverse=False)
    model.set_filter(watched.wanted)
    model.set_rows(watched.rows, None)
    watched.looks = 0
    model.set_rows({**watched.rows, **{key(f"{n:05}"): Seen(watched, n + 2) for n in range(100)}}, None)
    assert watched.looks == 150  # a hundred are judged, the fifty that are shown are keyed
