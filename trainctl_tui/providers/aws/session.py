"""One botocore session: settings and credentials, without a prompt, a long wait or a stray endpoint."""

from __future__ import annotations

import os
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from botocore.loaders import Loader, create_loader
from botocore.session import Session

from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.providers.base import ProviderOptions

# botocore asks the metadata service twice before it gives up: together below the 2 s that a start may wait.
METADATA_SECONDS = 0.9
DEMO_REGION = "us-east-1"
DUMMY_KEYS = {"aws_access_key_id": "demo", "aws_secret_access_key": "demo"}  # keys to nothing


def open_session(options: ProviderOptions) -> Session:
    """Return a session that never asks at the terminal. A demo's session knows no file and no profile."""
    if options.loopback_only:
        session = Session(session_vars={"profile": (None, None, None, None)})
        session.set_config_variable("config_file", os.devnull)
        session.set_config_variable("credentials_file", os.devnull)
    else:
        session = Session(profile=options.profile or None)
        session.set_config_variable("metadata_service_timeout", METADATA_SECONDS)
        session.set_config_variable("metadata_service_num_attempts", 1)
    session.register_component("data_loader", _service_models())
    return session


@cache
def _service_models() -> Loader:
    """Keep the service models, which take a quarter of a second to read, for every later session."""
    return create_loader(os.environ.get("AWS_DATA_PATH"))


def load_credentials(session: Session) -> Any:
    """Return the credentials of a session, or None. Raises what botocore raises, never asks.

    The prompt for MFA codes has no public switch; it is replaced in the one provider that has it.
    """
    assume_role = session.get_component("credential_provider").get_provider("assume-role")
    assume_role._prompter = _refuse_to_ask
    credentials = session.get_credentials()
    if credentials is not None:
        credentials.get_frozen_credentials()
    return credentials


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


def _refuse_to_ask(_prompt: str) -> str:
    raise EOFError("an MFA code is wanted, and the terminal is not ours to ask at")
