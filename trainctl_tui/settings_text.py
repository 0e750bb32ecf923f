"""Text of settings: what a word of the environment or of the command line means."""

from __future__ import annotations

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
