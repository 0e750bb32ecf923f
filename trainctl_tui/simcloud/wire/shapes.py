"""The EC2 query protocol, driven by botocore's own description of every shape.

So a question is read, and an answer written, exactly as the real service's clients expect it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

import botocore.loaders
import botocore.model

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
Writer: TypeAlias = Callable[[Any, list[str]], None]
_SPECIAL = {"\r": "&#xD;", '"': "&quot;"}


@lru_cache(maxsize=1)
def service() -> botocore.model.ServiceModel:
    """Return botocore's model of EC2 (0.1 s, once)."""
    return botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("ec2", "service-2"))


@lru_cache(maxsize=1)
def _operations() -> frozenset[str]:
    return frozenset(service().operation_names)


def exists(operation: str) -> bool:
    """Say whether EC2 has such an operation."""
    return operation in _operations()


def names_a_resource_of_ours(operation: str) -> bool:
    """Say whether an operation takes the id of an instance, volume or snapshot."""
    shape = service().operation_model(operation).input_shape
    ours = {"InstanceId", "InstanceIds", "VolumeId", "VolumeIds", "SnapshotId", "SnapshotIds", "InstanceType"}
    return shape is not None and bool(ours & set(shape.members))


def parse(operation: str, flat: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of one operation, as boto3 was given them."""
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        node = tree
        *way, last = key.split(".")
        for part in way:
            node = node.setdefault(part, {})
        node[last] = value
    shape = service().operation_model(operation).input_shape
    return _read(shape, tree) if shape is not None else {}


def _read(shape: Any, node: Any) -> Any:
    if shape.type_name == "structure":
        named = {name: (_wire_name(name, member), member) for name, member in shape.members.items()}
        return {name: _read(member, node[wire]) for name, (wire, member) in named.items() if wire in node}
    if shape.type_name == "list":
        return [_read(shape.member, node[key]) for key in sorted(node, key=int)]
    if shape.type_name == "boolean":
        return node.lower() == "true"
    if shape.type_name in ("integer", "long"):
        return int(node)
    if shape.type_name in ("float", "double"):
        return float(node)
    return node


def _wire_name(name: str, shape: Any) -> str:
    given: str = shape.serialization.get("queryName") or shape.serialization.get("name", name)
    return given if "queryName" in shape.serialization else given[:1].upper() + given[1:]


def answer(operation: str, value: Mapping[str, Any], request_id: str) -> bytes:
    """Return the XML of an answer."""
    shape = service().operation_model(operation).output_shape
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<{operation}Response xmlns="{NAMESPACE}">\n    <requestId>{request_id}</requestId>',
    ]
    if shape is None:
        out.append("<return>true</return>")
    else:
        _writer(shape)(value, out)
    out.append(f"</{operation}Response>")
    return "".join(out).encode()


def fragment(operation: str, member: str, value: Any) -> str:
    """Return the XML of one top-level member of an answer: ("DescribeVolumes", "Volumes", [...])."""
    shape = service().operation_model(operation).output_shape.members[member]
    out: list[str] = []
    _writer(shape)(value, out)
    return "".join(out)


def _writer(shape: Any) -> Writer:
    """Return the writer of one shape, built once per shape (recursion ends at the leaves)."""
    return _cached_writer(shape.name, shape.type_name, _Shape(shape))


class _Shape:
    """A shape that hashes by its name, so that writers can be kept."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape

    def __hash__(self) -> int:
        return hash(self.shape.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shape) and other.shape.name == self.shape.name


@lru_cache(maxsize=4096)
def _cached_writer(_name: str, type_name: str, held: _Shape) -> Writer:
    shape = held.shape
    if type_name == "structure":
        return _structure_writer(shape)
    if type_name == "list":
        return _list_writer(shape)
    if type_name == "boolean":
        return lambda value, out: out.append("true" if value else "false")
    if type_name == "timestamp":
        return lambda value, out: out.append(_time(value))
    if type_name == "blob":
        return lambda value, out: out.append(base64.b64encode(value).decode())
    return lambda value, out: out.append(escape(str(value), _SPECIAL))


def _structure_writer(shape: Any) -> Writer:
    members = {
        name: (member.serialization.get("name", name), member) for name, member in shape.members.items()
    }
    writers: dict[str, tuple[str, str, Writer]] = {}

    def write(value: Mapping[str, Any], out: list[str]) -> None:
        for name, part in value.items():
            held = writers.get(name)
            if held is None:
                if name not in members:
                    continue
                tag, member = members[name]
                held = writers[name] = (f"<{tag}>", f"</{tag}>", _writer(member))
            out.append(held[0])
            held[2](part, out)
            out.append(held[1])

    return write


def _list_writer(shape: Any) -> Writer:
    tag = shape.member.serialization.get("name", "item")
    opening, closing = f"<{tag}>", f"</{tag}>"
    member = _writer(shape.member)

    def write(value: list[Any], out: list[str]) -> None:
        for part in value:
            out.append(opening)
            member(part, out)
            out.append(closing)

    return write


def _time(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
