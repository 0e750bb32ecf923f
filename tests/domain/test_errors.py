"""The tree of errors: what each class promises, how it reads, and that it crosses a pipe as a value."""

from __future__ import annotations

import inspect

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainctl_tui.domain import errors
from trainctl_tui.domain.errors import TrainctlError, Trouble

# name, parent, whether the same read may be tried again
TREE = [
    ("ConfigError", "TrainctlError", False),
    ("CredentialsError", "TrainctlError", False),
    ("NoCredentials", "CredentialsError", False),
    ("ExpiredCredentials", "CredentialsError", False),
    ("Denied", "TrainctlError", False),
    ("Throttled", "TrainctlError", True),
    ("NotFound", "TrainctlError", False),
    ("Conflict", "TrainctlError", False),
    ("TransportError", "TrainctlError", True),
    ("NothingSent", "TransportError", True),
    ("OutcomeUnknown", "TransportError", True),
    ("InvalidResponse", "TrainctlError", True),
    ("InvalidQuery", "TrainctlError", False),
    ("Refused", "TrainctlError", False),
    ("CannotRecord", "TrainctlError", False),
    ("Bug", "TrainctlError", False),
]
CLASSES = [getattr(errors, name) for name, _, _ in TREE]


def test_the_tree_is_whole() -> None:
    held = {
        name: one
        for name, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, TrainctlError) and one is not TrainctlError
    }
    assert set(held) == {name for name, _, _ in TREE}
    assert errors.__doc__ is not None
    assert all(name in errors.__doc__ for name in held), "the drawn tree has every class"


@pytest.mark.parametrize(("name", "parent", "retryable"), TREE)
def test_each_class_has_its_place_and_says_whether_to_try_again(
    name: str, parent: str, retryable: bool
) -> None:
    made = getattr(errors, name)
    assert made.__bases__ == (getattr(errors, parent),)
    error = made("i-0ab cannot be read.", "The line is down.", "Wait.")
    assert error.retryable is retryable
    assert error.trouble.retryable is retryable


@pytest.mark.parametrize("made", CLASSES, ids=lambda made: made.__name__)
def test_an_error_reads_as_what_why_and_next(made: type[TrainctlError]) -> None:
    error = made(
        "i-0ab cannot be read.", "The line is down.", "Wait.", code="X", permission="ec2:Y", wait=2.5
    )
    assert str(error) == "i-0ab cannot be read. The line is down. Wait."
    assert error.trouble == Trouble(
        made.__name__,
        "i-0ab cannot be read.",
        "The line is down.",
        "Wait.",
        retryable=made.retryable,
        code="X",
        permission="ec2:Y",
        wait=2.5,
    )


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("What.",), "What."),
        (("What.", "Why."), "What. Why."),
        (("What.", "", "Next."), "What. Next."),
        (("", "", ""), ""),
    ],
)
def test_what_is_not_known_leaves_no_gap(parts: tuple[str, ...], text: str) -> None:
    assert str(TrainctlError(*parts)) == text


def test_an_error_is_caught_by_its_family() -> None:
    for made in (errors.NoCredentials, errors.ExpiredCredentials):
        with pytest.raises(errors.CredentialsError):
            raise made("Nobody.")
    for made in (errors.NothingSent, errors.OutcomeUnknown):
        with pytest.raises(errors.TransportError):
            raise made("Nothing.")


def test_the_cause_is_kept() -> None:
    def fail() -> None:
        try:
            raise OSError("cable")
        except OSError as error:
            raise errors.NothingSent("Not sent.") from error

    with pytest.raises(errors.NothingSent) as caught:
        fail()
    assert isinstance(caught.value.__cause__, OSError)


# msgpack carries UTF-8, so a lone surrogate never gets into a Trouble that travels; see test_resources.
words = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
troubles = st.builds(
    Trouble,
    kind=st.sampled_from([name for name, _, _ in TREE]),
    what=words,
    why=words,
    next_step=words,
    retryable=st.booleans(),
    code=words,
    permission=words,
    wait=st.none() | st.floats(0, 1e6),
)


@given(troubles)
def test_a_trouble_crosses_a_pipe_unchanged(trouble: Trouble) -> None:
    packed = msgspec.msgpack.encode(trouble)
    assert msgspec.msgpack.decode(packed, type=Trouble) == trouble
    assert msgspec.json.decode(msgspec.json.encode(trouble), type=Trouble) == trouble


@given(troubles)
def test_a_trouble_and_its_error_say_the_same(trouble: Trouble) -> None:
    made: type[TrainctlError] = getattr(errors, trouble.kind)
    error = made(
        trouble.what,
        trouble.why,
        trouble.next_step,
        code=trouble.code,
        permission=trouble.permission,
        wait=trouble.wait,
    )
    assert str(error) == str(trouble)
    assert msgspec.structs.replace(error.trouble, retryable=trouble.retryable) == trouble


def test_a_trouble_of_an_older_program_still_reads() -> None:
    least = {"kind": "Bug", "what": "x", "why": "", "next_step": "", "retryable": False, "new": 1}
    trouble = msgspec.msgpack.decode(msgspec.msgpack.encode(least), type=Trouble)
    assert (trouble.code, trouble.permission, trouble.wait) == ("", "", None)
