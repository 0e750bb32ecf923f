"""Text of settings: what a word of the environment or of the command line means."""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_origin

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
    base = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    base = get_origin(base) or base
    if base is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if base is bool:
        return _WORDS.get(text.strip().lower(), text)
    if base is float:
        try:
            return float(text)
        except ValueError:
            return text
    return text
