"""A believable fleet of a machine-learning team, grown from a seed."""

from __future__ import annotations

import random
from typing import Any

from trainctl_tui.simcloud import names, oddities
from trainctl_tui.simcloud.engine import Engine, lifecycle
from trainctl_tui.simcloud.engine.context import Context, moment
from trainctl_tui.simcloud.engine.records import (
    AttachmentRecord,
    InstanceRecord,
    SnapshotRecord,
    VolumeRecord,
)
from trainctl_tui.simcloud.engine.world import World

DAY = 86_400.0
SECOND_REGION_SHARE = 0.3
_DEVICES = ("/dev/sdf", "/dev/sdg", "/dev/sdh", "/dev/sdi")


class Fleet:
    """Grows instances, volumes and snapshots. The same seed grows the same fleet (ages relative to now).

    The first region holds ``instances``, every other one 30 % of that.
    """

    def __init__(
        self, seed: int = 1, instances: int = 40, regions: tuple[str, ...] = ("us-east-1", "eu-west-1")
    ) -> None:
        self.seed = seed
        self.instances = instances
        self.regions = regions
        self._random = random.Random(f"fleet/{seed}")  # noqa: S311 - a simulation, not a secret

    def size(self, region: str) -> int:
        """Return how many machines a region of this fleet holds."""
        if region not in self.regions:
            return 0
        return self.instances if region == self.regions[0] else round(self.instances * SECOND_REGION_SHARE)

    def populate(self, engine: Engine) -> None:
        """Put the fleet into an engine."""
        with engine.lock:
            engine.settle()
            for region in self.regions:
                self._populate(Context(engine, engine.world(region), engine.now))

    def add_instance(self, context: Context, odd: dict[str, Any] | None = None) -> InstanceRecord:
        """Add one machine with its volumes, as if it had run for a while."""
        rng, world = self._random, context.world
        odd = odd or {}
        kind, _, root, data = self._type(odd.get("type"))
        days = odd.get(
            "age", rng.choice((0.02, 0.2, 0.7, 2.0, 5.0, 12.0, 40.0, 120.0)) * rng.uniform(0.4, 1.6)
        )
        launched = context.now - days * DAY
        spot = odd.get("spot", not odd and rng.random() < 0.15)
        record = self._machine(world, kind, launched, spot, odd)
        record.tags = self._tags(record, launched, odd)
        world.put(record)
        self._disk(context, record, record.root_device, root, launched, root_disk=True)
        for device, size in zip(_DEVICES, data, strict=False):
            self._disk(context, record, device, size, launched)
        if odd.get("dies"):
            oddities.let_disks_die(context, record)
        if odd.get("stopped") or (not odd and not spot and rng.random() < 0.22):
            self._stop_long_ago(context, record, launched)
        if odd.get("event"):
            oddities.announce(context, record)
        world.changed(record.id, context.now)
        return record

    def launch(self, context: Context) -> InstanceRecord:
        """Add a machine that is just being started."""
        record = self.add_instance(context, {"age": 0.0, "spot": self._random.random() < 0.3, "new": True})
        lifecycle.boot(context, record)
        record.first_launched_at = record.launched_at
        return record

    def add_volume(self, context: Context, zone: str = "") -> VolumeRecord:
        """Add a volume that nobody holds."""
        rng, world = self._random, context.world
        user, team = rng.choice(names.PEOPLE)
        project, _ = rng.choice(names.PROJECTS)
        volume = self._volume(
            world, zone or rng.choice(world.zones()), rng.choice((100, 250, 500, 1000, 2000))
        )
        volume.created_at = context.now - rng.uniform(0.01, 150) * DAY
        volume.tags = {
            "Name": f"{project}-data-{rng.randrange(100):02d}",
            "trainctl:user": user,
            "team": team,
            "CreatedBy": "trainctl",
        }
        if rng.random() < 0.15:
            volume.tags["trainctl:persistent"] = "true"
        world.put(volume)
        context.changed(volume)
        return volume

    def add_snapshot(self, context: Context, volume: VolumeRecord | None, days: float) -> SnapshotRecord:
        """Add a snapshot; without a volume, of one that is gone. ``days`` = 0 begins it now."""
        rng, world = self._random, context.world
        size = volume.size_gib if volume else rng.choice((100, 500, 1000))
        name = volume.tags.get("Name", volume.id) if volume else "old-experiment"
        snapshot = SnapshotRecord(
            id=world.new_id("snap"),
            sequence=world.next_sequence(),
            volume_id=volume.id if volume else world.new_id("vol"),
            size_gib=size,
            state="completed",
            started_at=context.now - days * DAY,
            takes=60.0 + 0.2 * size,
            description=f"before clean-up of {name}"[:255] if days > 20 else f"nightly of {name}"[:255],
            encrypted=volume.encrypted if volume else False,
            storage_tier="archive" if days > 150 else "standard",
            tags={"Name": f"{name}-{moment(context.now - days * DAY):%Y%m%d}"[:255]},
        )
        if volume and (user := volume.tags.get("trainctl:user")):
            snapshot.tags["trainctl:user"] = user
        if days * DAY < snapshot.takes:
            lifecycle.take_snapshot(context, snapshot)
        else:
            world.put(snapshot)
            context.changed(snapshot)
        return snapshot

    def _populate(self, context: Context) -> None:
        size = self.size(context.world.region)
        odd = names.ODD if context.world.region == self.regions[0] else names.ODD[1:4]
        for wanted in odd[:size]:
            self.add_instance(context, wanted)
        for _ in range(size - len(odd[:size])):
            self.add_instance(context)
        if not size:
            return
        oddities.park(context)
        for _ in range(max(2, size // 6)):
            self.add_volume(context)
        held = list(context.world.volumes.values())
        for volume in self._random.sample(held, min(len(held), max(2, size // 5))):
            self.add_snapshot(context, volume, self._random.uniform(0.2, 60))
        for days in (35.0, 90.0, 190.0):
            self.add_snapshot(context, None, days)
        biggest = max(held, key=lambda volume: volume.size_gib)
        self.add_snapshot(context, biggest, 90.0 / DAY)

    def _type(self, name: str | None) -> tuple[str, int, int, tuple[int, ...]]:
        if name is not None:
            return next(row for row in names.TYPES if row[0] == name)
        return self._random.choices(names.TYPES, [row[1] for row in names.TYPES])[0]

    def _machine(
        self, world: World, kind: str, launched: float, spot: bool, odd: dict[str, Any]
    ) -> InstanceRecord:
        rng = self._random
        zone = rng.choice(world.zones())
        ours = not odd.get("foreign")
        return InstanceRecord(
            id=world.new_id("i"),
            sequence=world.next_sequence(),
            reservation_id=world.new_id("r"),
            zone=zone,
            state="running",
            type=kind,
            image_id="ami-0a1b2c3d4e5f60718" if ours else "ami-0ffee0ffee0ffee00",
            launched_at=launched,
            first_launched_at=launched - (rng.uniform(0, 20) * DAY if rng.random() < 0.2 else 0.0),
            private_ip=f"10.{20 + ord(zone[-1]) % 8}.{rng.randrange(64)}.{rng.randrange(4, 255)}",
            public_ip=".".join(str(rng.randrange(34, 240)) for _ in range(4)) if rng.random() < 0.35 else "",
            lifecycle="spot" if spot else "",
            subnet_id=f"subnet-0ac3{ord(zone[-1]):013x}",
            vpc_id="vpc-0f1e2d3c4b5a69788",
            groups=(("sg-0123456789abcdef0", "ml-training"),)
            if ours
            else (("sg-0feedfacefeedface", "default"),),
            profile=f"arn:aws:iam::{world.account}:instance-profile/trainctl-node" if ours else "",
            key_name="ml-team" if ours else "",
            architecture="arm64" if kind.split(".")[0].endswith("g") else "x86_64",
            monitoring="enabled" if kind[0] == "p" else "disabled",
            spot_request_id=f"sir-{rng.getrandbits(32):08x}" if spot else "",
            terminate_protected=odd.get("protected") == "trainctl:protected",
            health=odd.get("health", "ok"),
            checked_at=launched + lifecycle.CHECKS,
        )

    def _tags(self, record: InstanceRecord, launched: float, odd: dict[str, Any]) -> dict[str, str]:
        rng = self._random
        if odd.get("foreign"):
            return {"Name": odd["name"]} if odd.get("name") else {}
        user, team = rng.choice(names.PEOPLE)
        if odd.get("mine"):
            user, team = names.USER, names.TEAM
        project, purpose = rng.choice(names.PROJECTS)
        prefix = odd.get("prefix") or ("runctl" if not odd and rng.random() < 0.2 else "trainctl")
        name = odd.get("name") or (
            f"runctl-{user}-{project}-{record.id[2:10]}"
            if prefix == "runctl"
            else f"{project}-{purpose}-{rng.randrange(100):02d}"
        )
        tags = {
            "Name": name,
            f"{prefix}:user": user,
            f"{prefix}:project": project,
            f"{prefix}:created": f"{moment(launched):%Y-%m-%d %H:%M:%S} UTC",
            "CreatedBy": prefix,
            "team": team,
        }
        if odd.get("temp"):
            tags[f"{prefix}:temp"] = "true"
        if odd.get("managed"):
            tags["aws:autoscaling:groupName"] = odd["managed"]
        if protected := odd.get("protected", "trainctl:protected" if not odd and rng.random() < 0.06 else ""):
            tags[protected] = "true"
        return tags

    def _disk(
        self,
        context: Context,
        record: InstanceRecord,
        device: str,
        size: int,
        created: float,
        *,
        root_disk: bool = False,
    ) -> None:
        volume = self._volume(context.world, record.zone, size)
        volume.created_at = created
        volume.state = "in-use"
        if root_disk:
            volume.snapshot_id = "snap-0a1b2c3d4e5f60718"
        else:
            name = record.tags.get("Name", "")
            volume.tags = {"Name": f"{name}-data"[:255]} if name else {}
            volume.tags |= {k: v for k, v in record.tags.items() if k.endswith(":user") or k == "team"}
        volume.attachments.append(AttachmentRecord(record.id, device, "attached", created, root_disk))
        record.volumes.append(volume.id)
        context.world.put(volume)
        context.changed(volume)

    def _volume(self, world: World, zone: str, size: int) -> VolumeRecord:
        kind = self._random.choices(("gp3", "gp2", "io2", "st1"), (70, 18, 8, 4 if size >= 500 else 0))[0]
        iops = {
            "gp3": 3000 if size < 1000 else 12_000,
            "gp2": max(100, min(16_000, 3 * size)),
            "io2": min(64_000, 20 * size),
        }
        encrypted = self._random.random() < 0.6
        key = f"arn:aws:kms:{world.region}:{world.account}:key/7e5f0d0c-2b1a-4c3d-9e8f-a1b2c3d4e5f6"
        return VolumeRecord(
            id=world.new_id("vol"),
            sequence=world.next_sequence(),
            zone=zone,
            state="available",
            type=kind,
            size_gib=size,
            created_at=0.0,
            iops=iops.get(kind),
            throughput=(125 if size < 1000 else 500) if kind == "gp3" else None,
            encrypted=encrypted,
            kms_key=key if encrypted else "",
        )

    def _stop_long_ago(self, context: Context, record: InstanceRecord, launched: float) -> None:
        record.state = "stopped"
        oddities.stopped_at(record, launched + self._random.uniform(0.3, 0.9) * (context.now - launched))
