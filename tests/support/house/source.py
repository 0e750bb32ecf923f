"""A tree of Python files, read once, and the questions that several rules ask about a node."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple


class Source(NamedTuple):
    """One file: its path from the root of the repository, its text and its syntax."""

    path: str
    text: str
    tree: ast.Module

    def at(self, node: ast.AST, words: str) -> str:
        """Return one complaint."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {words}"

    @property
    def is_ours(self) -> bool:
        """Whether it is part of the program, not of its tests."""
        return self.path.startswith("trainctl_tui/")


Rule = Callable[[Sequence[Source]], list[str]]


def read(root: Path) -> list[Source]:
    """Return every file of the program and its tests under ``root``."""
    files = sorted(file for top in ("trainctl_tui", "tests") for file in (root / top).rglob("*.py"))
    texts = [(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")) for file in files]
    return [Source(path, text, ast.parse(text, path)) for path, text in texts]


def name_of(node: ast.AST) -> str:
    """Return the last name of ``a``, ``a.b`` or ``a[b]``; "" for anything else."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return name_of(value)
    return ""


def dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` as written; "" where it is not only names."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
    return ""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Return every call."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return every function and method."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def classes(tree: ast.AST) -> Iterator[ast.ClassDef]:
    """Return every class."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Return every imported module, wherever in the file the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node, node.module
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)
