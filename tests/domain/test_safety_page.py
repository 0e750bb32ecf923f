"""docs/safety.md says what the rules say, and names every row of SAFETY.md that concerns machines."""

from __future__ import annotations

import re

from tests.support.safety_page import PAGE, page
from trainctl_tui.domain import limits, safety

ROWS = {f"D{number}" for number in (*range(1, 19), *range(28, 33), 37)}


def test_the_page_is_the_one_that_the_rules_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make safety`"


def test_every_row_that_concerns_machines_is_there() -> None:
    rules = (*safety.MOMENT, safety.NOT_KNOWN, safety.SETTLED, *safety.TARGET, *limits.BATCH_RULES)
    assert {rule.row for rule in rules} == ROWS | {"state", "default"}
    assert set(re.findall(r"^\| (D\d+) \|", page(), re.MULTILINE)) == ROWS
