"""A provider of thirty lines is registered like ours, and only the one asked for is imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.domain.resources import Identity, Kind, Region
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.base import CanReadConsole, CanShowRaw, Page, Patience, ProviderOptions
from trainctl_tui.providers.registry import open_provider, provider_names


class Attic:
    """A cloud of one machine room without machines."""

    name = "attic"

    def __init__(self, options: ProviderOptions) -> None:
        self.options = options

    def default_region(self) -> str:
        return "upstairs"

    def identify(self, patience: Patience) -> Identity:
        return Identity("1", "me", "me")

    def alias(self, patience: Patience) -> str:
        return ""

    def regions(self, patience: Patience) -> tuple[Region, ...]:
        return (Region("upstairs", "opted-in"),)

    def pages(
        self, kind: Kind, region: str, patience: Patience, only: Collection[str] = ()
    ) -> Iterator[Page]:
        yield Page((), None)

    def clock_offset(self) -> float:
        return 0.0


@pytest.fixture
def registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a distribution that declares the attic, and one provider that cannot load."""
    info = tmp_path / "attic-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: attic\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[trainctl_tui.providers]\nattic = attic_provider:Attic\ncellar = no_such_module:Cellar\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "attic_provider", sys.modules[__name__])
    return tmp_path


@pytest.mark.usefixtures("registered")
def test_a_provider_of_somebody_else_is_opened_by_name() -> None:
    options = ProviderOptions(profile="mine")

    opened = open_provider("attic", options)

    assert isinstance(opened, Attic)
    assert opened.options is options
    assert opened.regions(Patience()) == (Region("upstairs", "opted-in"),)
    assert not isinstance(opened, CanReadConsole)


def test_aws_is_registered_and_has_its_skills() -> None:
    opened = open_provider("aws", ProviderOptions())

    assert isinstance(opened, AwsProvider)
    assert isinstance(opened, CanReadConsole)
    assert isinstance(opened, CanShowRaw)


@pytest.mark.usefixtures("registered")
def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        open_provider("aswww", ProviderOptions())

    assert "'aswww'" in caught.value.what
    assert set(provider_names()) >= {"aws", "attic", "cellar"}
    assert ", ".join(provider_names()) in caught.value.why
    assert caught.value.next_step


@pytest.mark.usefixtures("registered")
def test_a_provider_that_will_not_load_says_so() -> None:
    with pytest.raises(ConfigError, match="no_such_module"):
        open_provider("cellar", ProviderOptions())


def test_listing_the_names_imports_no_provider() -> None:
    code = (
        "import sys; from trainctl_tui.providers.registry import provider_names; print(provider_names());"
        "assert not {'botocore', 'tenacity', 'boto3'} & set(sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "aws" in done.stdout


def test_the_aws_provider_never_imports_boto3() -> None:
    code = (
        "import sys, trainctl_tui.providers.aws.provider;"
        "assert not {'boto3', 's3transfer'} & set(sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
