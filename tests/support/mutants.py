"""Break the rules of safety one place at a time, and count the breaks that a test notices (``make mutants``).

mutmut and cosmic-ray rewrite files of the working tree, and start Python anew for each mutant. Here every
mutant is a module in the memory of a fork. The test of the generated page does not take part: it would notice
any change of a row, and prove nothing.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import multiprocessing
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    *("safety", "rules", "rules_states", "rules_table", "rules_tags", "rules_volumes", "rule"),
    *("losses", "limits", "case", "changes", "changing", "volume_limits", "plans"),
)
TESTS = tuple(
    f"tests/domain/test_{name}.py"
    for name in (
        *("safety", "safety_volumes", "changing", "volume_limits", "plans", "plans_storage", "still"),
        *("reasons", "reasons_storage"),
    )
)
WANTED = 90.0  # per cent
PATIENCE = 120  # seconds for one mutant
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
WEAKER = {"REFUSE": "TYPE", "TYPE": "WARN", "WARN": "ALLOW"}
SEVERAL = frozenset({"EVERY", "EXISTING", "HALT", "DESTROY"})
"""Names of acts of which a mutant leaves the first alone."""


class Mutant(NamedTuple):
    """One break: the module, the line, what was done, and the code."""

    module: str
    line: int
    what: str
    source: str


def mutants() -> Iterator[Mutant]:
    """Yield every break of every module."""
    for module in MODULES:
        tree = ast.parse((ROOT / f"trainctl_tui/domain/{module}.py").read_text(encoding="utf-8"))
        unheard = {id(node) for part in _unheard(tree) for node in ast.walk(part)}
        for at, node in enumerate(ast.walk(tree)):
            for what in _breaks(node) if id(node) not in unheard else ():
                broken = copy.deepcopy(tree)
                victim = next(other for index, other in enumerate(ast.walk(broken)) if index == at)
                _do(victim, what)
                source = ast.unparse(ast.fix_missing_locations(broken))
                yield Mutant(module, getattr(node, "lineno", 0), what, source)


def _unheard(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what changes nothing at run time: annotations, and whether a Struct is frozen."""
    for node in ast.walk(tree):
        match node:
            case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.expr() as annotation):
                yield annotation
            case ast.FunctionDef(returns=ast.expr() as returned):
                yield returned
            case ast.ClassDef(keywords=keywords):
                yield from keywords


def _breaks(node: ast.AST) -> Iterator[str]:
    """Yield the names of the breaks of one node. Words for people are left alone."""
    match node:
        case ast.Compare():
            yield from (f"compare {at}" for at, op in enumerate(node.ops) if type(op) in SWAPS)
        case ast.BoolOp():
            yield "and/or"
        case ast.BinOp(op=op) if type(op) in SWAPS:
            yield "arithmetic"
        case ast.If() | ast.IfExp():
            yield "negate"
        case ast.Constant(value=bool()) | ast.Constant(value=int() | float()):
            yield "constant"
        case ast.Set(elts=elts):
            yield from (f"drop {at}" for at in range(len(elts)))
        case ast.Tuple(elts=[ast.Call(func=ast.Name(id="Rule")), *_] as elts):
            yield from (f"drop {at}" for at in range(len(elts)))
        case ast.Call(func=ast.Name(id="Rule"), args=[_, acts, _, _, _]):
            yield "weaker"
            if isinstance(acts, ast.Name) and acts.id in SEVERAL:
                yield "acts"
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield "return nothing"


def _do(node: ast.AST, what: str) -> None:
    match node, what.split():
        case ast.Compare(), [_, at]:
            node.ops[int(at)] = SWAPS[type(node.ops[int(at)])]()  # type: ignore[call-overload]
        case ((ast.BoolOp() | ast.BinOp()), _):
            node.op = SWAPS[type(node.op)]()  # type: ignore[assignment]
        case ((ast.If() | ast.IfExp()), _):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ast.Constant(value=bool() as value), _:
            node.value = not value
        case ast.Constant(value=(int() | float()) as value), _:
            node.value = value + 1
        case ((ast.Set() | ast.Tuple()), [_, at]):
            del node.elts[int(at)]
            if isinstance(node, ast.Set) and not node.elts:
                node.elts.append(ast.Constant("none of these"))
        case ast.Call(), ["weaker"]:
            verdict = node.args[3]
            if isinstance(verdict, ast.Attribute):
                verdict.attr = WEAKER[verdict.attr]
            else:
                node.args[3] = ast.parse(f"Verdict.{WEAKER[ast.unparse(verdict)]}", mode="eval").body
        case ast.Call(), ["acts"]:
            node.args[1] = ast.parse(f"{ast.unparse(node.args[1])}[:1]", mode="eval").body
        case ast.Return(), _:
            node.value = ast.Constant(None)


class _Broken(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives a mutant out where its module is asked for."""

    def __init__(self, name: str, code: CodeType) -> None:
        self._name, self._code = name, code

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where to find the mutant, and nothing else."""
        found = fullname == self._name
        return importlib.util.spec_from_loader(fullname, self) if found else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutant."""
        exec(self._code, module.__dict__)


def _too_long(*_: object) -> None:
    raise TimeoutError("the mutant never ends")


def is_noticed(mutant: Mutant) -> bool:
    """Run the tests on a mutant, in a process that has not seen the original; say whether one fails."""
    name = f"trainctl_tui.domain.{mutant.module}"
    sys.meta_path.insert(0, _Broken(name, compile(mutant.source, name, "exec")))
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(PATIENCE)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        bare = ["-c", os.devnull, "--rootdir", str(ROOT), "--import-mode=importlib", "--assert=plain"]
        return pytest.main(["-x", "-q", "-p", "no:cacheprovider", *bare, *TESTS]) != 0


def main() -> int:
    """Try every mutant, or those of the modules named; print survivors and figure; return the exit code."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the plugins of this project import Textual
    for library in ("hypothesis", "msgspec"):
        importlib.import_module(library)  # once, for all forks
    tried = [mutant for mutant in mutants() if mutant.module in (sys.argv[1:] or MODULES)]
    whole = (ROOT / "trainctl_tui/domain/safety.py").read_text(encoding="utf-8")
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        if pool.apply(is_noticed, (Mutant("safety", 0, "nothing", whole),)):
            print("The tests fail without a break.")
            return 1
        noticed: Counter[str] = Counter()
        of_module = Counter(mutant.module for mutant in tried)
        for mutant, was in zip(tried, pool.imap(is_noticed, tried, chunksize=1), strict=True):
            noticed[mutant.module] += was
            if not was:
                print(f"survived: domain/{mutant.module}.py:{mutant.line}: {mutant.what}", flush=True)
            of_module[mutant.module] -= 1
            if not of_module[mutant.module]:
                print(f"{mutant.module}: {noticed[mutant.module]} were noticed", flush=True)
    share = 100 * noticed.total() / len(tried)
    print(f"{noticed.total()} of {len(tried)} mutants were noticed: {share:.1f} %, {WANTED:g} % are wanted.")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
