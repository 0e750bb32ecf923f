"""Regular expressions that end: what could search one row for seconds is refused before it is compiled.

Python's engine tries every way to match. A repeat inside a repeat has exponentially many, so there is none
here; each open repeat (``*``, ``+``, ``{2,}``) multiplies the ways by the length of the text, so there are
at most two, and a text too long for its pattern is not searched: the answer is unknown. Pure.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from trainctl_tui.domain.errors import InvalidQuery

__all__ = ["searcher"]

LONGEST = 200
"""Characters of a pattern at most."""

MOST_STEPS = 4 * 10**7
"""Ways to match one text at most: with two open repeats some 340 letters, and 0.3 s in the worst case."""

_MOST_OPEN = 2
_MOST_WAYS = 10_000  # of the optional parts and alternatives together
_MOST_TIMES = 1_000  # "(?:){1000000000}" would take all memory

_TOKEN = re.compile(
    r"\\(?P<back>[1-9])|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]"
    r"|(?P<group>\((?:\?(?::|=|!|<=|<!|>|P<\w+>)|(?!\?)))|(?P<odd>\(\?)|(?P<end>\))|(?P<or>\|)"
    r"|(?P<repeat>[*+?]|\{(?P<least>[0-9]*)(?P<comma>,)(?P<most>[0-9]*)\}|\{(?P<times>[0-9]+)\})[?+]?|.",
    re.DOTALL,
)


@dataclass
class _Weight:
    """What a part of a pattern may cost: ``ways`` to match it, and how many repeats are ``open``."""

    ways: int = 1
    open: int = 0
    branches: int = 1
    repeats: bool = False

    @property
    def fixed(self) -> bool:
        """Whether it matches in one way only, so that repeating it is cheap."""
        return not self.repeats and self.ways * self.branches == 1

    def take(self, part: _Weight) -> None:
        """Count a finished part."""
        self.ways = min(self.ways * part.ways * part.branches, _MOST_WAYS + 1)
        self.open += part.open
        self.repeats = self.repeats or part.repeats


def searcher(pattern: str) -> Callable[[str], bool | None]:
    """Return a search that ignores case; raise InvalidQuery where the pattern is wrong or could take long.

    The search says None of a text that is too long for this pattern.
    """
    weight = _weigh(pattern)
    try:
        with warnings.catch_warnings(action="ignore"):
            found = re.compile(pattern, re.IGNORECASE).search
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidQuery(f"/{pattern}/ is no pattern.", f"{error}.", "Close or escape it.") from error

    def search(text: str) -> bool | None:
        if weight.ways * len(text) ** (weight.open + 1) > MOST_STEPS:
            return None
        return found(text) is not None

    return search


def _weigh(pattern: str) -> _Weight:
    """Return the weight of a pattern; raise InvalidQuery where it is too much."""
    if len(pattern) > LONGEST:
        raise _too_costly(pattern, f"A pattern has at most {LONGEST} characters.")
    groups = [_Weight()]
    last = _Weight()  # what a repeat would repeat; counted when the next part begins
    for token in _TOKEN.finditer(pattern):
        if token["repeat"]:
            last = _repeated(last, token, pattern)
            continue
        groups[-1].take(last)
        last = _Weight(open=1) if token["back"] else _Weight()
        if token["odd"]:
            raise _too_costly(pattern, "Groups are (...), (?:...) and look-arounds; case is ignored anyway.")
        if token["group"]:
            groups.append(_Weight())
        elif token["or"]:
            groups[-1].branches += 1
        elif token["end"] and len(groups) > 1:
            last = groups.pop()
    groups[-1].take(last)
    whole = _Weight()
    for group in groups:  # more than one where a bracket is open: compiling says so
        whole.take(group)
    if whole.open > _MOST_OPEN or whole.ways > _MOST_WAYS:
        raise _too_costly(pattern, "It has at most two of * and +, and few optional parts.")
    return whole


def _repeated(part: _Weight, token: re.Match[str], pattern: str) -> _Weight:
    """Return the weight of a part with this repeat behind it."""
    if token["repeat"] == "?":
        return _Weight(min(part.ways * part.branches + 1, _MOST_WAYS + 1), part.open, repeats=part.repeats)
    if not part.fixed:
        raise _too_costly(pattern, "No repeat or choice stands inside a repeat.")
    least = int(token["times"] or token["least"] or 0)
    most = int(token["most"] or least)
    if max(least, most) > _MOST_TIMES:
        raise _too_costly(pattern, f"It repeats a part at most {_MOST_TIMES} times.")
    if token["times"] or token["most"]:
        return _Weight(max(most - least, 0) + 1, repeats=True)
    return _Weight(open=1, repeats=True)


def _too_costly(pattern: str, why: str) -> InvalidQuery:
    return InvalidQuery(f"/{pattern[:40]}/ is too costly.", why, "Write it more simply.")
