"""docs/safety.md says what the rules say, and names every row of SAFETY.md about what EC2 has."""

from __future__ import annotations

import re

from tests.support.safety_page import PAGE, page
from trainctl_tui.domain import limits, rules_table

ROWS = {f"D{number}" for number in (*range(1, 25), *range(28, 33), 37)}


def test_the_page_is_the_one_that_the_rules_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make safety`"


def test_every_row_that_concerns_these_is_there() -> None:
    rules = (
        *rules_table.MOMENT,
        rules_table.NOT_KNOWN,
        rules_table.SETTLED,
        *rules_table.TARGET,
        *limits.BATCH_RULES,
    )
    assert {rule.row for rule in rules} == ROWS | {"state", "default", "asked", "snapshot", "speed"}
    assert set(re.findall(r"^\| (D\d+) \|", page(), re.MULTILINE)) == ROWS
