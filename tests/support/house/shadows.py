"""Private names of Textual's own classes, which a class of ours must not take by accident.

``self._running = False`` in a widget is the message pump's own flag: the widget then hears nothing, and no
error says so. Private names are in no documentation, so they are read from Textual as it is installed.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module

from tests.support.house.source import Rule, Source, classes, name_of

# Textual's own private names that are replaced on purpose, each with its reason.
REPLACED = {
    "CrashMixin._handle_exception": "a crash is reported without local variables",
    "CrashMixin._fatal_error": "the same, for an error while Textual ends",
    "CrashMixin._print_error_renderables": "the report goes to a file, and a line about it to the terminal",
    "CrashMixin._return_code": "a crash exits non-zero",
    "CrashMixin._exception": "Textual's test driver raises what is kept here",
    "Host._compositor_refresh": "the time of a frame is measured around it",
    "SteadyDriver._writer_thread": "a terminal that does not read delays nobody",
    "SteadyDriver._sigtstp_application": "a stop by Ctrl+Z leaves the terminal as it was",
    "SteadyDriver._sigcont_application": "and coming back takes it again",
    "SteadyDriver._run_input_thread": "a terminal that is gone ends the view",
}
_STORED = (ast.Store, ast.Del)


def shadows_only(meant: Mapping[str, str]) -> Rule:
    """Make the rule that these names alone ("Class.name", each with its reason) replace Textual's own."""

    def no_private_name_of_textual_is_shadowed(sources: Sequence[Source]) -> list[str]:
        tui = [source for source in sources if source.path.startswith("trainctl_tui/tui/")]
        ours = {node.name: (source, node) for source in tui for node in classes(source.tree)}
        found = set()
        for name in ours:
            mine, foreign = _family(name, ours)
            taken = frozenset[str]().union(*(_private_names(*one) for one in foreign))
            for source, node in mine:
                for place, attribute in _defined(node):
                    if attribute in taken and f"{node.name}.{attribute}" not in meant:
                        found.add(source.at(place, f"{node.name}.{attribute} is Textual's own"))
        return sorted(found)

    return no_private_name_of_textual_is_shadowed


def _family(
    name: str, ours: Mapping[str, tuple[Source, ast.ClassDef]]
) -> tuple[list[tuple[Source, ast.ClassDef]], set[tuple[str, str]]]:
    """Return a class of ours with all its ancestors: ours, and Textual's as (module, name)."""
    mine, foreign = [ours[name]], set()
    for source, node in mine:
        imported = _from_textual(source.tree)
        for base in map(name_of, node.bases):
            if base in imported:
                foreign.add(imported[base])
            elif base in ours and ours[base] not in mine:
                mine.append(ours[base])
    return mine, foreign


def _from_textual(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Return the names that a file imports from Textual, each with where it is from."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "textual"
        for alias in node.names
    }


def _private_names(module: str, name: str) -> frozenset[str]:
    """Return the private names that a class of Textual and its ancestors define."""
    made = getattr(import_module(module), name)
    ancestors = inspect.getmro(made) if inspect.isclass(made) else ()
    return frozenset[str]().union(*map(_own_private_names, ancestors))


@cache
def _own_private_names(made: type) -> frozenset[str]:
    if made.__module__.split(".")[0] != "textual":
        return frozenset()
    tree = ast.parse(textwrap.dedent(inspect.getsource(made)))
    held = {attribute for node in classes(tree) for _, attribute in _defined(node)}
    return frozenset(held | set(filter(_is_private, vars(made))))


def _defined(node: ast.ClassDef) -> Iterator[tuple[ast.AST, str]]:
    """Yield each private name that a class gives itself: in its body, or through ``self``."""
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and _is_private(statement.name):
            yield statement, statement.name
        for inner in ast.walk(statement) if isinstance(statement, ast.Assign | ast.AnnAssign) else ():
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, _STORED) and _is_private(inner.id):
                yield inner, inner.id
    for inner in ast.walk(node):
        if (
            isinstance(inner, ast.Attribute)
            and isinstance(inner.ctx, _STORED)
            and name_of(inner.value) in ("self", "cls")
            and _is_private(inner.attr)
        ):
            yield inner, inner.attr


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


no_private_name_of_textual_is_shadowed = shadows_only(REPLACED)

SHADOW_RULES: tuple[Rule, ...] = (no_private_name_of_textual_is_shadowed,)
