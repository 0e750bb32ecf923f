from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.support.scripted_aws import ScriptedAws
from trainctl_tui.providers.aws.calls import Caller
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.aws.retry import Policy
from trainctl_tui.providers.base import Call, Patience, ProviderOptions

QUICK = Policy(first_pause=0.001, longest_pause=0.002)
REGION = "us-east-1"

MakeProvider = Callable[..., AwsProvider]


@pytest.fixture(autouse=True)
def clean_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Take away every AWS setting of the machine that runs the tests; return the directory of new ones."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower() in {"http_proxy", "https_proxy", "no_proxy", "all_proxy"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / ".aws").mkdir()
    return tmp_path / ".aws"


@pytest.fixture
def patience() -> Patience:
    return Patience()


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
def aws() -> Iterator[ScriptedAws]:
    with ScriptedAws() as server:
        yield server


@pytest.fixture
def make_provider(aws: ScriptedAws, calls: list[Call]) -> MakeProvider:
    """Make a provider of the scripted endpoint, with short pauses; keywords go into its options."""

    def make(policy: Policy = QUICK, seed: int = 1, **options: object) -> AwsProvider:
        wanted = {"endpoint": aws.url, "loopback_only": True, "on_call": calls.append, **options}
        opened = ProviderOptions(**wanted)  # type: ignore[arg-type]
        return AwsProvider(opened, Caller(opened, policy=policy, random=Random(seed)))

    return make


@pytest.fixture
def provider(make_provider: MakeProvider) -> AwsProvider:
    return make_provider()


@pytest.fixture
def profile(clean_surroundings: Path) -> Callable[[str], str]:
    """Write ~/.aws/config; return the name of the profile to ask for."""

    def write(text: str) -> str:
        (clean_surroundings / "config").write_text(text)
        return "wanted"

    return write
