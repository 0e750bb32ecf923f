"""Ways to sign in to AWS, and to fail at it, each full of secrets: see ``front`` for how they are marked.

A way writes files under a home and sets variables. ``GOOD`` ends in credentials, ``BAD`` does not.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path

import pytest

from tests.support.front import MARK, key_id, password, secret

Way = Callable[[Path, pytest.MonkeyPatch], None]


def keys_of_the_environment(home: Path, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ACCESS_KEY_ID", key_id("ENV"))
    environment.setenv("AWS_SECRET_ACCESS_KEY", secret("environment"))
    environment.setenv("AWS_SESSION_TOKEN", secret("environment-session", 120))


def profile(home: Path, environment: pytest.MonkeyPatch, text: str) -> None:
    (home / "aws").mkdir(exist_ok=True)
    (home / "aws" / "config").write_text(text)
    environment.setenv("AWS_CONFIG_FILE", str(home / "aws" / "config"))
    environment.setenv("AWS_PROFILE", "wanted")


def keys_of_a_file(home: Path, environment: pytest.MonkeyPatch) -> None:
    pair = f"aws_access_key_id = {key_id('FILE')}\naws_secret_access_key = {secret('file')}\n"
    profile(home, environment, f"[profile wanted]\n{pair}")


def saved_sign_in(home: Path, environment: pytest.MonkeyPatch) -> None:
    profile(
        home,
        environment,
        "[profile wanted]\nsso_session = corporate\nsso_account_id = 123456789012\nsso_role_name = trainer\n"
        "[sso-session corporate]\nsso_region = us-east-1\nsso_start_url = https://example.awsapps.com/start\n",
    )
    cache = home / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    name = sha1(b"corporate", usedforsecurity=False).hexdigest()  # as botocore names the file
    saved = {"startUrl": "https://example.awsapps.com/start", "region": "us-east-1"}
    saved |= {"accessToken": secret("sso", 80), "expiresAt": "2099-01-01T00:00:00Z"}
    (cache / f"{name}.json").write_text(json.dumps(saved))


def command(home: Path, environment: pytest.MonkeyPatch, script: str) -> None:
    path = home / "keys.sh"
    path.write_text(f"#!/bin/sh\nenv > {home}/environment-of-the-command\n{script}\n")
    path.chmod(0o700)
    profile(home, environment, f"[profile wanted]\ncredential_process = {path}\n")


def credential_command(home: Path, environment: pytest.MonkeyPatch) -> None:
    answer = {"Version": 1, "AccessKeyId": key_id("PROC"), "SecretAccessKey": secret("command")}
    answer |= {"SessionToken": secret("command-session", 120), "Expiration": "2099-01-01T00:00:00Z"}
    command(home, environment, f"echo '{json.dumps(answer)}'")


def credential_command_that_fails(home: Path, environment: pytest.MonkeyPatch) -> None:
    words = f"vault: secret_key={secret('command-error')} was refused"
    command(home, environment, f"echo '{secret('command')}'; echo '{words}' >&2; exit 3")


def credential_command_without_json(home: Path, environment: pytest.MonkeyPatch) -> None:
    command(home, environment, f"echo 'export AWS_SECRET_ACCESS_KEY={secret('command')}'")


def assumed_role(home: Path, environment: pytest.MonkeyPatch) -> None:
    profile(
        home,
        environment,
        f"[profile base]\naws_access_key_id = {key_id('BASE')}\naws_secret_access_key = {secret('base')}\n"
        "[profile wanted]\nrole_arn = arn:aws:iam::123456789012:role/trainer\nsource_profile = base\n"
        f"external_id = {secret('external')}\n",
    )


def one_time_code(home: Path, environment: pytest.MonkeyPatch) -> None:
    assumed_role(home, environment)
    config = home / "aws" / "config"
    config.write_text(f"{config.read_text()}mfa_serial = arn:aws:iam::123456789012:mfa/{MARK}\n")


def through_a_proxy(home: Path, environment: pytest.MonkeyPatch) -> None:
    keys_of_the_environment(home, environment)
    netloc = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
    _proxy(environment, netloc)


def through_a_proxy_that_is_down(home: Path, environment: pytest.MonkeyPatch) -> None:
    keys_of_the_environment(home, environment)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    _proxy(environment, f"127.0.0.1:{port}")


def _proxy(environment: pytest.MonkeyPatch, netloc: str) -> None:
    environment.delenv("NO_PROXY")
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        environment.setenv(name, f"http://ada:{password()}@{netloc}")


GOOD: dict[str, Way] = {
    way.__name__: way
    for way in (
        keys_of_the_environment,
        keys_of_a_file,
        saved_sign_in,
        credential_command,
        assumed_role,
        through_a_proxy,
    )
}
BAD: dict[str, Way] = {
    way.__name__: way
    for way in (
        credential_command_that_fails,
        credential_command_without_json,
        one_time_code,
        through_a_proxy_that_is_down,
    )
}
