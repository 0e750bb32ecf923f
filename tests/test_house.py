"""The rules of the house (DESIGN.md) hold, and each is seen to report a planted violation."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.house import HOUSE_RULES, Rule, Source, doors, floors, read, shadows, shape, words

ROOT = Path(__file__).resolve().parents[1]
# CONTRACTS, Screens: the only files that may catch everything, each with its reason.
BOUNDARIES = {
    "trainctl_tui/providers/base.py": "the provider boundary: a foreign error becomes one of ours",
    "trainctl_tui/providers/aws/calls.py": "the same boundary, around one call of the SDK",
    "trainctl_tui/providers/aws/clients.py": "the same boundary, around the SDK's settings and credentials",
    "trainctl_tui/services/cache.py": "the cache read: whatever a file holds is a miss",
    "trainctl_tui/services/executor.py": "the top of an execution: what was sent must be told before it ends",
    "trainctl_tui/link/server.py": "the link loop: one bad question must not end the collector",
}
CAUGHT = doors.caught_only_at(BOUNDARIES)
RULES = (*HOUSE_RULES, CAUGHT)
LONG = "x = 1\n" * 301
VIEW = "trainctl_tui/tui/a.py"


@pytest.fixture(scope="module")
def house() -> list[Source]:
    """Every file of the house; it is read in a second, which no rule needs to spend again."""
    return read(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule, house: list[Source]) -> None:
    assert rule(house) == []


PLANTED: list[tuple[Rule, str, str]] = [
    (shape.files_are_short, "trainctl_tui/a.py", LONG),
    (shape.files_are_short, "tests/test_a.py", LONG),
    (shape.files_are_short, "trainctl_tui/tui/screens/a.py", "x = 1\n" * 281),
    (shape.classes_are_short, "trainctl_tui/a.py", "class A:\n" + "    x = 1\n" * 251),
    (shape.classes_are_short, VIEW, "class A(Mixin, App[int]):\n" + "    x = 1\n" * 121),
    (
        shape.functions_are_short,
        "trainctl_tui/a.py",
        "class A:\n    async def f(self):\n" + "        x = 1\n" * 41,
    ),
    (shape.public_names_have_docstrings, "trainctl_tui/a.py", "x = 1\n"),
    (
        shape.public_names_have_docstrings,
        "trainctl_tui/a.py",
        '"""A."""\nclass A:\n    """A."""\n    def f(self): ...\n',
    ),
    (
        shape.settings_say_what_they_are,
        "trainctl_tui/view_settings.py",
        "class ViewSettings:\n    a: int\n    b: int\n    'B.'\n",
    ),
    (words.only_the_command_line_prints, "trainctl_tui/services/a.py", "print(1)\n"),
    (words.the_domain_has_no_clock, "trainctl_tui/domain/a.py", "import time\nx = time.time()\n"),
    (words.the_domain_has_no_clock, "trainctl_tui/domain/a.py", "def f():\n    return datetime.now(UTC)\n"),
    (words.nothing_sleeps, "trainctl_tui/a.py", "from time import sleep\nsleep(1)\n"),
    (words.nothing_sleeps, "tests/tui/test_a.py", "async def f():\n    await asyncio.sleep(0.1)\n"),
    (words.nothing_is_promised, "trainctl_tui/a.py", "x = 1  # TO" + "DO: later\n"),
    (words.skips_have_reasons, "tests/test_a.py", "@pytest.mark.skip\ndef test_a(): assert f()\n"),
    (words.skips_have_reasons, "tests/test_a.py", "@pytest.mark.skipif(True)\ndef test_a(): assert f()\n"),
    (words.skips_have_reasons, "tests/test_a.py", "def test_a():\n    pytest.skip()\n"),
    (words.no_assertion_is_constant, "tests/test_a.py", "def test_a():\n    assert True\n"),
    (words.no_assertion_is_constant, "tests/test_a.py", "def test_a():\n    assert (f(), 'words')\n"),
    (words.every_test_can_fail, "tests/test_a.py", "def helper(): g()\ndef test_a():\n    helper()\n"),
    (CAUGHT, "trainctl_tui/a.py", "try: f()\nexcept Exception: g()\n"),
    (CAUGHT, "trainctl_tui/a.py", "try: f()\nexcept: g()\n"),
    (CAUGHT, VIEW, "try: f()\nexcept (OSError, BaseException): g()\n"),
    (CAUGHT, "trainctl_tui/providers/base.py", "try: f()\nexcept Exception: g()\n"),
    (
        shadows.no_private_name_of_textual_is_shadowed,
        VIEW,
        "from textual.widget import Widget\n"
        "class A(Widget):\n    def __init__(self):\n        self._running = False\n",
    ),
    (
        shadows.no_private_name_of_textual_is_shadowed,
        VIEW,
        "from textual.screen import Screen\nclass A(Screen[None]):\n    def _size_updated(self): ...\n",
    ),
    (
        shadows.no_private_name_of_textual_is_shadowed,
        VIEW,
        "from textual import widgets, app\nfrom textual.app import App\nclass A(App):\n    _driver = 1\n",
    ),
    (
        shadows.no_private_name_of_textual_is_shadowed,
        VIEW,
        "from textual.containers import Vertical as V\n"
        "class Mixin:\n    def f(self):\n        self._id: str = ''\n"
        "class B(Mixin, V): ...\nclass C(B): ...\n",
    ),
    (
        doors.the_sdk_is_impatient,
        "trainctl_tui/providers/aws/a.py",
        "Config(connect_timeout=3, read_timeout=15)\n",
    ),
    (doors.no_shell_and_no_locals, "trainctl_tui/a.py", "run('ls', shell=True)\n"),
    (doors.no_shell_and_no_locals, VIEW, "Traceback(show_locals=True)\n"),
    (doors.words_enter_textual_by_the_door, VIEW, "def f(name): Static(name)\n"),
    (doors.words_enter_textual_by_the_door, VIEW, "Label(f'{name} is gone')\n"),
    (doors.words_enter_textual_by_the_door, VIEW, "Button(label=safe(name))\n"),
    (doors.words_enter_textual_by_the_door, VIEW, "def f(self, e):\n    self.notify(str(e))\n"),
    (doors.words_enter_textual_by_the_door, VIEW, "def f(self, name):\n    self.border_title = name\n"),
    (doors.words_enter_textual_by_the_door, VIEW, "def f(self, x):\n    self.query_one(Static).update(x)\n"),
    (doors.words_enter_textual_by_the_door, VIEW, "def f(t, x): t.add_row(Text(x), x)\n"),
    (doors.words_enter_textual_by_the_door, VIEW, "OptionList(*(name for name in names))\n"),
    (
        doors.words_enter_textual_by_the_door,
        VIEW,
        "def f(tag):\n    t = Text('')\n    t = tag\n    Static(t)\n",
    ),
    (
        floors.libraries_have_their_place,
        "trainctl_tui/services/a.py",
        "def f():\n    import botocore.session\n",
    ),
    (floors.libraries_have_their_place, "trainctl_tui/providers/a.py", "from tenacity import retry\n"),
    (floors.libraries_have_their_place, "trainctl_tui/link/a.py", "from rich.text import Text\n"),
    (floors.libraries_have_their_place, "trainctl_tui/headless/a.py", "from rich.text import Text\n"),
    (floors.libraries_have_their_place, "trainctl_tui/listing/a.py", "from textual.app import App\n"),
    (floors.libraries_have_their_place, "trainctl_tui/services/a.py", "import diskcache\n"),
    (floors.libraries_have_their_place, "trainctl_tui/tui/a.py", "from pydantic import BaseModel\n"),
    (floors.libraries_have_their_place, "trainctl_tui/link/a.py", "from trainctl_tui import simcloud\n"),
    (floors.libraries_have_their_place, "trainctl_tui/a.py", "import pickle\n"),
    (floors.libraries_have_their_place, "trainctl_tui/a.py", "from tests.support import house\n"),
    (
        floors.the_command_line_imports_late,
        "trainctl_tui/cli.py",
        "from trainctl_tui.tui.app import TrainctlApp\n",
    ),
    (floors.nothing_is_called_utils, "trainctl_tui/utils/a.py", "x = 1\n"),
    (
        floors.workers_tell_and_never_touch,
        VIEW,
        "class A:\n    @work(thread=True)\n    def f(self):\n        self.query_one('#a')\n",
    ),
]


@pytest.mark.parametrize(
    ("rule", "path", "code"), PLANTED, ids=[f"{row[0].__name__}-{at}" for at, row in enumerate(PLANTED)]
)
def test_a_planted_violation_is_reported(rule: Rule, path: str, code: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text('"""Fine."""\n')
    assert rule(read(tmp_path)) == [] or rule is floors.nothing_is_called_utils
    file.write_text(code)
    assert {complaint.split(":")[0] for complaint in rule(read(tmp_path))} == {path}


def test_every_rule_has_a_planted_violation() -> None:
    assert {rule for rule, _, _ in PLANTED} == set(RULES)


def test_what_the_door_lets_through(tmp_path: Path) -> None:
    file = tmp_path / VIEW
    file.parent.mkdir(parents=True)
    file.write_text(
        "def line(name) -> Text: ...\n"
        "class A:\n"
        "    def __init__(self, text: Text): self._text = text\n"
        "    def f(self, name, given: Content | None):\n"
        "        held = Text(safe(name)) if name else line(name)\n"
        "        Static('plain'), Static(held), Static(self._text), Static(given)\n"
        "        self.notify('a'), Static(name, markup=False), {}.update(name)\n"
        "        OptionList(*(Option(Text(x)) for x in name))\n"
    )
    assert doors.words_enter_textual_by_the_door(read(tmp_path)) == []


def _lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)


def test_the_floors_hold() -> None:
    done = _lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


FLOORS = "Imports go down only"
PLANTED_IMPORTS = (
    ("domain.tags", "trainctl_tui.providers.base", FLOORS),
    ("services.export", "trainctl_tui.link.messages", FLOORS),
    ("link.messages", "trainctl_tui.simcloud", FLOORS),
    ("headless.status", "trainctl_tui.cli", FLOORS),
    ("listing.format", "trainctl_tui.tui.styles", FLOORS),
    ("services.export", "botocore", "Only providers.aws"),
    ("launch", "rich", "Only tui"),
    ("headless.status", "rich.table", "Only tui"),
    ("launch", "diskcache", "Only the cache"),
    ("settings_text", "pydantic", "Only the cache"),
    ("paths", "flask", "The view reaches no SDK"),
    ("simcloud", "trainctl_tui.services.export", "The simulated cloud"),
)


def _plant(root: Path, module: str, line: str) -> None:
    file = root / "trainctl_tui" / f"{module.replace('.', '/')}.py"
    with (file if module != "simcloud" else file.with_suffix("") / "__init__.py").open("a") as source:
        source.write(f"\n{line}\n")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a copy of the program, to plant in."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "trainctl_tui", tmp_path / "trainctl_tui", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_import_linter_reports_every_planted_import_under_its_contract(copied: Path) -> None:
    for module, imported, _ in PLANTED_IMPORTS:
        _plant(copied, module, f"import {imported}")
    done = _lint_imports(copied)
    assert done.returncode == 1
    assert "Contracts: 0 kept" in done.stdout
    found, under = set(), ""
    for line in done.stdout.partition("Broken contracts")[2].splitlines():
        under = next((contract for *_, contract in PLANTED_IMPORTS if line.startswith(contract)), under)
        if edge := re.search(r"trainctl_tui\.(\S+) -> (\S+) \(", line):
            found.add((edge[1], edge[2], under))
    for module, imported, contract in PLANTED_IMPORTS:
        package = imported if imported.startswith("trainctl_tui") else imported.partition(".")[0]
        assert (module, package, contract) in found


def test_import_linter_reports_a_module_without_a_floor(copied: Path) -> None:
    _plant(copied, "unheard_of", "x = 1")
    done = _lint_imports(copied)
    assert done.returncode == 1
    assert "unheard_of" in done.stdout


def _modules_after(*arguments: str) -> set[str]:
    """Return the names of all modules that a run of Python imported."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return {
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }


HEAVY = frozenset({"boto3", "botocore", "pydantic", "moto", "flask", "werkzeug", "tenacity"})


def test_the_running_view_has_neither_sdk_nor_pydantic() -> None:
    modules = _modules_after(
        "-c", "import trainctl_tui.tui.app, trainctl_tui.view_settings, trainctl_tui.link.client"
    )
    assert {"textual", "trainctl_tui.tui.app"} <= modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_the_command_line_answers_without_heavy_imports(flag: str) -> None:
    modules = _modules_after("-m", "trainctl_tui", flag)
    assert "trainctl_tui.cli" in modules
    assert modules & (HEAVY | {"textual", "rich", "asyncio"}) == set()


def test_the_collector_is_spawned_before_anything_heavy() -> None:
    modules = _modules_after("-c", "import trainctl_tui.link.spawn")
    assert "trainctl_tui.link.spawn" in modules
    assert modules & (HEAVY | {"textual", "rich", "asyncio"}) == set()


def test_a_heavy_import_is_seen() -> None:
    assert "pydantic" in _modules_after("-c", "import trainctl_tui.settings")
