"""Doors: where errors stop, where words from outside enter Textual, and how a child process is started."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from tests.support.house.source import Rule, Source, calls, classes, dotted, functions, name_of

PATIENCE = {
    "connect_timeout": "3",
    "read_timeout": "15",
    "retries": "{'total_max_attempts': 1, 'mode': 'standard'}",
}
MAKERS = frozenset(
    {"Text", "Content", "from_text", "from_markup", "assemble", "styled", "from_ansi", "blank"}
)
# A Table's cells come in by add_row, which is a door of its own.
TYPES = frozenset({"Text", "Content", "Strip", "Table", "RenderableType", "ContentType"})
WIDGETS = frozenset(
    {"Static", "Label", "Button", "Checkbox", "RadioButton", "Collapsible", "Tab", "TabPane"}
    | {"Option", "OptionList", "Selection", "SelectionList", "notify", "add_option", "add_options", "add_row"}
)
_ALL_ARE_WORDS = ("OptionList", "SelectionList", "add_row")
WORDS = frozenset({"content", "label", "message", "prompt", "title", "renderable"})
TITLES = frozenset({"border_title", "border_subtitle", "tooltip", "sub_title"})


def caught_only_at(boundaries: Mapping[str, str]) -> Rule:
    """Make the rule that these files alone catch everything: rule 4. A provider raises again."""

    def everything_is_caught_only_at_boundaries(sources: Sequence[Source]) -> list[str]:
        return [
            source.at(node, "catches everything" if source.path not in boundaries else "swallows an error")
            for source in sources
            if source.is_ours
            for node in ast.walk(source.tree)
            if isinstance(node, ast.ExceptHandler) and _catches_all(node)
            if source.path not in boundaries
            or (
                source.path.startswith("trainctl_tui/providers/") and not isinstance(node.body[-1], ast.Raise)
            )
        ]

    return everything_is_caught_only_at_boundaries


def the_sdk_is_impatient(sources: Sequence[Source]) -> list[str]:
    """Every client gives up after 3 s and 15 s and never retries by itself: rules 5 and 9."""
    return [
        source.at(call, f"{name} is not {value}")
        for source in sources
        if source.path.startswith("trainctl_tui/providers/")
        for call in calls(source.tree)
        if name_of(call.func) == "Config"
        for name, value in PATIENCE.items()
        if value not in [ast.unparse(word.value) for word in call.keywords if word.arg == name]
    ]


def _catches_all(node: ast.ExceptHandler) -> bool:
    return node.type is None or any(
        name_of(one) in ("Exception", "BaseException") for one in _caught(node.type)
    )


def _caught(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def no_shell_and_no_locals(sources: Sequence[Source]) -> list[str]:
    """No shell is used, and no report shows local variables: rule 10."""
    return [
        source.at(call, f"{keyword.arg}={ast.unparse(keyword.value)}")
        for source in sources
        if source.is_ours
        for call in calls(source.tree)
        for keyword in call.keywords
        if keyword.arg in ("shell", "show_locals") and ast.unparse(keyword.value) != "False"
    ]


def words_enter_textual_by_the_door(sources: Sequence[Source]) -> list[str]:
    """What Textual would parse is a literal, a Text or a Content, or says markup=False: rule 7."""
    tui = [source for source in sources if source.path.startswith("trainctl_tui/tui/")]
    makers = MAKERS | {
        node.name for source in tui for node in functions(source.tree) if _names(node.returns) & TYPES
    }
    found = []
    for source in tui:
        for node, argument in _entries(source.tree):
            if not _Scope(source.tree, makers).is_made(argument, node):
                found.append(source.at(argument, f"{ast.unparse(argument)} enters Textual as it is"))
    return found


def _entries(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Return what reaches Textual as words, each with the node that hands it over."""
    for call in calls(tree):
        updates = (
            name_of(call.func) == "update"
            and isinstance(call.func, ast.Attribute)
            and _is_query(call.func.value)
        )
        if not updates and name_of(call.func) not in WIDGETS:
            continue
        if any(word.arg == "markup" and ast.unparse(word.value) == "False" for word in call.keywords):
            continue
        first = call.args if name_of(call.func) in _ALL_ARE_WORDS else call.args[:1]
        for argument in (*first, *(word.value for word in call.keywords if word.arg in WORDS)):
            yield from ((call, element) for element in _elements(argument))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in TITLES:
                    yield node, node.value


def _is_query(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and name_of(node.func) == "query_one"


def _elements(argument: ast.expr) -> list[ast.expr]:
    match argument:
        case ast.Starred(value=value):
            return _elements(value)
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return elements
        case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element):
            return [element]
    return [argument]


def _names(annotation: ast.AST | None) -> set[str]:
    return {name_of(node) for node in ast.walk(annotation)} if annotation is not None else set()


class _Scope:
    """Follows a name back to what it was made from, inside one file."""

    def __init__(self, tree: ast.Module, makers: frozenset[str] | set[str]) -> None:
        self._tree = tree
        self._makers = makers

    def is_made(self, node: ast.expr, place: ast.AST, depth: int = 5) -> bool:
        """Say whether an expression is certainly a literal or made by a maker."""
        if depth == 0:
            return False
        match node:
            case ast.Constant():
                return True
            case ast.Call(func=function):
                return name_of(function) in self._makers | WIDGETS
            case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
                return self.is_made(one, place, depth) and self.is_made(other, place, depth)
            case ast.BoolOp(values=values):
                return all(self.is_made(value, place, depth) for value in values)
            case ast.Name() | ast.Attribute():
                return self._is_held(dotted(node), place, depth)
        return False

    def _is_held(self, name: str, place: ast.AST, depth: int) -> bool:
        """Say whether every value that this name is given, where it can be seen from here, is made."""
        values: list[bool] = []
        for scope in self._seen_from(place, name):
            for node in ast.walk(scope):
                if (isinstance(node, ast.arg) and node.arg == name) or (
                    isinstance(node, ast.AnnAssign) and dotted(node.target) == name
                ):
                    values.append(bool(_names(node.annotation) & TYPES))
                elif isinstance(node, ast.Assign) and name in map(dotted, node.targets):
                    values.append(self.is_made(node.value, node, depth - 1))
                elif isinstance(node, ast.For | ast.comprehension) and dotted(node.target) == name:
                    values.append(False)
        return bool(values) and all(values)

    def _seen_from(self, place: ast.AST, name: str) -> list[ast.AST]:
        """Return the class for ``self.x``, else the function, else the whole file."""
        candidates = classes(self._tree) if name.startswith("self.") else functions(self._tree)
        around: list[ast.AST] = [
            node for node in candidates if any(inner is place for inner in ast.walk(node))
        ]
        held = [node for node in around if name.startswith("self.") or _binds(node, name)]
        return held[-1:] or [self._tree]


def _binds(function: ast.AST, name: str) -> bool:
    return any(
        (isinstance(node, ast.arg) and node.arg == name)
        or (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store))
        for node in ast.walk(function)
    )


DOOR_RULES: tuple[Rule, ...] = (
    the_sdk_is_impatient,
    no_shell_and_no_locals,
    words_enter_textual_by_the_door,
)
