"""The door to a cloud: one protocol for reading, and skills that are asked for, not flagged.

``isinstance(provider, CanReadConsole)`` *is* the capability; there is no second list that could disagree.
Everything that crosses this door is a domain value or an error of ``domain.errors``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol, runtime_checkable

from msgspec import Struct

from trainctl_tui.domain.acts import Facts, Job
from trainctl_tui.domain.errors import Bug, TrainctlError, Trouble
from trainctl_tui.domain.orders import NO_CHANGES, Change, Order
from trainctl_tui.domain.resources import Console, Identity, Kind, Region, Row


class Page(Struct, frozen=True):
    """One answer of a paged listing. ``taken_at`` is the provider's clock (its Date header), or None."""

    items: tuple[Row, ...]
    taken_at: float | None


class Call(Struct, frozen=True):
    """One attempt on the wire, for the metrics and the log. ``outcome`` is "ok" or a class of error."""

    operation: str  # "ec2:DescribeInstances"
    region: str
    milliseconds: float
    outcome: str
    code: str = ""
    request_id: str = ""
    attempt: int = 1


def _ignore_wait(_trouble: Trouble, _seconds: float) -> None:
    """Hear of a pause and do nothing."""


def _ignore_call(_call: Call) -> None:
    """Hear of a call and do nothing."""


@dataclass(frozen=True)
class Patience:
    """How a read waits: ``cancel`` ends every pause at once; ``on_wait`` hears of each (cause, seconds)."""

    cancel: Event = field(default_factory=Event)
    on_wait: Callable[[Trouble, float], None] = _ignore_wait


@dataclass(frozen=True)
class ProviderOptions:
    """What a provider is opened with.

    ``loopback_only`` refuses any endpoint off this machine (demo); ``read_only`` refuses every act, and its
    rehearsal too.
    """

    profile: str = ""
    endpoint: str = ""
    loopback_only: bool = False
    on_call: Callable[[Call], None] = _ignore_call
    read_only: bool = False


class Provider(Protocol):
    """What every cloud must be able to tell. Methods block; all are safe to call from several threads."""

    name: str

    def default_region(self) -> str:
        """Return the configured region, or "" if there is none."""
        ...

    def identify(self, patience: Patience) -> Identity:
        """Say who we are (without the alias: see ``alias``)."""
        ...

    def alias(self, patience: Patience) -> str:
        """Return the account's alias, or "" if it has none. May be Denied."""
        ...

    def regions(self, patience: Patience) -> tuple[Region, ...]:
        """List the regions, those not opted in to included."""
        ...

    def pages(
        self, kind: Kind, region: str, patience: Patience, only: Collection[str] = ()
    ) -> Iterator[Page]:
        """List every page of one kind. ``only`` names the types wanted (``Kind.TYPES``).

        Raises an error of ``domain.errors`` at the page that failed; pages before it stand.
        """
        ...

    def clock_offset(self) -> float:
        """Return the provider's clock minus ours, in seconds (0.0 before the first answer)."""
        ...


@runtime_checkable
class CanReadConsole(Protocol):
    """Can fetch the last console lines of an instance."""

    def console(self, region: str, instance_id: str, patience: Patience) -> Console:
        """Return the last console output, at most 64 KB of it."""
        ...


class CredentialFacts(Struct, frozen=True):
    """Where credentials come from, in words, and when they end (our clock, seconds; None: not told)."""

    source: str
    expires_at: float | None


@runtime_checkable
class CanExplainCredentials(Protocol):
    """Can say where its credentials come from, and nothing of what they are."""

    def credentials(self) -> CredentialFacts:
        """Find credentials, without a call where the source allows. Raises CredentialsError."""
        ...


@runtime_checkable
class CanShowRaw(Protocol):
    """Can show the provider's own description of one resource."""

    def raw(self, kind: Kind, region: str, id: str, patience: Patience) -> str:
        """Return the provider's answer for one resource as indented JSON."""
        ...


class Receipt(Struct, frozen=True):
    """An accepted act. ``states`` by id, where the answer tells them; they may be passed by now.

    ``made`` are the ids of what was made, by target.
    """

    request_id: str
    states: dict[str, str]
    made: dict[str, str] = {}


class Observed(Struct, frozen=True):
    """How a target stands to an order now, in a word that the order's step knows; ``made`` came of it.

    Of an act on a machine, and of a deletion, the word is the target's state. Of what is made it is the state
    of that ("pending", "creating"). Else: "attached", "attaching", "busy", "detaching", "detached",
    "modifying", "optimizing", "failed", ``AS_ASKED``, ``NOT_YET``. ``progress`` in per cent.
    """

    state: str
    made: str = ""
    progress: int | None = None


AS_ASKED = "as asked"
"""The target shows what was ordered: its tags, its flag, its size."""

NOT_YET = "not yet"
"""The target shows none of it."""

DETACHED = "detached"
"""The volume is not at the machine that the order names."""


@runtime_checkable
class CanAct(Protocol):
    """Can change what there is, and tell all that such a change is judged by.

    The kind of a target is told by its id: ``i-``, ``vol-``, ``snap-``, and ``new-`` for what is to be made.
    """

    def facts(
        self,
        region: str,
        ids: Collection[str],
        patience: Patience,
        changes: Mapping[str, Change] = NO_CHANGES,
    ) -> tuple[Facts, ...]:
        """Return the facts of each id, in order, without job and money.

        ``changes`` name the machines that volumes are to be attached to; their facts come as ``host``.

        An id that the provider does not know has no state. What may not be read is unknown, never False.
        Raises what reading raises.
        """
        ...

    def act(self, order: Order, region: str, ids: Collection[str], patience: Patience) -> Receipt:
        """Send an act once; never repeat it. It must be approved (``gate.spend``), else Refused.

        It is one call for all ids; acts that take one target a call want one id. Where it failed with
        OutcomeUnknown, Bug or Conflict some of them may have changed all the same (EC2 spares only the zones
        of protected machines); with any other error none has. What became of each, only ``observe`` tells.
        """
        ...

    def rehearse(self, order: Order, region: str, ids: Collection[str], patience: Patience) -> None:
        """Ask whether an act would be allowed, changing nothing (DryRun). Raises what forbids it."""
        ...

    def observe(
        self, order: Order, region: str, ids: Collection[str], patience: Patience
    ) -> dict[str, Observed]:
        """Return how each id that is seen now stands to the order. One that is absent is not proven gone.

        Of what an order makes, absent means that nothing carries its mark.
        """
        ...


@runtime_checkable
class CanProbe(Protocol):
    """Can look into running machines for work."""

    def probe(self, region: str, ids: Collection[str], patience: Patience) -> dict[str, Job]:
        """Return what was found; an id that is absent, or a Job that is UNKNOWN, could not be probed."""
        ...


@contextmanager
def boundary(doing: str, translate: Callable[[Exception, str], TrainctlError]) -> Iterator[None]:
    """Let nothing but our own errors out of a provider. ``doing`` names the act ("list volumes")."""
    try:
        yield
    except TrainctlError:
        raise
    except Exception as error:
        raise translate(error, doing) from error


def bug(error: Exception, doing: str) -> Bug:
    """Wrap what no table knows."""
    return Bug(
        f"Could not {doing}.",
        f"Something happened that trainctl-tui does not know: {type(error).__name__}.",
        "Please report it, with the log file.",
        code=type(error).__name__,
    )
