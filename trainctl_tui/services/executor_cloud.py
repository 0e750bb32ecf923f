"""The cloud as an executor asks it: reads wait until they are answered, acts are sent once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from trainctl_tui.domain.errors import (
    Bug,
    CredentialsError,
    InvalidResponse,
    Throttled,
    TransportError,
)
from trainctl_tui.domain.operations import OpState
from trainctl_tui.providers import gate
from trainctl_tui.providers.base import CanAct, Observed, Provider, Receipt
from trainctl_tui.services.crashpoint import crashpoint
from trainctl_tui.services.executor_run import Run, Sight
from trainctl_tui.services.pacing import Buckets

PASSING = (Throttled, TransportError, InvalidResponse)
"""Errors after which the same read is tried again."""

T = TypeVar("T")


class Cloud:
    """One provider, opened anew whenever its credentials have ended."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._provider: Provider | None = None
        scope = f"{run.op.account}/{run.op.endpoint}"
        self._buckets = Buckets(run.tools.monotonic, run.op.policy, run.folder, scope)

    def facts(self, targets: Sequence[tuple[str, str]]) -> Sight:
        """Read the facts of some targets, each a region and an id, and who we are."""
        run = self._run

        def ask(provider: Provider) -> Sight:
            gathered = run.tools.gather(provider, targets, run.patience, run.approval.changes)
            self._check(gathered.identity.account)
            return Sight(gathered, run.tools.clock(), run.tools.monotonic())

        return self._read("facts", targets[0][0], ask)

    def observe(self, region: str, ids: Sequence[str]) -> dict[str, Observed]:
        """Return how the targets that are seen stand to the order."""
        run = self._run
        return self._read(
            "observe",
            region,
            lambda provider: _acting(provider).observe(run.order, region, ids, run.patience),
        )

    def rehearse(self, region: str, ids: Sequence[str]) -> None:
        """Ask whether the act would be allowed. Raises what forbids it."""
        run = self._run
        self._read(
            "rehearse",
            region,
            lambda provider: _acting(provider).rehearse(run.order, region, ids, run.patience),
        )

    def turn(self, region: str, targets: int) -> None:
        """Wait until a call on so many targets keeps to the provider's limits."""
        self._run.pause(self._buckets.act(self._run.op.act, region, targets))

    def act(self, region: str, ids: Sequence[str]) -> Receipt:
        """Send the act once. Raises whatever came of it."""
        run = self._run
        provider = self._opened()
        # An approval is dated by the provider's clock.
        now = run.tools.clock() + provider.clock_offset()
        crashpoint("before act")
        with gate.spend(run.approval, now, ids=ids, mark=run.op.id):
            receipt = _acting(provider).act(run.order, region, ids, run.patience)
        crashpoint("after act")
        return receipt

    def renew(self, error: CredentialsError, attempt: int) -> None:
        """Wait for credentials; the next call opens the provider with what there is then."""
        self._provider = None
        self._run.hold(error, min(attempt, 3), OpState.WAITING_CREDENTIALS)

    def _read(self, what: str, region: str, ask: Callable[[Provider], T]) -> T:
        attempt = 0
        while True:
            attempt += 1
            self._run.pause(self._buckets.read(region))
            try:
                provider = self._opened()
                crashpoint(f"before {what}")
                answer = ask(provider)
            except CredentialsError as error:
                self.renew(error, attempt)
            except PASSING as error:
                self._run.hold(error, attempt)
            else:
                crashpoint(f"after {what}")
                self._run.go_on()
                return answer

    def _opened(self) -> Provider:
        if self._provider is None:
            provider = self._run.tools.open_provider(self._run.op.launch)
            _acting(provider)
            self._check(provider.identify(self._run.patience).account)
            self._provider = provider
        return self._provider

    def _check(self, account: str) -> None:
        if account != self._run.op.account:
            raise CredentialsError(
                f"The operation is of account {self._run.op.account}.",
                f"The credentials are now of {account}.",
                "Sign in to its account again; it goes on by itself.",
            )


def _acting(provider: Provider) -> CanAct:
    if not isinstance(provider, CanAct):
        raise Bug("Nothing was sent.", "This provider cannot act.")
    return provider
