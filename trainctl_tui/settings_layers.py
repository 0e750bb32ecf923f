"""Where settings come from, weakest first: old files, config.toml, its profile, the environment, flags.

Both roads read here (``view_settings.py`` and ``settings.py``), so that they cannot disagree about files,
names or precedence. Light on purpose: the view reads it before its first frame.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct

from trainctl_tui.domain.acts import Policy
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.paths import config_file
from trainctl_tui.settings_text import parsed
from trainctl_tui.toml_file import read_toml

OLD_FILES = (".runctl.toml", ".trainctl.toml")
SAFETY = tuple(name for name in Policy.__struct_fields__ if name != "read_only")
"""Settings that stand in the table [safety]."""

BARE = ("user", "owner_keys", "protected_keys")
"""Settings of [safety] that may also stand outside it, where they stood first."""

VARIABLES: Mapping[str, tuple[str, ...]] = {
    "profile": ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
    "regions": ("AWS_REGION", "AWS_DEFAULT_REGION"),
}
_A_TABLE = "settings of a profile are a table, [profiles.NAME]"
_SAFETY_TABLE = "settings of safety are a table, [safety]"


class Origin(Struct, frozen=True):
    """Where a value came from: "default", "file", "environment" or "flag", and the place in it."""

    source: str
    place: str = ""

    def __str__(self) -> str:
        return self.place or self.source


DEFAULT = Origin("default")


class Fault(Struct, frozen=True):
    """One thing that is wrong with one setting, or (key "") with a whole file."""

    key: str
    origin: Origin
    reason: str

    def error(self, next_step: str = "") -> ConfigError:
        """Return this fault as the error that names key, place and cause."""
        what = f"{self.origin}: the setting {self.key!r} is wrong:" if self.key else f"{self.origin}:"
        return ConfigError(what, self.reason if self.reason.endswith("?") else f"{self.reason}.", next_step)


class Files(Struct, frozen=True):
    """The files to read: ``config`` and, weakest first, those of the old tool."""

    config: Path
    old: tuple[Path, ...] = ()

    @classmethod
    def of_user(cls) -> Files:
        """Return config.toml of this user, and old files at home and in the working directory."""
        home = Path(os.path.expanduser("~"))
        return cls(config_file(), tuple(at / name for at in (home, Path()) for name in OLD_FILES))


class Given(NamedTuple):
    """A value and where it was written."""

    value: object
    origin: Origin


class Layer(Struct, frozen=True):
    """Values from one source. Where ``profile`` is a name, they are in force only for that profile."""

    given: dict[str, Given]
    profile: str | None = None


def written(name: str) -> str:
    """Return a setting as a file names it: "safety.min_age"."""
    return f"safety.{name}" if name in SAFETY else name


def read_layers(
    types: Mapping[str, Any],
    flags: Mapping[str, object] | None,
    environ: Mapping[str, str] | None,
    files: Files | None,
) -> tuple[list[Layer], list[Fault]]:
    """Return every source, weakest first, with the faults of files: unreadable, not TOML, unknown keys."""
    files = Files.of_user() if files is None else files
    environ = os.environ if environ is None else environ
    faults: list[Fault] = []
    layers = [_old(path, faults) for path in files.old]
    layers += _config(files.config, types, faults)
    layers.append(_environment(types, environ))
    layers.append(_flags(types, flags or {}))
    return layers, faults


def in_force(layers: Iterable[Layer]) -> dict[str, Given]:
    """Return the strongest value of each setting. Which ``[profiles.NAME]`` counts, the others decide."""
    layers = list(layers)
    chosen = _strongest(layer for layer in layers if layer.profile is None)
    profile = chosen["profile"].value if "profile" in chosen else ""
    return _strongest(layer for layer in layers if layer.profile in (None, profile or "default"))


def _strongest(layers: Iterable[Layer]) -> dict[str, Given]:
    return {name: given for layer in layers for name, given in layer.given.items()}


def _old(path: Path, faults: list[Fault]) -> Layer:
    """Read region and profile, bare or under [aws], and leave all else to the old tool."""
    table, lines = _table(path, faults)
    aws = table.get("aws")
    layer = Layer({})
    for prefix, held in ((), table), (("aws",), aws if isinstance(aws, dict) else {}):
        if profile := held.get("profile"):
            layer.given["profile"] = Given(profile, _at(path, lines, (*prefix, "profile")))
        if region := held.get("region"):
            layer.given["regions"] = Given((region,), _at(path, lines, (*prefix, "region")))
    return layer


def _config(path: Path, types: Mapping[str, Any], faults: list[Fault]) -> list[Layer]:
    """Read config.toml: one layer for all, and one for each ``[profiles.NAME]``."""
    table, lines = _table(path, faults)
    profiles = table.pop("profiles", {})
    if not isinstance(profiles, dict):
        faults.append(Fault("profiles", _at(path, lines, ("profiles",)), _A_TABLE))
        profiles = {}
    layers = [Layer(_known(path, lines, (), table, types, faults))]
    for name, section in profiles.items():
        if not isinstance(section, dict):
            faults.append(Fault(f"profiles.{name}", _at(path, lines, ("profiles", name)), _A_TABLE))
            continue
        allowed = {key: kind for key, kind in types.items() if key != "profile"}
        layers.append(Layer(_known(path, lines, ("profiles", name), section, allowed, faults), profile=name))
    return layers


def _known(
    path: Path,
    lines: Mapping[tuple[str, ...], int],
    prefix: tuple[str, ...],
    table: Mapping[str, object],
    types: Mapping[str, Any],
    faults: list[Fault],
) -> dict[str, Given]:
    """Return the settings of one table; every other key is a fault."""
    known: dict[str, Given] = {}
    inside = prefix[-1:] == ("safety",)
    here = [name for name in types if (name in SAFETY) is inside or (name in BARE and not inside)]
    for key, value in table.items():
        origin = _at(path, lines, (*prefix, key))
        if key in here:
            known[key] = Given(tuple(value) if isinstance(value, list) else value, origin)
        elif key != "safety" or inside:
            faults.append(Fault(".".join((*prefix, key)), origin, f"it is unknown; {_hint(key, here)}"))
        elif isinstance(value, dict):
            known |= _known(path, lines, (*prefix, "safety"), value, types, faults)
        else:
            faults.append(Fault(".".join((*prefix, key)), origin, _SAFETY_TABLE))
    return known


def _hint(key: str, here: list[str]) -> str:
    """Return the nearest name, of this table first, as a file would write it."""
    for names in (here, ["safety", *SAFETY]):
        if near := get_close_matches(key, names, n=1):
            return f"did you mean {written(near[0])!r}?"
    return f"the settings here are {', '.join(map(written, here))}"


def _environment(types: Mapping[str, Any], environ: Mapping[str, str]) -> Layer:
    layer = Layer({})
    for name, kind in types.items():
        for variable in (f"TRAINCTL_{name.upper()}", *VARIABLES.get(name, ())):
            if text := environ.get(variable, ""):
                layer.given[name] = Given(parsed(text, kind), Origin("environment", variable))
                break
    return layer


def _flags(types: Mapping[str, Any], flags: Mapping[str, object]) -> Layer:
    layer = Layer({})
    for name, value in flags.items():
        if value is None:
            continue
        value = parsed(value, types[name]) if isinstance(value, str) else value
        flag = "region" if name == "regions" else name.replace("_", "-")
        layer.given[name] = Given(
            tuple(value) if isinstance(value, list) else value, Origin("flag", f"--{flag}")
        )
    return layer


def _table(path: Path, faults: list[Fault]) -> tuple[dict[str, Any], Mapping[tuple[str, ...], int]]:
    """Read a file of TOML; one that cannot be read is empty, and a fault."""
    read = read_toml(path)
    if read.problem:
        faults.append(Fault("", Origin("file", read.place()), read.problem))
    return read.table, read.lines


def _at(path: Path, lines: Mapping[tuple[str, ...], int], key: tuple[str, ...]) -> Origin:
    line = lines.get(key)
    return Origin("file", f"{path}:{line}" if line else str(path))
