"""Words that must not be written: prints, clocks in the domain, sleeps, promises, tests that cannot fail."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from tests.support.house.source import Rule, Source, calls, dotted, functions, name_of

SPEAKERS = frozenset({"trainctl_tui/cli.py", "trainctl_tui/headless/output.py"})
WAITERS = ("tests/support/",)
_CLOCKS = frozenset(
    {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "now", "utcnow", "today"}
)
_PROMISE = re.compile(r"#.*\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")


def only_the_command_line_prints(sources: Sequence[Source]) -> list[str]:
    """``print`` belongs to the command line; everyone else returns a value or logs."""
    return [
        source.at(call, "prints")
        for source in sources
        if source.is_ours and source.path not in SPEAKERS
        for call in calls(source.tree)
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]


def the_domain_has_no_clock(sources: Sequence[Source]) -> list[str]:
    """Time is a value: rule 6."""
    return [
        source.at(call, f"asks the clock: {ast.unparse(call.func)}")
        for source in sources
        if source.path.startswith("trainctl_tui/domain/")
        for call in calls(source.tree)
        if name_of(call.func) in _CLOCKS
    ]


def nothing_sleeps(sources: Sequence[Source]) -> list[str]:
    """Every wait can be cut short: rule 9. In tests a sleep is no synchronisation."""
    return [
        source.at(call, f"sleeps: {ast.unparse(call)}")
        for source in sources
        if not source.path.startswith(WAITERS)
        for call in calls(source.tree)
        if name_of(call.func) == "sleep" and not _yields_once(call)
    ]


def _yields_once(call: ast.Call) -> bool:
    """Say whether this is ``asyncio.sleep(0)``, which waits for nothing."""
    return dotted(call.func) == "asyncio.sleep" and [ast.unparse(arg) for arg in call.args] == ["0"]


def nothing_is_promised(sources: Sequence[Source]) -> list[str]:
    """No comment puts work off."""
    return [
        f"{source.path}:{number}: puts work off: {line.strip()}"
        for source in sources
        for number, line in enumerate(source.text.splitlines(), start=1)
        if _PROMISE.search(line)
    ]


def skips_have_reasons(sources: Sequence[Source]) -> list[str]:
    """A test that is skipped or expected to fail says why."""
    found = []
    for source in sources:
        with_reason = {id(call.func) for call in calls(source.tree) if _has_reason(call)}
        found += [
            source.at(node, f"{dotted(node)} without a reason")
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Attribute)
            and dotted(node) in ("pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail", "pytest.skip")
            and id(node) not in with_reason
        ]
    return found


def _has_reason(call: ast.Call) -> bool:
    by_position = bool(call.args) and name_of(call.func) == "skip"
    return by_position or any(keyword.arg == "reason" for keyword in call.keywords)


def no_assertion_is_constant(sources: Sequence[Source]) -> list[str]:
    """An assertion of a constant cannot fail; ``assert False`` is written ``pytest.fail``."""
    return [
        source.at(node, f"cannot fail: {ast.unparse(node)}")
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant | ast.Tuple)
    ]


def every_test_can_fail(sources: Sequence[Source]) -> list[str]:
    """A test asserts, expects an error, or calls a helper of the tests that asserts or raises."""
    checking = {"raises", "warns", "fail", "snap_compare"}
    ours = [source for source in sources if source.path.startswith("tests/")]
    everything = [node for source in ours for node in functions(source.tree)]
    while more := {node.name for node in everything if node.name not in checking and _checks(node, checking)}:
        checking |= more
    return [
        source.at(node, f"{node.name} cannot fail: it asserts nothing")
        for source in ours
        for node in functions(source.tree)
        if node.name.startswith("test_") and node.name not in checking
    ]


def _checks(node: ast.AST, checking: set[str]) -> bool:
    return any(
        isinstance(inner, ast.Assert | ast.Raise)
        or (isinstance(inner, ast.Call) and name_of(inner.func) in checking)
        for inner in ast.walk(node)
    )


WORD_RULES: tuple[Rule, ...] = (
    only_the_command_line_prints,
    the_domain_has_no_clock,
    nothing_sleeps,
    nothing_is_promised,
    skips_have_reasons,
    no_assertion_is_constant,
    every_test_can_fail,
)
