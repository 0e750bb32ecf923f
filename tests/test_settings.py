"""Settings: both roads read the same and name what is wrong, and the view starts whatever it reads."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.config_place import Place
from trainctl_tui.settings import SettingsModel, load_settings
from trainctl_tui.settings_layers import SAFETY
from trainctl_tui.toml_file import key_lines
from trainctl_tui.tui.themes import THEMES
from trainctl_tui.view_settings import TYPES, ThemeName, ViewSettings, load_view_settings


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_no_file_gives_the_defaults(place: Place) -> None:
    assert place.both() == ViewSettings()


def test_each_source_beats_the_one_before(place: Place) -> None:
    place.old.write_text('[aws]\nregion = "eu-west-3"\nprofile = "old"\n')
    assert place.both().regions == ("eu-west-3",)
    assert place.both().profile == "old"
    place.config.write_text(
        'profile = "work"\nrefresh = 20\nregions = ["us-east-1"]\n[profiles.work]\nrefresh = 30\n'
    )
    assert place.both() == ViewSettings(profile="work", refresh=30, regions=("us-east-1",))
    assert place.both(TRAINCTL_REFRESH="40").refresh == 40
    assert place.both(
        {"refresh": 50.0, "regions": "eu-west-1, eu-west-2"}, TRAINCTL_REFRESH="40"
    ) == ViewSettings(profile="work", refresh=50, regions=("eu-west-1", "eu-west-2"))


def test_the_profile_in_force_chooses_the_table(place: Place) -> None:
    place.config.write_text('profile = "a"\n[profiles.a]\nrefresh = 20\n[profiles.b]\nrefresh = 30\n')
    assert place.both().refresh == 20
    assert place.both(AWS_PROFILE="b").refresh == 30
    assert place.both({"profile": "b"}, TRAINCTL_PROFILE="a").refresh == 30
    place.config.write_text('[profiles.a]\nuser = "a"\n[profiles.default]\nuser = "d"\n')
    assert place.both().user == "d"


def test_every_value_knows_where_it_came_from(place: Place) -> None:
    place.old.write_text('region = "eu-west-3"\n')
    place.config.write_text(
        '# mine\nowner_keys = [\n  "team",\n]\n\n[profiles.default]\nuser = "ann"\n\n'
        "[profiles.default.safety]\nmin_age = 60\n"
    )
    origins = load_settings(
        {"profile": None, "hide_terminated": False}, {"TRAINCTL_THEME": "light"}, place.files
    ).origins
    assert {name: str(origin) for name, origin in origins.items()} == {
        "profile": "default",
        "regions": f"{place.old}:1",
        "refresh": "default",
        "theme": "TRAINCTL_THEME",
        "hide_terminated": "--hide-terminated",
        "log_level": "default",
        "old_snapshot_days": "default",
        "read_only": "default",
        "user": f"{place.config}:7",
        "owner_keys": f"{place.config}:2",
        "min_age": f"{place.config}:10",
        **{name: "default" for name in SAFETY if name not in ("user", "owner_keys", "min_age")},
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("\nrefesh = 20\n", 2, "'refresh'"),
        ("refresh = 1\n", 1, "from 2 to 3600"),
        ("refresh = true\n", 1, "'refresh'"),
        ("refresh = nan\n", 1, "'refresh'"),
        ('user = "a"\nregions = "us-east-1"\n', 2, "'regions'"),
        ('regions = ["us-east-1", 3]\n', 1, "'regions'"),
        ('regions = ["us-east-1\\n"]\n', 1, "'regions'"),
        ('hide_terminated = "yes"\n', 1, "true or false"),
        ('theme = "pink"\n', 1, "contrast"),
        ('protected_keys = [""]\n', 1, "'safety.protected_keys'"),
        ('[profiles.other]\nuser = "a"\nrefesh = 3\n', 3, "'profiles.other.refesh'"),
        ("[profiles.other]\nrefresh = 0\n", 2, "'refresh'"),
        ('[profiles.other]\nprofile = "x"\n', 2, "'profiles.other.profile'"),
        ("profiles = 3\n", 1, "[profiles.NAME]"),
        ('[profile.a]\nuser = "a"\n', 1, "'profile'"),
        ("[profiles]\nother = 3\n", 2, "'profiles.other'"),
        ('user = """\nrefresh = 5\n"""\nrefresh = 5000', 4, "'refresh'"),
        ("profiles.work.refresh = 1\n", 1, "'refresh'"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(place: Place, text: str, line: int, words: str) -> None:
    place.config.write_text(text)
    said = place.refused()
    assert f"{place.config}:{line}: " in said
    assert words in said


def test_a_wrong_value_costs_the_view_only_itself(place: Place) -> None:
    place.config.write_text('refresh = 1\nuser = "ann"\nthene = "dark"\n')
    loaded = load_view_settings({}, {"TRAINCTL_REFRESH": "soon"}, place.files)
    assert loaded.settings == ViewSettings(user="ann")
    assert loaded.trouble is not None
    assert "2 more" in loaded.trouble.next_step
    place.config.write_text("refresh = 20\n")
    assert load_view_settings({}, {"TRAINCTL_REFRESH": "soon"}, place.files).settings.refresh == 20
    assert "TRAINCTL_REFRESH" in place.refused(TRAINCTL_REFRESH="soon")
    assert "--refresh" in place.refused({"refresh": 1.0})


def test_a_refusal_never_repeats_the_value(place: Place) -> None:
    place.config.write_text('secret_key = "hunter2"\nrefresh = "hunter2"\n')
    assert "hunter2" not in place.refused()


def _unreadable(path: Path) -> None:
    path.mkdir()


def _a_pipe(path: Path) -> None:
    os.mkfifo(path)


def _not_toml(path: Path) -> None:
    path.write_text("user = \n")


def _not_text(path: Path) -> None:
    path.write_bytes(b'user = "a"\ntheme = "\xff"\n')


def _large(path: Path) -> None:
    path.write_text("#" * 70_000)


def _deep(path: Path) -> None:
    path.write_text("x = " + "[" * 5_000 + "]" * 5_000)


@pytest.mark.parametrize("spoil", [_unreadable, _a_pipe, _not_toml, _not_text, _large, _deep])
def test_a_file_that_cannot_be_read_is_named_and_the_view_starts(place: Place, spoil: object) -> None:
    assert callable(spoil)
    spoil(place.config)
    assert str(place.config) in place.refused()
    assert load_view_settings({}, {"TRAINCTL_USER": "ann"}, place.files).settings == ViewSettings(
        user="ann", read_only=True
    )


def test_the_files_of_the_user_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    (home / ".config/trainctl-tui").mkdir(parents=True)
    work.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(work)
    (home / ".config/trainctl-tui/config.toml").write_text('user = "ann"\n')
    (home / ".runctl.toml").write_text('region = "us-east-1"\nprofile = "home"\n')
    (work / ".trainctl.toml").write_text('[aws]\nregion = "us-west-2"\n[runpod]\napi_key = "k"\n')
    settings = load_settings(environ={}).settings
    assert settings == ViewSettings(user="ann", profile="home", regions=("us-west-2",))


def test_the_lists_of_names_agree() -> None:
    assert list(SettingsModel.model_fields) == list(TYPES)
    assert ViewSettings(**SettingsModel().model_dump()) == ViewSettings()
    assert set(ThemeName.__args__) == {"", *THEMES}


def test_the_view_road_imports_no_pydantic() -> None:
    code = (
        "import sys; from trainctl_tui.view_settings import load_view_settings; "
        "load_view_settings(); print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


_words = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\'), max_size=6)
_numbers = st.one_of(st.integers(-5, 5_000), st.floats(width=32), st.booleans())
_values = st.recursive(st.one_of(_words, _numbers), lambda inner: st.lists(inner, max_size=3), max_leaves=4)
_plausible = st.fixed_dictionaries(
    {},
    optional={
        "profile": st.sampled_from(["", "a", "b"]),
        "regions": st.lists(st.sampled_from(["us-east-1", "eu-west-1", "mars"]), max_size=2),
        "refresh": st.one_of(st.floats(2, 3600), st.integers(0, 4_000)),
        "theme": st.sampled_from(["", "dark", "light", "pink"]),
        "user": _words,
        "owner_keys": st.lists(_words, max_size=2),
        "protected_keys": st.lists(_words, max_size=2),
        "hide_terminated": st.one_of(st.booleans(), _words),
        "read_only": st.one_of(st.booleans(), _words),
        "safety": st.fixed_dictionaries(
            {},
            optional={
                "user": _words,
                "min_age": _numbers,
                "max_batch": _numbers,
                "max_instances": st.one_of(_numbers, st.just("none")),
                "hourly_budget": st.one_of(_numbers, st.just("none")),
                "ownership": st.sampled_from(["ask", "strict", "any", "lax"]),
            },
        ),
    },
)
_tables = st.one_of(_plausible, st.dictionaries(st.sampled_from([*TYPES, "thene"]), _values, max_size=4))


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return repr(value)


def _document(table: dict[str, object], profiles: dict[str, dict[str, object]]) -> str:
    lines = [f"{key} = {_toml(value)}" for key, value in table.items()]
    for name, inner in profiles.items():
        lines += [f"[profiles.{name}]", *(f"{key} = {_toml(value)}" for key, value in inner.items())]
    return "\n".join(lines) + "\n"


@given(
    table=_tables,
    profiles=st.dictionaries(st.sampled_from(["a", "b", "default"]), _tables, max_size=2),
    environ=st.dictionaries(
        st.sampled_from(["AWS_REGION", *(f"TRAINCTL_{name.upper()}" for name in TYPES)]),
        st.sampled_from(["", "a", "b", "5", "1e9", "nan", "us-east-1,eu-west-1", "true", "dark"]),
        max_size=3,
    ),
)
def test_both_roads_agree_on_any_config(
    tmp_path_factory: pytest.TempPathFactory,
    table: dict[str, object],
    profiles: dict[str, dict[str, object]],
    environ: dict[str, str],
) -> None:
    place = Place(tmp_path_factory.mktemp("config"))
    text = _document(table, profiles)
    tomllib.loads(text)
    place.config.write_text(text, encoding="utf-8")
    light = load_view_settings({}, environ, place.files)
    if light.faults:
        place.refused({}, **environ)
    else:
        assert light == load_settings({}, environ, place.files)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "[t]", "[t.u]", "a = 1", "# c", "b = [\n1,\n\n2]", 'c = """\na = 2\n"""'])
        )
    )
)
def test_every_key_of_valid_toml_has_its_line(parts: list[tuple[str]]) -> None:
    text = "\n".join(part for (part,) in parts)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = text.split("\n")
    found = key_lines(text)
    assert all(
        lines[line - 1].lstrip("[").startswith(path[-1]) or "." in lines[line - 1]
        for path, line in found.items()
    )
    assert len([path for path in found if path[-1] in "abc"]) == sum(
        part[:1] in ("a", "b", "c") for (part,) in parts
    )
