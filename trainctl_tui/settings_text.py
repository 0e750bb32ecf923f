"""Text of settings: on which line a key of TOML stands, and what a word of the environment means."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

_WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line (from 1) of every key and table of valid TOML, which tomllib itself does not tell.

    Reads statement by statement: a statement is the shortest run of lines that is TOML on its own.
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    start = 1
    statement = ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        statement += line + "\n"
        try:
            held = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        paths = list(_paths(held))
        if statement.lstrip().startswith("["):
            table = ()
        for path in paths:
            found.setdefault(table + path, start)
        if statement.lstrip().startswith("["):
            table = paths[-1]
        start = number + 1
        statement = ""
    return found


def _paths(held: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, value in held.items():
        yield (key,)
        inner = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        if isinstance(inner, dict):
            yield from ((key, *path) for path in _paths(inner))


def parsed(text: str, kind: Any) -> object:
    """Return what a text means for a type: a list splits at commas. What it cannot mean stays text."""
    for base in bases(kind):
        if base is tuple:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if base is bool:
            return _WORDS.get(text.strip().lower(), text)
        if base in (int, float):
            try:
                return base(text)
            except ValueError:
                continue
    return text


def bases(kind: Any) -> tuple[Any, ...]:
    """Return the plain types that a type allows, limits left out."""
    if get_origin(kind) is Annotated:
        return bases(get_args(kind)[0])
    if isinstance(kind, UnionType) or get_origin(kind) is Union:
        return tuple(base for each in get_args(kind) for base in bases(each))
    return (get_origin(kind) or kind,)
