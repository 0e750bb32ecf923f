"""Client tokens: the same request twice makes one resource; another request with it is refused."""

from __future__ import annotations

import json

from trainctl_tui.simcloud.engine.context import Context, Params
from trainctl_tui.simcloud.engine.errors import EngineError


def remembered(context: Context, params: Params, scope: str) -> tuple[str, ...]:
    """Return the ids that this token made in this scope (a zone), or () if it is new.

    Raises IdempotentParameterMismatch when the token came with other parameters.
    """
    token = params.get("ClientToken", "")
    held = context.world.tokens.get((token, scope)) if token else None
    if held is None:
        return ()
    fingerprint, ids = held
    if fingerprint != _fingerprint(params):
        raise EngineError(
            "IdempotentParameterMismatch",
            "Arguments on this idempotent request are inconsistent with arguments used in previous"
            " request(s).",
        )
    return ids


def remember(context: Context, params: Params, scope: str, ids: tuple[str, ...]) -> None:
    """Keep what this token made."""
    if token := params.get("ClientToken", ""):
        context.world.tokens[token, scope] = (_fingerprint(params), ids)


def _fingerprint(params: Params) -> str:
    return json.dumps({k: v for k, v in params.items() if k != "DryRun"}, sort_keys=True, default=str)
