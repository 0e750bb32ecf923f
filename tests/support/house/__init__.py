"""The rules of the house as small functions: each takes sources and returns its complaints, one line each."""

from __future__ import annotations

from tests.support.house.doors import DOOR_RULES
from tests.support.house.floors import FLOOR_RULES
from tests.support.house.shadows import SHADOW_RULES
from tests.support.house.shape import SHAPE_RULES
from tests.support.house.source import Rule, Source, read
from tests.support.house.words import WORD_RULES

HOUSE_RULES: tuple[Rule, ...] = (*SHAPE_RULES, *WORD_RULES, *DOOR_RULES, *FLOOR_RULES, *SHADOW_RULES)

__all__ = ["HOUSE_RULES", "Rule", "Source", "read"]
