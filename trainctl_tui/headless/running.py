"""``op run``: be the process that carries an operation out, until it has ended."""

from __future__ import annotations

import argparse

from trainctl_tui import bootstrap
from trainctl_tui.headless import output
from trainctl_tui.headless.following import code_of


def run_operation(given: argparse.Namespace) -> int:
    """Carry an operation out; return the exit code."""
    operation = bootstrap.run_executor(given.id)
    output.note(f"Operation {operation.id}: {operation.state}. {operation.why}".strip())
    return code_of(operation)
