"""Who the simulated AWS says we are."""

from __future__ import annotations

ALIAS = "acme-ml-research"
_USER = "demo"


def arn(account: str) -> str:
    """Return the caller's ARN in an account."""
    return f"arn:aws:iam::{account}:user/{_USER}"


def user_id(account: str) -> str:
    """Return the caller's unique id in an account."""
    return f"AIDASIMULATED{account[:7]}"
