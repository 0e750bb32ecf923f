"""Who we are: opens the provider, asks it for the identity, and does both again when credentials fail."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf

from msgspec.structs import replace

from trainctl_tui.domain.errors import TrainctlError, Trouble
from trainctl_tui.domain.resources import Identity
from trainctl_tui.providers.base import Patience, Provider, boundary, bug
from trainctl_tui.services.desk import Desk
from trainctl_tui.services.schedule import Pace
from trainctl_tui.services.sweeping import Listener

_REOPEN = frozenset({"CredentialsError", "NoCredentials", "ExpiredCredentials", "ConfigError"})


class Account:
    """The provider and the identity behind it, as the desk's one thread knows them.

    ``opened`` is called with the provider's own region, ``changed`` with the account (or "") whose rows the
    lanes hold from now on, ``shut`` with the reason and the wait when there is no provider at all.
    """

    def __init__(
        self,
        open_provider: Callable[[], Provider],
        listener: Listener,
        pace: Pace,
        desk: Desk,
        *,
        opened: Callable[[str], None],
        changed: Callable[[str], None],
        shut: Callable[[Trouble, float], None],
    ) -> None:
        self.provider: Provider | None = None
        self.identity: Identity | None = None
        self.asking = False  # no sweep may start meanwhile: its rows would have no owner
        self.due = inf
        self._open_provider = open_provider
        self._listener = listener
        self._pace = pace
        self._desk = desk
        self._opened, self._changed, self._shut = opened, changed, shut
        self._proven: Provider | None = None  # whom the identity is from
        self._failures = 0
        self._reopen = True  # settings and credentials are read again the next time

    def ask(self) -> None:
        """Find out who we are, with renewed credentials where those at hand have failed."""
        if self.asking:
            return
        self.asking, self.due = True, inf
        if self._reopen or self.provider is None:
            self._reopen = False
            self._desk.submit(self._open)
        else:
            self._desk.submit(partial(self._identify, self.provider))

    def ask_if_doubtful(self, no_region: bool) -> None:
        """Ask again where something failed: somebody may have repaired it."""
        self._reopen = self._reopen or no_region
        if self._reopen or self.identity is None or self._failures:
            self.ask()

    def heard(self, trouble: Trouble, provider: Provider, wait: float) -> None:
        """Hear of a sweep that failed. If its credentials did, they are read again before the next."""
        if trouble.kind in _REOPEN and provider is self.provider and not self.asking:
            self._reopen = True
            self.due = min(self.due, self._desk.clock() + wait)

    # ---- in other threads ----

    def _open(self) -> None:
        try:
            with boundary("open the provider", bug):
                provider = self._open_provider()
                region = provider.default_region()
        except TrainctlError as error:
            self._desk.put(partial(self._on_shut, error.trouble))
        else:
            self._desk.put(partial(self._on_open, provider, region))

    def _identify(self, provider: Provider) -> None:
        try:
            with boundary("find out who you are", bug):
                identity = provider.identify(Patience())
        except TrainctlError as error:
            self._desk.put(partial(self._on_unknown, error.trouble))
        else:
            self._desk.put(partial(self._on_identity, provider, identity))

    def _tell_alias(self, provider: Provider, identity: Identity) -> None:
        try:
            with boundary("read the account's alias", bug):
                alias = provider.alias(Patience())
        except TrainctlError:
            return  # most roles may not ask, and nothing depends on it
        if alias:
            self._desk.put(partial(self._on_alias, identity, alias))

    # ---- in the one thread ----

    def _on_shut(self, trouble: Trouble) -> None:
        self._reopen = True
        self._on_unknown(trouble)
        if self.provider is None:
            self._shut(trouble, self.due - self._desk.clock())

    def _on_open(self, provider: Provider, region: str) -> None:
        self.provider = provider
        self._opened(region)
        self._desk.submit(partial(self._identify, provider))

    def _on_identity(self, provider: Provider, identity: Identity) -> None:
        self.asking, self._failures = False, 0
        before, self.identity, self._proven = self.identity, identity, provider
        if before is None or before.arn != identity.arn:
            self._changed(identity.account)
        self._listener.identified(identity)
        self._desk.submit(partial(self._tell_alias, provider, identity))

    def _on_alias(self, identity: Identity, alias: str) -> None:
        if identity == self.identity:
            self._listener.identified(replace(identity, alias=alias))

    def _on_unknown(self, trouble: Trouble) -> None:
        """Go on without an answer, and ask again later."""
        self.asking = False
        self._failures += 1
        self._reopen = self._reopen or trouble.kind in _REOPEN
        wait = self._pace.after_failure(trouble, self._failures, self._desk.random)
        self.due = self._desk.clock() + wait
        if self.identity is not None and self.provider is not self._proven:
            # Other credentials may be another account's: its rows must not stand under the old name.
            self.identity = None
            self._changed("")
        self._listener.unidentified(trouble)
