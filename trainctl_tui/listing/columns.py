"""What a column of a fleet table is: how a row reads, sorts and looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

R_contra = TypeVar("R_contra", contravariant=True)
F_contra = TypeVar("F_contra", contravariant=True)


def _no_style(_row: Any, _facts: Any) -> str:
    return ""


@dataclass(frozen=True)
class Column(Generic[R_contra, F_contra]):
    """One column. ``text`` may be raw: the table makes it safe.

    ``sort`` returns a typed value (None is unknown and comes last in both directions), ``style`` the
    name of a meaning ("", "dim", "ok", "warn", "bad", "accent"). ``width`` is in cells. ``least``
    columns stay on narrow screens, ``extra`` ones are shown only when asked for, and the ``flex`` one
    takes the width that is left: ``wish`` cells before others than the least are let in. Where
    ``text`` dresses a number up, ``number`` lets a script have the plain one that ``sort`` returns.
    """

    key: str
    label: str
    width: int
    text: Callable[[R_contra, F_contra], str]
    sort: Callable[[R_contra, F_contra], object]
    align: Literal["left", "right"] = "left"
    style: Callable[[R_contra, F_contra], str] = _no_style
    flex: bool = False
    wish: int = 0
    least: bool = False
    extra: bool = False
    number: bool = False
