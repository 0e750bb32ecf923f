"""The command line: what it takes, what it refuses and how, and what it does not import."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from trainctl_tui import __version__, bootstrap, cli
from trainctl_tui.arguments import LOG_LEVELS, THEMES, parser
from trainctl_tui.cli import main
from trainctl_tui.launch import Launch
from trainctl_tui.tui.app import TrainctlApp
from trainctl_tui.tui.terminal import check, note, prepare
from trainctl_tui.view_settings import Loaded

HEAVY = ("textual", "rich", "boto3", "botocore", "pydantic", "msgspec", "asyncio", "moto")


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the program without a terminal, and without the coverage that would count as its own time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return subprocess.run(
        [sys.executable, "-m", "trainctl_tui", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        env={**kept, **variables},
    )


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option: str) -> None:
    program = (
        "import sys\nfrom trainctl_tui.cli import main\n"
        f"try:\n    main([{option!r}])\n"
        f"except SystemExit:\n    print('heavy:', [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert done.stdout.endswith("heavy: []\n"), done.stdout + done.stderr


def test_version_costs_less_than_sixty_milliseconds_of_cpu() -> None:
    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run("--version").stdout == f"trainctl-tui {__version__}\n"
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 0.060, spent


@pytest.mark.parametrize("command", [(), ("demo",)])
def test_without_a_terminal_it_says_so_and_exits_2(command: tuple[str, ...]) -> None:
    done = run(*command, TERM="xterm-256color")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "needs a terminal" in done.stderr
    assert "standard input is not one" in done.stderr
    assert "no redirection" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--endpoint-url", "localhost:4566"), "http://localhost:4566"),
        (("--endpoint-url", "http://a\x1b[2J"), r"'http://a\x1b[2J' is not an address"),
        (("--endpoint-url", "http://a\udcff"), "is not an address"),
        (("--theme", "mauve"), "'mauve'"),
        (("demo", "--instances", "many"), "'many' is not a number"),
        (("demo", "--instances", "5001"), "it takes 0 to 5000"),
        (("demo", "--speed", "nan"), "out of range"),
        (("--profile", "p", "demo"), "no --profile"),
        (("demo", "--profile", "p"), "unrecognized arguments"),
        (("upload",), "invalid choice: 'upload'"),
    ],
)
def test_a_wrong_argument_is_named_and_exits_2(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("before", [True, False])
def test_common_options_hold_on_both_sides_of_the_word_demo(before: bool) -> None:
    words = ["--region", "eu-west-1", "--refresh", "30", "--theme", "light"]
    given = parser().parse_args([*words, "demo"] if before else ["demo", *words])
    assert (given.command, given.region, given.refresh, given.theme) == ("demo", "eu-west-1", "30", "light")


def test_the_view_has_the_settings_of_the_profile_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for kind in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path))
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "trainctl-tui").mkdir()
    text = 'theme = "dark"\n[profiles.work]\ntheme = "contrast"\nregions = ["eu-west-1"]\nread_only = true\n'
    (tmp_path / "trainctl-tui" / "config.toml").write_text(text)
    monkeypatch.setattr(cli, "_look_at_terminal", lambda: None)
    opened: list[TrainctlApp] = []

    def run_view(launch: Launch, loaded: Loaded, _metrics_file: str) -> int:
        opened.append(bootstrap.view(launch, loaded, None))
        opened[-1].gc_policy.close()
        opened[-1].session.close()
        return 0

    monkeypatch.setattr(cli, "run_view", run_view)
    for words in ([], ["--profile", "work"], ["--profile", "work", "--theme", "light"]):
        assert cli.open_view(parser().parse_args(words)) == 0
    assert [app.theme for app in opened] == ["dark", "contrast", "light"]
    for profile, regions in (("work", ("eu-west-1",)), ("other", ())):
        other = opened[0]._open_session(Launch(profile=profile))
        other.close()
        assert other.launch.regions == regions
        assert (other.launch.read_only, other.settings.policy.read_only) == (profile == "work",) * 2
    assert [app.session.launch.read_only for app in opened] == [False, True, True]


@pytest.mark.parametrize("words", [["--read-only"], ["--read-only", "demo"], ["demo", "--read-only"]])
def test_read_only_of_the_command_line_holds_for_every_profile(
    words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for kind in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path))
    monkeypatch.setattr(cli, "_look_at_terminal", lambda: None)
    launches: list[Launch] = []

    def run_view(launch: Launch, loaded: Loaded, _metrics_file: str) -> int:
        app = bootstrap.view(launch, loaded, None)
        other = app._open_session(Launch(profile="other"))
        for session in (app.session, other):
            launches.append(session.launch)
            session.close()
        app.gc_policy.close()
        return 0

    monkeypatch.setattr(cli, "run_view", run_view)
    assert cli.open_view(parser().parse_args(words), demo="demo" in words) == 0
    assert [launch.read_only for launch in launches] == [True, True]


def test_the_names_of_themes_are_those_of_the_app() -> None:
    from trainctl_tui.tui.themes import THEMES as COLOURS

    assert tuple(COLOURS) == THEMES


def test_the_levels_of_the_log_are_those_of_the_settings() -> None:
    from trainctl_tui.view_settings import LogLevel

    assert get_args(LogLevel) == LOG_LEVELS


class Stream:
    def __init__(self, terminal: bool) -> None:
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


YES, NO = Stream(True), Stream(False)


@pytest.mark.parametrize(
    ("streams", "name"),
    [((NO, YES, YES), "input"), ((YES, NO, YES), "output"), ((YES, YES, NO), "error output")],
)
def test_each_stream_that_is_no_terminal_is_named(streams: tuple[Stream, Stream, Stream], name: str) -> None:
    trouble = check(*streams, {"TERM": "xterm"})
    assert trouble is not None
    assert trouble.why == f"Its standard {name} is not one."
    assert trouble.next_step


@pytest.mark.parametrize("term", [None, "", "dumb"])
def test_a_terminal_that_cannot_move_its_cursor_is_refused(term: str | None) -> None:
    trouble = check(YES, YES, YES, {} if term is None else {"TERM": term})
    assert trouble is not None
    assert "TERM" in trouble.why
    assert check(YES, YES, YES, {"TERM": "xterm"}) is None


def test_a_locale_without_utf8_is_noted() -> None:
    assert note("utf-8") == note("UTF8") == ""
    assert "iso8859-1" in note("iso8859-1")
    assert "LANG" in note(None)


@pytest.mark.parametrize(
    ("given", "colours"),
    [
        ({"TERM": "xterm"}, "256"),
        ({"TERM": "linux"}, "standard"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, None),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "standard"}, "standard"),
    ],
)
def test_colours_follow_the_terminal_and_the_user(given: dict[str, str], colours: str | None) -> None:
    environ = dict(given)
    prepare(environ)
    assert environ.get("TEXTUAL_COLOR_SYSTEM") == colours
    assert environ["TEXTUAL_FPS"] == "120"


def test_the_demo_without_its_libraries_names_the_command_that_installs_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from trainctl_tui import demo
    from trainctl_tui.domain.errors import ConfigError

    monkeypatch.setattr(demo, "_EXTRA", ("moto", "a_library_nobody_has"))
    command = r"a_library_nobody_has.*pip install 'trainctl-tui\[demo\]'"
    with pytest.raises(ConfigError, match=command), demo.running(1, 1, 1.0):
        pass


def test_a_size_that_was_exported_does_not_outlive_the_window() -> None:
    environ = {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    prepare(environ)
    assert not {"COLUMNS", "LINES"} & environ.keys()
