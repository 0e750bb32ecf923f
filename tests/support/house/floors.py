"""Who may see what, as far as import-linter (pyproject.toml) cannot say it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tests.support.house.source import Rule, Source, calls, functions, imports, name_of

AWS = ("trainctl_tui/providers/aws/", "trainctl_tui/simcloud/")
FACE = ("trainctl_tui/tui/", "trainctl_tui/headless/table.py")
SEES: dict[str, tuple[str, ...]] = {
    "boto3": AWS,
    "botocore": AWS,
    "tenacity": AWS,
    "textual": ("trainctl_tui/tui/",),
    "rich": FACE,
    "diskcache": ("trainctl_tui/services/cache",),
    "pydantic": ("trainctl_tui/settings.py", "trainctl_tui/headless/plan_file.py"),
    "moto": ("trainctl_tui/simcloud/",),
    "flask": ("trainctl_tui/simcloud/",),
    "werkzeug": ("trainctl_tui/simcloud/",),
    "trainctl_tui.simcloud": ("trainctl_tui/simcloud/", "trainctl_tui/demo.py"),
    # rule 8, DESIGN "Three processes", and a program that must not need its own tests
    "pickle": (),
    "shelve": (),
    "marshal": (),
    "multiprocessing": (),
    "tests": (),
    "pytest": (),
}
_LATE = ("textual", "rich", "trainctl_tui.tui", "trainctl_tui.bootstrap", "trainctl_tui.headless")
_NO_NAMES = ("utils", "util", "managers", "manager", "helpers", "misc", "common")
_TOUCHES = frozenset(
    {
        "query",
        "query_one",
        "push_screen",
        "pop_screen",
        "switch_screen",
        "mount",
        "notify",
        "set_reactive",
        "refresh",
    }
)


def libraries_have_their_place(sources: Sequence[Source]) -> list[str]:
    """Each library is seen by one floor: rule 1. Imports inside functions count too."""
    return sorted(
        {
            source.at(node, f"sees {library}")
            for source in sources
            if source.is_ours
            for node, module in imports(source.tree)
            for library, allowed in SEES.items()
            if module == library or module.startswith(f"{library}.")
            if not source.path.startswith(allowed)
        }
    )


def the_command_line_imports_late(sources: Sequence[Source]) -> list[str]:
    """``--help`` and ``--version`` import neither Textual nor an SDK: cli.py imports floors in functions."""
    return sorted(
        {
            source.at(node, f"imports {module} at the top")
            for source in sources
            if source.path in ("trainctl_tui/cli.py", "trainctl_tui/arguments.py", "trainctl_tui/__main__.py")
            for node, module in imports(ast.Module(source.tree.body, []))
            if node in source.tree.body and module.startswith(_LATE)
        }
    )


def nothing_is_called_utils(sources: Sequence[Source]) -> list[str]:
    """A name says a duty; these say none."""
    return [
        f"{source.path}:1: is called {part}"
        for source in sources
        for part in source.path.removesuffix(".py").split("/")
        if part in _NO_NAMES
    ]


def workers_tell_and_never_touch(sources: Sequence[Source]) -> list[str]:
    """A worker in a thread only posts messages: rule 2."""
    return [
        source.at(call, f"{node.name} runs in a thread and touches the screen: {ast.unparse(call.func)}")
        for source in sources
        if source.path.startswith("trainctl_tui/tui/")
        for node in functions(source.tree)
        if any(_is_thread(decorator) for decorator in node.decorator_list)
        for call in calls(node)
        if name_of(call.func) in _TOUCHES
    ]


def _is_thread(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and name_of(decorator.func) == "work"
        and any(word.arg == "thread" and ast.unparse(word.value) == "True" for word in decorator.keywords)
    )


FLOOR_RULES: tuple[Rule, ...] = (
    libraries_have_their_place,
    the_command_line_imports_late,
    nothing_is_called_utils,
    workers_tell_and_never_touch,
)
