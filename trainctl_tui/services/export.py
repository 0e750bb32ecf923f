"""Write rows to a file that other programs read: CSV that no spreadsheet will execute, or JSON."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.domain.resources import Row

FORMATS = (".csv", ".json")
SCHEMA = 1

# A cell that begins like this is a formula to a spreadsheet (OWASP, "CSV injection"); wide letters count.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOTHING = "-"


def formula_safe(text: str) -> str:
    """Return a cell that a spreadsheet shows and does not run. A lone dash says "none"."""
    return f"'{text}" if text.startswith(_FORMULA) and text != _NOTHING else text


def plain(row: Row) -> dict[str, Any]:
    """Return a row as an object with named fields, all the way down; tags by their keys."""
    return {field: _plain(field, getattr(row, field)) for field in row.__struct_fields__}


def _plain(name: str, value: object) -> object:
    if isinstance(value, Struct):
        return {field: _plain(field, getattr(value, field)) for field in value.__struct_fields__}
    if name == "tags" and isinstance(value, tuple):
        return dict(value)
    if name == "security_groups" and isinstance(value, tuple):
        return [{"id": id, "name": label} for id, label in value]
    return [_plain("", one) for one in value] if isinstance(value, tuple) else value


def to_json(rows: Iterable[Row]) -> str:
    """Return rows as an indented JSON list of objects with named fields."""
    plain_rows = [plain(row) for row in rows]
    return msgspec.json.format(msgspec.json.encode(plain_rows), indent=2).decode()


def write(path: Path, labels: Sequence[str], cells: Iterable[Sequence[str]], rows: Iterable[Row]) -> None:
    """Write a new file, CSV from ``cells`` or JSON from ``rows`` by its ending; never over another file.

    Raise ConfigError with the next step where the name or the place does not serve.
    """
    if is_json(path):
        write_new(path, to_json(rows) + "\n")
        return
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(labels)
    writer.writerows([formula_safe(cell) for cell in line] for line in cells)
    write_new(path, buffer.getvalue())


def is_json(path: Path) -> bool:
    """Say whether a name asks for JSON, else CSV; raise ConfigError for one that asks for neither."""
    if path.suffix.lower() not in FORMATS:
        raise ConfigError(
            f"Cannot export to {path.name}.",
            "The ending says the format, and this one is not known.",
            "Use a name that ends in .csv or .json.",
        )
    return path.suffix.lower() == ".json"


def write_new(path: Path, content: str) -> None:
    """Write a file (0600) that was not there. Raise ConfigError where it was, or the place does not serve."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError as error:
        raise ConfigError(f"{path} exists.", "It is never overwritten.", "Choose another name.") from error
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(content)
    except OSError as error:
        with suppress(OSError):
            path.unlink()  # half a file would pass for a whole one
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError | ValueError) -> ConfigError:
    reason = getattr(error, "strerror", None) or str(error)
    return ConfigError(f"Cannot write {path}.", f"{reason}.", "Choose another place.")
