"""``op run``: be the process that carries an operation out, until it has ended."""

from __future__ import annotations

import argparse

from trainctl_tui import bootstrap
from trainctl_tui.domain.operations import Operation, OpState
from trainctl_tui.headless import codes, output

_CODES = {OpState.DONE: codes.DONE, OpState.DONE_WITH_FAILURES: codes.FAILED, OpState.ABORTED: codes.FAILED}


def run_operation(given: argparse.Namespace) -> int:
    """Carry an operation out; return the exit code."""
    operation = bootstrap.run_executor(given.id)
    output.note(f"Operation {operation.id}: {operation.state}. {operation.why}".strip())
    return code_of(operation)


def code_of(operation: Operation) -> int:
    """Return the code of a command that ends with an operation standing so (CONTRACTS.md)."""
    return _CODES.get(operation.state, codes.UNKNOWN)
