"""What the documents say of the code is so: every floor is named, every link leads somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def floors() -> set[str]:
    """Return the floors that import-linter holds."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (layers,) = (one["layers"] for one in contracts["contracts"] if one["id"] == "floors")
    return {name for layer in layers for name in re.findall(r"\w+", layer)}


def test_the_architecture_names_every_floor() -> None:
    named = set(re.findall(r"`(\w+)\*?`", ARCHITECTURE))
    by_prefix = {name for name in floors() if name.startswith("settings")}
    assert floors() - by_prefix - {"__main__"} <= named
    assert "`settings*`" in ARCHITECTURE


def test_the_architecture_is_short() -> None:
    assert ARCHITECTURE.count("\n") <= 120


def test_the_files_that_the_architecture_names_are_there() -> None:
    for path in re.findall(r"`([\w/]+/[\w/]+(?:\.py)?)`", ARCHITECTURE):
        assert (ROOT / "trainctl_tui" / path).exists() or (ROOT / path).exists(), path


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), f"{document.name} points to {target}"
