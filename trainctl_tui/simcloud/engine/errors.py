"""How the simulated EC2 refuses: AWS's code, AWS's words, AWS's status."""

from __future__ import annotations

from collections.abc import Collection


class EngineError(Exception):
    """A refusal. ``code`` is AWS's own ("IncorrectInstanceState"), ``status`` the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def dry_run() -> EngineError:
    """Return what AWS says when DryRun is set and the call would have worked."""
    return EngineError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)


def unsupported(operation: str) -> EngineError:
    """Return the answer to an operation that nothing here implements."""
    return EngineError("UnsupportedOperation", f"{operation} is not part of the simulated AWS.")


def missing(parameter: str) -> EngineError:
    """Return the refusal of a call without a required parameter."""
    return EngineError("MissingParameter", f"The request must contain the parameter {parameter}")


def invalid(parameter: str, value: object, why: str = "") -> EngineError:
    """Return the refusal of a parameter's value."""
    return EngineError(
        "InvalidParameterValue", f"Value ({value}) for parameter {parameter} is invalid. {why}".rstrip()
    )


def no_instances(ids: Collection[str]) -> EngineError:
    """Return the refusal of instance ids that are not known."""
    if len(ids) == 1:
        return EngineError(
            "InvalidInstanceID.NotFound", f"The instance ID '{next(iter(ids))}' does not exist"
        )
    return EngineError("InvalidInstanceID.NotFound", f"The instance IDs '{', '.join(ids)}' do not exist")


def wrong_state(instance_id: str, verb: str) -> EngineError:
    """Return the refusal of a transition. ``verb`` is "started", "stopped" or "rebooted"."""
    return EngineError(
        "IncorrectInstanceState",
        f"The instance '{instance_id}' is not in a state from which it can be {verb}.",
    )


def no_volume(volume_id: str) -> EngineError:
    """Return the refusal of a volume id that is not known."""
    return EngineError("InvalidVolume.NotFound", f"The volume '{volume_id}' does not exist.")


def no_snapshot(snapshot_id: str) -> EngineError:
    """Return the refusal of a snapshot id that is not known."""
    return EngineError("InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist.")
