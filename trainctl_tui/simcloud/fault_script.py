"""A fault script: a small TOML file that makes the simulated cloud behave badly, always in the same way.

::

    seed = 7  # of the luck that ``probability`` draws
    lag = [0, 20, 60]  # seconds that the copies, which answer reads, are behind
    limits = "documented"  # token buckets as AWS documents them

    [[rules]]
    action = "TerminateInstances"
    effect = "lost"  # done, and the answer never comes
    times = 2
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, get_args

import msgspec
from msgspec import Meta, Struct

from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.simcloud.engine.buckets import Limit, Limits, read_limits
from trainctl_tui.simcloud.wire.faults import Effect, Rule, checked
from trainctl_tui.toml_file import TomlFile, read_toml

Lag = Annotated[float, Meta(ge=0, le=3600)]
_AT = re.compile(r"^(?P<why>.*?)(?: - at `\$(?P<way>.*)`)?$")
_UNKNOWN = re.compile(r"unknown field `(.*)`")
_FIELDS: Mapping[str, type[Struct]] = {"rules": Rule, "limits": Limits}
_NEXT = "docs/faults.md describes every key."


class FaultScript(Struct, frozen=True, forbid_unknown_fields=True):
    """What a script asks for."""

    rules: tuple[Rule, ...] = ()
    seed: int = 0
    lag: Lag | tuple[Lag, ...] = 0.0
    limits: str | Limits = "none"

    @property
    def lags(self) -> tuple[float, ...]:
        """How far each copy is behind."""
        return self.lag if isinstance(self.lag, tuple) else (self.lag,)

    @property
    def buckets(self) -> Limits | None:
        """The token buckets, or None."""
        return read_limits(self.limits) if isinstance(self.limits, str) else self.limits


def read_script(path: Path) -> FaultScript:
    """Read a fault script. Raises ConfigError that names file, line, key and what was probably meant."""
    if not path.exists():
        raise ConfigError(f"There is no fault script {path}.", "", _NEXT)
    file = read_toml(path)
    if file.problem:
        raise _wrong(file.place(), file.problem)
    try:
        script = msgspec.convert(file.table, FaultScript)
        checked(script.rules)
    except msgspec.ValidationError as error:
        raise _explained(file, str(error)) from error
    except ValueError as error:
        raise _wrong(str(path), str(error)) from error
    if script.limits not in ("none", "documented") and isinstance(script.limits, str):
        raise _wrong(file.place("limits"), 'limits takes "none", "documented" or a table of sizes')
    return script


def _explained(file: TomlFile, error: str) -> ConfigError:
    """Say where it is wrong, in the words of the file instead of msgspec's."""
    found = _AT.match(error)
    why, way = (found["why"], found["way"] or "") if found else (error, "")
    keys = [key for key in re.split(r"\.|(?=\[)", way) if key and key != "[...]"]
    unknown = _UNKNOWN.search(why)
    if unknown is None:
        key = next((key for key in reversed(keys) if not key.startswith("[")), "")
        if key == "effect":
            why = f"effect takes one of {', '.join(get_args(Effect))}"
        return _wrong(_place(file, keys), f"{key}: {why}" if key and key != "effect" else why)
    fields = _fields(keys)
    near = get_close_matches(unknown[1], fields, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(fields)}."
    return _wrong(_place(file, [*keys, unknown[1]]), f"There is no key {unknown[1]!r}. {hint}")


def _fields(keys: list[str]) -> tuple[str, ...]:
    """Return the keys that there are in the table at this place."""
    if not keys:
        return FaultScript.__struct_fields__
    kind = _FIELDS.get(keys[0], Limit)
    return (Limit if keys[0] == "limits" and len(keys) > 1 else kind).__struct_fields__


def _place(file: TomlFile, keys: list[str]) -> str:
    """Return "file:line" of a key; of one in the n-th table of rules, counted by its header."""
    numbers = [int(key.strip("[]")) for key in keys if key.startswith("[")]
    names = [key for key in keys if not key.startswith("[")]
    if not numbers or names[:1] != ["rules"]:
        return file.place(*names)
    lines = file.path.read_text().splitlines()
    headers = [n for n, line in enumerate(lines) if line.split("#")[0].strip() == "[[rules]]"]
    if numbers[0] >= len(headers):
        return file.place(*names)
    begin = headers[numbers[0]]
    for n, line in enumerate(lines[begin + 1 :], begin + 2):
        if re.match(rf"\s*{re.escape(names[-1])}\s*=", line):
            return f"{file.path}:{n}"
    return f"{file.path}:{begin + 1}"


def _wrong(place: str, why: str) -> ConfigError:
    return ConfigError(f"The fault script cannot be used: {place}.", f"{why.rstrip('.')}.", _NEXT)
