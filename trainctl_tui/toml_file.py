"""A small file of TOML that a user wrote: its table, the line of every key, and why it cannot be read."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

LARGEST_FILE = 64 * 1024


class TomlFile(Struct, frozen=True):
    """What was read. ``lines`` says where each key stands, from 1; ``problem`` is "" where all is well."""

    path: Path
    table: dict[str, Any] = {}
    lines: Mapping[tuple[str, ...], int] = {}
    problem: str = ""
    problem_line: int = 0

    def place(self, *key: str) -> str:
        """Return "file:line" of a key, or of the problem, as far as the line is known."""
        line = self.lines.get(key) or self.problem_line
        return f"{self.path}:{line}" if line else str(self.path)


def read_toml(path: Path) -> TomlFile:
    """Read a file. One that is missing is empty; one that cannot be read is empty, and has a problem."""
    try:
        text = _text(path)
        table = tomllib.loads(text)
        return TomlFile(path, table, key_lines(text) if table else {})
    except (FileNotFoundError, NotADirectoryError):
        return TomlFile(path)
    except OSError as error:
        return TomlFile(path, problem=f"it cannot be read ({error.strerror or error})")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return TomlFile(path, problem="this line is not UTF-8", problem_line=line)
    except (ValueError, RecursionError) as error:
        return TomlFile(path, problem=f"it is not TOML ({error})")


def _text(path: Path) -> str:
    """Return the text of a plain file. A pipe would never end, and a large file is not of settings."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is not a plain file")
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise OSError(f"it is larger than {LARGEST_FILE} bytes")
    return content.decode("utf-8")


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
