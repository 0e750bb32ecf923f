"""Credentials in every shape they come in: each ends in one class of ours, none asks at the terminal."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
import threading
import time
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path

import pytest

from tests.providers.conftest import MakeProvider
from tests.support.pty import Terminal
from tests.support.scripted_aws import IDENTITY, ScriptedAws, failure
from trainctl_tui.domain import errors as ours
from trainctl_tui.providers.aws.provider import AwsProvider
from trainctl_tui.providers.base import Patience, ProviderOptions

MFA = """
[profile base]
aws_access_key_id = AKIABASE
aws_secret_access_key = secret
[profile wanted]
region = eu-west-1
role_arn = arn:aws:iam::123456789012:role/trainer
source_profile = base
mfa_serial = arn:aws:iam::123456789012:mfa/ada
"""
SSO = """
[profile wanted]
region = eu-west-1
sso_session = corporate
sso_account_id = 123456789012
sso_role_name = trainer
[sso-session corporate]
sso_region = us-east-1
sso_start_url = https://example.awsapps.com/start
"""


def command(directory: Path, script: str) -> str:
    """Return a profile whose credentials come from a command."""
    path = directory / "keys.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"[profile wanted]\nregion = eu-west-1\ncredential_process = {path}\n"


def identify(**options: object) -> ours.TrainctlError:
    """Ask who we are of a provider that must fail; return how."""
    with pytest.raises(ours.TrainctlError) as caught:
        AwsProvider(ProviderOptions(**options)).identify(Patience())  # type: ignore[arg-type]
    assert caught.value.what
    assert caught.value.why
    assert caught.value.next_step
    return caught.value


def test_none() -> None:
    told = identify()

    assert type(told) is ours.NoCredentials
    assert "demo" in told.next_step


def test_a_half_pair_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAHALF")

    told = identify()

    assert type(told) is ours.NoCredentials
    assert "AWS_SECRET_ACCESS_KEY" in told.why
    assert "AKIAHALF" not in str(told)


def test_an_unknown_profile() -> None:
    told = identify(profile="nobody")

    assert type(told) is ours.ConfigError
    assert "'nobody'" in told.why


def test_an_unknown_profile_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    assert type(identify()) is ours.ConfigError


def test_settings_that_cannot_be_read(profile: Callable[[str], str]) -> None:
    told = identify(profile=profile("this is no configuration\n[[["))

    assert type(told) is ours.ConfigError
    assert "config" in told.why


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("echo token=hunter2", ours.NoCredentials),
        ("echo '[\"hunter2\"]'", ours.NoCredentials),
        ("echo '{}'", ours.NoCredentials),
        ('echo \'{"Version": 1, "AccessKeyId": "hunter2"}\'', ours.NoCredentials),
        ("echo", ours.NoCredentials),
        ("echo vault is sealed >&2; exit 3", ours.NoCredentials),
    ],
    ids=["text", "list", "empty object", "half", "nothing", "fails"],
)
def test_a_credential_command_that_answers_badly(
    profile: Callable[[str], str], tmp_path: Path, script: str, kind: type[ours.TrainctlError]
) -> None:
    told = identify(profile=profile(command(tmp_path, script)))

    assert type(told) is kind
    assert "hunter2" not in str(told)
    assert "wanted" in told.next_step + told.why


def test_a_credential_command_that_is_not_there(profile: Callable[[str], str]) -> None:
    told = identify(profile=profile("[profile wanted]\ncredential_process = /no/such/command\n"))

    assert type(told) is ours.ConfigError
    assert "/no/such/command" in told.why


def test_no_saved_sign_in(profile: Callable[[str], str]) -> None:
    told = identify(profile=profile(SSO))

    assert isinstance(told, ours.CredentialsError)
    assert "aws sso login --profile wanted" in told.next_step


def test_an_expired_saved_sign_in(profile: Callable[[str], str], clean_surroundings: Path) -> None:
    cache = clean_surroundings / "sso" / "cache"
    cache.mkdir(parents=True)
    saved = {"startUrl": "https://example.awsapps.com/start", "region": "us-east-1", "accessToken": "hunter2"}
    name = sha1(b"corporate", usedforsecurity=False).hexdigest()  # as botocore names the file
    (cache / f"{name}.json").write_text(json.dumps({**saved, "expiresAt": "2020-01-01T00:00:00Z"}))

    told = identify(profile=profile(SSO))

    assert isinstance(told, ours.CredentialsError)
    assert "aws sso login --profile wanted" in told.next_step
    assert "hunter2" not in str(told)


def test_an_mfa_code_is_never_asked_for(profile: Callable[[str], str]) -> None:
    told = identify(profile=profile(MFA))

    assert type(told) is ours.NoCredentials
    assert "MFA" in told.why
    assert "export-credentials" in told.next_step


def test_no_shape_touches_the_terminal(profile: Callable[[str], str], tmp_path: Path) -> None:
    """In a terminal of its own, a process that wants an MFA code writes nothing and reads nothing."""
    profile(MFA)
    outcome = tmp_path / "outcome"
    program = (
        "import sys\n"
        "from trainctl_tui.providers.base import Patience, ProviderOptions\n"
        "from trainctl_tui.providers.aws.provider import AwsProvider\n"
        "try: AwsProvider(ProviderOptions(profile='wanted')).identify(Patience())\n"
        "except Exception as error: open(sys.argv[1], 'w').write(type(error).__name__)\n"
    )

    with Terminal([sys.executable, "-c", program, str(outcome)], env=dict(os.environ)) as terminal:
        assert terminal.wait_exit(20) == 0
        assert terminal.received == 0

    assert outcome.read_text() == "NoCredentials"


def test_a_metadata_service_that_hangs_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        provider = AwsProvider(ProviderOptions())
        provider.default_region()
        threads = [threading.Thread(target=lambda: told.append(_failed(provider))) for _ in range(4)]
        told: list[type[Exception]] = []
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        waited = time.monotonic() - begun

    assert told == [ours.NoCredentials] * 4
    assert waited < 2.5, "one wait of 2 s, shared by all lanes"


def _failed(provider: AwsProvider) -> type[Exception]:
    try:
        provider.identify(Patience())
    except ours.TrainctlError as error:
        return type(error)
    return AssertionError


def test_keys_that_are_refused_are_read_again(
    aws: ScriptedAws, clean_surroundings: Path, make_provider: MakeProvider
) -> None:
    """After a new sign-in the running program goes on: no restart."""
    keys = clean_surroundings / "credentials"
    keys.write_text("[default]\naws_access_key_id = AKIAOLD\naws_secret_access_key = a\n")
    aws.on("GetCallerIdentity", failure("ExpiredToken", status=403), IDENTITY)
    provider = make_provider(loopback_only=False)

    with pytest.raises(ours.ExpiredCredentials):
        provider.identify(Patience())
    keys.write_text("[default]\naws_access_key_id = AKIANEW\naws_secret_access_key = b\n")

    assert provider.identify(Patience()).account == "123456789012"
    signed = [headers["Authorization"] for headers in aws.headers]
    assert ["AKIAOLD" in signed[0], "AKIANEW" in signed[1]] == [True, True]
