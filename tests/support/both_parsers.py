"""Read one bulk answer by both roads: our sweep, and botocore's parser with ``shapes.py``."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser

from trainctl_tui.domain.resources import Kind, Row
from trainctl_tui.providers.aws.listings import SPECS
from trainctl_tui.providers.aws.sweep import Sweep

REGION = "us-east-1"


@cache
def _model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("ec2", "service-2"), "ec2")


def botocore_parse(kind: Kind, body: bytes) -> dict[str, Any]:
    """Return what botocore itself makes of a body."""
    shape = _model().operation_model(SPECS[kind].operation).output_shape
    parsed: dict[str, Any] = create_parser("ec2").parse(
        {"body": body, "headers": {}, "status_code": 200}, shape
    )
    return parsed


def botocore_rows(kind: Kind, body: bytes) -> tuple[Row, ...]:
    """Return the rows of a body by the slow road."""
    return SPECS[kind].read(botocore_parse(kind, body)[SPECS[kind].key], REGION)


def new_sweep(kind: Kind) -> Sweep:
    """Return a sweep without memory."""
    spec = SPECS[kind]
    assert spec.read_item is not None
    return Sweep(spec.set_name, spec.read_item, REGION)


def agree(kind: Kind, body: bytes) -> int:
    """Check that both roads tell the same of a body, in rows and in frame; return the number of rows."""
    rows, rest = new_sweep(kind).read(body)
    whole, frame = botocore_parse(kind, body), botocore_parse(kind, rest)
    assert rows == botocore_rows(kind, body)
    assert frame == {**whole, SPECS[kind].key: []}
    return len(rows)
