"""The Instances pane."""

from __future__ import annotations

import re

from trainctl_tui.domain.resources import Instance, InstanceStatus, Kind, TypeSpec, Volume
from trainctl_tui.domain.tags import name_of
from trainctl_tui.listing.columns import Column
from trainctl_tui.listing.details import Details, Field, Link, Section, fields, tag_section
from trainctl_tui.listing.facts import Facts
from trainctl_tui.listing.format import UNKNOWN, count, gib, mib
from trainctl_tui.listing.moments import moment
from trainctl_tui.listing.money import cost_column, rate_section
from trainctl_tui.listing.shared import (
    FATES,
    age_column,
    id_column,
    identity_fields,
    name_column,
    owner_column,
    protected_column,
    region_column,
    state_column,
)
from trainctl_tui.listing.volumes import snapshots_text


def _spec(row: Instance, facts: Facts) -> TypeSpec | None:
    return facts.specs.get(row.type)


def _status(row: Instance, facts: Facts) -> InstanceStatus | None:
    return facts.statuses.get((row.region, row.id))


def _gpus(row: Instance, facts: Facts) -> str:
    spec = _spec(row, facts)
    if spec is None:
        return UNKNOWN
    return f"{spec.gpus}×{spec.gpu_name.removeprefix('NVIDIA ')}" if spec.gpus else "-"


def _health(row: Instance, facts: Facts) -> str:
    status = _status(row, facts)
    if row.state != "running":
        return "-"
    if status is None:
        return UNKNOWN
    if status.events:
        return "event"
    words = {status.system, status.instance}
    if words == {"ok"}:
        return "ok"
    return next(
        (word for word in ("impaired", "initializing", "insufficient-data") if word in words), UNKNOWN
    )


def _health_style(row: Instance, facts: Facts) -> str:
    return {"ok": "ok", "-": "dim", "impaired": "bad"}.get(_health(row, facts), "warn")


def _spec_count(row: Instance, facts: Facts, name: str) -> int | None:
    spec = _spec(row, facts)
    return None if spec is None else getattr(spec, name)


COLUMNS: tuple[Column[Instance, Facts], ...] = (
    name_column(18),
    id_column(19),
    state_column(15),
    Column("type", "Type", 14, lambda r, _: r.type or UNKNOWN, lambda r, _: r.type or None, least=True),
    Column("gpus", "GPUs", 9, _gpus, lambda r, f: _spec_count(r, f, "gpus")),
    Column("zone", "AZ", 14, lambda r, _: r.zone or r.region, lambda r, _: r.zone or None),
    age_column(),
    Column("health", "Health", 12, _health, lambda r, f: _health(r, f), style=_health_style),
    Column(
        "spot",
        "Spot",
        5,
        lambda r, _: r.lifecycle or "-",
        lambda r, _: r.lifecycle,
        style=lambda r, _: "" if r.lifecycle else "dim",
    ),
    owner_column(),
    protected_column(),
    Column("private_ip", "Private IP", 15, lambda r, _: r.private_ip or "-", lambda r, _: _ip(r.private_ip)),
    Column("public_ip", "Public IP", 15, lambda r, _: r.public_ip or "-", lambda r, _: _ip(r.public_ip)),
    cost_column("$/h"),
    region_column(),
    Column(
        "vcpus",
        "vCPU",
        5,
        lambda r, f: count(_spec_count(r, f, "vcpus")),
        lambda r, f: _spec_count(r, f, "vcpus"),
        align="right",
        extra=True,
    ),
    Column(
        "memory",
        "Memory",
        9,
        lambda r, f: mib(_spec_count(r, f, "memory_mib")),
        lambda r, f: _spec_count(r, f, "memory_mib"),
        align="right",
        extra=True,
    ),
    Column("image", "Image", 21, lambda r, _: r.image_id or "-", lambda r, _: r.image_id or None, extra=True),
    Column("key", "Key", 14, lambda r, _: r.key_name or "-", lambda r, _: r.key_name or None, extra=True),
    Column("vpc", "VPC", 21, lambda r, _: r.vpc_id or "-", lambda r, _: r.vpc_id or None, extra=True),
)


_OCTET = re.compile(r"[0-9]{1,3}\Z").match


def _ip(text: str) -> tuple[int, ...] | None:
    parts = text.split(".")
    return tuple(map(int, parts)) if len(parts) == 4 and all(map(_OCTET, parts)) else None


def details(row: Instance, facts: Facts) -> Details:
    """Return everything known of an instance, grouped."""
    return Details(
        title=name_of(row.tags) or row.id,
        sections=(
            Section("Identity", _identity(row, facts)),
            rate_section(row, facts),
            Section("Machine", _machine(row, facts)),
            Section("Health", _health_fields(row, facts)),
            Section("Network", _network(row)),
            Section("Security groups", fields(*(row.security_groups))),
            tag_section(row.tags),
        ),
        links=tuple(_volume_link(row, attachment.volume_id, facts) for attachment in row.attachments),
    )


def _identity(row: Instance, facts: Facts) -> tuple[Field, ...]:
    return (
        *identity_fields(row, facts, row.zone or UNKNOWN),
        *fields(("Why", row.state_reason)),
        Field("Account", row.account or UNKNOWN),
        Field("Launched", moment(row.launched_at, facts.now)),
        Field("First launched", moment(row.first_attached_at, facts.now)),
    )


def _machine(row: Instance, facts: Facts) -> tuple[Field, ...]:
    spec = _spec(row, facts)
    gpus = UNKNOWN if spec is None else "none"
    if spec is not None and spec.gpus:
        gpus = f"{spec.gpus} × {spec.gpu_name}, {mib(spec.gpu_memory_mib)} each"
    return (
        Field("Type", row.type or UNKNOWN),
        Field("vCPU", UNKNOWN if spec is None else count(spec.vcpus)),
        Field("Memory", UNKNOWN if spec is None else mib(spec.memory_mib)),
        Field("GPUs", gpus),
        Field("Instance store", _instance_store(spec)),
        Field("Bought as", row.lifecycle or "on-demand"),
        *fields(
            ("Spot request", row.spot_request_id),
            ("Image", row.image_id),
            ("Architecture", row.architecture),
            ("Platform", row.platform),
            ("Tenancy", row.tenancy),
            ("Root device", f"{row.root_device} ({row.root_device_type})" if row.root_device else ""),
            ("Monitoring", row.monitoring),
            ("Key pair", row.key_name),
            ("IAM profile", row.iam_profile),
        ),
    )


def _instance_store(spec: TypeSpec | None) -> str:
    size = None if spec is None else spec.instance_storage_gb
    if size is None:
        return UNKNOWN
    return f"{count(size)} GB" if size else "none"


def _health_fields(row: Instance, facts: Facts) -> tuple[Field, ...]:
    status = _status(row, facts)
    if status is None:
        return (Field("Checks", "not known"),) if row.state == "running" else ()
    return (
        Field("System", status.system or UNKNOWN, _check_style(status.system)),
        Field("Instance", status.instance or UNKNOWN, _check_style(status.instance)),
        *fields(("Failed", ", ".join(status.failed))),
        *(
            Field(
                "Scheduled",
                f"{event.code}: {event.description} ({moment(event.not_before, facts.now)})",
                "warn",
            )
            for event in status.events
        ),
    )


def _check_style(word: str) -> str:
    return {"ok": "ok", "impaired": "bad"}.get(word, "warn" if word else "")


def _network(row: Instance) -> tuple[Field, ...]:
    return fields(
        ("Private IP", row.private_ip),
        ("Public IP", row.public_ip),
        ("Private DNS", row.private_dns),
        ("Public DNS", row.public_dns),
        ("VPC", row.vpc_id),
        ("Subnet", row.subnet_id),
    )


def _volume_link(row: Instance, volume_id: str, facts: Facts) -> Link:
    key = (row.region, volume_id)
    volume = facts.of(Kind.VOLUMES).get(key)
    attachment = next(a for a in row.attachments if a.volume_id == volume_id)
    fate = FATES[attachment.delete_on_termination]
    size = snapshots = "not listed"
    if isinstance(volume, Volume):
        size = f"{gib(volume.size_gib)} {volume.type}"
        snapshots = f"snapshots: {snapshots_text(volume, facts)}"
    told = ", ".join(dict.fromkeys((size, fate, snapshots)))
    return Link(Kind.VOLUMES, key, f"{volume_id}  {attachment.device}  {told}")
