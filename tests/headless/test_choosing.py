"""A command filters and orders as the pane does, unknown values and equal ones included."""

from __future__ import annotations

import random

import pytest

from tests.support.rows import NOW, REGION, instance, spec, volume
from trainctl_tui.domain.query import parse
from trainctl_tui.domain.resources import Kind, Row
from trainctl_tui.listing.choosing import choose, context, ordered
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.spec import PANES
from trainctl_tui.tui.widgets.fleet_model import FleetModel

SPECS = {"g5.xlarge": spec("g5.xlarge")}


def fleet(kind: Kind) -> dict[tuple[str, str], Row]:
    """Return rows of which some hold unknown and equal values, in no order."""
    made: list[Row] = []
    for number in range(60):
        if kind is Kind.INSTANCES:
            launched = None if number % 7 == 0 else NOW - number % 5 * 1000
            type_ = "g5.xlarge" if number % 3 else "x9.large"
            made.append(instance(number, launched_at=launched, type=type_, tags=()))
        else:
            made.append(volume(number, size_gib=None if number % 7 == 0 else number % 4, tags=()))
    random.Random(4).shuffle(made)
    return {(REGION, row.id): row for row in made}


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", [Kind.INSTANCES, Kind.VOLUMES])
def test_the_order_is_that_of_the_pane(kind: Kind, reverse: bool) -> None:
    pane = next(pane for pane in PANES if pane.kind is kind)
    rows, facts = fleet(kind), Facts(now=NOW, specs=SPECS)
    model = FleetModel()
    model.set_rows(rows, facts)
    for column in pane.columns:
        model.order_by(column, reverse)
        assert ordered(rows, column, facts, reverse) == list(model.shown), column.key


def test_what_a_filter_cannot_tell_is_left_out_and_counted() -> None:
    rows, facts = fleet(Kind.INSTANCES), Facts(now=NOW, specs=SPECS)
    columns = PANES[0].columns
    query = parse("gpus>=0", Kind.INSTANCES)
    wanted, undecided = choose(rows, query, context(columns, facts))
    assert {row.type for row in wanted.values()} == {"g5.xlarge"}
    assert undecided == len(rows) - len(wanted) > 0
    assert choose(rows, None, context(columns, facts)) == (rows, 0)
