"""botocore clients, made once per service and region and shared by all threads."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

from botocore.exceptions import NoCredentialsError
from botocore.session import Session

from trainctl_tui.providers.aws.errors import Act, credentials_failed, translate
from trainctl_tui.providers.aws.session import (
    DUMMY_KEYS,
    configured_region,
    load_credentials,
    open_session,
    require_loopback,
)
from trainctl_tui.providers.base import ProviderOptions

_FAILURE_HOLDS = 3.0  # seconds in which other threads share a failure instead of waiting for it again

BeforeParse = Callable[..., None]


class Clients:
    """The clients of one profile. Sessions are not safe to share, clients are: creation is under a lock."""

    def __init__(self, options: ProviderOptions, before_parse: BeforeParse) -> None:
        self._options = options
        self._before_parse = before_parse
        self._lock = Lock()
        self._session: Session | None = None
        self._signed_in = False
        self._made: dict[tuple[str, str], Any] = {}
        self._failure: tuple[float, Exception] | None = None

    @property
    def profile(self) -> str:
        """The profile that was asked for, or ""."""
        return self._options.profile

    def region(self) -> str:
        """Return the configured region, or "". Raise ConfigError where the settings cannot be read."""
        with self._lock:
            try:
                return configured_region(self._opened(), self._options)
            except Exception as error:
                raise translate(error, Act("read the AWS settings", profile=self._options.profile)) from error

    def credentials(self, act: Act) -> Any:
        """Return the SDK's credentials, or None in a demo. Raise CredentialsError or ConfigError."""
        with self._lock:
            self._sign_in(act)
            return None if self._session is None else self._session.get_credentials()

    def get(self, service: str, region: str, act: Act) -> Any:
        """Return the client of a service in a region. Raise CredentialsError or ConfigError."""
        made = self._made.get((service, region))
        if made is not None:
            return made
        with self._lock:
            made = self._made.get((service, region))
            if made is None:
                self._sign_in(act)
                made = self._make(service, region)
                self._made[(service, region)] = made
            return made

    def forget(self, client: Any) -> None:
        """Read settings and credentials afresh for the next client, if this one is still in use.

        A refused key stays refused; after ``aws sso login`` or an edit of the files another is found.
        """
        with self._lock:
            if client in self._made.values():
                self._made.clear()
                self._session, self._signed_in = None, False

    def _opened(self) -> Session:
        if self._session is None:
            self._session = open_session(self._options)
        return self._session

    def _sign_in(self, act: Act) -> None:
        """Load the credentials, so that their failures are told apart from all others."""
        if self._signed_in or self._options.loopback_only:
            return
        if self._failure is not None and monotonic() - self._failure[0] < _FAILURE_HOLDS:
            raise credentials_failed(self._failure[1], act) from self._failure[1]
        try:
            if load_credentials(self._opened()) is None:
                raise NoCredentialsError()
        except Exception as error:
            self._session = None
            self._failure = (monotonic(), error)
            raise credentials_failed(error, act) from error
        self._signed_in, self._failure = True, None

    def _make(self, service: str, region: str) -> Any:
        demo = self._options.loopback_only
        client = self._opened().create_client(
            service,
            region_name=region,
            endpoint_url=self._options.endpoint or None,
            **(DUMMY_KEYS if demo else {}),
        )
        if demo:
            require_loopback(client.meta.endpoint_url)
            client.meta.events.register_first("before-send", _only_loopback)
        client.meta.events.register_first("before-parse", self._before_parse)
        return client


def _only_loopback(request: Any, **_: Any) -> None:
    """Refuse a request whose final address is another machine, whatever made it so."""
    require_loopback(request.url)
