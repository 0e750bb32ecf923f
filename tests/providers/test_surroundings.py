"""Profile, region, endpoint and proxy of the surroundings are honoured."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.providers.conftest import MakeProvider
from tests.support.scripted_aws import IDENTITY, ScriptedAws
from trainctl_tui.domain import errors as ours
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.base import Patience, ProviderOptions


def test_a_profile_and_its_region_are_honoured(
    aws: ScriptedAws, profile: Callable[[str], str], make_provider: MakeProvider
) -> None:
    aws.on("GetCallerIdentity", IDENTITY)
    text = "[profile wanted]\nregion = eu-west-1\naws_access_key_id = AKIAP\naws_secret_access_key = s\n"
    provider = make_provider(loopback_only=False, profile=profile(text))

    assert provider.default_region() == "eu-west-1"
    provider.identify(Patience())
    assert "AKIAP/" in aws.headers[0]["Authorization"]
    assert "/eu-west-1/sts/" in aws.headers[0]["Authorization"]


def test_aws_profile_is_honoured(
    aws: ScriptedAws,
    profile: Callable[[str], str],
    make_provider: MakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profile("[profile wanted]\nregion = ap-south-1\n")
    monkeypatch.setenv("AWS_PROFILE", "wanted")

    assert make_provider(loopback_only=False).default_region() == "ap-south-1"


@pytest.mark.parametrize(
    ("settings", "region"),
    [
        ({}, ""),
        ({"AWS_DEFAULT_REGION": "eu-north-1"}, "eu-north-1"),
        ({"AWS_DEFAULT_REGION": "eu-north-1", "AWS_REGION": "sa-east-1"}, "sa-east-1"),
    ],
)
def test_the_region_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], region: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    assert AwsProvider(ProviderOptions()).default_region() == region


def test_without_a_region_we_still_know_who_we_are(
    aws: ScriptedAws, make_provider: MakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    aws.on("GetCallerIdentity", IDENTITY)
    provider = make_provider(loopback_only=False)

    assert provider.default_region() == ""
    assert provider.identify(Patience()).arn == "arn:aws:iam::123456789012:user/ada"


def test_the_endpoint_of_the_environment_is_honoured(
    aws: ScriptedAws, make_provider: MakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    aws.on("GetCallerIdentity", IDENTITY)

    make_provider(loopback_only=False, endpoint="").identify(Patience())

    assert aws.count("GetCallerIdentity") == 1


def test_a_proxy_is_honoured(
    aws: ScriptedAws, make_provider: MakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of the endpoint does not resolve; only the proxy can have answered."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.setenv("HTTP_PROXY", aws.url)
    aws.on("GetCallerIdentity", IDENTITY)

    make_provider(loopback_only=False, endpoint="http://sts.invalid").identify(Patience())

    assert aws.headers[0]["Host"] == "sts.invalid"


def test_an_endpoint_that_is_none(make_provider: MakeProvider) -> None:
    with pytest.raises(ours.ConfigError, match="endpoint"):
        make_provider(endpoint="not a url").identify(Patience())
