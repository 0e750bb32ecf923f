"""Load price lists: the user's own prices first, then those that came with the program.

The bundled list is JSON that msgspec reads into types in a fraction of a millisecond, because the first
frame waits for it. The user's is TOML, read only where it exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from trainctl_tui.domain.cost import PriceList, Prices, SnapshotRate, Usd, VolumeRate
from trainctl_tui.domain.errors import ConfigError, Trouble
from trainctl_tui.toml_file import TomlFile, read_toml

BUNDLED = "bundled list"
"""Source of what came with the program."""

_FILE = Path(__file__).parent.parent / "prices.json"
_KINDS: Mapping[str, tuple[int, Any, str]] = {
    "instances": (2, Usd, "USD an hour, such as 1.006"),
    "volumes": (2, VolumeRate, "USD a month, such as { gib = 0.08, iops = [[3000, 0.005]] }"),
    "snapshots": (1, SnapshotRate, "USD a month, such as { standard = 0.05 }"),
}
"""Tables of a user's list: how deep a price lies in it, its type, and that type in words."""


def load(override: Path | None) -> Prices:
    """Return all price lists. What is wrong in ``override`` is a fault of the result, and not used."""
    bundled = msgspec.json.decode(_FILE.read_bytes(), type=PriceList)
    lists = (msgspec.structs.replace(bundled, source=BUNDLED),)
    if override is None:
        return Prices(lists)
    file = read_toml(override)
    faults: list[Trouble] = []
    if file.problem:
        faults.append(_fault(file, (), file.problem))
    if not file.table:
        return Prices(lists, tuple(faults))
    return Prices((_own(file, faults), *lists), tuple(faults))


def _own(file: TomlFile, faults: list[Trouble]) -> PriceList:
    """Return what is right in a user's file."""
    held: dict[str, Any] = {"source": str(file.path)}
    for name, value in file.table.items():
        if name == "dated":
            if isinstance(value, str):
                held["dated"] = value
            else:
                faults.append(_fault(file, (name,), 'it takes text, such as "2026-11-01"'))
        elif name in _KINDS:
            held[name] = _table(file, name, value, faults)
        else:
            near = get_close_matches(name, ("dated", *_KINDS), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are dated, {', '.join(_KINDS)}"
            faults.append(_fault(file, (name,), f"it is unknown; {hint}"))
    return PriceList(**held)


def _table(file: TomlFile, name: str, value: object, faults: list[Trouble]) -> dict[str, Any]:
    depth, kind, example = _KINDS[name]
    table: dict[str, Any] = {}
    for path, leaf in _leaves(value, (name,), depth):
        try:
            price = msgspec.convert(leaf, kind if len(path) > depth else dict)
        except msgspec.ValidationError as error:
            faults.append(_fault(file, path, f"it takes {example} ({_cause(error)})"))
            continue
        region, *rest = path[1:]
        if rest:
            # TOML reads p5.48xlarge without quotes as a table p5: that is meant as one name.
            table.setdefault(region, {})[".".join(rest)] = price
        else:
            table[region] = price
    return table


def _leaves(value: object, path: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield what stands where prices should, with its path."""
    if isinstance(value, dict) and depth > 0:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key), depth - 1)
    elif isinstance(value, dict) and path[0] == "instances":
        for key, inner in value.items():
            yield (*path, key), inner
    else:
        yield path, value


def _cause(error: msgspec.ValidationError) -> str:
    return str(error).partition(" - at ")[0].replace("`", "")


def _fault(file: TomlFile, key: tuple[str, ...], reason: str) -> Trouble:
    what = f"{file.place(*key)}: the price {'.'.join(key)!r} is wrong:" if key else f"{file.place()}:"
    return ConfigError(what, f"{reason}." if not reason.endswith("?") else reason, "It is not used.").trouble
