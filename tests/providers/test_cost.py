"""What the sweep costs, as a ratio to botocore's own parse in the same run (goals P5 and P13)."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.parse_cost import PAGES, PER_PAGE, parse_cost


def test_a_sweep_costs_a_fraction_of_botocore_s_parse(
    record_property: Callable[[str, object], None],
) -> None:
    cost = parse_cost()
    told = (
        f"per 10,000: botocore {cost.botocore:.2f} s, cold {cost.cold:.2f} s = "
        f"{cost.cold / cost.botocore:.3f}x, warm with 1 % changed {cost.warm:.2f} s = "
        f"{cost.warm / cost.botocore:.4f}x"
    )
    record_property("cost", told)
    print(told)
    assert cost.kept == PAGES * PER_PAGE * 99 // 100
    assert cost.equal
    assert cost.cold <= 0.2 * cost.botocore, told
    assert cost.warm <= 0.1 * cost.botocore, told
