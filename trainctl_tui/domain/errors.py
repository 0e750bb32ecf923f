"""The one tree of errors that this program raises on purpose.

TrainctlError
├── ConfigError            a setting, profile, region or argument is wrong
├── CredentialsError
│   ├── NoCredentials      nothing to sign with
│   └── ExpiredCredentials the session has ended
├── Denied                 signed in, but not allowed
├── Throttled              the provider asks for slower calls
├── NotFound               the named thing is not known (never proof that it is gone)
├── Conflict               the thing is in a state that forbids this
├── TransportError
│   ├── NothingSent        the request never left: repeating is safe
│   └── OutcomeUnknown     sent, no usable answer: observe before repeating
├── InvalidResponse        an answer came that is not the provider's
├── InvalidQuery           a filter that cannot be read
├── Refused                a rule of this house forbids it
├── CannotRecord           the audit log takes no entry, so nothing may be done
└── Bug                    ours: nothing above fits

An error says *what* happened to which thing, *why*, and the *next step*.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct


class Trouble(Struct, frozen=True):
    """An error as a value: it crosses processes, waits in a lane, and is drawn.

    ``kind`` is the class name in the tree above, ``code`` the provider's own word
    ("RequestLimitExceeded"), ``permission`` the missing one ("ec2:DescribeVolumes").
    ``wait`` is what the provider asked us to wait, in seconds.
    """

    kind: str
    what: str
    why: str
    next_step: str
    retryable: bool
    code: str = ""
    permission: str = ""
    wait: float | None = None

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.next_step) if part)


class TrainctlError(Exception):
    """The root. ``retryable`` says whether the same read may be tried again."""

    retryable: ClassVar[bool] = False

    def __init__(
        self,
        what: str,
        why: str = "",
        next_step: str = "",
        *,
        code: str = "",
        permission: str = "",
        wait: float | None = None,
    ) -> None:
        super().__init__(what, why, next_step)
        self.what = what
        self.why = why
        self.next_step = next_step
        self.code = code
        self.permission = permission
        self.wait = wait

    def __str__(self) -> str:
        return str(self.trouble)

    @property
    def trouble(self) -> Trouble:
        """This error as a value."""
        return Trouble(
            kind=type(self).__name__,
            what=self.what,
            why=self.why,
            next_step=self.next_step,
            retryable=self.retryable,
            code=self.code,
            permission=self.permission,
            wait=self.wait,
        )


class ConfigError(TrainctlError):
    """A setting, a profile, a region or an argument is wrong."""


class CredentialsError(TrainctlError):
    """The provider does not accept who we are."""


class NoCredentials(CredentialsError):
    """There is nothing to sign a request with."""


class ExpiredCredentials(CredentialsError):
    """The session or token has ended."""


class Denied(TrainctlError):
    """Signed in, but not allowed to do this."""


class Throttled(TrainctlError):
    """The provider asks for slower calls."""

    retryable = True


class NotFound(TrainctlError):
    """The provider does not know the thing. This alone never proves that it is gone."""


class Conflict(TrainctlError):
    """The thing is in a state that forbids what was asked."""


class TransportError(TrainctlError):
    """The line to the provider failed."""

    retryable = True


class NothingSent(TransportError):
    """The request never left this machine."""


class OutcomeUnknown(TransportError):
    """The request was sent and no usable answer came back."""


class InvalidResponse(TrainctlError):
    """An answer came, but not the provider's: a captive portal, a proxy, half a body."""

    retryable = True


class InvalidQuery(TrainctlError):
    """A filter that cannot be read. It shows nothing new and never falls open."""


class Refused(TrainctlError):
    """A rule of this house forbids it. Nothing was sent."""


class CannotRecord(TrainctlError):
    """The audit log takes no entry. What cannot be recorded must not be done (RELIABILITY.md, L2)."""


class Bug(TrainctlError):
    """Ours. Nothing in the tree fits."""
