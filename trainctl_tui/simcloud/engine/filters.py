"""Server-side filters, over the answers as they would be sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from trainctl_tui.simcloud.engine.errors import EngineError

Getter: TypeAlias = Callable[[Mapping[str, Any]], Iterable[str]]


def path(*keys: str) -> Getter:
    """Return a getter of the values at a path; a list on the way stands for each of its members."""

    def get(item: Mapping[str, Any]) -> Iterable[str]:
        found: list[Any] = [item]
        for key in keys:
            found = [value[key] for value in found if key in value]
            found = [part for value in found for part in (value if isinstance(value, list) else [value])]
        return [_text(value) for value in found]

    return get


def keep(
    items: Sequence[Mapping[str, Any]], filters: Sequence[Mapping[str, Any]], known: Mapping[str, Getter]
) -> list[Mapping[str, Any]]:
    """Return the items that meet every filter; refuse a filter whose name is not known."""
    check(filters, known)
    return [item for item in items if meets(item, filters, known)]


def check(filters: Sequence[Mapping[str, Any]], known: Mapping[str, Getter]) -> None:
    """Refuse a filter whose name is not known."""
    for each in filters:
        _getter(each.get("Name", ""), known)


def meets(item: Mapping[str, Any], filters: Sequence[Mapping[str, Any]], known: Mapping[str, Getter]) -> bool:
    """Say whether an item meets every filter."""
    tests = [(_getter(each.get("Name", ""), known), each.get("Values") or []) for each in filters]
    return all(_meets(get(item), wanted) for get, wanted in tests)


def _getter(name: str, known: Mapping[str, Getter]) -> Getter:
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return lambda item: [tag["Value"] for tag in item.get("Tags", ()) if tag["Key"] == key]
    if name == "tag-key":
        return path("Tags", "Key")
    if name == "tag-value":
        return path("Tags", "Value")
    if name not in known:
        raise EngineError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return known[name]


def _meets(values: Iterable[str], wanted: Sequence[str]) -> bool:
    return any(_pattern(want).fullmatch(value) for value in values for want in wanted)


@lru_cache(maxsize=4096)
def _pattern(glob: str) -> re.Pattern[str]:
    """Compile AWS's wildcards: ``*`` any run, ``?`` one character, backslash takes the next literally."""
    parts = re.findall(r"\\.|.", glob, re.DOTALL)
    words = {"*": ".*", "?": "."}
    return re.compile("".join(words.get(p) or re.escape(p[-1]) for p in parts), re.DOTALL)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
