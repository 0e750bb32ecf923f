"""Laws of verdicts: no danger and no lost fact lowers one; protection holds in every spelling."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.campaign import campaign
from tests.support.dangers import ADDED, LOST
from tests.support.judging import (
    FLEET,
    MINE,
    POLICY,
    ROOT,
    SITUATION,
    machine,
)
from tests.support.worlds import ALL_FACTS, WORLDS, World
from trainctl_tui.domain.acts import Act, Facts, Verdict
from trainctl_tui.domain.plans import make

SETTLED_BY_STATE = (Act.START, Act.STOP, Act.REBOOT, Act.TERMINATE, Act.DELETE)
"""Acts of which a fact that is lost or added does not change that nothing is left to do."""

MAKES_IT_OURS = {"a protecting tag"}  # so that a batch takes what was foreign without a word of its own


@settings(max_examples=campaign(500, 20_000))
@given(
    name=st.sampled_from([*LOST, *ADDED]), world=WORLDS, act=st.sampled_from(list(Act)), batch=st.booleans()
)
def test_no_danger_and_no_ignorance_lowers_a_verdict(name: str, world: World, act: Act, batch: bool) -> None:
    before = world.judged(act, batch)
    after = (LOST | ADDED)[name](world).judged(act, batch)
    undone = before.is_settled and act not in SETTLED_BY_STATE  # there is something to do again
    assert after.verdict >= before.verdict or undone
    assert before.verdict >= Verdict.WARN
    if before.by_word and name not in MAKES_IT_OURS:
        assert after.by_word or after.verdict is Verdict.REFUSE


@given(world=WORLDS, act=st.sampled_from(list(Act)))
def test_a_batch_is_never_laxer_than_one(world: World, act: Act) -> None:
    alone, among = world.judged(act, batch=False), world.judged(act, batch=True)
    if not {found.row for found in alone.findings} >= {"D29"}:  # a batch counts its budget as a whole
        assert among.verdict >= alone.verdict


@given(
    worlds=st.lists(ALL_FACTS, max_size=5), act=st.sampled_from(list(Act)), chosen=st.sets(st.integers(0, 4))
)
def test_the_groups_of_a_plan_are_the_selection(worlds: list[Facts], act: Act, chosen: set[int]) -> None:
    facts = [replace(one, id=f"i-{number}") for number, one in enumerate(worlds)]
    included = [one.id for number, one in enumerate(facts) if number in chosen]
    made = make(act, facts, POLICY, SITUATION, [FLEET], actor="", endpoint="", included=included)
    assert sorted(one.facts.id for one in made.judgements) == sorted(one.id for one in facts)
    assert all(one.verdict is not Verdict.REFUSE for one in (*made.goes, *made.needs_word))
    assert all(one.verdict is Verdict.REFUSE for one in made.left_out)
    assert not {one.facts.id for one in made.needs_word} & set(included)
    assert set(made.included) <= set(included) & set(made.ids)
    assert (made.verdict is Verdict.TYPE) == bool(made.phrase)


PREFIXES = ("trainctl", "runctl")
PROTECTING = ("protected", "important", "persistent")
SPELLINGS = (str.lower, str.upper, str.title, str.swapcase, lambda key: f" {key}\t")


@pytest.mark.parametrize(
    ("prefix", "word", "spell", "value"),
    product(
        ("trainctl", "runctl"), ("protected", "important", "persistent"), SPELLINGS, ("true", "", "nope")
    ),
)
def test_no_spelling_of_protection_is_terminated(
    prefix: str, word: str, spell: Callable[[str], str], value: str
) -> None:
    tags = ((spell(f"{prefix}:{word}"), value),)
    worlds = [
        World(machine(tags=(*MINE, *tags)), replace(POLICY, allow_force=True), SITUATION, FLEET),
        World(machine(volumes=(replace(ROOT, tags=tags),)), POLICY, SITUATION, FLEET),
    ]
    for world, batch in product(worlds, (True, False)):
        judgement = world.judged(Act.TERMINATE, batch)
        assert judgement.verdict is Verdict.REFUSE
        assert tags[0][0] in judgement.reasons[0]
