"""botocore's description of a service, of which only what is asked for becomes objects.

That of EC2 has 830 operations and 4,400 shapes, of which we use a hundred. Read whole, as botocore does it,
they take 40 ms of processor time before the first call, and eight megabytes as long as the process lives.
"""

from __future__ import annotations

from collections.abc import ItemsView, ValuesView
from pathlib import PurePath
from typing import Any

import msgspec
from botocore.loaders import JSONFileLoader

_IN_PARTS = ("operations", "shapes")
_decode = msgspec.json.decode


class Parts(dict[str, Any]):
    """Parts by name, each decoded when somebody first looks at it."""

    def __getitem__(self, name: str) -> Any:
        part = super().__getitem__(name)
        if type(part) is msgspec.Raw:
            part = self[name] = _decode(part)
        return part

    def get(self, name: str, default: Any = None) -> Any:
        """Return a part, or the default."""
        try:
            return self[name]
        except KeyError:
            return default

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        """Return all parts with their names."""
        return {name: self[name] for name in self}.items()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        """Return all parts."""
        return {name: self[name] for name in self}.values()


class ServiceFiles(JSONFileLoader):  # type: ignore[misc]
    """Reads what botocore's own loader reads, to equal values; services in parts."""

    def _load_file(self, full_path: str, open_method: Any) -> Any:
        if not PurePath(full_path).name.startswith("service-2.json"):
            return super()._load_file(full_path, open_method)
        try:
            with open_method(full_path, "rb") as file:
                sections = _decode(file.read(), type=dict[str, msgspec.Raw])
                return {name: _section(name, text) for name, text in sections.items()}
        except (OSError, EOFError, msgspec.MsgspecError):
            return super()._load_file(full_path, open_method)


def _section(name: str, text: msgspec.Raw) -> Any:
    return Parts(_decode(text, type=dict[str, msgspec.Raw])) if name in _IN_PARTS else _decode(text)
