"""One botocore session: settings and credentials, without a prompt, a long wait or a stray endpoint."""

from __future__ import annotations

import os
from datetime import datetime
from functools import cache, partial
from ipaddress import ip_address
from subprocess import DEVNULL, Popen
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.credentials import InstanceMetadataProvider, ProcessProvider
from botocore.loaders import Loader, create_loader
from botocore.session import Session
from botocore.utils import InstanceMetadataFetcher, resolve_imds_endpoint_mode

from trainctl_tui import __version__
from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.providers.aws.gated import guard
from trainctl_tui.providers.aws.service_files import ServiceFiles
from trainctl_tui.providers.base import ProviderOptions

# botocore asks the metadata service twice before it gives up: together below the 2 s that a start may wait.
METADATA_SECONDS = 0.9
DEMO_REGION = "us-east-1"
_METHODS = {
    "env": "environment variables",
    "shared-credentials-file": "the shared credentials file",
    "config-file": "the AWS configuration file",
    "assume-role": "a role that the profile assumes",
    "assume-role-with-web-identity": "a role assumed with a web identity",
    "sso": "IAM Identity Center (aws sso login)",
    "login": "aws login",
    "custom-process": "the profile's credential_process",
    "container-role": "the role of this container",
    "iam-role": "the role of this machine (instance metadata)",
}
DUMMY_KEYS = {"aws_access_key_id": "demo", "aws_secret_access_key": "demo"}  # keys to nothing


def open_session(options: ProviderOptions) -> Session:
    """Return a session that never asks at the terminal, and whose every client the gate guards.

    A demo's session knows no file and no profile.
    """
    if options.loopback_only:
        session = Session(session_vars={"profile": (None, None, None, None)})
        session.set_config_variable("config_file", os.devnull)
        session.set_config_variable("credentials_file", os.devnull)
    else:
        session = Session(profile=options.profile or None)
    session.register_component("data_loader", _service_models())
    session.set_default_client_config(_client_config(options))
    guard(session, options)
    return session


def _client_config(options: ProviderOptions) -> Config:
    """Return what holds for every client, those by which botocore itself signs in (STS, SSO) included."""
    demo: dict[str, Any] = {"proxies": {}, "use_fips_endpoint": False, "use_dualstack_endpoint": False}
    return Config(
        connect_timeout=3,
        read_timeout=15,
        retries={"total_max_attempts": 1, "mode": "standard"},
        user_agent_extra=f"trainctl-tui/{__version__}",
        **(demo if options.loopback_only else {}),
    )


@cache
def _service_models() -> Loader:
    """Keep the service models for every later session: each takes a while to read."""
    loader = create_loader(os.environ.get("AWS_DATA_PATH"))
    loader.file_loader = ServiceFiles()
    return loader


def load_credentials(session: Session) -> Any:
    """Return the credentials of a session, or None. Raises what botocore raises, never asks.

    Neither the prompt for MFA codes nor the start of a credential_process has a public switch; they are
    replaced in the providers that have them.
    """
    resolver = session.get_component("credential_provider")
    roles = resolver.get_provider("assume-role")
    roles._prompter = _refuse_to_ask
    resolver.get_provider("custom-process")._popen = _start_apart
    roles._profile_provider_builder._create_process_provider = partial(_process_provider, session)
    resolver.remove(InstanceMetadataProvider.METHOD)
    resolver.providers.append(_metadata_provider(session))
    credentials = session.get_credentials()
    if credentials is not None:
        credentials.get_frozen_credentials()
    return credentials


def of_method(credentials: Any) -> str:
    """Return where credentials come from, in words; the SDK's own name where we have none."""
    method = str(getattr(credentials, "method", "") or "")
    return _METHODS.get(method, method or "not told")


def expiry_of(credentials: Any) -> float | None:
    """Return when credentials end, in seconds, or None where the SDK does not know."""
    # The SDK keeps this moment to itself; there is no other way to say it before it is too late.
    moment = getattr(credentials, "_expiry_time", None)
    return moment.timestamp() if isinstance(moment, datetime) else None


def configured_region(session: Session, options: ProviderOptions) -> str:
    """Return the region of the environment or the profile, or "". AWS_REGION wins, as in the AWS CLI."""
    region = os.environ.get("AWS_REGION") or session.get_config_variable("region") or ""
    return region or (DEMO_REGION if options.loopback_only else "")


def require_loopback(url: str) -> None:
    """Raise ConfigError unless a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or _is_loopback(host):
        return
    raise ConfigError(
        "The demo was stopped before it sent anything.",
        f"It may only talk to this machine, and was about to talk to {host or url!r}.",
        "Start it with `trainctl-tui demo`, which sets its own endpoint.",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _metadata_provider(session: Session) -> InstanceMetadataProvider:
    """Return botocore's own provider with a shorter wait: its setting counts in whole seconds."""
    settings = ("ec2_metadata_service_endpoint", "ec2_metadata_v1_disabled")
    config = {name: session.get_config_variable(name) for name in settings}
    config["ec2_metadata_service_endpoint_mode"] = resolve_imds_endpoint_mode(session)
    fetcher = InstanceMetadataFetcher(
        timeout=METADATA_SECONDS, num_attempts=1, user_agent=session.user_agent(), config=config
    )
    return InstanceMetadataProvider(iam_role_fetcher=fetcher)


def _process_provider(session: Session, profile_name: str) -> ProcessProvider:
    """Return what reads the credential_process of the profile that a role is assumed from."""
    return ProcessProvider(profile_name, lambda: session.full_config, popen=_start_apart)


def _start_apart(command: list[str], **more: Any) -> Popen[bytes]:
    """Start a credential command where it has no terminal: neither as its input nor as /dev/tty.

    Where we have none either, as in a collector, it stays in our session, and ends with it.
    """
    return Popen(command, stdin=DEVNULL, start_new_session=_has_terminal(), **more)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _refuse_to_ask(_prompt: str) -> str:
    raise EOFError("an MFA code is wanted, and the terminal is not ours to ask at")
