"""Sizes and docstrings. A file that passes its number asks to be split by duty, not by size."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tests.support.house.source import Rule, Source, classes, functions, name_of

FILE, SCREEN, CLASS, APP, FUNCTION = 300, 280, 250, 120, 40


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def files_are_short(sources: Sequence[Source]) -> list[str]:
    """A file has at most 300 lines, a screen 280."""
    found = []
    for source in sources:
        limit = SCREEN if source.path.startswith("trainctl_tui/tui/screens/") else FILE
        if (lines := source.text.count("\n")) > limit:
            found.append(f"{source.path}:1: {lines} lines, more than {limit}")
    return found


def classes_are_short(sources: Sequence[Source]) -> list[str]:
    """A class has at most 250 lines, an App 120."""
    found = []
    for source in sources:
        for node in classes(source.tree):
            limit = APP if source.is_ours and any(name_of(base) == "App" for base in node.bases) else CLASS
            if _length(node) > limit:
                found.append(
                    source.at(node, f"class {node.name} has {_length(node)} lines, more than {limit}")
                )
    return found


def functions_are_short(sources: Sequence[Source]) -> list[str]:
    """A function has at most 40 lines."""
    return [
        source.at(node, f"{node.name} has {_length(node)} lines, more than {FUNCTION}")
        for source in sources
        for node in functions(source.tree)
        if _length(node) > FUNCTION
    ]


def public_names_have_docstrings(sources: Sequence[Source]) -> list[str]:
    """Every module, class and function that others may use says what it is."""
    found = []
    for source in sources:
        if not source.is_ours:
            continue
        if not ast.get_docstring(source.tree):
            found.append(f"{source.path}:1: no docstring")
        found += [
            source.at(node, f"{node.name} has no docstring")
            for parent in (source.tree, *classes(source.tree))
            for node in parent.body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            if not node.name.startswith("_") and not ast.get_docstring(node)
            if not any(name_of(decorator) in ("overload", "setter") for decorator in node.decorator_list)
        ]
    return found


def settings_say_what_they_are(sources: Sequence[Source]) -> list[str]:
    """Every field that a user may set has a string under it."""
    found = []
    for source in sources:
        for node in classes(source.tree) if source.path == "trainctl_tui/view_settings.py" else ():
            if node.name != "ViewSettings":
                continue
            for field, under in zip(node.body, [*node.body[1:], None], strict=True):
                if isinstance(field, ast.AnnAssign) and not _is_text(under):
                    found.append(source.at(field, f"{ast.unparse(field.target)} says nothing of itself"))
    return found


def _is_text(node: ast.stmt | None) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


SHAPE_RULES: tuple[Rule, ...] = (
    files_are_short,
    classes_are_short,
    functions_are_short,
    public_names_have_docstrings,
    settings_say_what_they_are,
)
