"""In the demo nothing leaves this machine, whatever the surroundings say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.providers.conftest import MakeProvider
from tests.support.scripted_aws import IDENTITY, ScriptedAws
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.domain.resources import Kind
from trainctl_tui.providers.aws import clients
from trainctl_tui.providers.aws.session import require_loopback
from trainctl_tui.providers.base import Call, Patience


def is_allowed(url: str) -> bool:
    try:
        require_loopback(url)
    except ConfigError:
        return False
    return True


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:5", "http://localhost:5", "http://[::1]:5", "http://127.9.9.9"]
)
def test_this_machine_is_allowed(url: str) -> None:
    assert is_allowed(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://ec2.us-east-1.amazonaws.com",
        "http://10.0.0.1",
        "http://0.0.0.0:1",
        "http://localhost.evil.example",
        "http://127.0.0.1.nip.io",
        "http://127.0.0.1@evil.example/",
        "http://169.254.169.254",
        "",
    ],
)
def test_any_other_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="demo"):
        require_loopback(url)


@pytest.mark.parametrize("endpoint", ["", "https://ec2.eu-west-1.amazonaws.com", "http://192.0.2.1"])
def test_an_endpoint_elsewhere_is_refused_before_anything_is_sent(
    make_provider: MakeProvider, calls: list[Call], endpoint: str
) -> None:
    provider = make_provider(endpoint=endpoint)

    for read in (provider.identify, provider.alias, provider.regions):
        with pytest.raises(ConfigError, match="demo"):
            read(Patience())
    with pytest.raises(ConfigError, match="demo"):
        list(provider.pages(Kind.INSTANCES, "us-east-1", Patience()))
    assert calls == []


def test_ignoring_configured_endpoints_opens_no_hole(
    aws: ScriptedAws, make_provider: MakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")

    with pytest.raises(ConfigError, match="demo"):
        make_provider(endpoint="").identify(Patience())

    assert aws.seen == []


def test_the_surroundings_change_nothing(
    aws: ScriptedAws, make_provider: MakeProvider, monkeypatch: pytest.MonkeyPatch, clean_surroundings: Path
) -> None:
    """A real profile, real keys, a proxy, another endpoint: the demo's own keys go to its own endpoint."""
    (clean_surroundings / "config").write_text(
        "[default]\nregion = eu-west-1\naws_access_key_id = AKIAREAL\naws_secret_access_key = s\n"
        "endpoint_url = http://192.0.2.1\n"
    )
    for name, value in {
        "AWS_PROFILE": "nobody",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_SESSION_TOKEN": "t",
        "AWS_ENDPOINT_URL_STS": "http://192.0.2.1",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "HTTP_PROXY": "http://192.0.2.1:3128",
        "HTTPS_PROXY": "http://192.0.2.1:3128",
    }.items():
        monkeypatch.setenv(name, value)
    aws.on("GetCallerIdentity", IDENTITY)
    provider = make_provider()

    assert provider.identify(Patience()).account == "123456789012"
    assert provider.default_region() == "us-east-1"
    assert "Credential=demo/" in aws.headers[0]["Authorization"]
    assert "AKIAREAL" not in str(aws.headers)
    assert "X-Amz-Security-Token" not in aws.headers[0]


def test_a_request_that_was_turned_elsewhere_is_not_sent(
    aws: ScriptedAws, make_provider: MakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last gate looks at the final address, whatever plugin or rule made it."""
    provider = make_provider()
    make = clients.Clients._make

    def make_and_turn(self: clients.Clients, service: str, region: str) -> object:
        client = make(self, service, region)

        def turn(request: object, **_: object) -> None:
            request.url = "http://192.0.2.1/"  # type: ignore[attr-defined]

        client.meta.events.register("before-sign", turn)
        return client

    monkeypatch.setattr(clients.Clients, "_make", make_and_turn)

    with pytest.raises(ConfigError, match=r"192\.0\.2\.1"):
        provider.identify(Patience())
    assert aws.seen == []
