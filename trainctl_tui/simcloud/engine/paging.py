"""Pages and their tokens: opaque, checked, and steady when resources come and go in between."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from trainctl_tui.simcloud.engine.context import Params
from trainctl_tui.simcloud.engine.errors import EngineError, invalid

T = TypeVar("T")
LARGEST_PAGE = 1000


def paged(
    items: Sequence[T], params: Params, operation: str, order: Callable[[T], int], smallest: int = 5
) -> tuple[list[T], str | None]:
    """Return one page and the token of the next.

    ``items`` must rise by ``order``. Without MaxResults a page holds 1,000, as a large real answer would.
    """
    asked = params.get("MaxResults")
    if asked is not None and not smallest <= asked <= LARGEST_PAGE:
        expecting = (
            f"less than {LARGEST_PAGE}" if asked > LARGEST_PAGE else f"greater than or equal to {smallest}"
        )
        raise invalid("maxResults", asked, f"Expecting a value {expecting}.")
    size = asked or LARGEST_PAGE
    token = params.get("NextToken")
    after, page = _read(token, operation) if token is not None else (-1, 0)
    rest = [item for item in items if order(item) > after]
    if len(rest) <= size:
        return rest, None
    return rest[:size], _write(operation, order(rest[size - 1]), page + 1)


def page_of(token: str | None) -> int:
    """Return which page a call with this token asks for; the first is 1. Unreadable tokens count as 1."""
    try:
        return int(json.loads(base64.b64decode(token or ""))[2]) + 1
    except (ValueError, IndexError, KeyError, TypeError):
        return 1


def _seal(operation: str, after: int, page: int) -> str:
    return hashlib.sha256(f"{operation}/{after}/{page}".encode()).hexdigest()[:16]


def _write(operation: str, after: int, page: int) -> str:
    told: list[Any] = [_seal(operation, after, page), after, page]
    return base64.b64encode(json.dumps(told).encode()).decode()


def _read(token: str, operation: str) -> tuple[int, int]:
    try:
        seal, after, page = json.loads(base64.b64decode(token, validate=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise _bad_token() from error
    if seal != _seal(operation, after, page):
        raise _bad_token()
    return after, page


def _bad_token() -> EngineError:
    return EngineError("InvalidParameterValue", "Unable to parse pagination token")
