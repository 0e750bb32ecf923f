"""The table [safety]: one for all, one for each profile; what cannot be read of it is named, and guards."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.config_place import Place
from trainctl_tui.domain.acts import Policy
from trainctl_tui.view_settings import ViewSettings, load_view_settings


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[safety]\nowner_keys = [""]\n', 2, "'safety.owner_keys'"),
        ("[safety]\nmin_age = 60\nmax_bach = 3\n", 3, "did you mean 'safety.max_batch'?"),
        ("max_batch = 3\n", 1, "did you mean 'safety.max_batch'?"),
        ("max_bach = 3\n", 1, "did you mean 'safety.max_batch'?"),
        ("[safty]\nmax_batch = 3\n", 1, "did you mean 'safety'?"),
        ("[safety]\nrefresh = 3\n", 2, "'safety.refresh'"),
        ("[safety.safety]\nmin_age = 3\n", 1, "'safety.safety'"),
        ("safety = 3\n", 1, "[safety]"),
        ("[safety]\nmax_instances = 0\n", 2, '"none"'),
        ('[safety]\nmax_instances = "no"\n', 2, '"none"'),
        ("[safety]\nmax_batch = 3.5\n", 2, "'safety.max_batch'"),
        ("[safety]\nmax_batch = true\n", 2, "'safety.max_batch'"),
        ('[safety]\nmax_batch = "none"\n', 2, "'safety.max_batch'"),
        ("[safety]\nhourly_budget = nan\n", 2, "'safety.hourly_budget'"),
        ('[safety]\nownership = "lax"\n', 2, "ask, strict, any"),
        ("[profiles.other.safety]\nmax_percent = 101\n", 2, "'safety.max_percent'"),
        ("[profiles.other.safety]\nmin_aeg = 1\n", 2, "'profiles.other.safety.min_aeg'"),
        ('read_only = "yes"\n', 1, "'read_only'"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(place: Place, text: str, line: int, words: str) -> None:
    place.config.write_text(text)
    said = place.refused()
    assert f"{place.config}:{line}: " in said
    assert words in said


def test_safety_has_its_table_for_all_and_for_each_profile(place: Place) -> None:
    place.config.write_text(
        '[safety]\nuser = "ann"\nmin_age = 60\nmax_instances = "none"\nownership = "strict"\n'
        "[profiles.lab.safety]\nmin_age = 0\nallow_force = true\nhourly_budget = 12\n"
    )
    policy = place.both().policy
    assert policy == Policy(user="ann", min_age=60.0, max_instances=None, ownership="strict")
    lab = place.both({"profile": "lab"}).policy
    assert lab == replace(policy, min_age=0.0, allow_force=True, hourly_budget=12.0)
    assert place.both(TRAINCTL_MAX_BATCH="7", TRAINCTL_HOURLY_BUDGET="none").policy.max_batch == 7
    assert ViewSettings().policy == Policy()


@pytest.mark.parametrize("word", ["1", "true", "yes", "on"])
def test_read_only_is_asked_for_in_three_ways(place: Place, word: str) -> None:
    assert place.both(TRAINCTL_READ_ONLY=word).policy.read_only
    assert place.both({"read_only": True}, TRAINCTL_READ_ONLY="0").policy.read_only
    place.config.write_text("read_only = true\n")
    assert place.both().policy.read_only
    assert not place.both(TRAINCTL_READ_ONLY="0").read_only


@pytest.mark.parametrize(
    ("text", "environ", "guarded"),
    [
        ("[safety]\nmin_aeg = 60\n", {}, True),
        ('[safety]\nownership = "strct"\n', {}, True),
        ("safety = 3\n", {}, True),
        ("protected_keys = 3\n", {}, True),
        ("max_batch = 3\n", {}, True),
        ("[profiles.x]\nsafty = 3\n", {}, True),
        ("", {"TRAINCTL_READ_ONLY": "maybe"}, True),
        ("[safety\n", {}, True),
        ("refresh = 1\n", {}, False),
        ('theme = "mauve"\n', {}, False),
    ],
)
def test_a_guard_that_cannot_be_read_makes_the_view_read_only(
    place: Place, text: str, environ: dict[str, str], guarded: bool
) -> None:
    place.config.write_text(text)
    loaded = load_view_settings({}, environ, place.files)
    assert loaded.settings.read_only is guarded
    assert (loaded.origins["read_only"].source != "default") is guarded
    assert loaded.faults
