"""The shape of the details drawer: sections of labelled text, and links to other rows."""

from __future__ import annotations

from msgspec import Struct

from trainctl_tui.domain.resources import Kind, Tags
from trainctl_tui.listing.news import Key


class Field(Struct, frozen=True):
    """One line: a label, its text (raw: the drawer makes it safe) and a style name."""

    label: str
    text: str
    style: str = ""


class Section(Struct, frozen=True):
    """A titled group of fields. Sections without fields are not drawn."""

    title: str
    fields: tuple[Field, ...]


class Link(Struct, frozen=True):
    """Another resource one key away."""

    kind: Kind
    key: Key
    text: str


class Details(Struct, frozen=True):
    """Everything the drawer shows of one row."""

    title: str
    sections: tuple[Section, ...]
    links: tuple[Link, ...] = ()


NO_ROW = Details("No row is highlighted", ())
"""What is shown where nothing is meant."""


def tag_section(tags: Tags) -> Section:
    """Return the tags, ordered by key; keys that AWS owns come last."""
    ordered = sorted(tags, key=lambda pair: (pair[0].startswith("aws:"), pair[0].lower()))
    return Section("Tags", tuple(Field(key, value) for key, value in ordered))


def fields(*pairs: tuple[str, str]) -> tuple[Field, ...]:
    """Return the fields that have text."""
    return tuple(Field(label, text) for label, text in pairs if text)
