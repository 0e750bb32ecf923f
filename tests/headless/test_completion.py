"""Completion: the scripts know every command and option of the parser; bash is asked itself."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from trainctl_tui.arguments import SHELLS, SORT_KEYS, parser
from trainctl_tui.headless.completion import levels, script

BASH = shutil.which("bash")


def complete(line: str) -> set[str]:
    """Ask bash what may stand at the end of a line, as its readline does."""
    words = line.split(" ")
    ask = f"""{script("bash", parser())}
COMP_WORDS=({" ".join(f"'{word}'" for word in words)})
COMP_CWORD={len(words) - 1}
_trainctl_tui
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    assert BASH is not None
    done = subprocess.run([BASH, "--norc", "-eu"], input=ask, capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("trainctl-tui l", {"list"}),
        ("trainctl-tui list ", set(SORT_KEYS) | {"-h", "--help"}),
        ("trainctl-tui list vol", {"volumes"}),
        ("trainctl-tui list volumes --so", {"--sort"}),
        ("trainctl-tui list volumes --sort i", {"id", "instance", "iops"}),
        ("trainctl-tui list instances --reverse --output ", {"table", "json", "csv", "ids"}),
        ("trainctl-tui --region us-east-1 config ", {"show", "init", "path", "check", "-h", "--help"}),
        ("trainctl-tui completion ", {"bash", "zsh", "fish", "-h", "--help"}),
        ("trainctl-tui demo --theme l", {"light"}),
        ("trainctl-tui list volumes zzz", set()),
    ],
)
def test_bash_completes(line: str, expected: set[str]) -> None:
    assert complete(line) == expected


@pytest.mark.parametrize("shell", SHELLS)
def test_every_script_knows_every_word(shell: str) -> None:
    text = script(shell, parser())
    for level in levels(parser()):
        assert all(word in text for word in level.words)
        for option in level.options:
            assert all(name.lstrip("-") in text for name in option.names)
            assert all(choice in text for choice in option.choices)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_itself_reads_its_script(shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} here")
    done = subprocess.run(
        [program, "-n"], input=script(shell, parser()), capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")
